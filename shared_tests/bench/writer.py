"""A visitor who reads and replies all the time, and costs the machine little."""

import re
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from random import Random
from time import monotonic
from urllib.parse import urlencode, urlsplit

from ..crowd import hidden_fields

PATIENCE = 60  # seconds that an answer may take
TOLD = {302, 303}
WORDS = "and so we came to the old bridge before the rain did"

# Pages are searched and not parsed: the visitors share the machine with the site.
REPLY = r'<form\b[^>]*\baction="/posts/{}/comments/".*?</form>'
COOKIE = re.compile(r"([^=]+)=([^;]*)")


@dataclass
class Answer:
    """What became of one request."""

    method: str
    body: str  # of the comment
    status: int | str  # or what went wrong
    started: float
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether it was a page with a form, or told that the comment is there."""
        return self.status == 200 if self.method == "GET" else self.status in TOLD


class Writer:
    """A browser that keeps its connection and its cookies."""

    def __init__(self, url: str, posts: list[int], name: str) -> None:
        """Be somebody new, whose name stands in all comments."""
        self.url = url
        self.posts = posts
        self.name = name
        self.random = Random(name)  # noqa: S311 - the same posts on every run
        self.connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        self.cookies: dict[str, str] = {}
        self.answers: list[Answer] = []
        self.end = 0.0

    def write_until(self, end: float) -> None:
        """Open a post and reply to it, again and again."""
        self.end = end
        while monotonic() < self.end:
            self.reply(self.random.choice(self.posts))
        self.connection.close()

    def reply(self, post: int) -> None:
        """Open a post, fill in the form that stands there, and send it."""
        body = f"{self.name}-{len(self.answers)}. {WORDS}"
        page = self.send("GET", f"/posts/{post}/", body)
        form = re.search(REPLY.format(post), page, re.DOTALL)
        if form:
            fields = {"name": "Kim", "email": "kim@example.org", "body": body}
            fields |= hidden_fields(form[0])
            self.send("POST", f"/posts/{post}/comments/", body, fields)
        elif self.answers[-1].is_good:
            self.answers[-1].status = "no form"

    def send(
        self, method: str, path: str, body: str, fields: dict[str, str] | None = None
    ) -> str:
        """Send one request, note what becomes of it, and give the page."""
        headers = {"Accept": "text/html"}
        if self.cookies:
            cookies = [f"{name}={value}" for name, value in self.cookies.items()]
            headers["Cookie"] = "; ".join(cookies)
        if fields:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers |= {"Origin": self.url, "Referer": f"{self.url}/"}
        form = urlencode(fields) if fields else None
        page = ""
        status: int | str
        started = monotonic()
        try:
            self.connection.request(method, path, form, headers)
            response = self.connection.getresponse()
            page = response.read().decode()
        except (OSError, HTTPException) as error:
            self.connection.close()
            status = type(error).__name__
        else:
            status = response.status
            self.keep_cookies(response)
        taken = monotonic() - started
        self.answers.append(Answer(method, body, status, started, taken))
        return page

    def keep_cookies(self, response: HTTPResponse) -> None:
        """Take over what an answer sets."""
        for header in response.headers.get_all("Set-Cookie", []):
            if cookie := COOKIE.match(header):
                self.cookies[cookie[1]] = cookie[2]
