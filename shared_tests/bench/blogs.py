"""Blogs with as many posts as a measurement wants, kept for the next one."""

import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg

from ..databases import create_database
from ..servers import ROOT, SITES, Launcher, command_line
from .workers import BenchError, last_line

KEPT = ROOT / "build" / "bench"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
SCHEMA = "SELECT coalesce(group_concat(sql), '') FROM sqlite_master"
AUTHOR = """\
SELECT username FROM users_user JOIN blog_post ON author_id = users_user.id
GROUP BY username ORDER BY count(*) DESC LIMIT 1"""
MIDDLE = "SELECT (min(id) + max(id)) / 2 FROM blog_post"


class Blogs:
    """Finds the databases of an earlier run, and makes those that are missing."""

    def __init__(
        self, launcher: Launcher, folder: Path = KEPT, server: str | None = None
    ) -> None:
        """Keep files in a folder, and the rest on a PostgreSQL where there is one."""
        self.launcher = launcher
        self.folder = folder
        self.server = server
        self._schemas: dict[str, str] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for site in SITES:
            launcher.collect(site)

    def sqlite(self, site: str, posts: int) -> str:
        """Return the address of an SQLite database with so many posts."""
        path = self.folder / f"{self._name(site, posts)}.sqlite3"
        if not path.exists():
            for old in self.folder.glob(f"{site}-{posts}-*"):
                old.unlink()
            new = path.with_suffix(".new")
            self._fill(site, posts, f"sqlite:///{new}")
            with closing(sqlite3.connect(new)) as filled:
                filled.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            new.rename(path)
        return f"sqlite:///{path}"

    def postgresql(self, site: str, posts: int) -> str:
        """Return the address of a PostgreSQL database with so many posts."""
        name, new = self._name(site, posts), f"{site}-{posts}-new"
        with closing(psycopg.connect(f"{self.server}/postgres", autocommit=True)) as to:
            found = to.execute("SELECT datname FROM pg_database").fetchall()
            if (name,) not in found:
                for (old,) in found:
                    if old.startswith(f"{site}-{posts}-"):
                        to.execute(f'DROP DATABASE "{old}"'.encode())
                url = create_database(str(self.server), new)
                self._fill(site, posts, url)
                with closing(psycopg.connect(url, autocommit=True)) as filled:
                    filled.execute("VACUUM ANALYZE")  # by itself it would come later
                to.execute(f'ALTER DATABASE "{new}" RENAME TO "{name}"'.encode())
        return f"{self.server}/{name}"

    def environment(self, url: str, **changes: str) -> dict[str, str]:
        """Return the settings of a site, as in production, on a database."""
        return self.launcher.environment(
            self.launcher.new_folder("process"),
            DEBUG="0",
            CHEAP_PASSWORDS=None,
            DATABASE_URL=url,
            **changes,
        )

    def _name(self, site: str, posts: int) -> str:
        """Name a blog by its site, its size, and the tables that it has to have."""
        if site not in self._schemas:
            with closing(sqlite3.connect(self.launcher.empty_database(site))) as empty:
                (schema,) = empty.execute(SCHEMA).fetchone()
            self._schemas[site] = hashlib.sha256(schema.encode()).hexdigest()[:8]
        return f"{site}-{posts}-{self._schemas[site]}"

    def _fill(self, site: str, posts: int, url: str) -> None:
        environment = self.environment(url)
        for command in ("migrate", f"load_posts {posts}"):
            job, *more = command.split()
            done = subprocess.run(
                [*command_line(SITES[site][job]), *more],
                cwd=environment["HOME"],
                env=environment,
                # Who looks on is shown how far it is.
                stdout=None if sys.stdout.isatty() else subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            if done.returncode:
                said = last_line(done.stderr)
                raise BenchError(f"{site}: {command} ended: {said}")


def busiest_author(url: str) -> str:
    """Find who has written most."""
    return str(ask(url, AUTHOR))


def middle_post(url: str) -> int:
    """Find a post in the middle of all."""
    return int(ask(url, MIDDLE))


def ask(url: str, question: str) -> str:
    """Ask a database for one value."""
    if url.startswith(SQLITE):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            (value,) = connection.execute(question).fetchone()
    else:
        with closing(psycopg.connect(url)) as server:
            (value,) = server.execute(question.encode()).fetchone() or ("",)
    return str(value)
