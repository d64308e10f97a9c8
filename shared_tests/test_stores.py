"""Sessions in a cookie or on the server cost what shared_tests/stores.py says."""

import re
import shlex
import socket
import sqlite3
import zlib
from base64 import urlsafe_b64decode
from binascii import Error
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from .browser import Page
from .databases import TABLES
from .mails import wait_until
from .old_posts import add_old_posts
from .servers import SITES, Launcher, Server
from .session_page import marks_told, session_value
from .stores import COLUMNS, QUESTIONS, Question
from .visitor import Visitor, token

POSTS = range(1, 201)
FIRST = "/posts/1/"
AT_ONCE = 40
ROUNDS = 5
# How far a length may be from the one that is told: names of users are not as long.
TOLERANCE = 0.1
SIGNED_COOKIE = "signed cookie"


@dataclass
class Scene:
    """One site with one store, and what can be done there."""

    launch: Launcher
    server: Server
    question: Question
    store: str

    @property
    def pinned(self) -> str:
        """The answer that the question has here."""
        return self.question.answer(self.server.name, self.store)

    def visitor(self) -> Visitor:
        """Open a browser."""
        return Visitor(self.server.url)

    def reader(self, count: int = 1) -> Visitor:
        """Register somebody who reads that many posts."""
        reader = self.visitor()
        reader.register()
        for number in POSTS[:count]:
            reader.get(f"/posts/{number}/")
        return reader

    def database(self) -> sqlite3.Connection:
        """Open the database of the server."""
        return sqlite3.connect(self.server.database)


Proof = Callable[[Scene], str]
PROOFS: dict[str, Proof] = {}


def proof(*ids: str) -> Callable[[Proof], Proof]:
    """Name the questions that a function finds the answer of."""

    def add(function: Proof) -> Proof:
        PROOFS.update(dict.fromkeys(ids, function))
        return function

    return add


@pytest.fixture(scope="session")
def store_servers(
    request: pytest.FixtureRequest, site_name: str
) -> Callable[[str], Server]:
    """Servers of this site, one for each store, started when it is asked for."""
    if request.config.getoption("url", None):
        pytest.skip("needs every store")
    if request.config.getoption("scaled", None):
        pytest.skip("needs sites on SQLite")
    launch: Launcher = request.getfixturevalue("launch")
    servers: dict[str, Server] = {}

    def serve(store: str) -> Server:
        if store not in servers:
            servers[store] = launch.start(site_name, SESSION_STORE=store)
            add_old_posts(servers[store], POSTS)
        return servers[store]

    return serve


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
@pytest.mark.parametrize("store", ["cookie", "server"])
def test_an_answer_still_holds(
    request: pytest.FixtureRequest,
    store_servers: Callable[[str], Server],
    store: str,
    question: Question,
) -> None:
    launch: Launcher = request.getfixturevalue("launch")
    scene = Scene(launch, store_servers(store), question, store)

    assert PROOFS[question.id](scene) == scene.pinned


def test_every_question_has_a_proof_and_an_answer_for_each_column() -> None:
    ids = [question.id for question in QUESTIONS]

    assert len(ids) == len(set(ids))
    assert set(ids) == PROOFS.keys()
    assert all(question.text.endswith("?") for question in QUESTIONS)
    assert all(question.answer(*column) for question in QUESTIONS for column in COLUMNS)
    assert all(question.reason.endswith(".") for question in QUESTIONS)


def yes_or_no(answer: object) -> str:
    """Say it in a word."""
    return "yes" if answer else "no"


def opens(copy: Visitor) -> bool:
    """Whether a copy of a cookie signs in or shows what was read."""
    entries = copy.twin().get(f"/?page={len(POSTS) // 5}").entries
    return (
        copy.twin().is_signed_in
        or any(entry.is_read for entry in entries)
        or marks_told(copy) > 0
    )


@proof("default")
def is_default(scene: Scene) -> str:
    name = scene.server.name
    reader = Visitor(scene.launch.shared([name])[name].url)
    reader.register()
    told = SIGNED_COOKIE in reader.get("/session/").words
    return yes_or_no(told == (scene.store == "cookie"))


@proof("readable")
def is_readable(scene: Scene) -> str:
    reader = scene.reader()
    reader.get(f"/posts/{POSTS[-1]}/")
    parts = re.split(r"[.:]", session_value(reader))
    found = [text for text in decoded(parts) if re.search(rf"\b{POSTS[-1]}\b", text)]
    return yes_or_no(found)


def decoded(parts: Iterable[str]) -> Iterable[str]:
    """Read what can be read of a cookie, by no other means than everybody has."""
    for part in parts:
        try:
            content = urlsafe_b64decode(part + "==")
        except Error:
            continue
        yield content.decode("latin-1")
        try:
            yield zlib.decompress(content).decode("latin-1")
        except zlib.error:
            continue


# Copies, and other browsers.


@proof("log-out-elsewhere")
def log_out_elsewhere(scene: Scene) -> str:
    here, there = scene.reader(), scene.visitor()
    there.log_in(here.username, here.password)
    here.log_out()
    return yes_or_no(not there.is_signed_in)


@proof("copy-log-out")
def copy_after_log_out(scene: Scene) -> str:
    reader = scene.reader()
    copy = reader.twin()
    reader.log_out()
    return yes_or_no(opens(copy))


@proof("copy-password-change")
def copy_after_password_change(scene: Scene) -> str:
    reader = scene.reader()
    copy = reader.twin()
    password = f"{token()} {token()}"
    answer = reader.open_form("/account/password/").submit(
        old_password=reader.password, new_password1=password, new_password2=password
    )
    assert answer.is_redirect
    return yes_or_no(opens(copy))


@proof("copy-forget-me")
def copy_after_forget_me(scene: Scene) -> str:
    return yes_or_no(opens(forgotten(scene.reader())))


@proof("copy-anonymous")
def copy_of_an_anonymous_reader(scene: Scene) -> str:
    reader = scene.visitor()
    reader.get(FIRST)
    return yes_or_no(opens(forgotten(reader)))


def forgotten(reader: Visitor) -> Visitor:
    """Press the button, and give a copy of the browser as it was before."""
    copy = reader.twin()
    reader.get("/session/").form("/session/").submit()
    assert not marks_told(reader)
    return copy


# Lengths.


@proof("bytes-3")
def length_after_3(scene: Scene) -> str:
    return about(len(session_value(scene.reader(3))), scene.pinned)


@proof("bytes-200")
def length_after_200(scene: Scene) -> str:
    return about(len(session_value(scene.reader(200))), scene.pinned)


def about(length: int, told: str) -> str:
    """Give what is told where a length is near enough to it."""
    (number,) = map(int, re.findall(r"\d+", told))
    near = TOLERANCE * number if told.startswith("about") else 0
    return told if abs(length - number) <= near else f"{length} bytes"


# Writes.


@proof("reading-writes")
def reading_writes(scene: Scene) -> str:
    reader = scene.reader()
    addresses = ["/", "/home/", "/authors/maria/", FIRST, "/account/", "/session/"]
    return yes_or_no(writes(scene, lambda: [reader.get(each) for each in addresses]))


@proof("marking-writes")
def marking_writes(scene: Scene) -> str:
    reader = scene.reader()
    written = writes(scene, lambda: [reader.get("/posts/2/")])
    assert marks_told(reader) == 2
    return yes_or_no(written)


def writes(scene: Scene, read: Callable[[], list[Page]]) -> bool:
    """Whether somebody else has written to the database meanwhile."""
    with closing(scene.database()) as connection:
        version = "PRAGMA data_version"
        before = connection.execute(version).fetchone()
        assert all(page.status == 200 for page in read())
        return bool(connection.execute(version).fetchone() != before)


@proof("at-once")
def marks_of_posts_opened_at_once(scene: Scene) -> str:
    # It may happen by chance that nothing is lost, but not time after time.
    rounds = (kept_of_one_round(scene) for _ in range(ROUNDS))
    kept = next((count for count in rounds if count < AT_ONCE), AT_ONCE)
    return {1: "one", AT_ONCE: "all"}.get(kept, "some")


def kept_of_one_round(scene: Scene) -> int:
    """Open posts at once, and count the marks when the last answer has come."""
    reader = scene.reader()
    answered: list[Visitor] = []

    def open_post(number: int) -> None:
        tab = reader.twin()
        assert tab.get(f"/posts/{number}/").status == 200
        answered.append(tab)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(open_post, POSTS[1 : AT_ONCE + 1]))
    return marks_told(answered[-1]) - 1


@proof("log-out-meanwhile")
def log_out_while_a_comment_is_on_its_way(scene: Scene) -> str:
    reader = scene.reader()
    copy, other_tab = reader.twin(), reader.twin()
    form = reader.get(FIRST).form(f"{FIRST}comments/")
    text = token()
    body = urlencode({**form.values, "body": text}).encode()
    with closing(begin_post(reader, form.action, body)) as connection:
        # While these are answered, the other request gets as far as it can.
        for _ in range(3):
            scene.visitor().get("/")
        assert other_tab.log_out().is_redirect
        connection.sendall(body)
        status = int(connection.makefile().readline().split()[1])
        connection.recv(1)

    if copy.is_signed_in:
        return "no: the browser is signed in again"
    published = text in [each.text for each in scene.visitor().get(FIRST).comments]
    if published and status >= 400:
        return "yes: the comment is published, but its answer is an error"
    return "yes"


def begin_post(visitor: Visitor, address: str, body: bytes) -> socket.socket:
    """Send all of a request but its body, and wait until the server asks for that."""
    url = urlsplit(visitor.url)
    lines = [
        f"POST {address} HTTP/1.1",
        f"Host: {url.netloc}",
        f"Origin: {visitor.url}",
        "Cookie: " + "; ".join(f"{each.name}={each.value}" for each in visitor.cookies),
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Expect: 100-continue",
        "Connection: close",
    ]
    connection = socket.create_connection((url.hostname, url.port), timeout=30)
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    assert connection.recv(1024).startswith(b"HTTP/1.1 100 ")
    return connection


# Keys, and the end.


@proof("key-log-in")
def key_at_log_in(scene: Scene) -> str:
    account, reader = scene.reader(), scene.visitor()
    reader.get(FIRST)
    return key_change(reader, account)


@proof("key-second-log-in")
def key_at_the_second_log_in(scene: Scene) -> str:
    reader = scene.reader()
    return key_change(reader, reader)


def key_change(reader: Visitor, account: Visitor) -> str:
    """Say whether log-in changes the key, where a read mark does not."""
    first = session_value(reader)
    reader.get("/posts/2/")
    second = session_value(reader)
    if first != second:
        return "there is no key"
    reader.log_in(account.username, account.password)
    return yes_or_no(session_value(reader) != second)


@proof("who-deletes")
def who_deletes(scene: Scene) -> str:
    reader = scene.reader()
    reader.log_in(reader.username, reader.password, remember=True)
    assert any(cookie.expires for cookie in reader.cookies)
    # Of two sessions that end soon, one is never asked for again.
    server = scene.launch.start(
        scene.server.name, SESSION_STORE=scene.store, SESSION_COOKIE_AGE="1"
    )
    before = rows_beside_the_contract(server)
    idle, watched = Visitor(server.url), Visitor(server.url)
    idle.register()
    watched.register()
    kept = rows_beside_the_contract(server)
    if kept > before:
        wait_until(lambda: not watched.is_signed_in, "the later session is over")
        scene.launch.run(
            server.name, "clean_sessions", server.folder, server.environment
        )
    left = rows_beside_the_contract(server)
    server.stop()
    if kept == before:
        return "the browser"
    return "nobody" if left > before else command_in_short(server.name)


def rows_beside_the_contract(server: Server) -> int:
    """Count the rows of all tables that only this site has, and not the contract."""
    with closing(sqlite3.connect(server.database)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema"
            " WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        return sum(
            connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - a name from above
            for (name,) in tables
            if name not in TABLES
        )


def command_in_short(site: str) -> str:
    """Name a command of sites.toml by its program and its last word."""
    words = shlex.split(SITES[site]["clean_sessions"])
    program = words[2] if words[1] == "-m" else Path(words[1]).name
    return f"`{program} {words[-1]}`"


@proof("new-secret-key")
def another_secret_key(scene: Scene) -> str:
    user, anonymous, server = scene.reader(), scene.visitor(), scene.server
    anonymous.get(FIRST)
    environment = {**server.environment, "SECRET_KEY": token() * 4}
    changed = scene.launch.serve(server.name, server.folder, environment)
    signed_in = user.twin(changed.url).is_signed_in
    read = marks_told(anonymous.twin(changed.url))
    changed.stop()
    users = "users stay signed in" if signed_in else "users are signed out"
    if read:
        return f"{users}, anonymous readers keep their marks"
    return users if signed_in else "they are lost"
