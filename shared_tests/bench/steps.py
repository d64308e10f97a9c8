"""What each step from a tutorial's home page to a kept one saves.

python -m shared_tests.bench.steps [--json FILE] [--rounds N]

The steps are the classes of programs/steps_*.py. Each is measured on the newest page
of a short list; those that change with the list on both ends of a long one, too.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from ..losses.report import circumstances
from ..servers import SITES, Launcher
from ..storm.command import positive
from .blogs import Blogs
from .command import LEAST_ROUNDS, Bar
from .pages import KEPT, POSTS, PROGRAMS, Made
from .step_list import read_steps
from .workers import (
    MOST_OTHERS,
    WITHOUT_KEPT_PAGES,
    BenchError,
    Page,
    Subject,
    find_noise,
    measure_in_turn,
    start,
)

BARE = ("bare", "", 1)
MANY_POSTS = 100_000
POSTS_ON_A_PAGE = 5
# Those that change with the length of the list, and the one that takes long anywhere.
DEEP = ["BuiltOnce", "Counter", "IdsFirst", "Bookmarks"]
LONG = "Grouped"
SECONDS = 0.05  # that a round of one step takes
Figures = dict[str, Any]


class Cast:
    """Knows all that is measured, and how it is started."""

    def __init__(self, blogs: Blogs) -> None:
        """Take the sites that a worker can import."""
        self.blogs = blogs
        self.sites = [site for site in SITES if "wsgi" in SITES[site]]

    def every(self) -> dict[tuple[str, str, int], tuple[Made, Page]]:
        """Return what is measured: by site, step and number of the page."""
        first = self.blogs.sqlite(self.sites[0], POSTS)
        found = {BARE: (self.program("bare", first), Page())}
        for site in self.sites:
            url = self.blogs.sqlite(site, POSTS)
            made = SITES[site]["wsgi"], self.blogs.environment(url)
            for name in read_steps(site):
                found[site, name, 1] = self.step(site, name, url), Page(headers=KEPT)
            found[site, "site", 1] = made, Page(headers=WITHOUT_KEPT_PAGES)
            found[site, "site, kept", 1] = made, Page(headers=KEPT)
        return found

    def deep(self, posts: int) -> dict[tuple[str, str, int], tuple[Made, Page]]:
        """Return what is measured on a long list, and the unit."""
        first = self.blogs.sqlite(self.sites[0], POSTS)
        found = {BARE: (self.program("bare", first), Page())}
        last = posts // POSTS_ON_A_PAGE
        for site in self.sites:
            url = self.blogs.sqlite(site, posts)
            for name in [LONG, *DEEP]:
                made = self.step(site, name, url)
                for number in (1, last) if name in DEEP else (1,):
                    found[site, name, number] = made, Page(f"/?page={number}", KEPT)
        return found

    def step(self, site: str, name: str, url: str) -> Made:
        """Return a step."""
        return self.program(f"steps_{site}", url, STEP=name)

    def program(self, name: str, url: str, **changes: str) -> Made:
        """Return a program of ours."""
        return f"{PROGRAMS}.{name}:app", self.blogs.environment(url, **changes)


def measure(
    cast: dict[tuple[str, str, int], tuple[Made, Page]],
    rounds: int,
    seconds: float,
    say: Callable[[float], None],
) -> tuple[list[Subject], float]:
    """Measure all steps in turn; return how busy the machine was beside it, too."""
    made = {one[1]["HOME"]: one for one, _ in cast.values()}
    with ExitStack() as stack:
        workers = dict(zip(made, start(stack, made.values()), strict=True))
        subjects = [
            Subject(key, workers[environment["HOME"]], page)
            for key, ((_, environment), page) in cast.items()
        ]
        others = measure_in_turn(subjects, rounds, seconds, say)
    return subjects, others


def figures(subjects: list[Subject], posts: int) -> list[Figures]:
    """Return what was measured, in units of the bare query."""
    (unit,) = (subject for subject in subjects if subject.key == BARE)
    found = []
    for subject in subjects:
        if subject is unit:
            continue
        site, name, number = subject.key
        low, high = subject.quartiles(unit)
        found.append(
            {
                "site": site,
                "step": name,
                "posts": posts,
                "page": number,
                "units": round(subject.seconds / unit.seconds, 2),
                "low": round(low, 2),
                "high": round(high, 2),
                "noise": round(subject.noise, 3),
                "bytes": subject.bytes,
                "queries": subject.seen["statements"],
            }
        )
    return found


def table(rows: list[Figures]) -> str:
    """Write the figures for a terminal."""
    lines = [
        f"{row['site']:8}{row['step']:14}{row['posts']:8,}{row['page']:8,}"
        f"{row['units']:9.1f}{row['low']:9.1f}{row['high']:9.1f}{row['noise']:7.2f}"
        f"{row['bytes']:8}{row['queries']:5}"
        for row in rows
    ]
    head = (
        f"{'':22}{'posts':>8}{'page':>8}{'units':>9}{'from':>9}{'to':>9}{'noise':>7}"
        f"{'bytes':>8}{'SQL':>5}"
    )
    return "\n".join([head, *lines])


def run() -> int:
    """Measure and print; the code says whether the figures are good."""
    parser = argparse.ArgumentParser(
        prog="python -m shared_tests.bench.steps",
        description="Measure what each step from a tutorial's home page saves.",
    )
    parser.add_argument("--rounds", type=positive, default=2 * LEAST_ROUNDS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    options = parser.parse_args()
    if options.rounds < LEAST_ROUNDS:
        parser.error(f"fewer than {LEAST_ROUNDS} rounds say nothing")
    bar = Bar()
    complaints: list[str] = []
    rows: list[Figures] = []
    with ExitStack() as stack:
        stack.callback(bar.end)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="steps-"))
        cast = Cast(Blogs(Launcher(Path(folder))))
        for title, chosen, posts in (
            ("steps", cast.every, POSTS),
            ("a long list", lambda: cast.deep(MANY_POSTS), MANY_POSTS),
        ):
            bar.show(title, 0)
            say = partial(bar.show, title)
            subjects, others = measure(chosen(), options.rounds, SECONDS, say)
            rows += figures(subjects, posts)
            complaints += find_noise(subjects)
            if others > MOST_OTHERS:
                complaints.append(f"Other programs kept {others:.1f} processors busy.")
    print(table(rows))
    if options.json:
        found = circumstances() | {"rounds": options.rounds, "steps": rows}
        text = json.dumps(found, indent=2, ensure_ascii=False)
        options.json.write_text(text + "\n", encoding="utf-8")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def main() -> int:
    """Do it, or say in one sentence why not."""
    try:
        return run()
    except BenchError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
