"""A small blog that can be told to keep for everybody what belongs to one visitor.

With it the crowd has to show that it would find such a mistake.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from html import escape
from http.cookies import SimpleCookie
from socketserver import ThreadingMixIn
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

# What may be kept for everybody.
KINDS = ("user", "email", "read", "messages", "token", "cookie", "request_id")

# Of these the present one is kept: two requests at once are mixed up, others are not.
PRESENT = {"user", "request_id"}
SECONDS_TO_MEET = 0.02

PAGE = """\
<!doctype html>
<header>{header}</header>
<main>
{messages}
{main}
</main>
"""
LOG_OUT = """\
<a href="/account/">{user}</a>
<form method="post" action="/logout/">{token}<button>Log out</button></form>
"""
FORM = '<form method="post" action="{action}">{token}{fields}<button>Go</button></form>'


class LeakyBlog:
    """The few pages that a crowd visits, with sessions in memory."""

    def __init__(self, leak: str | None) -> None:
        """Keep what `leak` names in one place for all visitors."""
        self.leak = leak
        self.everybody: dict[str, Any] = new_session()
        self.sessions: dict[str, dict[str, Any]] = {}
        self.posts: list[dict[str, Any]] = []
        self.pair = Barrier(2)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> list[bytes]:
        """Answer one request."""
        cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        key = cookies["key"].value if "key" in cookies else secrets.token_hex()
        if self.leak == "cookie":
            key = "everybody"
        request = Request(self, environ, key)
        if self.leak in PRESENT:
            self.meet_another()
        status, location, page = request.answer()
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Location", location),
            ("Set-Cookie", f"key={key}; Path=/"),
            ("X-Request-ID", request["request_id"]),
        ]
        start_response(status, [header for header in headers if header[1]])
        return [page.encode()]

    def meet_another(self) -> None:
        """Wait a moment for another request, so that both are here at once."""
        with suppress(BrokenBarrierError):
            self.pair.wait(SECONDS_TO_MEET)
            return
        self.pair.reset()


def new_session() -> dict[str, Any]:
    """What is remembered about somebody new."""
    return {
        "user": "",
        "email": "",
        "read": set(),
        "messages": [],
        "token": secrets.token_hex(),
        "request_id": "",
    }


class Request:
    """One request; by name it gives what is remembered about its visitor."""

    def __init__(self, blog: LeakyBlog, environ: dict[str, Any], key: str) -> None:
        """Read the request and note who is present."""
        self.blog = blog
        self.key = key
        self.session = blog.sessions.setdefault(key, new_session())
        self.method = environ["REQUEST_METHOD"]
        self.path = environ["PATH_INFO"]
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.fields = dict(parse_qsl(sent.decode(), keep_blank_values=True))
        self["user"] = self.session["user"]
        self["request_id"] = environ.get("HTTP_X_REQUEST_ID", "none")

    def __getitem__(self, kind: str) -> Any:
        return self._place(kind)[kind]

    def __setitem__(self, kind: str, value: Any) -> None:
        self._place(kind)[kind] = value

    def _place(self, kind: str) -> dict[str, Any]:
        return self.blog.everybody if kind == self.blog.leak else self.session

    def answer(self) -> tuple[str, str, str]:
        """Give status, the place that a redirect leads to, and the page."""
        if self.method == "GET":
            return "200 OK", "", self.page()
        if self.fields.get("token") != self["token"]:
            return "403 Forbidden", "", ""
        return "302 Found", self.store(), ""

    def store(self) -> str:
        """Do what a form asks for."""
        if self.path == "/register/":
            self["user"] = self.session["user"] = self.fields["username"]
            self["email"] = self.fields["email"]
            return "/"
        if self.path == "/account/":
            self["email"] = self.fields["email"]
            self["messages"].append("Changed.")
            return "/account/"
        if self.path == "/posts/new/":
            self.blog.posts.append({"author": self["user"], "comments": []})
            return f"/posts/{len(self.blog.posts)}/"
        comment = (self["user"], self.fields["body"])
        self.blog.posts[self.number() - 1]["comments"].append(comment)
        self["messages"].append("Published.")
        return f"/posts/{self.number()}/"

    def number(self) -> int:
        """The id in the address."""
        return int(re.findall(r"\d+", self.path)[0])

    def page(self) -> str:
        """Write the page at the address."""
        views = {
            "/register/": self.register,
            "/account/": self.account,
            "/session/": self.session_page,
            "/posts/new/": self.new_post,
        }
        post = re.fullmatch(r"/posts/\d+/", self.path)
        main = views.get(self.path, self.show_post if post else self.list_posts)()
        shown, self["messages"] = self["messages"], []
        return PAGE.format(
            header=LOG_OUT.format(user=escape(self["user"]), token=self.token())
            if self["user"]
            else "",
            messages="".join(f'<p role="status">{text}</p>' for text in shown),
            main=main,
        )

    def token(self) -> str:
        """Write the hidden field of every form."""
        return f'<input type="hidden" name="token" value="{self["token"]}">'

    def form(self, *names: str, action: str = "", **values: str) -> str:
        """Write a form with these fields."""
        fields = "".join(
            f'<input name="{name}" value="{escape(values.get(name, ""))}">'
            for name in names
        )
        return FORM.format(
            action=action or self.path, token=self.token(), fields=fields
        )

    def register(self) -> str:
        """Write the form of registration."""
        return self.form("username", "email", "password1", "password2")

    def account(self) -> str:
        """Show the account to its owner."""
        return self.form("email", email=self["email"])

    def session_page(self) -> str:
        """Say how many posts were read, and where that is kept."""
        return f"<p>{len(self['read'])} posts read <code>{self.key[:6]}…</code></p>"

    def new_post(self) -> str:
        """Write the form for a post."""
        return self.form("title", "body")

    def show_post(self) -> str:
        """Show a post with its comments, and remember that it was read."""
        self["read"].add(self.number())
        comments = "".join(
            f'<div class="h-cite"><b class="p-author">{author}</b>{body}</div>'
            for author, body in self.blog.posts[self.number() - 1]["comments"]
        )
        return comments + self.form("body", action=f"{self.path}comments/")

    def list_posts(self) -> str:
        """List every post."""
        return "".join(
            f'<div class="h-entry"><a href="/posts/{number}/">{post["author"]}</a>'
            f"{'<b>Read</b>' if number in self['read'] else ''}</div>"
            for number, post in enumerate(self.blog.posts, 1)
        )


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """Answers each request in a thread of its own."""

    daemon_threads = True
    request_queue_size = 128


class Silent(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - its name
        """Say nothing."""


@contextmanager
def serve_leaky_blog(leak: str | None) -> Iterator[str]:
    """Serve the blog and give its address."""
    blog = LeakyBlog(leak)
    with make_server("127.0.0.1", 0, blog, ThreadingServer, Silent) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
