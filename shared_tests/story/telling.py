"""One list of requests, in groups, that every site is asked in the same state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared_tests.browser import Page
from shared_tests.normalize import Answer, normalize
from shared_tests.visitor import Visitor

Fields = Mapping[str, str | list[str]]
Headers = dict[str, str | None]

PASSWORD = "a long walk by the sea"
AUTHOR, STRANGER = "ada", "grace"
OTHER_PASSWORD = "a short swim in the lake"

# What the set-up makes: an author's posts 1 to 13 and a stranger's post 14, two a page.
POSTS_PER_PAGE = 2
LONG = 10_000
LAST_PAGE = 7
UNCOMMENTED = 12
STRANGERS_POST = 14
KIM = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}
MARKUP = """<script>alert(1)</script> & "quotes" 'single' *stress* [link](/home/)

- one
- two

> `code`
"""


class Player(Visitor):
    """A visitor who can send what no browser would."""

    def send_anything(self, method: str, address: str, **options: Any) -> Page:
        """Send one request as it is given."""
        url = address if address.startswith("http") else self.url + address
        request = self._client.build_request(method, url, **options)
        return Page(self, address, self._client.send(request))


@dataclass
class Story:
    """The answers of one site, by the names of the requests."""

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    group: str = ""
    visitors: dict[str, Player] = field(default_factory=dict)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    def begin(self, group: str) -> None:
        """Begin a group: only those who have an account were here before."""
        self.group = group
        for known in (self.visitors, self.tokens):
            for who in known.keys() - {AUTHOR, STRANGER}:
                del known[who]

    def end_sessions(self) -> None:
        """Let everybody sign in again."""
        self.visitors.clear()
        self.tokens.clear()

    def visitor(self, who: str) -> Player:
        """Find a visitor; those who have an account sign in first."""
        if who not in self.visitors:
            visitor = self.visitors[who] = Player(self.url)
            if who in (AUTHOR, STRANGER):
                assert visitor.log_in(who, PASSWORD).is_redirect, (
                    f"{who} cannot sign in"
                )
        return self.visitors[who]

    def token(self, who: str) -> dict[str, str]:
        """Find the hidden fields that this visitor's forms carry."""
        if who not in self.tokens:
            self.tokens[who] = self.visitor(who).hidden_fields()
        return self.tokens[who]

    def get(self, address: str, who: str = "anybody", **options: Any) -> Page:
        """Ask for a page."""
        return self.ask("GET", address, who, **options)

    def post(
        self,
        address: str,
        fields: Fields | None = None,
        who: str = "anybody",
        **options: Any,
    ) -> Page:
        """Send fields with a valid token, as a browser that stands on the site does."""
        hidden = self.token(who)
        if address.endswith("/edit/"):  # such a form knows of which version it is
            page = self.visitor(who).get(address)
            hidden = page.form(address).hidden if page.has_form(address) else hidden
        fields = {**hidden, **(fields or {})}
        return self.ask("POST", address, who, data=fields, **options)

    def ask(
        self, method: str, address: str, who: str = "anybody", **options: Any
    ) -> Page:
        """Send one request and keep what the answer says, under a name.

        The name has the address as `shown` where that is given, and a `note`.
        `follow` goes on where a redirect leads, as a browser does: where one site
        accepts what the other refuses, no message waits there for the next request.
        """
        shown, note = options.pop("shown", address), options.pop("note", "")
        follow, headers = options.pop("follow", False), options.pop("headers", {})
        sent: Headers = {"Accept": "text/html,*/*"}
        if method not in {"GET", "HEAD"}:
            sent |= {"Origin": self.url, "Referer": f"{self.url}/"}
        if {"files", "content"} & options.keys() or len(str(options)) > LONG:
            # A body that a server leaves unread costs the connection.
            sent["Connection"] = "close"
        sent |= headers
        options["headers"] = {k: v for k, v in sent.items() if v is not None}
        page = self.visitor(who).send_anything(method, address, **options)
        self.keep(f"{who} {method} {shown}" + (f" ({note})" if note else ""), page)
        if follow and page.is_redirect:
            self.visitor(who).get(page.location)
        return page

    def keep(self, name: str, page: Page) -> None:
        """Keep an answer under a name that no other has."""
        name = f"{self.group}: {name}"
        assert name not in self.answers, f"two requests are called {name}"
        self.answers[name] = normalize(page.response, self.url)


Group = Callable[[Story], None]
GROUPS: dict[str, Group] = {}
MATTERS: dict[str, list[str]] = {}


def group(*matters: str, name: str = "") -> Callable[[Group], Group]:
    """Add a group of requests, and name the matters that it is about."""

    def add(function: Group) -> Group:
        key = name or function.__name__
        GROUPS[key] = function
        for matter in matters:
            MATTERS.setdefault(matter, []).append(key)
        return function

    return add


def play(url: str) -> Story:
    """Ask one site everything."""
    story = Story(url)
    for name, function in GROUPS.items():
        story.begin(name)
        function(story)
    return story


# The set-up, which is compared like all else.


@group("redirect code")
def set_up(story: Story) -> None:
    """Register two people, who write and reply."""
    for who in (AUTHOR, STRANGER):
        visitor = story.visitors[who] = Player(story.url)
        account = {"username": who, "email": f"{who}@example.org"}
        story.get("/register/", who)
        form = visitor.get("/register/").form("/register/")
        story.ask(
            "POST",
            "/register/",
            who,
            data=form.hidden | account | {"password1": PASSWORD, "password2": PASSWORD},
        )
    story.get("/", AUTHOR, note="without posts")
    story.get("/authors/ada/", AUTHOR, note="without posts")
    story.get("/feed.atom", note="without posts")
    for number in range(1, STRANGERS_POST + 1):
        fields = {
            "title": f"Post {number}",
            "body": f"Text of post *{number}*. " * number,
        }
        if number == 1:
            fields = {"title": '"Quotes" & <b>marks</b> it\'s', "body": MARKUP}
        who = STRANGER if number == STRANGERS_POST else AUTHOR
        story.post("/posts/new/", fields, who, note=f"post {number}")
    comments = {
        "anybody": KIM | {"body": 'One <b>line</b>\n\nand "another"'},
        STRANGER: {"body": "From a user."},
        AUTHOR: {"body": "From the author."},
    }
    for who, fields in comments.items():
        story.post("/posts/1/comments/", fields, who)
        story.get("/posts/1/", who, note="with a message")
        story.get("/posts/1/", who, note="the message is gone")
    for number in range(2, UNCOMMENTED):
        story.post(f"/posts/{number}/comments/", KIM)
