"""What is killed and started again: a site, and the worker beside it."""

import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx

from ..browser import Browser
from ..servers import SITES, Launcher, command_line, copy_database, ended
from ..smtp_server import hold_port
from ..visitor import Post, Visitor

POSTS = 5
SECONDS_TO_ANSWER = 60
PAUSE = 0.03

BARE = {
    "prepare": "python -m shared_tests.storm.bare_thread_{site}",
    "serve": "python -m gunicorn --config {root}/gunicorn.conf.py"
    " --bind 127.0.0.1:{port} shared_tests.storm.bare_thread_{site}:app",
}


class StormError(Exception):
    """What went wrong, in one sentence."""


class Program:
    """A program of ours, with all processes that it starts."""

    def __init__(
        self, title: str, command: list[str], folder: Path, environment: dict[str, str]
    ) -> None:
        """Remember how it is started."""
        self.title = title
        self.command = command
        self.folder = folder
        self.environment = environment
        self.log = folder / f"{title}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End all its processes at once, in the middle of what they do."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def end(self) -> None:
        """End it for good."""
        self.kill()


class Site(Program):
    """A site that comes back on the same port."""

    def __init__(
        self, case: "Case", serve: str, folder: Path, environment: dict[str, str]
    ) -> None:
        """Take a port."""
        case.launcher.collect(case.site)
        self._held: socket.socket | None = hold_port()
        self.port = self._held.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        command = [*command_line(serve, self.port), "--workers", str(case.processes)]
        environment = {**environment, "SITE_URL": self.url}
        super().__init__("site", command, folder, environment)

    def start(self) -> None:
        """Start it and wait until it answers."""
        if self._held:
            self._held.close()
            self._held = None
        super().start()
        assert self.process
        deadline = monotonic() + SECONDS_TO_ANSWER
        while not answers(self.url):
            if ended(self.process) or monotonic() > deadline:
                said = self.log.read_text(encoding="utf-8", errors="replace")
                raise StormError(f"{self.title} does not answer:\n{said[-2000:]}")

    def kill(self) -> None:
        """End it, and keep its port for it."""
        if self.process:
            super().kill()
            self._held = self._hold()

    def end(self) -> None:
        """End it for good."""
        super().end()
        if self._held:
            self._held.close()

    def _hold(self) -> socket.socket:
        # The master has ended; its workers, which listen too, end a moment later.
        deadline = monotonic() + SECONDS_TO_ANSWER
        while True:
            try:
                return hold_port(self.port)
            except OSError:
                if monotonic() > deadline:
                    raise StormError(f"{self.title} does not end.") from None
                sleep(PAUSE)


def answers(url: str) -> bool:
    """Ask a site whether it is there."""
    try:
        return Browser(url).get("/healthz").status == 200
    except httpx.HTTPError:
        return False


@dataclass
class Victims:
    """A site with posts of one author, and who sends its mail."""

    site: Site
    worker: Program | None
    database: Path
    table: str
    posts: list[Post]
    has_outbox: bool

    @property
    def programs(self) -> list[Program]:
        """All that can be killed."""
        return [self.site, self.worker] if self.worker else [self.site]

    def stored(self) -> dict[str, int]:
        """Read the comments of the database: their texts, with their ids."""
        return dict(self._read(f"SELECT body, id FROM {self.table}"))  # noqa: S608 - ours

    def waiting(self) -> int:
        """Count the mails that the outbox still holds."""
        if not self.has_outbox:
            return 0
        query = "SELECT count(*) FROM mail_message WHERE date_sent IS NULL"
        return int(self._read(query)[0][0])

    def end_leases(self) -> None:
        """Make all mails due that wait."""
        with closing(sqlite3.connect(self.database, timeout=20)) as database, database:
            database.execute(
                "UPDATE mail_message SET date_due = date_created"
                " WHERE date_sent IS NULL"
            )

    def shown(self) -> str:
        """Read all that the site shows of the posts."""
        visitor = Visitor(self.site.url)
        return "".join(visitor.get(post.address).text for post in self.posts)

    def _read(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.database, timeout=20)) as database:
            return database.execute(query).fetchall()


@dataclass(frozen=True)
class Case:
    """Which site, and who sends its mail: `thread`, `celery`, or the `bare` thread."""

    launcher: Launcher
    site: str
    sender: str
    redis_url: str | None = None
    processes: int = 2  # of gunicorn, as in its settings


@contextmanager
def victims(case: Case, mail_url: str) -> Iterator[Victims]:
    """Start a site that mails, and all that belongs to it."""
    prepare = prepare_bare if case.sender == "bare" else prepare_site
    them = prepare(case, mail_url)
    try:
        for program in them.programs:
            program.start()
        if not them.posts:
            author = Visitor(them.site.url)
            author.register()
            them.posts = author.write_posts(POSTS)
        yield them
    finally:
        for program in them.programs:
            program.end()


def prepare_site(case: Case, mail_url: str) -> Victims:
    """Prepare one of the two sites, with a worker where it needs one."""
    folder = case.launcher.new_folder(f"{case.site}-{case.sender}")
    database = folder / "site.sqlite3"
    copy_database(case.launcher.empty_database(case.site), database)
    environment = case.launcher.environment(
        folder, MAIL_URL=mail_url, TASKS=case.sender, REDIS_URL=case.redis_url
    )
    commands = SITES[case.site]
    site = Site(case, commands["serve"], folder, environment)
    worker = None
    if case.sender == "celery":
        command = command_line(commands["worker"])
        worker = Program("worker", command, folder, site.environment)
    return Victims(site, worker, database, "blog_comment", [], has_outbox=True)


def prepare_bare(case: Case, mail_url: str) -> Victims:
    """Prepare the program of the experiment, whose posts are numbers and no more."""
    folder = case.launcher.new_folder(f"{case.site}-bare")
    environment = case.launcher.environment(folder, MAIL_URL=mail_url)
    commands = {name: text.replace("{site}", case.site) for name, text in BARE.items()}
    subprocess.run(
        command_line(commands["prepare"]), cwd=folder, env=environment, check=True
    )
    site = Site(case, commands["serve"], folder, environment)
    posts = [Post(id, "A post", "", "pen") for id in range(1, POSTS + 1)]
    database = folder / "site.sqlite3"
    return Victims(site, None, database, "comment", posts, has_outbox=False)
