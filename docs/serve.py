"""Serve the guide, and build it once both sites answer: `python -m docs.serve 8000`.

It is one of the processes of `make run`, which end together. So nothing that goes
wrong with the guide ends this one: its page then says what it was.
"""

import hashlib
import http.client
import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "build/docs"
MADE_FROM = BUILT / "made-from.txt"  # the digest of what the pages were built from
SOURCES = (
    "docs",
    "flask_site",
    "django_site",
    "shared_tests",
    "requirements",
    "manage.py",
)
GENERATED = {"__pycache__", "side-by-side"}
SITES = {
    "Flask": os.environ.get("FLASK_URL", "http://localhost:8001"),
    "Django": os.environ.get("DJANGO_URL", "http://localhost:8002"),
}
SPHINX = "sphinx -q -j auto -d build/doctrees docs build/docs"
STEPS = (
    [sys.executable, "requirements/install.py", "docs"],
    [sys.executable, "-m", *SPHINX.split()],
)
# Of what Sphinx says when it breaks, the line that names the error.
ERROR = re.compile(r"^.*(?:Error|exception:).*$", re.MULTILINE)
PAUSE = 0.2
PATIENCE = 3  # seconds that a step has to end when it is asked to
NICE = 10  # the sites come first

BEING_BUILT = "The guide is being built. This page opens by itself."
MESSAGE_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
{refresh}
<title>The guide · Diptych</title>
<style>
  body {{ max-width: 35rem; margin: 20vh auto; padding: 0 1rem; line-height: 1.6; }}
</style>
<h1>Diptych</h1>
<p role="status">{message}</p>
<p>The blog is there: {sites}.</p>
"""


# Of http.server, which fills in the code and the message.
NOT_FOUND_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>%(code)d · Diptych</title>
<h1>%(code)d: %(message)s</h1>
<p><a href="/">The guide</a> has no such page.</p>
"""


class BuildError(Exception):
    """The last words of a step that failed."""


class Guide(ThreadingHTTPServer):
    """Serves the pages, or in their place a message."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        """Listen on this machine alone."""
        super().__init__(("127.0.0.1", port), Page)
        self.message = BEING_BUILT
        self.step: subprocess.Popen[str] | None = None
        self.ended = threading.Event()

    def run_step(self, command: list[str]) -> tuple[int, str]:
        """Run a step of the build; return its code and what it said."""
        if self.ended.is_set():
            return 1, "it was stopped"
        with subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # so that it ends with all that it has started
        ) as self.step:
            said, _ = self.step.communicate()
        return self.step.returncode, said.strip()

    def end(self) -> None:
        """End what is being built, and let it tidy up."""
        self.ended.set()
        for number in (signal.SIGINT, signal.SIGKILL):
            if self.step and self.step.poll() is None:
                with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                    os.killpg(self.step.pid, number)
                    self.step.wait(PATIENCE)

    @property
    def message_page(self) -> bytes:
        """A page that says what the message says, and where the sites are."""
        page = MESSAGE_PAGE.format(
            refresh='<meta http-equiv="refresh" content="1">'
            if self.message == BEING_BUILT
            else "",
            message=escape(self.message),
            sites=" and ".join(
                f'<a href="{escape(url)}/">{name}</a>' for name, url in SITES.items()
            ),
        )
        return page.encode()


class Page(SimpleHTTPRequestHandler):
    """Answers one request."""

    server: Guide
    error_message_format = NOT_FOUND_PAGE

    def __init__(self, *args, **options) -> None:
        """Look in the folder of what was built."""
        super().__init__(*args, directory=str(BUILT), **options)

    def send_head(self) -> BinaryIO | io.BytesIO | None:
        """Begin the answer and return its body."""
        if not self.server.message:
            return super().send_head()
        body = self.server.message_page
        self.send_response(http.HTTPStatus.SERVICE_UNAVAILABLE)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def end_headers(self) -> None:
        """Let no browser show an old page after the next build."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Leave the terminal to the sites."""


def make(guide: Guide) -> None:
    """Wait for both sites, then build what is not built yet; raise nothing."""
    try:
        digest = digest_of_sources()
        if not is_built(digest):
            wait_for_sites(guide)
            started = time.monotonic()
            build(guide, digest)
            address = f"http://localhost:{guide.server_port}"
            say(f"{address} is ready, in {time.monotonic() - started:.0f} s")
        guide.message = ""
    except (BuildError, OSError) as error:
        guide.message = f"The guide cannot be built: {error}"
        say(guide.message)


def wait_for_sites(guide: Guide) -> None:
    """Wait until both sites answer, whatever they say, or until the end."""
    for url in SITES.values():
        while not guide.ended.is_set() and not answers(url):
            guide.ended.wait(PAUSE)


def answers(url: str) -> bool:
    """Say whether somebody answers there."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def build(guide: Guide, digest: str) -> None:
    """Install what it takes and run Sphinx."""
    MADE_FROM.unlink(missing_ok=True)
    for step in STEPS:
        code, said = guide.run_step(step)
        if code:
            named = ERROR.findall(said) or said.splitlines() or ["no word"]
            raise BuildError(f"{named[-1].strip()} (`make docs` says more)")
        if said:
            say(said)
    MADE_FROM.write_text(digest, encoding="utf-8")


def is_built(digest: str) -> bool:
    """Say whether the pages are those of these sources."""
    return MADE_FROM.exists() and MADE_FROM.read_text(encoding="utf-8") == digest


def digest_of_sources() -> str:
    """Return a digest of every file that the guide shows, and of both addresses."""
    digest = hashlib.sha256(repr(SITES).encode())
    for path in sources():
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def sources() -> Iterator[Path]:
    """List the files that the guide is made from."""
    for name in SOURCES:
        for path in sorted([ROOT / name, *(ROOT / name).rglob("*")]):
            if path.is_file() and GENERATED.isdisjoint(path.parts):
                yield path


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)


def main(port: int) -> None:
    """Serve until somebody asks for the end."""
    os.nice(NICE)
    guide = Guide(port)
    threading.Thread(target=make, args=[guide], daemon=True).start()
    try:
        guide.serve_forever()
    finally:
        guide.end()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        main(int(sys.argv[1]))
