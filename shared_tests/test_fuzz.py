"""Both sites answer made-up stories alike; `make fuzz` tells many more of them."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .fuzz.command import Figures, fuzz, start_for_stories
from .fuzz.steps import Step
from .fuzz.twins import DifferentError, Twins
from .servers import ROOT, SITES, Launcher, Server

REQUESTS = 300


def nothing(*_: object) -> None:
    """Show no progress."""


@pytest.fixture(scope="module")
def servers(request: pytest.FixtureRequest) -> list[Server]:
    """Both sites, with small pages."""
    if request.config.getoption("url", None):
        pytest.skip("needs more than one site")
    launch: Launcher = request.getfixturevalue("launch")
    return [start_for_stories(launch, site) for site in SITES]


def test_both_sites_answer_made_up_stories_alike(servers):
    figures = Figures(seed=1)

    found = fuzz(servers, REQUESTS, figures, nothing)

    assert found is None, f"\n{found}"
    assert figures.requests_per_site >= REQUESTS
    assert figures.stories > 1


class Proxy(BaseHTTPRequestHandler):
    """Passes requests on to a site, and changes one word of its answers."""

    site: tuple[str, int]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Pass a request on."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = HTTPConnection(*self.site, timeout=30)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        sent = answer.read().replace(b"No comments yet.", b"No comment yet.")
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"content-length", "connection"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(sent)
        connection.close()

    do_POST = do_HEAD = do_GET  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Write no log."""


@contextmanager
def disturbed(server: Server) -> Iterator[Server]:
    """Stand between the machine and a site, which then says one thing differently."""
    port = int(server.url.rpartition(":")[2])
    handler = type("Disturbed", (Proxy,), {"site": ("127.0.0.1", port)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield replace(server, url=f"http://127.0.0.1:{proxy.server_port}")
        proxy.shutdown()


def test_the_machine_finds_a_planted_difference(servers):
    reading = Step("GET", "/posts/13/", who="kim")
    story = [Step("GET", "/", who="ada"), reading, Step("GET", "/home/", who="kim")]

    with (
        disturbed(servers[1]) as other,
        Twins.of([servers[0], other], nothing) as twins,
        pytest.raises(DifferentError) as caught,
    ):
        twins.play(story)

    lines = str(caught.value).splitlines()
    assert lines[1].split() == ["2", *str(reading).split()]
    assert "'No comments yet. Be the first.'" in lines[-2]
    assert "'No comment yet. Be the first.'" in lines[-1]


@pytest.mark.parametrize(
    "words", [["--requests", "0"], ["--seed", "x"], ["--json", "/no/folder/x"], ["y"]]
)
def test_bad_arguments_are_told_in_one_line(words):
    done = subprocess.run(
        [sys.executable, "-m", "shared_tests.fuzz", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout
