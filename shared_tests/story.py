"""One list of requests, in groups, that every site is asked in the same state."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from .browser import Page
from .normalize import Answer, normalize
from .visitor import Visitor

Fields = dict[str, str | list[str]]

PASSWORD = "a long walk by the sea"  # noqa: S105 - of accounts that live for one run
AUTHOR, STRANGER = "ada", "grace"
OTHER_PASSWORD = "a short swim in the lake"  # noqa: S105

# What the set-up makes: an author's posts 1 to 13 and a stranger's post 14, two a page.
POSTS_PER_PAGE = 2
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
        """Begin a group: nobody has visited the site yet."""
        self.group = group
        self.visitors.clear()
        self.tokens.clear()

    def visitor(self, who: str) -> Player:
        """Find a visitor of this group; those who have an account sign in first."""
        if who not in self.visitors:
            visitor = self.visitors[who] = Player(self.url)
            if who in (AUTHOR, STRANGER):
                assert visitor.log_in(who, PASSWORD).is_redirect, f"{who} cannot sign in"
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
        self, address: str, fields: Fields | None = None, who: str = "anybody", **options: Any
    ) -> Page:
        """Send fields with a valid token, as a browser that stands on the site does."""
        fields = {**self.token(who), **(fields or {})}
        return self.ask("POST", address, who, data=fields, **options)

    def ask(
        self,
        method: str,
        address: str,
        who: str = "anybody",
        *,
        note: str = "",
        shown: str = "",
        headers: dict[str, str | None] | None = None,
        **options: Any,
    ) -> Page:
        """Send one request and keep what the answer says, under a name."""
        sent: dict[str, str | None] = {"Accept": "text/html,*/*"}
        if method not in {"GET", "HEAD"}:
            sent |= {"Origin": self.url, "Referer": f"{self.url}/"}
        sent |= headers or {}
        kept = {name: value for name, value in sent.items() if value is not None}
        page = self.visitor(who).send_anything(method, address, headers=kept, **options)
        name = f"{self.group}: {who} {method} {shown or address}"
        self.keep(f"{name} ({note})" if note else name, page)
        return page

    def keep(self, name: str, page: Page) -> None:
        """Keep an answer under a name that no other has."""
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


@group("redirect code", "commit", "stored datetime (SQLite)", "password hash")
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
        fields = {"title": f"Post {number}", "body": f"Text of post *{number}*. " * number}
        if number == 1:
            fields = {"title": "\"Quotes\" & <b>marks</b> it's", "body": MARKUP}
        who = STRANGER if number == STRANGERS_POST else AUTHOR
        story.post("/posts/new/", fields, who, note=f"post {number}")
    comments = {
        "anybody": KIM | {"body": "One <b>line</b>\n\nand \"another\""},
        STRANGER: {"body": "From a user."},
        AUTHOR: {"body": "From the author."},
    }
    for who, fields in comments.items():
        story.post("/posts/1/comments/", fields, who)
        story.get("/posts/1/", who, note="with a message")
        story.get("/posts/1/", who, note="the message is gone")
    for number in range(2, UNCOMMENTED):
        story.post(f"/posts/{number}/comments/", KIM)


# Every view with every method, by three kinds of visitors.

VIEWS = (
    "/",
    "/home/",
    "/authors/ada/",
    "/posts/2/",
    "/posts/new/",
    "/posts/2/edit/",
    "/posts/2/delete/",
    "/posts/3/comments/",
    "/comments/3/delete/",
    "/register/",
    "/login/",
    "/account/",
    "/account/password/",
    "/feed.atom",
    "/healthz",
    "/static/style.css",
    "/nothing/",
    "/logout/",
)
METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "POST")


def every_method(view: str) -> Group:
    """Make the group that asks one view with every method."""

    def ask(story: Story) -> None:
        for who in ("anybody", STRANGER, AUTHOR):
            for method in METHODS:
                story.ask(method, view, who)
            story.ask("PUT", view, who, note="with a token", headers=token_header(story, who))
            story.post(view, who=who, note="with a token")
            story.get(view, who, note="afterwards")

    return ask


def token_header(story: Story, who: str) -> dict[str, str | None]:
    """Put the token where scripts put it."""
    return {"X-CSRFToken": next(iter(story.token(who).values()))}


for view in VIEWS:
    group(
        "HEAD",
        "function view, any verb",
        "OPTIONS",
        "405 body",
        "`Allow` order",
        "security headers",
        "CSRF failure",
        "CSRF before 405",
        "PUT, unknown method",
        "POST without token on a view without a form",
        "Vary: Cookie",
        "user in templates",
        "404/500 pages",
        "personal pages",
        name=f"methods of {view}",
    )(every_method(view))


# Pages as people read them.


@group("quotes in HTML", "autoescape", "dates in templates", "missing variable's attribute")
@group("striptags, urlize, wordcount, truncate, filesizeformat", "`default` filter on '' or None")
def pages(story: Story) -> None:
    """Read every page, with marks, neighbors and long lists."""
    for address in ("/posts/1/", f"/posts/{UNCOMMENTED}/", f"/posts/{STRANGERS_POST}/", "/posts/7/"):
        for who in ("anybody", STRANGER, AUTHOR):
            story.get(address, who)
    for who in ("anybody", STRANGER, AUTHOR):
        story.get("/", who, note="with read marks")
        story.get("/authors/grace/", who)
    for number in range(1, LAST_PAGE + 1):
        story.get(f"/?page={number}")
        story.get(f"/authors/ada/?page={number}")
        story.get(f"/home/?page={number}")
    for query in ("?per_page=1", "?page=2&per_page=100", "?page=2&other=%3Cscript%3E&page_=3"):
        story.get(f"/{query}")
        story.get(f"/authors/ada/{query}")
    story.get("/posts/1/edit/", AUTHOR)
    story.get("/posts/1/delete/", AUTHOR)
    story.get("/login/?next=/posts/new/")
    story.get("/login/?next=%22%3E%3Cscript%3E")
    story.get("/feed.atom")
    story.get("/feed.atom?page=2")


PAGE_NUMBERS = {
    "abc, 1e3, 2.0, 0x2": ("page=abc", "page=1e3", "page=2.0", "page=0x2", "page=2,0", "page=1_0"),
    "empty, bare key": ("page=", "page"),
    "0, -1, 4, 999": ("page=0", "page=-1", f"page={LAST_PAGE + 1}", "page=999", "page=-0"),
    "1&page=2": ("page=1&page=2", "page=2&page=1", "page=abc&page=2", "page=2&page=abc"),
    "fullwidth, Arabic digits": ("page=%EF%BC%92", "page=%D9%A2", "page=%C2%B2"),
    "`+2`, `%2B2`, ` 2 `, 02": ("page=+2", "page=%2B2", "page=%202%20", "page=02", "page=2%00"),
    "last": ("page=last", "page=LAST", "page=first"),
    "2^63-1, 10^20, 4300 nines": (
        f"page={2**31}",
        f"page={2**63 // POSTS_PER_PAGE - 1}",
        f"page={2**63 // POSTS_PER_PAGE}",
        f"page={2**63 - 1}",
        f"page={2**63}",
        f"page={10**20}",
        f"page=-{10**20}",
        f"page={'9' * 4000}",
        f"page={'9' * 4300}",
        f"page={'9' * 5000}",
    ),
}


@group(*PAGE_NUMBERS)
def page_numbers(story: Story) -> None:
    """Ask for pages by numbers of every kind."""
    for queries in PAGE_NUMBERS.values():
        for query in queries:
            shown = query if len(query) < 50 else f"page= and {len(query) - 5} nines"
            for address in ("/", "/authors/ada/"):
                story.get(f"{address}?{query}", shown=f"{address}?{shown}")
    story.get("/home/?page=last")
    story.get("/authors/grace/?page=2")


# Addresses.


@group("missing slash", "`//posts/`, `/posts//`")
def slashes(story: Story) -> None:
    """Leave slashes out, and write too many."""
    for address in (
        "/home",
        "/home?page=2&x=a%20b",
        "/posts/1",
        "/posts/new",
        "/posts/1/edit",
        "/authors/ada",
        "/authors/nobody",
        "/login?next=/posts/new/",
        "/account/password",
        "/posts/999",
        "/nothing",
        "/healthz/",
        "/feed.atom/",
    ):
        story.get(address)
    story.ask("HEAD", "/home")
    story.post("/login", {"username": AUTHOR, "password": PASSWORD})
    story.post("/posts/1/comments", KIM)
    story.ask("POST", "/posts/1/comments", data=KIM, note="without a token")
    for address in (
        "//",
        "//home/",
        "//posts/1/",
        "/posts//1/",
        "/posts/1//",
        "/posts//1//",
        "//evil.example/",
        "//evil.example/home",
        "//evil.example",
        "/%2Fevil.example",
        "/%5Cevil.example",
        "//static/style.css",
        "/static//style.css",
    ):
        story.get(address)
    story.post("//login/", {"username": AUTHOR, "password": "wrong"})


@group("`<int>` with fullwidth digits", "id 10^20")
def ids(story: Story) -> None:
    """Ask for rows by ids of every kind."""
    for shown, id in {
        "fullwidth 1": "%EF%BC%91",
        "Arabic 1": "%D9%A1",
        "superscript 2": "%C2%B2",
        "0": "0",
        "-1": "-1",
        "+1": "+1",
        "01": "01",
        "1.0": "1.0",
        "1_0": "1_0",
        "a": "a",
        "1 and a space": "1%20",
        "1 and NUL": "1%00",
        "999": "999",
        "2^31": str(2**31),
        "2^63/2-1": str(2**62 - 1),
        "2^63/2": str(2**62),
        "2^63-1": str(2**63 - 1),
        "2^63": str(2**63),
        "10^20": str(10**20),
        "3000 nines": "9" * 3000,
    }.items():
        story.get(f"/posts/{id}/", shown=f"/posts/ {shown}")
        story.get(f"/posts/{id}/edit/", AUTHOR, shown=f"/posts/ {shown} /edit/")
        story.post(f"/posts/{id}/comments/", {"body": ""}, shown=f"/posts/ {shown} /comments/")
    for shown, id in {"999": "999", "2^63": str(2**63), "10^20": str(10**20)}.items():
        story.post(f"/comments/{id}/delete/", who=AUTHOR, shown=f"/comments/ {shown} /delete/")
        story.post(f"/posts/{id}/delete/", who=AUTHOR, shown=f"/posts/ {shown} /delete/")


@group("NUL in a text field")
def names(story: Story) -> None:
    """Ask for authors by names of every kind."""
    for name in (
        "nobody",
        "ADA",
        "Ada",
        "ada%00",
        "%00",
        "ada%20",
        "a%20b",
        "%E2%80%A6",
        "%C3%A9",
        "a%2Fb",
        "ada;x=1",
        "%EF%BD%81da",
        "-ada",
        "%FF",
        "x" * 300,
    ):
        story.get(f"/authors/{name}/")


@group("404/500 pages", "decoding of invalid UTF-8")
def nowhere(story: Story) -> None:
    """Ask for what is not there."""
    for address in (
        "/nothing",
        "/nothing/?next=/",
        "/admin/",
        "/favicon.ico",
        "/robots.txt",
        "/index.html",
        "/%FF/",
        "/%00",
        "/%0D%0AX-Evil:%201/",
        "/home/%0A",
        "/Home/",
        "/HOME/",
        "/static/",
        "/static/nothing.css",
        "/static/..%2Fsettings.py",
        "/static/%2e%2e/settings.py",
        "/static/%00",
        "/media/",
        "/posts/",
        "/posts/1/comments/1/",
        "/authors/",
        "/comments/",
        "/?%FF=%FF",
        "/?page=%FF",
    ):
        story.get(address)
    story.ask("POST", "/nothing", data={"a": "b"})
    story.get("/" + "x" * 3000, shown="/ and 3000 letters")


@group("unknown Host", "behind a TLS proxy", "Host header in the reset mail")
def hosts(story: Story) -> None:
    """Ask under names that the site has, and others."""
    port = story.url.rpartition(":")[2]
    for shown, host in {
        "evil.example": "evil.example",
        "evil.example with a port": f"evil.example:{port}",
        "localhost": "localhost",
        "LOCALHOST": "LOCALHOST",
        "localhost with a dot": "localhost.",
        "localhost with a port": f"localhost:{port}",
        "another port": "127.0.0.1:9999",
        "a port that is none": "127.0.0.1:abc",
        "IPv6": "[::1]",
        "a subdomain": "sub.localhost",
        "0.0.0.0": "0.0.0.0",  # noqa: S104 - a name to send, not one to listen on
        "a path": "localhost/evil",
        "a user": "evil@localhost",
        "a comma": "localhost,evil.example",
        "an underscore": "local_host",
        "nothing": "",
    }.items():
        for address in ("/", "/home", "/nothing/"):
            story.get(address, headers={"Host": host}, note=shown)
    story.get("/feed.atom", headers={"Host": "feed.localhost"})
    story.ask("POST", "/login/", headers={"Host": "evil.example"})
    for header in ("X-Forwarded-Host", "X-Host", "Forwarded"):
        story.get("/feed.atom", headers={header: "host=evil.example"}, note=header)
    secure = {"X-Forwarded-Proto": "https"}
    story.get("/", headers=secure, note="over TLS")
    story.get("/home", headers=secure, note="over TLS")
    story.get("/login/", headers=secure, note="over TLS")


# Forged requests.


@group("plain http, foreign or null Origin", "CSRF failure", "behind a TLS proxy")
def origins(story: Story) -> None:
    """Send a valid token from pages of other sites."""
    evil = "https://evil.example"
    host = story.url.removeprefix("http://")
    for note, headers in {
        "own": {},
        "no Origin": {"Origin": None},
        "neither": {"Origin": None, "Referer": None},
        "foreign Origin": {"Origin": evil},
        "null Origin": {"Origin": "null"},
        "broken Origin": {"Origin": "http://[evil"},
        "foreign Origin and Referer": {"Origin": evil, "Referer": f"{evil}/"},
        "foreign Referer": {"Origin": None, "Referer": f"{evil}/"},
        "own Origin, foreign Referer": {"Referer": f"{evil}/"},
        "Origin of another port": {"Origin": "http://127.0.0.1:1"},
        "Origin over TLS": {"Origin": f"https://{host}"},
        "cross-site": {"Sec-Fetch-Site": "cross-site"},
    }.items():
        story.post("/posts/12/comments/", {"body": ""}, headers=headers, note=note)
        story.post("/posts/12/comments/", {"body": ""}, AUTHOR, headers=headers, note=note)
    secure = {"X-Forwarded-Proto": "https"}
    for note, headers in {
        "own": {"Origin": f"https://{host}", "Referer": f"https://{host}/"},
        "no Origin": {"Origin": None, "Referer": f"https://{host}/"},
        "neither": {"Origin": None, "Referer": None},
        "foreign Origin": {"Origin": evil, "Referer": f"https://{host}/"},
        "foreign Referer": {"Origin": None, "Referer": f"{evil}/"},
        "Referer over http": {"Origin": None, "Referer": f"http://{host}/"},
    }.items():
        story.post(
            "/posts/12/comments/", {"body": ""}, headers=secure | headers, note=f"TLS, {note}"
        )


@group("CSRF failure", "login", "POST without token on a view without a form")
def tokens(story: Story) -> None:
    """Send tokens of others, old ones and made-up ones."""
    own, other = story.token(AUTHOR), story.token("anybody")
    for note, hidden in {
        "none": {},
        "of another browser": other,
        "empty": dict.fromkeys(own, ""),
        "made up": dict.fromkeys(own, "made-up"),
        "made up, as long": {name: "x" * len(value) for name, value in own.items()},
        "not ASCII": dict.fromkeys(own, "é…"),
        "with NUL": dict.fromkeys(own, "a\0b"),
        "a letter more": {name: value + "x" for name, value in own.items()},
        "twice": {name: [value, value] for name, value in own.items()},
        "the wrong one first": {name: ["made-up", value] for name, value in own.items()},
        "own": own,
    }.items():
        story.ask("POST", "/posts/new/", AUTHOR, data=hidden | {"title": ""}, note=note)
    query = "&".join(f"{name}={value}" for name, value in own.items())
    story.ask("POST", f"/posts/new/?{query}", AUTHOR, shown="/posts/new/", note="in the address")
    header = {"X-CSRFToken": next(iter(own.values()))}
    story.ask("POST", "/posts/new/", AUTHOR, headers=header, note="in a header")
    story.ask(
        "POST", "/posts/new/", "nobody", data=own, note="token without its cookie"
    )
    newcomer = story.visitor("newcomer")
    before = newcomer.hidden_fields()
    read = {"body": ""}
    story.ask("POST", "/posts/12/comments/", "newcomer", data=before | read, note="before log-in")
    newcomer.log_in(STRANGER, PASSWORD)
    story.ask("POST", "/posts/12/comments/", "newcomer", data=before | read, note="after log-in")
    after = newcomer.hidden_fields()
    story.ask("POST", "/posts/12/comments/", "newcomer", data=after | read, note="new token")
    newcomer.log_out()
    story.ask("POST", "/posts/12/comments/", "newcomer", data=after | read, note="after log-out")


# Forms.

FORMS = {
    "/posts/new/": ("title", "body"),
    "/posts/1/edit/": ("title", "body"),
    "/posts/12/comments/": ("name", "email", "body"),
    "/register/": ("username", "email", "password1", "password2"),
    "/login/": ("username", "password", "remember", "next"),
    "/account/": ("email",),
    "/account/password/": ("old_password", "new_password1", "new_password2"),
}
OF_USERS = ("/posts/new/", "/posts/1/edit/", "/account/", "/account/password/")


def who_fills_in(address: str) -> str:
    """Say who fills in the form at an address."""
    return AUTHOR if address in OF_USERS else "anybody"


@group("missing form key", "duplicate key", "form field strip, NUL", "NUL in a text field")
def fields(story: Story) -> None:
    """Leave fields out, send them empty, blank, twice, and with characters nobody types."""
    for address, names in FORMS.items():
        who = who_fills_in(address)
        for note, value in {
            "empty": "",
            "blank": " \t\r\n ",
            "NUL": "a\0b",
            "NUL alone": "\0",
            "bell": "a\x07b",
            "vertical tab around": "\x0ba\x0b",
            "no-break space": "\xa0",
            "zero-width space": "\u200b",
            "lone surrogate": "a%ED%A0%80b",
            "noncharacter": "a\ufffeb",
            "byte order mark": "\ufeffa",
            "a line break": "a\nb",
        }.items():
            if "surrogate" in note:
                content = "&".join(
                    [*(f"{k}={v}" for k, v in story.token(who).items())]
                    + [f"{name}={value}" for name in names]
                )
                story.ask("POST", address, who, content=content, headers=URLENCODED, note=note)
            else:
                story.post(address, dict.fromkeys(names, value), who, note=note)
        story.post(address, {}, who, note="nothing")
        story.post(address, {name: ["", "a"] for name in names}, who, note="empty and a")
        story.post(address, {name: ["a", ""] for name in names}, who, note="a and empty")
    story.get("/posts/1/", note="afterwards")


URLENCODED: dict[str, str | None] = {"Content-Type": "application/x-www-form-urlencoded"}


@group("form field strip, NUL")
def lengths(story: Story) -> None:
    """Send what is just too long, and what is just not."""
    post = {"title": "t", "body": "b"}
    for length in (200, 201):
        note = f"{length} letters"
        page = story.post("/posts/new/", post | {"title": "t" * length}, AUTHOR, note=note)
        if page.is_redirect:
            story.post(page.location + "delete/", who=AUTHOR, shown="/posts/ new /delete/")
    story.post("/posts/new/", post | {"title": "é" * 201}, AUTHOR, note="201 accents")
    story.post("/posts/new/", post | {"title": "😀" * 201}, AUTHOR, note="201 smileys")
    story.post("/posts/new/", post | {"title": " " * 9 + "t" * 201}, AUTHOR, note="spaces and 201")
    for name, length in {"name": 81, "email": 255, "body": 5001}.items():
        value = "k@" + "e" * (length - 10) + ".example" if name == "email" else "k" * length
        story.post("/posts/12/comments/", KIM | {name: value}, note=f"{name} of {length}")
    # A line break counts as two characters where it is sent, and where it is kept.
    lines = "k\r\n" * 1667
    story.post("/posts/12/comments/", KIM | {"body": lines + "k"}, note="5002 with line breaks")
    for username in ("u" * 31, "u" * 200):
        account = {"username": username, "email": "u@example.org"}
        passwords = {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
        story.post("/register/", account | passwords, note=f"name of {len(username)}")
    story.post("/login/", {"username": "u" * 300, "password": "p"}, note="name of 300")
    story.post("/login/", {"username": AUTHOR, "password": "p" * 5000}, note="password of 5000")


EMAILS = (
    "a",
    "a@b",
    "@example.org",
    "a@",
    "a@localhost",
    "a@example.org.",
    "a@.example.org",
    "a@example..org",
    "a@-example.org",
    "a@exa_mple.org",
    "a b@example.org",
    "a..b@example.org",
    ".a@example.org",
    "a.@example.org",
    '"a b"@example.org',
    "a@[127.0.0.1]",
    "a@127.0.0.1",
    "a+b@example.org",
    "A@EXAMPLE.ORG",
    "é@example.org",
    "a@münchen.example",
    "a@xn--mnchen-3ya.example",
    "a@example.test",
    "a@example.invalid",
    "a@blog.local",
    "a@example.o",
    "a@example.123",
    "a@b@example.org",
    "a@example.org,b@example.org",
    "<a@example.org>",
    "A <a@example.org>",
    "a@example.org\nBcc: b@example.org",
    f"{'a' * 64}@example.org",
    f"{'a' * 65}@example.org",
    f"a@{'b' * 64}.example",
)


@group("missing form key")
def emails(story: Story) -> None:
    """Give e-mail addresses of every kind."""
    for email in EMAILS:
        shown = email if len(email) < 50 else f"{len(email)} characters"
        story.post("/account/", {"email": email}, AUTHOR, note=shown)
    story.post("/account/", {"email": "ada@example.org"}, AUTHOR, note="as before")


@group("password hash", "log-in time, unknown ↔ known name")
def accounts(story: Story) -> None:
    """Register and sign in wrongly, in every way."""
    account = {"username": "newcomer", "email": "new@example.org"}
    for note, password in {
        "short": "sh0rt!x",
        "common": "password1",
        "common in capitals": "PASSWORD1",
        "common with spaces": " password1 ",
        "digits": "7391846205",
        "digits that are common": "12345678",
        "the name": "newcomer",
        "like the name": "newcomer1",
        "like the e-mail": "new@example.org",
        "of the e-mail's domain": "example.org",
        "short and common": "abc123",
        "short and like the name": "newcome",
    }.items():
        passwords = {"password1": password, "password2": password}
        story.post("/register/", account | passwords, note=note)
        fields = {"new_password1": password, "new_password2": password}
        story.post(
            "/account/password/", fields | {"old_password": PASSWORD + "?"}, AUTHOR, note=note
        )
    good = {"password1": PASSWORD, "password2": PASSWORD}
    story.post("/register/", account | good | {"password2": OTHER_PASSWORD}, note="two passwords")
    story.post("/register/", account | {"password1": "short", "password2": "shor"}, note="both")
    for username in (
        "ada",
        "ADA",
        "a b",
        "é",
        "ａｄａ",
        "-a",
        ".a",
        "_a",
        "@a",
        "a/b",
        "a\nb",
        "a\n",
        "new",
        "<b>",
    ):
        wrong = {"username": username, "password2": OTHER_PASSWORD}
        story.post("/register/", account | good | wrong, note=f"named {username!r}")
    for note, fields in {
        "wrong password": {"username": AUTHOR, "password": "wrong"},
        "unknown name": {"username": "nobody", "password": "wrong"},
        "name in capitals": {"username": "ADA", "password": PASSWORD},
        "name with spaces": {"username": f" {AUTHOR} ", "password": "wrong"},
        "password with spaces": {"username": AUTHOR, "password": f" {PASSWORD} "},
        "no password": {"username": AUTHOR, "password": ""},
        "no name": {"username": "", "password": PASSWORD},
    }.items():
        story.post("/login/", fields, note=note)
    story.post("/login/", {"username": AUTHOR, "password": PASSWORD}, STRANGER, note="signed in")
    story.get("/account/", STRANGER, note="after the other log-in")


@group("form > 2.5 MB", "one multipart field > 500 kB", "1001 fields", "30 MB comment")
def bodies(story: Story) -> None:
    """Send large bodies."""
    address, who, mib = "/posts/12/comments/", "anybody", 1024 * 1024
    hidden = story.token(who)
    many = {f"field{number}": "" for number in range(1001)}
    for note, fields in {
        "999 fields": dict(list(many.items())[:999]),
        "1001 fields": many,
        "500 kB": {"body": "x" * 500_000},
        "900 kB": {"body": "x" * 900_000},
        "over 1 MiB": {"body": "x" * (mib + 1)},
        "3 MB": {"body": "x" * 3_000_000},
        "900 kB and no token": {"body": "x" * 900_000, **dict.fromkeys(hidden, "")},
        "over 1 MiB and no token": {"body": "x" * (mib + 1), **dict.fromkeys(hidden, "")},
    }.items():
        story.post(address, KIM | {"email": ""} | fields, note=note)
    for note, fields in {
        "small": {"body": "x"},
        "a field of 600 kB": {"body": "x" * 600_000},
        "a field of over 1 MiB": {"body": "x" * (mib + 1)},
        "1001 fields": many,
    }.items():
        parts = {name: (None, value) for name, value in (hidden | fields).items()}
        story.ask("POST", address, files=parts, note=f"multipart, {note}")
    for size in (1000, 600_000, mib + 1):
        parts = {name: (None, value) for name, value in hidden.items()}
        parts["body"] = ("name.txt", "x" * size)  # type: ignore[assignment]
        story.ask("POST", address, files=parts, note=f"a file of {size}")
    files = {f"f{n}": ("name.txt", "x") for n in range(101)}
    story.ask("POST", address, files=files, data=hidden, note="101 files")
    for method in ("GET", "PUT"):
        story.ask(method, "/", content="x" * (mib + 1), note="over 1 MiB")
    story.ask("POST", "/nothing/", content="x" * (mib + 1), note="over 1 MiB")

    def chunks(size: int) -> Iterable[bytes]:
        yield "&".join(f"{name}={value}" for name, value in hidden.items()).encode()
        yield b"&body=" + b"x" * size

    for size in (1000, mib + 1):
        content = chunks(size)
        story.ask(
            "POST", address, content=content, headers=URLENCODED, note=f"chunked, {size} letters"
        )
    story.get("/posts/12/", note="afterwards")


@group("`charset=latin-1` urlencoded POST", "decoding of invalid UTF-8", "JSON body")
def encodings(story: Story) -> None:
    """Send bodies that are no form, or not in UTF-8."""
    address = "/posts/12/comments/"
    hidden = story.token("anybody")
    prefix = "&".join(f"{name}={value}" for name, value in hidden.items()).encode()
    form = "application/x-www-form-urlencoded"
    for note, kind, content in (
        ("latin-1", f"{form}; charset=latin-1", prefix + b"&body=%E9"),
        ("ISO-8859-1", f"{form}; charset=ISO-8859-1", prefix + b"&body=\xe9"),
        ("UTF-16", f"{form}; charset=utf-16", prefix + b"&body=x"),
        ("unknown charset", f"{form}; charset=klingon", prefix + b"&body=x"),
        ("UTF-8", f"{form}; charset=utf-8", prefix + b"&name=%C3%A9"),
        ("invalid UTF-8", form, prefix + b"&name=%FF%FE"),
        ("invalid percent", form, prefix + b"&name=%zz%"),
        ("raw bytes", form, prefix + b"&name=\xff\xfe"),
        ("semicolons", form, prefix + b";name=x"),
        ("plus and percent", form, prefix + b"&name=a+b%2Bc"),
        ("bare names", form, prefix + b"&name&email&body"),
        ("no names", form, prefix + b"&=x&=&&"),
        ("JSON", "application/json", json.dumps(hidden | KIM).encode()),
        ("plain text", "text/plain", prefix + b"&body=x"),
        ("no type", "", prefix + b"&body=x"),
        ("multipart without boundary", "multipart/form-data", prefix),
        ("multipart, empty", "multipart/form-data; boundary=x", b""),
        ("multipart, cut off", "multipart/form-data; boundary=x", b"--x\r\nContent-Dispo"),
        ("multipart, no parts", "multipart/form-data; boundary=x", b"--x--\r\n"),
    ):
        story.ask("POST", address, content=content, headers={"Content-Type": kind}, note=note)
        token = {"X-CSRFToken": next(iter(hidden.values()))}
        story.ask(
            "POST",
            address,
            content=content,
            headers={"Content-Type": kind} | token,
            note=f"{note}, token in a header",
        )
    for length in ("abc", "-1"):
        story.ask(
            "POST", "/login/", headers={"Content-Length": length}, note=f"length {length}"
        )


# Signing in and out.


NEXTS = (
    "/posts/new/",
    "/home/?page=2&x=a%20b",
    "/home/#comments",
    "",
    "account/",
    "?page=2",
    "#top",
    "/é",
    "/%C3%A9",
    "/a b",
    " /home/",
    "/home/ ",
    "/\t/evil.example",
    "/home/\r\nX-Evil: 1",
    "/home/\0",
    "/home/\x7f",
    "https://evil.example/",
    "http://evil.example/",
    "HTTPS://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/login/?next=//evil.example",
    "/@evil.example",
    "/:80",
    "/home//evil.example",
    "SAME/account/",
    "SAME",
    "same-https/account/",
)


@group("`?next=`", "`next=https:evil.example`")
def next_addresses(story: Story) -> None:
    """Sign in with every kind of next address."""
    host = story.url.removeprefix("http://")
    for shown in NEXTS:
        address = shown.replace("SAME", story.url).replace("same-https", f"https://{host}")
        for way in ("field", "address"):
            visitor = story.visitors["anybody"] = Player(story.url)
            hidden = visitor.get("/login/").form("/login/").hidden
            fields = hidden | {"username": AUTHOR, "password": PASSWORD}
            params = {}
            if way == "field":
                fields["next"] = address
            else:
                fields.pop("next", None)
                params = {"params": {"next": address}}
            story.ask("POST", "/login/", data=fields, note=f"next {shown!r} in the {way}", **params)
    both = "/login/?next=/home/"
    fields = {"username": AUTHOR, "password": PASSWORD, "next": "/feed.atom"}
    story.post(both, fields, "somebody", note="another in the form")
    for address in ("/posts/new/", "/posts/1/edit/?x=a%20b&y=%26", "/account/?next=/home/"):
        story.get(address, "visitor")
    story.post("/posts/new/?x=1", {"title": "t"}, "visitor")


@group("session cookie", "login", "remember me")
@group("session id chosen by somebody else; id at log-in")
def remembering(story: Story) -> None:
    """Sign in with and without being remembered."""
    for remember in ({}, {"remember": "on"}, {"remember": ""}, {"remember": "false"}):
        note = f"remember={remember.get('remember', 'left out')}"
        who = f"visitor {len(remember)}{remember.get('remember', '')}"
        visitor = story.visitor(who)
        story.get("/posts/1/", who, note="before log-in")
        fields = {"username": STRANGER, "password": PASSWORD} | remember
        story.post("/login/", fields, who, note=note)
        story.get("/", who, note="the marks are kept")
        story.get("/account/", who, note="the first page")
        story.get("/account/", who, note="the second page")
        visitor.close_window()
        story.get("/account/", who, note="after the window was closed")
        story.get("/account/", who, note="and again")
        visitor.cookies.clear()
    # A session that somebody else has opened is not the one that the user gets.
    chosen = story.visitor("mallory")
    chosen.get("/posts/1/")
    victim = story.visitors["victim"] = chosen.twin()  # type: ignore[assignment]
    victim.log_in(STRANGER, PASSWORD)
    story.get("/account/", "mallory", note="in a session that a user has taken over")


@group("logout", "User-Agent change", "copied cookie after log-out, reset, password change")
@group("password change")
def copies(story: Story) -> None:
    """Keep copies of cookies, and use them when they should be worth nothing."""
    visitor = story.visitor("visitor")
    story.get("/posts/1/", "visitor")
    visitor.log_in(STRANGER, PASSWORD, remember=True)
    story.visitors["session copied"] = copy_of(visitor, only_session=True)
    story.visitors["all copied"] = copy_of(visitor)
    story.get("/account/", "visitor", headers={"User-Agent": "Another/1.0"}, note="other browser")
    story.get("/account/", "visitor", headers={"X-Forwarded-For": "192.0.2.1"}, note="other place")
    story.ask("POST", "/logout/", "visitor", note="without a token")
    story.post("/logout/", who="visitor")
    story.get("/", "visitor", note="signed out, the marks are gone")
    story.get("/account/", "visitor", note="signed out")
    story.get("/account/", "session copied", note="after log-out")
    story.get("/account/", "all copied", note="after log-out")
    story.post("/logout/", who="nobody", note="nobody signed in")

    changer, other = story.visitor("changer"), story.visitor("other")
    for one in (changer, other):
        one.log_in(STRANGER, PASSWORD, remember=True)
    fields = {"old_password": PASSWORD, "new_password1": OTHER_PASSWORD}
    fields["new_password2"] = OTHER_PASSWORD
    old = story.token("changer")
    story.post("/account/password/", fields, "changer")
    story.get("/account/", "changer", note="after the change")
    story.get("/account/", "other", note="after the change")
    story.ask("POST", "/account/", "changer", data=old | {"email": ""}, note="with the old token")
    story.tokens.pop("changer")
    fields = {"old_password": OTHER_PASSWORD, "new_password1": PASSWORD, "new_password2": PASSWORD}
    story.post("/account/password/", fields, "changer", note="back again")
    changer.close_window()
    story.get("/account/", "changer", note="remembered as before")


def copy_of(visitor: Player, *, only_session: bool = False) -> Player:
    """Copy a browser, or only what it forgets when it is closed."""
    twin = visitor.twin()
    assert isinstance(twin, Player)
    if only_session:
        for cookie in list(twin.cookies):
            if cookie.expires:
                twin.cookies.clear(cookie.domain, cookie.path, cookie.name)
    return twin


@group("default secret key")
def broken_cookies(story: Story) -> None:
    """Come with cookies that no site has made."""
    visitor = story.visitor("visitor")
    visitor.get("/posts/1/")
    visitor.log_in(STRANGER, PASSWORD, remember=True)
    for note, change in {
        "cut": lambda value: value[: len(value) // 2],
        "a letter more": lambda value: value + "x",
        "another letter": lambda value: ("x" if value[0] != "x" else "y") + value[1:],
        "empty": lambda value: "",
        "nonsense": lambda value: "nonsense",
        "dots": lambda value: "..",
        "long": lambda value: "x" * 3000,
    }.items():
        values = {cookie.name: change(cookie.value) for cookie in visitor.cookies}
        header = "; ".join(f"{name}={value}" for name, value in values.items())
        for address in ("/", "/account/"):
            story.get(address, headers={"Cookie": header}, note=note)
        story.ask("POST", "/login/", headers={"Cookie": header}, note=note)


# Headers that change what is answered.


@group("static files", "security headers")
def negotiation(story: Story) -> None:
    """Ask with headers that could change the answer."""
    future = "Tue, 01 Jan 2999 00:00:00 GMT"
    for note, headers in {
        "German": {"Accept-Language": "de"},
        "JSON": {"Accept": "application/json"},
        "nothing acceptable": {"Accept": "image/png"},
        "gzip": {"Accept-Encoding": "gzip"},
        "not modified": {"If-Modified-Since": future},
        "no match": {"If-None-Match": '"x"'},
        "any match": {"If-None-Match": "*"},
        "range": {"Range": "bytes=0-0"},
        "impossible range": {"Range": "bytes=999999999-"},
        "script": {"X-Requested-With": "XMLHttpRequest"},
        "DNT": {"DNT": "1"},
        "another method": {"X-HTTP-Method-Override": "DELETE"},
        "Expect": {"Expect": "100-continue"},
    }.items():
        for address in ("/", "/nothing/", "/feed.atom", "/static/style.css"):
            story.get(address, headers=headers, note=note)
    story.post("/login/", {}, headers={"Accept-Language": "de"}, note="German")
    story.get("/static/icon.svg")
    tag = story.visitor("anybody").get("/static/style.css").headers.get("ETag", "")
    story.get("/static/style.css", headers={"If-None-Match": tag}, note="its own ETag")


# What changes the blog: last, because everything above counts on what is there.


@group("SQLite foreign keys", "SQLite id reuse after delete")
def changes(story: Story) -> None:
    """Edit and delete, as those who may and those who may not."""
    text = {"title": " A new <title> ", "body": f"  {MARKUP}"}
    for who in ("anybody", STRANGER, AUTHOR):
        story.post("/posts/4/edit/", text, who)
        story.get("/posts/4/", who, note="after the edit")
    extra = {"author": "2", "author_id": "2", "id": "1", "date_posted": "2001-01-01T00:00:00Z"}
    story.post("/posts/4/edit/", {"title": "t", "body": "b"} | extra, AUTHOR, note="with more")
    story.get("/posts/4/", AUTHOR, note="after more")
    story.get("/posts/1/", note="as it was")
    for who in ("anybody", STRANGER, AUTHOR):
        story.post("/comments/1/delete/", who=who)
    story.post("/comments/2/delete/", who=STRANGER)
    for address in ("/posts/1/", "/", "/feed.atom"):
        story.get(address, AUTHOR, note="afterwards")
    story.post(f"/posts/{STRANGERS_POST}/comments/", {"body": "Bye."}, AUTHOR)
    for who in ("anybody", AUTHOR, STRANGER):
        story.post(f"/posts/{STRANGERS_POST}/delete/", who=who)
        story.get(f"/posts/{STRANGERS_POST}/", who, note="after the deletion")
        story.post(f"/posts/{STRANGERS_POST}/comments/", KIM, who, note="after the deletion")
    page = story.post("/posts/new/", {"title": "Next", "body": "n"}, STRANGER)
    assert page.location != f"/posts/{STRANGERS_POST}/", "an id is used again"
    story.get(page.location, STRANGER)
