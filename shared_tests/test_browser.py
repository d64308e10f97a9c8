"""The small browser, against a small server."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

import httpx
import pytest

from .browser import Browser, Form, Page, lines
from .disguises import disguises
from .servers import command_line
from .visitor import Visitor, post_id, token

PAGE = """<!doctype html>
<html lang="en"><head><title>T</title><link rel="canonical" href="/"></head><body>
<header><a href="/account/">kim</a></header>
<p role="status">Saved.</p>
<main><h1>A &lt;heading&gt;</h1>
<form action="/send/?a=1" method="post">
  <input type="hidden" name="token" value="x&amp;y">
  <label for="title">Title</label>
  <input id="title" name="title" value="old" required maxlength="30"
    aria-invalid="true" aria-describedby="help wrong gone">
  <p id="help">Help.</p><ul id="wrong"><li>Too short.</li></ul>
  <label>Text <textarea name="body">
first
 second &amp; third</textarea></label>
  <input type="checkbox" name="remember"><input type="checkbox" name="kept" checked>
  <select name="size"><option>s</option><option value="m" selected>M</option></select>
  <input name="off" value="no" disabled>
  <button name="button" value="no">Send</button>
</form>
<div class="h-feed">
  <article class="h-entry">
  <h2 class="p-name"><a class="u-url" href="/posts/7/">Seven</a></h2>
  by <a class="p-author h-card" href="/authors/kim/">kim</a>
  <time class="dt-published" datetime="2024-03-05T14:07:00Z">5 March</time>
  <a href="/posts/7/#comments">2 comments</a> <span>Read</span>
  <p class="p-summary">Short.</p></article>
</div>
<a rel="prev" href="?page=1">before</a>
</main></body></html>"""


class Handler(BaseHTTPRequestHandler):
    """Says what it was sent, sets cookies, redirects."""

    def do_GET(self):
        """Answer by the address."""
        if self.path == "/cookies":
            self.answer(
                200,
                self.headers.get("Cookie", ""),
                ("Set-Cookie", "window=1; Path=/"),
                ("Set-Cookie", "month=2; Path=/; Max-Age=2592000"),
                ("Set-Cookie", "safe=3; Path=/; Secure"),
            )
        elif self.path == "/away":
            self.answer(302, "", ("Location", "/page?a=1#part"))
        else:
            self.answer(200, PAGE if self.path.startswith("/page") else self.path)

    def do_POST(self):
        """Give the body back."""
        length = int(self.headers.get("Content-Length", 0))
        self.answer(200, self.rfile.read(length).decode())

    def answer(self, status, text, *headers):
        """Send an answer."""
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Stay silent."""


@pytest.fixture(scope="module")
def address():
    """A server for the browser to talk to."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser(address):
    """A fresh browser."""
    return Browser(address)


@pytest.fixture
def page(browser):
    """The page of this module."""
    return browser.get("/page")


def test_cookies_are_kept_and_sent_back(browser):
    assert browser.get("/cookies").text == ""
    assert set(browser.get("/cookies").text.split("; ")) == {"window=1", "month=2"}


def test_closing_the_window_forgets_session_cookies_only(browser):
    browser.get("/cookies")

    browser.close_window()

    assert browser.get("/cookies").text == "month=2"


def test_a_twin_has_the_cookies_and_then_its_own(browser):
    browser.get("/cookies")
    twin = browser.twin()

    browser.cookies.clear()

    assert browser.get("/cookies").text == ""
    assert "window=1" in twin.get("/cookies").text


def test_no_redirect_is_followed_without_being_asked(browser):
    answer = browser.get("/away")

    assert answer.status == 302
    assert answer.location == "/page?a=1#part"
    assert answer.follow().address == "/page?a=1"


def test_following_what_is_no_redirect_fails(page):
    with pytest.raises(AssertionError, match="200 is no redirect"):
        page.follow()


def test_every_exchange_is_kept(browser):
    browser.post("/send/", {"title": "a b"})
    step = browser.steps[-1]

    assert (step.method, step.url, step.status) == ("POST", "/send/", 200)
    assert step.request.startswith("POST /send/ HTTP/1.1\n")
    assert step.request.endswith("\n\ntitle=a+b")
    assert step.response.startswith("HTTP/1.1 200 OK\n")
    assert step.response.endswith("\n\ntitle=a+b")


def test_a_form_is_sent_as_html_says(page):
    sent = page.form("/send/").submit(title="new", remember="on", kept=None)

    assert parse_qs(sent.text, keep_blank_values=True) == {
        "token": ["x&y"],
        "title": ["new"],
        "body": ["first\r\n second & third"],
        "remember": ["on"],
        "size": ["m"],
    }
    assert sent.address == "/send/?a=1"


def test_a_form_tells_its_fields(page):
    form = page.form("/send/")

    assert form.hidden == {"token": "x&y"}
    assert set(form.controls) == {"title", "body", "remember", "kept", "size"}
    assert form.controls["title"].label == "Title"
    assert form.controls["body"].label.startswith("Text")
    assert form.controls["remember"].label == ""
    assert form.controls["title"].is_required
    assert form.controls["title"].maxlength == 30
    assert not form.controls["body"].is_required
    assert form.controls["body"].maxlength is None


def test_errors_are_read_where_aria_describedby_points(page):
    assert page.errors == {"title": "Help. Too short."}
    assert page.form("/send/").controls["title"].described[2] is None


def test_a_form_that_is_not_there_is_told(page):
    with pytest.raises(LookupError, match="no form to /other/ on /page"):
        page.form("/other/")


def test_a_page_is_read(page):
    assert page.heading == "A <heading>"
    assert page.messages == ["Saved."]
    assert page.alerts == []
    assert page.user == "kim"
    assert page.link("prev") == "/page?page=1"
    assert page.link("next") is None
    assert page.links("canonical") == ["/"]


def test_entries_are_read(page):
    (entry,) = page.entries

    assert (entry.id, entry.title, entry.address) == (7, "Seven", "/posts/7/")
    assert (entry.author, entry.author_address) == ("kim", "/authors/kim/")
    assert (entry.summary, entry.comments) == ("Short.", "2 comments")
    assert entry.date.isoformat() == "2024-03-05T14:07:00+00:00"
    assert entry.is_read


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/a/?b=1", "/a/?b=1"),
        ("?c=2", "/page?c=2"),
        ("http://host.example/", "/"),
        ("http://host.example", "/"),
        (
            "http://host.example:80.evil.example/",
            "http://host.example:80.evil.example/",
        ),
        ("http://host.example.evil.example/", "http://host.example.evil.example/"),
        ("//evil.example", "http://evil.example"),
        ("/\\evil.example", "http://evil.example"),
        ("/\t/evil.example", "http://evil.example"),
        (" //evil.example", "http://evil.example"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_links_are_resolved_as_browsers_resolve_them(href, expected):
    page = Page(Browser("http://host.example"), "/page", httpx.Response(200, text=""))

    assert page.resolve(href) == expected


def test_an_address_of_another_site_is_no_address_of_this():
    page = Page(Browser("http://host.example"), "/", httpx.Response(200, text=PAGE))

    assert isinstance(page.form("/send/"), Form)
    assert page.links()[0] == "/account/"


def test_lines_are_kept_however_they_are_written(page):
    for text in ("<p>a<br>b</p>", "<p>a\nb</p>", "<p> a <br>\n b </p>"):
        found = Page(page.browser, "/", httpx.Response(200, text=text))
        assert lines(found.main) == "a\nb"


def test_words_of_visitors_are_new_each_time():
    words = {token() for _ in range(100)}

    assert len(words) == 100
    assert all(word.isalpha() and len(word) == 10 for word in words)


def test_a_visitor_knows_the_address_of_a_post():
    assert post_id("/posts/12/") == 12
    with pytest.raises(AssertionError, match="/login/ is not the address of a post"):
        post_id("/login/")


def test_a_new_account_is_a_good_one():
    account = Visitor("http://host.example").new_account()

    assert account["password1"] == account["password2"]
    assert account["username"] not in account["password1"]


def test_disguises_hold_what_pages_have_leaked():
    found = disguises("kim@example.org")

    assert {"kim", "example.org", "kim%40example.org", "a2ltQGV4YW1wbGUub3Jn"} <= found


def test_commands_are_filled_in():
    words = command_line("python {root}/x.py --port {port} 'a b'", 8000)

    assert words[0] != "python"
    assert words[1].endswith("/x.py")
    assert words[2:] == ["--port", "8000", "a b"]
