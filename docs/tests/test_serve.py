"""The guide beside the running sites: served at once, built after them, never fatal."""

import http.client
import sys
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from docs import serve

BUILDS = "import pathlib; pathlib.Path('build/docs/index.html').write_text('built')"
FAILS = "import sys; sys.exit('Extension error: it is broken.')"


class Answering(BaseHTTPRequestHandler):
    """A site that answers."""

    def do_GET(self):
        """Answer."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def serving(server):
    """Serve in a thread while the test looks on."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A project with one source, and with steps that a test names."""
    (tmp_path / "build/docs").mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# One", encoding="utf-8")
    monkeypatch.setattr(serve, "ROOT", tmp_path)
    monkeypatch.setattr(serve, "BUILT", tmp_path / "build/docs")
    monkeypatch.setattr(serve, "MADE_FROM", tmp_path / "build/docs/made-from.txt")
    monkeypatch.setattr(serve, "SITES", {})
    monkeypatch.setattr(serve, "STEPS", [[sys.executable, "-c", BUILDS]])
    return tmp_path


@pytest.fixture
def guide(root):
    """The guide's server on a free port."""
    with serving(serve.Guide(0)) as guide:
        yield guide


def get(guide, address="/"):
    """Ask the guide for a page."""
    connection = http.client.HTTPConnection("127.0.0.1", guide.server_port, timeout=5)
    with closing(connection):
        connection.request("GET", address)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_before_the_build_every_address_says_that_there_will_be_a_page(guide):
    status, text = get(guide, "/side-by-side/blog.views.html")

    assert status == 503
    assert serve.BEING_BUILT in text
    assert 'http-equiv="refresh"' in text


def test_the_page_of_the_waiting_leads_to_both_sites(guide, monkeypatch):
    monkeypatch.setattr(serve, "SITES", {"Flask": "http://localhost:8001"})

    assert '<a href="http://localhost:8001/">Flask</a>' in get(guide)[1]


def test_after_the_build_there_are_pages(guide, capsys):
    serve.make(guide)

    assert get(guide) == (200, "built")
    assert get(guide, "/nothing.html")[0] == 404
    assert f"http://localhost:{guide.server_port} is ready" in capsys.readouterr().out


def test_the_build_waits_until_both_sites_answer(guide, monkeypatch):
    done = []

    def answers(url):
        done.append(url)
        return done.count(url) == 2

    monkeypatch.setattr(serve, "SITES", {"Flask": "one", "Django": "two"})
    monkeypatch.setattr(serve, "PAUSE", 0)
    monkeypatch.setattr(serve, "answers", answers)
    monkeypatch.setattr(serve, "build", lambda *_: done.append("build"))
    serve.make(guide)

    assert done == ["one", "one", "two", "two", "build"]


def test_the_end_of_the_guide_is_the_end_of_its_build(guide, tmp_path):
    started = tmp_path / "started"
    code = (
        f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(60)"
    )
    build = Thread(target=guide.run_step, args=[[sys.executable, "-c", code]])
    build.start()
    while not started.exists():
        build.join(0.05)
    guide.end()
    build.join(10)

    assert not build.is_alive()


def test_a_site_answers_or_does_not():
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Answering)) as site:
        url = f"http://127.0.0.1:{site.server_port}"
        there = serve.answers(url)

    assert there
    assert not serve.answers(url)


def test_a_build_that_fails_leaves_the_server_alive(guide, monkeypatch, capsys):
    monkeypatch.setattr(serve, "STEPS", [[sys.executable, "-c", FAILS]])
    serve.make(guide)

    status, text = get(guide)
    said = capsys.readouterr().out.splitlines()
    assert status == 503
    assert "Extension error: it is broken." in text
    assert "refresh" not in text
    assert len(said) == 1
    assert said[0].startswith("The guide cannot be built: Extension error")


def test_a_step_that_cannot_be_started_leaves_the_server_alive(guide, monkeypatch):
    monkeypatch.setattr(serve, "STEPS", [["/no/such/program"]])
    serve.make(guide)

    assert "The guide cannot be built" in get(guide)[1]


def test_what_is_built_is_not_built_again(guide, monkeypatch):
    serve.make(guide)
    monkeypatch.setattr(serve, "STEPS", [[sys.executable, "-c", FAILS]])
    serve.make(guide)

    assert get(guide) == (200, "built")


def test_a_change_of_a_source_is_built(guide, root):
    serve.make(guide)
    (root / "build/docs/index.html").unlink()
    (root / "docs/index.md").write_text("# Two", encoding="utf-8")
    serve.make(guide)

    assert get(guide) == (200, "built")
