"""What pages cost: frameworks, tutorials and sites, in units of a bare query."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles
from typing import Any

from ..servers import SITES, Launcher
from . import blogs
from .workers import Page, Subject, measure_in_turn, start

POSTS = 1000
PROGRAMS = f"{__package__}.programs"
BARE = "bare"
UNIT = (BARE, "one query")
KEPT: dict[str, str] = {}  # no cookie, so that a kept page may come

# What is asked of a site, and how.
SITE_PAGES = {
    "home": Page(),
    "author": Page("/authors/{author}/"),
    "post": Page("/posts/{post}/"),
    "home, kept": Page(headers=KEPT),
    "author, kept": Page("/authors/{author}/", KEPT),
    "feed, kept": Page("/feed.atom", KEPT),
}


class Cast:
    """Starts the processes of all subjects."""

    def __init__(self, launcher: Launcher, stack: ExitStack) -> None:
        """Make the blogs, and the bytes that every hello sends: a site's home."""
        self.launcher = launcher
        self.stack = stack
        self.sites = [site for site in SITES if "wsgi" in SITES[site]]
        self.blogs = {
            site: blogs.make_blog(launcher, site, POSTS) for site in self.sites
        }
        self.hello = launcher.new_folder("hello") / "hello.html"
        first = self.sites[0]
        (worker,) = start(stack, [self.site(first)])
        home = worker.look(Page())["body"].encode("latin-1")
        self.hello.write_bytes(home)
        worker.end()

    def subjects(self) -> list[Subject]:
        """Start everything that is measured."""
        cast = {
            (BARE, "hello"): (self.program("bare", HELLO=str(self.hello)), Page()),
            UNIT: (self.program("bare", self.blogs[self.sites[0]]), Page()),
        }
        for site in self.sites:
            cast |= {(site, what): found for what, found in self.of_site(site).items()}
        workers = start(self.stack, [made for made, _ in cast.values()])
        return [
            Subject(key, worker, page)
            for (key, (_, page)), worker in zip(cast.items(), workers, strict=True)
        ]

    def of_site(self, site: str) -> dict[str, tuple[Any, Page]]:
        """Return what is measured for one framework."""
        found: dict[str, tuple[Any, Page]] = {
            "hello, naked": (
                self.program(f"naked_{site}", HELLO=str(self.hello)),
                Page(),
            ),
            "hello": (
                self.program(
                    "hello",
                    self.blogs[site],
                    SITE=SITES[site]["wsgi"],
                    HELLO=str(self.hello),
                ),
                Page("/hello/"),
            ),
            "tutorial": (self.tutorial(site), Page()),
        }
        names = {
            "author": blogs.busiest_author(self.blogs[site]),
            "post": POSTS // 2,
        }
        for what, page in SITE_PAGES.items():
            address = page.address.format(**names)
            found[what] = self.site(site), Page(address, page.headers)
        return found

    def site(self, site: str) -> tuple[str, Path, dict[str, str]]:
        """Return how the process of a site is started."""
        return self.made(SITES[site]["wsgi"], self.blogs[site])

    def program(
        self, name: str, database: Path | None = None, **changes: str
    ) -> tuple[str, Path, dict[str, str]]:
        """Return how the process of a program of ours is started."""
        return self.made(f"{PROGRAMS}.{name}:app", database, **changes)

    def tutorial(self, site: str) -> tuple[str, Path, dict[str, str]]:
        """Copy the blog of a site into the tables of its tutorial."""
        name = f"tutorial_{site}"
        folder = self.launcher.new_folder(name)
        made = self.program(name, folder / "site.sqlite3")
        subprocess.run(
            [sys.executable, "-m", f"{PROGRAMS}.{name}", str(self.blogs[site])],
            cwd=folder,
            env=made[2],
            check=True,
        )
        return made

    def made(
        self, application: str, database: Path | None, **changes: str
    ) -> tuple[str, Path, dict[str, str]]:
        """Return how a process is started: with settings as in production."""
        folder = self.launcher.new_folder("process")
        environment = self.launcher.environment(
            folder, DEBUG="0", CHEAP_PASSWORDS=None, **changes
        )
        if database:
            environment["DATABASE_URL"] = f"sqlite:///{database}"
        return application, folder, environment


def figures(subjects: list[Subject]) -> list[dict[str, Any]]:
    """Return what was measured, in units of the bare query."""
    (unit,) = (subject for subject in subjects if subject.key == UNIT)
    found = []
    for subject in subjects:
        pairs = zip(subject.seconds("cpu"), unit.seconds("cpu"), strict=True)
        low, _, high = quantiles([ours / bare for ours, bare in pairs], n=4)
        who, what = subject.key
        found.append(
            {
                "who": who,
                "what": what,
                "units": round(subject.best("cpu") / unit.best("cpu"), 2),
                "low": round(low, 2),
                "high": round(high, 2),
                "noise": round(subject.noise("cpu"), 3),
                "microseconds": round(subject.best("cpu") * 1e6, 1),
                "bytes": len(subject.seen["body"]),
                "statements": subject.seen["statements"],
            }
        )
    return found


def measure(
    launcher: Launcher, rounds: int, seconds: float, say: Callable[[str, float], None]
) -> list[Subject]:
    """Measure all pages in turn."""
    with ExitStack() as stack:
        say("pages: making blogs", 0)
        subjects = Cast(launcher, stack).subjects()
        measure_in_turn(subjects, rounds, seconds, lambda part: say("pages", part))
    return subjects
