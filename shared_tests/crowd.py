"""A crowd: many visitors at once, each of whom notices what belongs to another.

python -m shared_tests.crowd [--visitors 200] [--requests 20] [--store server]
"""

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException, HTTPMessage
from http.cookies import SimpleCookie
from pathlib import Path
from random import Random
from threading import Barrier
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

from .mails import TRY
from .servers import SITES, Launcher, Server, ended, stop_servers
from .visitor import Visitor, token

VISITORS = 200
REQUESTS = 20  # of each visitor, after the two that make the account
POSTS = 6  # home shows them all
PATIENCE = 60  # seconds that an answer, or the last of the crowd, may take
SHOWN = 20

# What visitors do, and how often in comparison.
ACTIONS = {
    "see_home": 5,
    "see_author": 2,
    "see_account": 3,
    "see_session": 2,
    "read_post": 4,
    "comment": 1,
    "change_address": 3,
}

# Pages are searched and not parsed: the crowd shares the processors with the site.
HEADER = re.compile(r"<header\b.*?</header>", re.DOTALL)
ACCOUNT = re.compile(r'<a\b[^>]*\bhref="/account/"[^>]*>(.*?)</a>', re.DOTALL)
STATUS = re.compile(r'<(\w+)\b[^>]*\brole="status"[^>]*>(.*?)</\1>', re.DOTALL)
HIDDEN = re.compile(r'<input\b[^>]*\btype="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'\b(name|value)="([^"]*)"')
LOG_OUT = re.compile(r'<form\b[^>]*\baction="/logout/".*?</form>', re.DOTALL)
ENTRY = re.compile(r'<\w+\b[^>]*\bclass="[^"]*\bh-entry\b')
ADDRESS = re.compile(r'\bhref="/posts/(\d+)/"')
READ = re.compile(r">\s*Read\s*<")
COMMENT = re.compile(r'<\w+\b[^>]*\bclass="[^"]*\bh-cite\b')
COMMENT_AUTHOR = re.compile(r'\bclass="[^"]*\bp-author\b[^>]*>(.*?)<', re.DOTALL)
SAID = re.compile(r"said by ([\w-]+)\.")
KEY = re.compile(r"<code\b[^>]*>([^<]{6})…</code>")
MARKS = re.compile(r"\b(\d+) posts? read\b")
TAG = re.compile(r"<[^>]*>")


@dataclass
class Tally:
    """What a crowd has done, and what it has seen that it should not see."""

    visitors: int
    seconds: float = 0
    sent: dict[str, tuple[str, str]] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many requests were made; each has an id of its own."""
        return len(self.sent)

    @property
    def speed(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds if self.seconds else 0

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"{self.visitors} visitors, {self.requests} requests, "
            f"{len(self.leaks)} leaks, {len(self.failures)} failures, "
            f"{self.seconds:.1f} s, {self.speed:.0f} requests a second"
        )


@dataclass
class Scene:
    """The blog as the whole crowd knows it."""

    url: str
    run: str
    author: str
    posts: list[int]
    said: dict[str, list[str]]
    tally: Tally
    # Who was given which cookie and which token first.
    holders: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Prepare to find the names and the addresses of everybody."""
        self.names = re.compile(rf"\b{self.run}-\d{{4}}\b")
        self.addresses = re.compile(rf"\bmail-\d+-of-{self.run}-\d{{4}}@")


class Guest:
    """One of the crowd: a browser of its own, an account, and a good memory."""

    def __init__(self, scene: Scene, number: int) -> None:
        """Be somebody new."""
        self.scene = scene
        self.name = f"{scene.run}-{number:04}"
        self.random = Random(number)  # noqa: S311 - the same requests on every run
        self.where = "before the first request"
        self.cookies: dict[str, str] = {}
        self.hidden: dict[str, str] = {}
        self.read: set[int] = set()
        self.waiting: list[str] = []  # messages that the next page has to show
        self.counted: Counter[str] = Counter()

    @property
    def email(self) -> str:
        """The address as it was changed last."""
        return f"mail-{self.counted['addresses']}-of-{self.name}@example.org"

    def register(self) -> None:
        """Make an account, which signs in."""
        page = self.send("GET", "/register/")
        self.hidden = hidden_fields(page)
        password = f"{token()} {token()}"
        self.post(
            "/register/",
            "welcome",
            username=self.name,
            email=self.email,
            password1=password,
            password2=password,
        )

    def act(self, count: int) -> None:
        """Make so many requests, the first to find the token that one has now."""
        names, weights = list(ACTIONS), list(ACTIONS.values())
        for name in ["see_home", *self.random.choices(names, weights, k=count - 1)]:
            getattr(self, name)()

    def see_home(self) -> None:
        """Look for one's own read marks on home."""
        self.check_marks(self.get("/"))

    def see_author(self) -> None:
        """Look for them on the page of the author."""
        self.check_marks(self.get(f"/authors/{self.scene.author}/"))

    def read_post(self) -> None:
        """Read a post, and who says what under it."""
        post = self.random.choice(self.scene.posts)
        page = self.get(f"/posts/{post}/")
        if page:
            self.read.add(post)
        told = 0
        for comment in COMMENT.split(page)[1:]:
            author, said = COMMENT_AUTHOR.search(comment), SAID.search(comment)
            if author and said:
                told += 1
                if author[1].strip() != said[1]:
                    self.leak(f"what {said[1]} said stands under {author[1]}")
        if told != len(SAID.findall(page)):
            self.fail("a comment has no author")

    def see_account(self) -> None:
        """Look for one's own e-mail address."""
        page = self.get("/account/")
        found = set(self.scene.addresses.findall(page))
        if page and found != {self.email.replace("example.org", "")}:
            self.leak(f"the addresses shown are {found}, and mine is {self.email}")

    def see_session(self) -> None:
        """Look for one's own number of posts, and one's own key."""
        page = self.get("/session/")
        if not page:
            return
        marks = MARKS.search(page)
        if (int(marks[1]) if marks else 0) != len(self.read):
            self.leak(f"the site remembers {marks and marks[0]}, not {len(self.read)}")
        keys = KEY.findall(page)
        if not keys and "<pre" not in page:
            self.fail("there is neither a key nor what the cookie holds")
        for key in keys:
            if not any(unescape(key) in value for value in self.cookies.values()):
                self.leak(f"the key {key}… is in none of my cookies")

    def comment(self) -> None:
        """Say something under a post, by name."""
        post = self.random.choice(self.scene.posts)
        self.post(f"/posts/{post}/comments/", "comment", body=f"said by {self.name}.")

    def change_address(self) -> None:
        """Change the e-mail address of the account."""
        self.counted["addresses"] += 1
        if not self.post("/account/", "address", email=self.email):
            self.counted["addresses"] -= 1

    def get(self, path: str) -> str:
        """Ask for a page and look for what is not one's own; empty if it fails."""
        page = self.send("GET", path)
        if page:
            self.check(page)
            form = LOG_OUT.search(page)
            self.hidden = hidden_fields(form[0]) if form else {}
            for value in self.hidden.values():
                self.claim(value)
        return page

    def post(self, path: str, message: str, **fields: str) -> bool:
        """Send a form with one's own token; a message has to follow."""
        done = bool(self.send("POST", path, {**fields, **self.hidden}))
        if done:
            self.waiting += self.scene.said[message]
        return done

    def check(self, page: str) -> None:
        """Look for names and messages of others."""
        header = HEADER.search(page)
        named = ACCOUNT.search(header[0]) if header else None
        if (named and named[1].strip()) != self.name:
            self.leak(f"signed in is {named and named[1].strip()}")
        # Whose comments stand below a post is looked at where the post is read.
        others = {*self.scene.names.findall(COMMENT.split(page, maxsplit=1)[0])}
        if others - {self.name}:
            self.leak(f"the page names {others - {self.name}}")
        shown = sorted(in_words(text) for _, text in STATUS.findall(page))
        if shown != sorted(self.waiting):
            self.leak(f"messages are {shown} and have to be {self.waiting}")
        self.waiting = []

    def check_marks(self, page: str) -> None:
        """Look for the read marks of others, and for one's own that are gone."""
        if not page:
            return
        entries = [
            (int(address[1]), READ.search(entry))
            for entry in ENTRY.split(page)[1:]
            if (address := ADDRESS.search(entry))
        ]
        if {id for id, _ in entries} != {*self.scene.posts}:
            self.fail("the list does not show every post")
        marked = {id for id, mark in entries if mark}
        if marked != self.read:
            self.leak(f"marked are {marked}, and I have read {self.read}")

    def send(self, method: str, path: str, fields: dict[str, str] | None = None) -> str:
        """Send one request; give the page, or the place that a redirect leads to."""
        self.counted["requests"] += 1
        id = f"{self.name}.{self.counted['requests']}"
        self.where = f"{self.name}: {method} {path}"
        self.scene.tally.sent[id] = (method, path)
        try:
            status, headers, page = self.exchange(method, path, fields, id)
        except (OSError, HTTPException) as error:
            self.fail(repr(error))
            return ""
        if (answered := headers["X-Request-ID"]) != id:
            (self.leak if answered in self.scene.tally.sent else self.fail)(
                f"the answer to {id} is that to {answered}"
            )
        self.keep_cookies(headers)
        if status == 403:
            self.leak("my own token was refused")
        elif status not in ({200} if method == "GET" else {302, 303}):
            self.fail(f"the status is {status}")
        else:
            return page if method == "GET" else headers["Location"]
        return ""

    def exchange(
        self, method: str, path: str, fields: dict[str, str] | None, id: str
    ) -> tuple[int, HTTPMessage, str]:
        """Make one request over a connection of its own."""
        url = self.scene.url
        headers = {"Accept": "text/html", "Connection": "close", "X-Request-ID": id}
        if self.cookies:
            cookies = [f"{name}={value}" for name, value in self.cookies.items()]
            headers["Cookie"] = "; ".join(cookies)
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers |= {"Origin": url, "Referer": f"{url}/"}
            body = urlencode(fields).encode()
        connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            page = response.read().decode("utf-8", "replace")
            return response.status, response.headers, page
        finally:
            connection.close()

    def keep_cookies(self, headers: HTTPMessage) -> None:
        """Take over what the answer sets; nobody else may have the same."""
        for header in headers.get_all("Set-Cookie", []):
            for name, cookie in SimpleCookie(header).items():
                if cookie.value and cookie["max-age"] != "0":
                    self.cookies[name] = cookie.coded_value
                    self.claim(cookie.coded_value)
                else:
                    self.cookies.pop(name, None)

    def claim(self, secret: str) -> None:
        """Make sure that nobody else was given this."""
        holder = self.scene.holders.setdefault(secret, self.name)
        if holder != self.name:
            self.leak(f"{holder} has the same cookie or token: {secret[:20]}")

    def leak(self, what: str) -> None:
        """Note what belongs to somebody else, or is lost to them."""
        self.scene.tally.leaks.append(f"{self.where}: {what}")

    def fail(self, what: str) -> None:
        """Note what went wrong in another way."""
        self.scene.tally.failures.append(f"{self.where}: {what}")


def hidden_fields(html: str) -> dict[str, str]:
    """Read the fields of forms that no person sees."""
    found = [dict(ATTRIBUTE.findall(tag)) for tag in HIDDEN.findall(html)]
    return {
        field["name"]: unescape(field.get("value", ""))
        for field in found
        if "name" in field
    }


def in_words(html: str) -> str:
    """Read a bit of a page as a person does."""
    return " ".join(unescape(TAG.sub(" ", html)).split())


def set_scene(url: str, tally: Tally) -> Scene:
    """Write the posts, and learn the words of the messages."""
    host = Visitor(url)
    host.register()
    said = {"welcome": host.get("/").messages}
    posts = host.write_posts(POSTS)
    host.get("/")
    assert host.reply(posts[0]).is_redirect
    said["comment"] = host.get("/").messages
    assert host.open_form("/account/").submit().is_redirect
    said["address"] = host.get("/").messages
    assert said["comment"], "the blog gives no messages"
    return Scene(url, token(), host.username, [post.id for post in posts], said, tally)


def visit_all_at_once(
    url: str, visitors: int = VISITORS, requests: int = REQUESTS
) -> Tally:
    """Let a crowd into the blog at an address, which has no posts yet."""
    tally = Tally(visitors)
    scene = set_scene(url, tally)
    barrier = Barrier(visitors)

    def visit(number: int) -> None:
        guest = Guest(scene, number)
        barrier.wait(PATIENCE)
        guest.register()
        guest.act(requests)

    started = monotonic()
    with ThreadPoolExecutor(visitors) as pool:
        list(pool.map(visit, range(visitors)))
    tally.seconds = monotonic() - started
    return tally


def read_log(server: Server, tally: Tally) -> list[dict[str, Any]]:
    """Wait until the log has a line of each request, and give all its lines."""
    lines: list[dict[str, Any]] = []
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline and not ended(server.process):
        lines = [json.loads(line) for line in server.log_lines()]
        if len(own_requests(lines, tally)) >= tally.requests:
            break
    return lines


def own_requests(lines: list[dict[str, Any]], tally: Tally) -> list[dict[str, Any]]:
    """The lines of the requests that the crowd has made."""
    return [
        line for line in lines if "path" in line and line["request_id"] in tally.sent
    ]


def compare_log(lines: list[dict[str, Any]], tally: Tally) -> None:
    """Note where the log gives an id to what was another request."""
    requests = own_requests(lines, tally)
    counted = Counter(line["request_id"] for line in requests)
    tally.failures += [
        f"the log: no request has the id {id}" for id in tally.sent if id not in counted
    ]
    tally.leaks += [
        f"the log: {count} requests have the id {id}"
        for id, count in counted.items()
        if count > 1
    ]
    tally.leaks += [
        f"the log: {line} is not what was sent with its id"
        for line in requests
        if (line["method"], line["path"]) != tally.sent[line["request_id"]]
    ]
    paths = {line["request_id"]: line["path"] for line in lines if "path" in line}
    tally.leaks += [
        f"the log: {line} was caused by no comment"
        for line in lines
        # A mail that waits for the next sweep has no request any more.
        if TRY.search(line["message"]) and line["request_id"] is not None
        if not paths.get(line["request_id"], "").endswith("/comments/")
    ]


def start(launcher: Launcher, name: str, **changes: Any) -> Server:
    """Start a site as the public is served: by several processes and threads."""
    return launcher.start(name, command="crowd", POSTS_PER_PAGE=str(POSTS), **changes)


def measure(
    launcher: Launcher,
    name: str,
    store: str | None = None,
    visitors: int = VISITORS,
    requests: int = REQUESTS,
) -> Tally:
    """Start a site, let a crowd in, and read the log."""
    server = start(launcher, name, **({"SESSION_STORE": store} if store else {}))
    tally = visit_all_at_once(server.url, visitors, requests)
    compare_log(read_log(server, tally), tally)
    stop_servers([server])
    return tally


def main() -> int:
    """Measure the sites that the command line names; 1 where anything leaked."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--visitors", type=int, default=VISITORS)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--store", choices=["cookie", "server"])
    parser.add_argument("--site", choices=list(SITES))
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory(prefix="crowd-") as folder:
        launcher = Launcher(Path(folder))
        try:
            for name in [options.site] if options.site else SITES:
                found[name] = measure(
                    launcher, name, options.store, options.visitors, options.requests
                )
                print(f"{name}: {found[name]}")
                for text in (found[name].leaks + found[name].failures)[:SHOWN]:
                    print(f"  {text}")
        finally:
            stop_servers(launcher.programs)
    if options.json:
        figures = {name: as_json(tally, options.store) for name, tally in found.items()}
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return int(any(tally.leaks or tally.failures for tally in found.values()))


def as_json(tally: Tally, store: str | None) -> dict[str, object]:
    """Give the figures of a crowd."""
    return {
        "store": store or "default",
        "visitors": tally.visitors,
        "requests": tally.requests,
        "leaks": tally.leaks,
        "failures": tally.failures,
        "seconds": round(tally.seconds, 1),
        "requests_a_second": round(tally.speed),
    }


if __name__ == "__main__":
    sys.exit(main())
