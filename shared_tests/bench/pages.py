"""What pages cost: frameworks, tutorials and sites, in units of a bare query."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from ..servers import SITES
from .blogs import Blogs, busiest_author, middle_post
from .workers import MOST_OTHERS, Page, Subject, measure_in_turn, start

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
Made = tuple[str, dict[str, str]]  # an application and its settings


class Cast:
    """Knows all that is measured, and how it is started."""

    def __init__(self, blogs: Blogs, stack: ExitStack) -> None:
        """Fetch the bytes that every hello sends: the home page of a site."""
        self.blogs = blogs
        self.sites = [site for site in SITES if "wsgi" in SITES[site]]
        self.urls = {site: blogs.sqlite(site, POSTS) for site in self.sites}
        (worker,) = start(stack, [self.site(self.sites[0])])
        self.hello = blogs.launcher.new_folder("hello") / "hello.html"
        self.hello.write_bytes(worker.look(Page())["body"].encode("latin-1"))
        worker.end()

    def every(self) -> dict[tuple[str, str], tuple[Made, Page]]:
        """Return what is measured, by who and what."""
        of_sites = {
            (site, what): made
            for site in self.sites
            for what, made in self.of_site(site).items()
        }
        return self.of_bare() | of_sites

    def of_bare(self) -> dict[tuple[str, str], tuple[Made, Page]]:
        """Return what is measured without a framework."""
        first = self.urls[self.sites[0]]
        return {
            (BARE, "hello"): (self.program("bare", HELLO=str(self.hello)), Page()),
            UNIT: (self.program("bare", first), Page()),
        }

    def of_site(self, site: str) -> dict[str, tuple[Made, Page]]:
        """Return what is measured of a site and its framework."""
        url, hello = self.urls[site], str(self.hello)
        naked = self.program(f"naked_{site}", HELLO=hello)
        dressed = self.program("hello", url, SITE=SITES[site]["wsgi"], HELLO=hello)
        found = {
            "hello, naked": (naked, Page()),
            "hello": (dressed, Page("/hello/")),
            "tutorial": (self.tutorial(site), Page()),
        }
        names = {"author": busiest_author(url), "post": middle_post(url)}
        for what, page in SITE_PAGES.items():
            address = page.address.format(**names)
            found[what] = self.site(site), Page(address, page.headers)
        return found

    def site(self, site: str) -> Made:
        """Return a site."""
        return SITES[site]["wsgi"], self.blogs.environment(self.urls[site])

    def program(self, name: str, url: str = "", **changes: str) -> Made:
        """Return a program of ours."""
        return f"{PROGRAMS}.{name}:app", self.blogs.environment(url, **changes)

    def tutorial(self, site: str) -> Made:
        """Return the program of a tutorial, on a copy of the site's posts."""
        name = f"tutorial_{site}"
        folder = self.blogs.launcher.new_folder(name)
        made = self.program(name, f"sqlite:///{folder / 'site.sqlite3'}")
        source = self.urls[site].removeprefix("sqlite:///")
        subprocess.run(
            [sys.executable, "-m", f"{PROGRAMS}.{name}", source],
            cwd=folder,
            env=made[1],
            check=True,
        )
        return made


def measure(
    blogs: Blogs, rounds: int, seconds: float, say: Callable[[str, float], None]
) -> tuple[list[Subject], float]:
    """Measure all pages in turn; return how busy the machine was beside it, too."""
    with ExitStack() as stack:
        say("pages", 0)
        cast = Cast(blogs, stack).every()
        workers = start(stack, [made for made, _ in cast.values()])
        subjects = [
            Subject(key, worker, page)
            for (key, (_, page)), worker in zip(cast.items(), workers, strict=True)
        ]
        others = measure_in_turn(
            subjects, rounds, seconds, lambda part: say("pages", part)
        )
    return subjects, others


def figures(subjects: list[Subject]) -> list[dict[str, Any]]:
    """Return what was measured, in units of the bare query."""
    (unit,) = (subject for subject in subjects if subject.key == UNIT)
    found = []
    for subject in subjects:
        low, high = subject.quartiles(unit)
        found.append(
            {
                "who": subject.key[0],
                "what": subject.key[1],
                "units": round(subject.seconds / unit.seconds, 2),
                "low": round(low, 2),
                "high": round(high, 2),
                "noise": round(subject.noise, 3),
                "microseconds": round(subject.seconds * 1e6, 1),
                "bytes": subject.bytes,
                "queries": subject.seen["statements"],
            }
        )
    return found


def find_others(others: float) -> list[str]:
    """Say where other programs have made the large ones slow."""
    if others <= MOST_OTHERS:
        return []
    sentence = (
        f"Other programs kept {others:.1f} processors busy meanwhile: they share the "
        "caches, and large programs look slower beside the unit than they are."
    )
    return [sentence]
