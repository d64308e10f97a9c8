"""The processes of `make run`: started together, shown together, ended together."""

import http.client
import json
import shlex
import signal
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from honcho.manager import Manager
from honcho.printer import Message, Printer

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = tomllib.loads(
    (Path(__file__).parent / "sites.toml").read_text(encoding="utf-8")
)
PATIENCE = 60  # seconds until a site must answer
PAUSE = 0.1
PRINTING = threading.Lock()


class StartError(Exception):
    """What went wrong and what to do, in one sentence for the reader."""


@dataclass(frozen=True)
class Site:
    """One site, as its commands and its address describe it."""

    name: str
    port: int

    @property
    def title(self) -> str:
        """Return the name as people write it."""
        return self.name.capitalize()

    @property
    def url(self) -> str:
        """Return the address for a browser."""
        return f"http://localhost:{self.port}"

    def command(self, job: str) -> list[str]:
        """Return one of the site's commands as a list of words."""
        words = shlex.split(COMMANDS[self.name][job])
        return [
            sys.executable if word == "python" else word.format(root=ROOT)
            for word in words
        ]

    def environment(
        self, others: list["Site"], settings: dict[str, str]
    ) -> dict[str, str]:
        """Return the environment of every command of this site."""
        urls = {"SITE_URL": self.url}
        for site in others:
            if site is not self:
                urls["OTHER_SITE_URL"] = site.url
        return settings | urls


class WholeLines(Printer):
    """honcho's printer, which lets no other line into the middle of its own."""

    def write(self, message: Message) -> None:
        """Print one message, of a line of the log what a person reads."""
        with PRINTING:
            super().write(message._replace(data=readable(message.data)))


def readable(text: bytes | str) -> str:
    """Shorten what is one JSON object of a log; leave everything else as it is."""
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    try:
        line = json.loads(text)
        shown = str(line["message"])
    except (ValueError, LookupError, TypeError):
        return text
    if "milliseconds" in line:
        shown += f"  {line['milliseconds']} ms"
    if line.get("request_id"):
        shown += f"  {line['request_id'][:8]}"
    return "\n".join(filter(None, [shown, line.get("exc_info")]))


class Servers(Manager):
    """honcho's manager, which ends everything from a thread of its own.

    honcho does it within the signal handler, which may have interrupted it
    while it printed, or before it knew what it had started.
    """

    def __init__(self, sites: list[Site], ready: Callable[[float], None]) -> None:
        """Call `ready` with the seconds it took as soon as all sites answer."""
        super().__init__(WholeLines())
        self.sites = sites
        self.ready = ready
        self.asked = threading.Event()
        self.late: StartError | None = None

    def run(self) -> None:
        """Run until somebody asks for the end, or until a process ends by itself."""
        threading.Thread(target=self._watch, daemon=True).start()
        self.loop()
        if self.late:
            raise self.late
        if not self.asked.is_set():
            raise StartError(
                "One server ended without being asked, so all were stopped: "
                "the lines above say why."
            )

    def _start(self) -> None:
        """Start the processes, and note who wants to end them."""
        # A closed terminal is one more way to ask.
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, lambda *_: self.asked.set())
        # The helpers that honcho starts must not die of a Ctrl-C by themselves.
        noted = signal.signal(signal.SIGINT, signal.SIG_IGN)
        super()._start()
        signal.signal(signal.SIGINT, noted)

    def _watch(self) -> None:
        """Say when all sites answer; end all when asked, or when one is late."""
        started = time.monotonic()
        try:
            if all(self._answers(site) for site in self.sites):
                self.ready(time.monotonic() - started)
        except StartError as error:
            self.late = error
            self.asked.set()
        self.asked.wait()
        while not self._all_started():
            threading.Event().wait(PAUSE)
        self.terminate()

    def _answers(self, site: Site) -> bool:
        """Wait until /healthz answers 200; return False if the end comes first."""
        end = time.monotonic() + PATIENCE
        answer = "nothing"
        while not self.asked.wait(PAUSE):
            connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
            try:
                connection.request("GET", "/healthz", headers={"Host": "localhost"})
                answer = str(connection.getresponse().status)
            except OSError:
                pass
            finally:
                connection.close()
            if answer == "200":
                return True
            if time.monotonic() > end:
                raise StartError(
                    f"{site.title} was not ready after {PATIENCE} seconds, /healthz "
                    f"answers {answer}: the lines above say why."
                )
        return False


def say(text: str) -> None:
    """Print at once, and in one piece."""
    with PRINTING:
        print(text, flush=True)


def say_step(title: str, seconds: float) -> None:
    """Print what a step took."""
    say(f"{seconds:6.1f} s  {title}")
