"""A blog that all goes wrong with: its processes, and the database behind them."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import NullPool, create_engine, text

from ..databases import create_database, driver
from ..postgresql_server import PostgreSQLServer, children
from ..servers import ROOT, SITES, Launcher, copy_database
from ..storm.programs import PAUSE, POSTS, SECONDS_TO_ANSWER, Case, Site, StormError
from ..visitor import Post, Visitor, token

HASTY_THREADS = 16

# What makes SQLite say that the disk is full: as many pages as it has, and none more.
# Every process reads it from a file before each statement, by a `sitecustomize`.
FULL = "PRAGMA max_page_count = 1"
NOT_FULL = "PRAGMA max_page_count = 4294967294"
OBEDIENT = """
import pathlib, sqlite3
from functools import partial

class Connection(sqlite3.Connection):
    def cursor(self, *arguments, **named):
        super().cursor().execute(pathlib.Path({path!r}).read_text())
        return super().cursor(*arguments, **named)

sqlite3.dbapi2.connect = partial(sqlite3.dbapi2.connect, factory=Connection)
"""
NO_SPACE = """
CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'could not extend file: No space left on device'
  USING ERRCODE = 'disk_full';
END $$
"""


@dataclass
class Blog:
    """A site with some posts, on a database of its own."""

    url: str
    program: Site
    server: PostgreSQLServer | None
    author: Visitor = field(init=False)
    posts: list[Post] = field(init=False)
    reader: Visitor = field(init=False)

    @property
    def address(self) -> str:
        """Where visitors reach it."""
        return self.program.url

    def start(self) -> None:
        """Start the site, with an author, some posts, and who has read the first."""
        self.program.start()
        self.author = Visitor(self.address)
        self.author.register()
        self.posts = self.author.write_posts(POSTS)
        self.author.get("/")  # which shows the message after the last change
        self.reader = Visitor(self.address)
        self.reader.get(self.posts[0].address)

    def comments(self) -> list[str]:
        """Read the texts of all comments."""
        return [body for (body,) in self.query("SELECT body FROM blog_comment")]

    def look_for_damage(self) -> dict[str, int]:
        """Ask SQLite what is wrong with its file; PostgreSQL has no such question."""
        if self.server:
            return {}
        found = [sentence for (sentence,) in self.query("PRAGMA integrity_check")]
        return {"damages_of_the_file": len(found) if found != ["ok"] else 0}

    def query(self, statement: str, **values: object) -> list[Any]:
        """Read from the database."""
        engine = create_engine(driver(self.url), poolclass=NullPool)
        with engine.connect() as connection:
            return list(connection.execute(text(statement), values))

    def workers(self) -> list[int]:
        """Find the processes that answer."""
        return children(self.master)

    @property
    def master(self) -> int:
        """The process that starts the others."""
        assert self.program.process
        return self.program.process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process that starts the others."""
        os.kill(self.master, number)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock that writers need."""
        if self.server:
            tables = ", ".join(self._tables())
            engine = create_engine(driver(self.url), poolclass=NullPool)
            with engine.begin() as connection:
                connection.execute(text(f"LOCK TABLE {tables} IN EXCLUSIVE MODE"))
                yield
        else:
            with self._connected() as connection:
                connection.execute("BEGIN IMMEDIATE")
                yield

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no space for one page more."""
        if self.server:
            self._execute(NO_SPACE, *(self._trigger(name) for name in self._tables()))
            try:
                yield
            finally:
                self._execute("DROP FUNCTION no_space CASCADE")
        else:
            with self._connected() as connection:
                connection.execute("VACUUM")  # or there would be space in the file
            say(self.program.folder, FULL)
            try:
                yield
            finally:
                say(self.program.folder, NOT_FULL)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Stop PostgreSQL for a while."""
        assert self.server
        self.server.stop()
        try:
            yield
        finally:
            self.server.start()

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        path = self.url.removeprefix("sqlite:///")
        connection = sqlite3.connect(path, timeout=20, isolation_level=None)
        with closing(connection):
            yield connection

    def _tables(self) -> list[str]:
        found = self.query("SELECT tablename FROM pg_tables WHERE schemaname='public'")
        return [name for (name,) in found]

    def _trigger(self, table: str) -> str:
        return (
            f"CREATE TRIGGER no_space BEFORE INSERT OR UPDATE ON {table}"
            " EXECUTE FUNCTION no_space()"
        )

    def _execute(self, *statements: str) -> None:
        engine = create_engine(driver(self.url), poolclass=NullPool)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))


@contextmanager
def running(
    launcher: Launcher,
    name: str,
    server: PostgreSQLServer | None,
    *,
    hasty: bool = False,
) -> Iterator[Blog]:
    """Run a site as in production, on PostgreSQL where there is a server, or SQLite.

    A hasty one waits for a lock for a second, its disk can be full, and each of its
    processes has a thread for everybody who comes at once.
    """
    folder = launcher.new_folder(f"{name}-losses")
    if server:
        url = create_database(server.url, f"{name}-{token()}")
    else:
        url = f"sqlite:///{folder / 'site.sqlite3'}"
        copy_database(launcher.empty_database(name), folder / "site.sqlite3")
    environment = launcher.environment(folder, DATABASE_URL=url)
    if server:
        launcher.run(name, "migrate", folder, environment)
    serve = SITES[name]["crowd"]
    if hasty:
        serve += f" --threads {HASTY_THREADS}"
        say(folder, NOT_FULL)
        code = OBEDIENT.format(path=str(folder / "said.sql"))
        (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
        environment["PYTHONPATH"] = f"{folder}:{ROOT}"
        environment["DATABASE_TIMEOUT"] = "1"
    case = Case(launcher, name, "thread")
    program = Site(case, serve, folder, environment)
    blog = Blog(url, program, server)
    try:
        blog.start()
        yield blog
    finally:
        program.end()


def say(folder: Path, pragma: str) -> None:
    """Tell SQLite something, in every process of a hasty site."""
    new = folder / "new.sql"
    new.write_text(pragma, encoding="utf-8")
    new.rename(folder / "said.sql")  # nobody reads half of it


def wait_until(done: Callable[[], object], what: str) -> None:
    """Wait for a condition."""
    deadline = monotonic() + SECONDS_TO_ANSWER
    while not done():
        if monotonic() > deadline:
            raise StormError(f"Waited in vain until {what}.")
        sleep(PAUSE)
