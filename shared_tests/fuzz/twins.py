"""Both sites in the same state, who are told the same story."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import ParseError

from ..browser import Page
from ..differences import unexplained
from ..normalize import Answer, Change, differences, normalize
from ..servers import SITES, Server
from ..story.telling import AUTHOR, GROUPS, STRANGER, Player, Story
from .steps import Step

ENDS_SESSIONS = {"/logout/", "/session/"}
LONG = 2000
BEGINS_SESSIONS = {"/login/", "/register/", "/account/password/"}


class DifferentError(AssertionError):
    """What was asked, and how the answers differ."""

    def __init__(
        self, told: list[str], wrong: list[str], *, is_5xx: bool = False
    ) -> None:
        """Write the story down, a line for a request."""
        lines = [f"{n:3}  {line}" for n, line in enumerate(told, 1)]
        why = "The last answer is wrong:" if is_5xx else "The last answers differ:"
        super().__init__("\n".join([*lines, why, *wrong]))
        self.is_5xx = is_5xx


class Stage:
    """One site, its browsers, and its database as every story finds it."""

    def __init__(self, server: Server) -> None:
        """Play the set-up, and keep what it made."""
        self.server = server
        self.snapshot = server.folder / "set_up.sqlite3"
        self.story = Story(server.url)
        self.story.begin("set_up")
        GROUPS["set_up"](self.story)
        self.known = {who: self.story.visitors[who] for who in (AUTHOR, STRANGER)}
        with (
            closing(sqlite3.connect(server.database)) as database,
            closing(sqlite3.connect(self.snapshot)) as snapshot,
        ):
            database.backup(snapshot)
            snapshot.execute("DELETE FROM mail_message")  # nobody waits for these
            snapshot.commit()
        self.forms: dict[tuple[str, str], dict[str, str]] = {}

    def begin(self) -> None:
        """Put database and browsers back to where every story begins."""
        with closing(
            sqlite3.connect(self.server.database, timeout=20, isolation_level=None)
        ) as database:
            database.execute("ATTACH ? AS kept", (str(self.snapshot),))
            database.execute("BEGIN IMMEDIATE")
            tables = database.execute(
                "SELECT name FROM kept.sqlite_master WHERE type = 'table'"
            ).fetchall()
            # What triggers write while the others are filled comes last.
            tables.sort(key=lambda row: row[0] in {"blog_bookmark", "blog_edition"})
            for (table,) in tables:
                database.execute(f"DELETE FROM main.{table}")  # noqa: S608 - our own
                database.execute(f"INSERT INTO main.{table} SELECT * FROM kept.{table}")  # noqa: S608
            database.execute("COMMIT")
        self.story.visitors = {who: copy_of(one) for who, one in self.known.items()}
        self.story.tokens.clear()
        self.forms.clear()

    def browser(self, who: str) -> Player:
        """Find a browser, or take a new one."""
        return self.story.visitors.setdefault(who, Player(self.server.url))

    def ask(self, step: Step, **options: Any) -> Page:
        """Send a request, by the name of a step."""
        self.browser(step.who)
        page = self.story.ask(step.method, step.address, step.who, **options)
        self.story.answers.clear()
        return page

    def open(self, step: Step) -> Page:
        """Open the page of a form, and remember what is hidden in it."""
        page = self.ask(Step("GET", step.form, step.who))
        self.forms[step.who, step.address] = hidden_fields(page, step.address)
        return page

    def send(self, step: Step) -> Page:
        """Send a step as it is, with what is hidden in its form."""
        hidden = self.forms.get((step.who, step.address), {}) if step.form else {}
        headers: dict[str, Any] = dict(step.headers)
        if "Cookie" in headers:
            self.story.visitors[step.who] = Player(self.server.url)  # without its own
            headers["Cookie"] = self.with_own_names(headers["Cookie"])
        if step.form and step.method != "POST":
            headers["X-CSRFToken"] = next(iter(hidden.values()), "")
        options: dict[str, Any] = {"headers": headers}
        if step.content is not None:
            token = urlencode(hidden).encode()
            options["content"] = step.content.replace(b"TOKEN", token, 1)
        elif step.is_multipart:
            fields = {**hidden, **step.fields}
            options["files"] = {name: (None, value) for name, value in fields.items()}
        elif step.method == "POST":
            options["data"] = {**hidden, **step.fields}
        return self.ask(step, **options)

    def with_own_names(self, cookies: str) -> bytes:
        """Say everything about "OWN" of each cookie that this site sets."""
        names = sorted(cookie.name for cookie in self.known[AUTHOR].cookies)
        if len(cookies) > LONG:  # servers limit the header
            names = names[-1:]
        sent = [cookies.replace("OWN", name) for name in names]
        return "; ".join(sent if "OWN" in cookies else sent[:1]).encode()

    def close_other_browsers(self, who: str, mates: set[str]) -> None:
        """Take new browsers for those that shared an account with this one."""
        for mate in mates - {who}:
            self.story.visitors[mate] = Player(self.server.url)
            self.close_forms(mate)

    def close_forms(self, who: str) -> None:
        """Close what this browser has open: its token is another one now."""
        for key in [key for key in self.forms if key[0] == who]:
            del self.forms[key]


def hidden_fields(page: Page, address: str) -> dict[str, str]:
    """Find what is hidden in the form for an address, or a token at least."""
    for action in (address, "/logout/", "/login/"):
        if page.has_form(action):
            hidden = page.form(action).hidden
            return {k: v for k, v in hidden.items() if k != "next"}
    return {}


def copy_of(player: Player) -> Player:
    """Copy a browser with its cookies."""
    twin = player.twin()
    assert isinstance(twin, Player)
    return twin


class Twins:
    """Both sites, asked the same at the same time."""

    def __init__(self, servers: list[Server], asked: Callable[[], None]) -> None:
        """Prepare both; `asked` is called after each request to both."""
        self.pool = ThreadPoolExecutor(len(servers))
        self.stages = list(self.pool.map(Stage, servers))
        self.asked = asked
        self.told: list[str] = []
        self.users: dict[str, str] = {}

    @classmethod
    @contextmanager
    def of(cls, servers: list[Server], asked: Callable[[], None]) -> "Iterator[Twins]":
        """Prepare both, and let go of the threads in the end."""
        twins = cls(servers, asked)
        with twins.pool:
            yield twins

    def play(self, story: list[Step]) -> None:
        """Tell both sites a story; raise DifferentError where they are not alike."""
        list(self.pool.map(Stage.begin, self.stages))
        self.told.clear()
        self.users = {AUTHOR: AUTHOR, STRANGER: STRANGER}
        for step in story:
            if not self.do(step):
                return
        for address in ("/", "/feed.atom"):
            self.compare(Step("GET", address, "reader"), Stage.send)

    def differ(self, story: list[Step]) -> DifferentError | None:
        """Tell both sites a story, and give what is wrong with it."""
        try:
            self.play(story)
        except DifferentError as different:
            return different
        return None

    def do(self, step: Step) -> bool:
        """Do one step; say whether both sites are still in the same state."""
        if step.form and not (
            step.is_kept and (step.who, step.address) in self.stages[0].forms
        ):
            opening = Step("GET", step.form, step.who, kinds=("forgetting",))
            if not self.compare(opening, lambda stage, _: stage.open(step)):
                return False
        kinds = list(step.kinds)
        hidden = [stage.forms.get((step.who, step.address)) for stage in self.stages]
        if step.method == "POST" and step.form and any(hidden) and not all(hidden):
            return True  # the pages differ by design: only one has the form
        if step.form and not any(hidden):
            kinds.append(f"methods of {step.address}")
        if step.address in ENDS_SESSIONS and step.who not in self.users:
            kinds.append("copies: nobody signed in")
        step = replace(step, kinds=tuple(kinds))
        return self.compare(step, Stage.send)

    def compare(self, step: Step, send: Callable[[Stage, Step], Page]) -> bool:
        """Ask both and compare; say whether both are still in the same state."""
        self.told.append(str(step))
        pages = list(self.pool.map(send, self.stages, [step] * len(self.stages)))
        self.asked()
        codes = {page.status for page in pages}
        if max(codes) >= 500:
            named = [
                f"  {site}: {page.status}"
                for site, page in zip(SITES, pages, strict=True)
            ]
            raise DifferentError(self.told, named, is_5xx=True)
        read = [self.read(*pair) for pair in zip(self.stages, pages, strict=True)]
        # A tag says whether this browser has a cookie left: DIFF-COOKIES-LEFT.
        left: list[Change] = [
            change for change in differences(*read) if change.part != "Etag"
        ]
        for name in step.names:
            left = unexplained(name, left)
        if left:
            raise DifferentError(self.told, written(left))
        if step.method == "POST" and pages[0].is_redirect:
            self.follow_sessions(step)
        if step.method == "OPTIONS":
            return True
        return len({code // 100 for code in codes}) == 1 or min(codes) >= 400

    def read(self, stage: Stage, page: Page) -> Answer:
        """Reduce an answer; one that cannot be read is worth a story too."""
        try:
            return normalize(page.response, stage.server.url)
        except ParseError as error:
            raise DifferentError(
                self.told, [f"  {stage.server.name}: not well-formed: {error}"]
            ) from error

    def follow_sessions(self, step: Step) -> None:
        """Keep in mind who is signed in where, and which forms are closed by it."""
        if step.address in ENDS_SESSIONS:
            user = self.users.pop(step.who, None)
            mates = {who for who, name in self.users.items() if name == user}
            for stage in self.stages:
                stage.close_other_browsers(step.who, mates)
            self.users = {w: n for w, n in self.users.items() if w not in mates}
        elif step.address in {"/login/", "/register/"}:
            self.users[step.who] = str(step.fields["username"]).strip()
        if step.address in ENDS_SESSIONS | BEGINS_SESSIONS:
            for stage in self.stages:
                stage.close_forms(step.who)


def written(changes: list[Change]) -> list[str]:
    """Write differences down."""
    lines = []
    for change in changes:
        lines.append(f"  {change.part}")
        for site, value in zip(SITES, (change.first, change.second), strict=True):
            lines.append(f"    {site:7} {value[:300]!r}")
    return lines
