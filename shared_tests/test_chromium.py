"""The real browser notices what no page of a site should hold."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from .browser import Browser

POLICY = "default-src 'none'; form-action 'self'"
BAD = {
    "<script>alert(1)</script>": "an element script",
    "<img src=x onerror=alert(1)>": "an attribute onerror",
    "<a href='java&Tab;script:alert(1)'>here</a>": "an address",
    "<p style='color: red'>red</p>": "an attribute style",
    "<base href='http://evil.example/'>": "an element base",
}
# What only a policy keeps from happening, and what happens without one.
STOPPED = {
    "<script>alert(1)</script>": "script-src",
    "<img src=x onerror=alert(1)>": "script-src",
    "<p style='color: red'>red</p>": "style-src",
    "<img src='http://evil.example/seen.png'>": "img-src",
}
DONE = {
    "<script>alert(1)</script>": "a dialog: 1",
    "<img src=x onerror=alert(2)>": "a dialog: 2",
    "<script>nobody()</script>": "an error: nobody is not defined",
    "<img src='http://evil.example/seen.png'>": "a request to http://evil.example/",
}
GOOD = (
    "<p>&lt;script&gt; <a href='http://evil.example/'>a</a> <a href='mailto:a@b'>b</a>"
)


@pytest.fixture
def show(chromium):
    """Show a page in a window, with or without a policy; give what was noticed."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            if page["policy"]:
                self.send_header("Content-Security-Policy", page["policy"])
            self.end_headers()
            self.wfile.write(str(page["html"]).encode())

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *args):
            """Stay silent."""

    page: dict[str, str | None] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    window = chromium.open_window(Browser(f"http://127.0.0.1:{server.server_port}"))

    def show(html, policy=None, *, by_form=False):
        page.update(html="<p>nothing</p>", policy=policy)
        window.open("/before")
        page.update(html=html)
        sight = window.send("/page", {"a": "b"}) if by_form else window.open("/page")
        return " ".join(sight.problems)

    yield show
    window.close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("by_form", [False, True])
def test_what_may_not_stand_in_a_page_is_noticed(show, by_form):
    for html, problem in BAD.items():
        assert problem in show(html, POLICY, by_form=by_form), html


def test_what_a_policy_stops_is_noticed(show):
    for html, problem in STOPPED.items():
        assert f"Content Security Policy: {problem}" in show(html, POLICY), html


def test_what_happens_without_a_policy_is_noticed(show):
    for html, problem in DONE.items():
        assert problem in show(html), html


def test_a_good_page_is_no_problem(show):
    assert show(GOOD, POLICY) == ""
