"""Records both sites, each on a database of its own, and lays them side by side.

Looking changes nothing: what a request writes goes into a copy that is thrown away.
"""

import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path

from shared_tests.running import COMMANDS, ROOT, Site, StartError
from shared_tests.serve import has_tables

from .record import Event

# Of the reader's environment only what a program needs to run at all.
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
PATIENCE = 60  # seconds
FORGOTTEN = 10 * PATIENCE
WAYS = {"in": "→ ", "out": "← "}


@dataclass
class Record:
    """What one site did."""

    status: str
    events: list[Event]

    @property
    def queries(self) -> list[str]:
        """Return the statements that the database was asked."""
        return [event["sql"] for event in self.events if "sql" in event]


@dataclass
class Row:
    """What happens in one phase, on either side or on both."""

    phase: str
    flask: list[Event]
    django: list[Event]


@dataclass
class Stage:
    """A site with a database that nobody else has."""

    site: Site
    folder: Path

    @property
    def database(self) -> Path:
        """The file of the database."""
        return self.folder / f"{self.site.name}.sqlite3"

    @property
    def own(self) -> Path:
        """The file that `make run` keeps for the site."""
        return ROOT / self.database.name

    def fill(self, own_content: bool) -> None:
        """Copy what the site of the reader holds, or load the demo content."""
        if "collect" in COMMANDS[self.site.name]:
            self.run(self.site.command("collect"))
        if own_content:
            copy_database(self.own, self.database)
        else:
            self.run(self.site.command("migrate"))
            self.run(self.site.command("load_demo"))

    def record(self, url: str) -> Record:
        """Record what the site does for an address."""
        target = COMMANDS[self.site.name]["serve"].split()[-1]
        command = [sys.executable, "-m", "docs.life.record", target, url]
        record = json.loads(self.run(command))
        return Record(record["status"], record["events"])

    def run(self, command: list[str]) -> str:
        """Run a command with the settings of `make run`; return what it printed."""
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment |= {
            "PYTHONPATH": str(ROOT),
            "DEBUG": "0",
            "DEMO": "1",
            "SECRET_KEY": secrets.token_hex(32),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "STATIC_ROOT": str(self.folder / "static"),
        }
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["it did not say why"]
            raise StartError(f"{self.site.title} cannot be recorded: {said[-1]}")
        return done.stdout


def copy_database(source: Path, target: Path) -> None:
    """Copy an SQLite database that a running server may have open."""
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        original.backup(copy)


@contextmanager
def stages(own_content: bool = False) -> Iterator[list[Stage]]:
    """Prepare both sites with the reader's content where both have some."""
    scratch = ROOT / "build"
    scratch.mkdir(exist_ok=True)
    for left in scratch.glob("life-*"):  # a build that was killed could not tidy up
        if time.time() - left.stat().st_mtime > FORGOTTEN:
            shutil.rmtree(left, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(prefix="life-", dir=scratch) as folder,
        ThreadPoolExecutor() as pool,
    ):
        made = [Stage(Site(name, 0), Path(folder)) for name in COMMANDS]
        own = own_content and all(
            stage.own.exists() and has_tables(stage.own) for stage in made
        )
        list(pool.map(lambda stage: stage.fill(own), made))
        yield made


def record(made: list[Stage], url: str) -> dict[str, Record]:
    """Record both sites at the same time."""
    with ThreadPoolExecutor() as pool:
        records = pool.map(lambda stage: stage.record(url), made)
        return {
            stage.site.name: done for stage, done in zip(made, records, strict=True)
        }


def rows(records: dict[str, Record]) -> list[Row]:
    """Lay both sides beside each other, phase by phase, each in its own order."""
    flask, django = (phases(records[name].events) for name in ("flask", "django"))
    matcher = SequenceMatcher(
        a=[phase for phase, _ in flask], b=[phase for phase, _ in django]
    )
    laid: list[Row] = []
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        here, there = flask[start:end], django[other_start:other_end]
        if tag == "equal":
            pairs = zip(here, there, strict=True)
            laid += [Row(phase, left, right) for (phase, left), (_, right) in pairs]
        else:
            laid += [Row(phase, left, []) for phase, left in here]
            laid += [Row(phase, [], right) for phase, right in there]
    return laid


def phases(events: list[Event]) -> list[tuple[str, list[Event]]]:
    """Cut a record where one phase ends and the next begins."""
    return [
        (phase, list(group))
        for phase, group in groupby(events, key=lambda event: event["phase"])
    ]


def summary(record: Record) -> str:
    """Say in a few words how it went."""
    count = len(record.queries)
    return f"{record.status}, {count} {'query' if count == 1 else 'queries'}"


def title(event: Event) -> str:
    """Return the name of a step, with its way and how often it happens."""
    times = f" × {event['times']}" if "times" in event else ""
    return f"{WAYS.get(event.get('way', ''), '')}{event['name']}{times}"


def place(event: Event) -> str:
    """Return where a step stands."""
    return f"{event['file']}:{event['line']}"
