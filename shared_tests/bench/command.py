"""The command line of the measurements."""

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..losses.report import circumstances
from ..postgresql_server import PostgreSQLServer, postgresql_programs
from ..servers import Launcher
from ..storm.command import Progress, positive
from . import depth, pages, report, starts
from .blogs import KEPT, Blogs
from .workers import BenchError, find_noise

DESCRIPTION = """\
Measure what pages cost, in units of a bare WSGI function with one query; then what a
page far back in a long list costs; then what a process costs before its first page.

Databases are kept in build/bench: the first run makes them, which takes minutes."""
PARTS = ["pages", "depth", "starts"]
LEAST_ROUNDS = 8
# How long a round of one subject takes.
SECONDS_OF_PAGES = 0.1
SECONDS_OF_DEPTH = 0.02
Figures = dict[str, Any]
WIDTH = 40  # of the bar


class Bar(Progress):
    """The line of the terminal, with a bar."""

    def show(self, title: str, part: float) -> None:
        """Show how much is done."""
        if title != self.title:
            self.begin(title)
        self.say(f"{'#' * round(part * WIDTH):{WIDTH}} {part:4.0%}")


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m shared_tests.bench",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default"
    )
    parser.add_argument("--rounds", type=positive, default=16)
    parser.add_argument(
        "--depths", type=positive, nargs="+", default=depth.DEPTHS, metavar="POSTS"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {unknown.pop()}")
    if options.rounds < LEAST_ROUNDS:
        parser.error(f"fewer than {LEAST_ROUNDS} rounds say nothing")
    if options.json and not options.json.parent.is_dir():
        parser.error(f"there is no folder {options.json.parent}")
    options.parts = options.parts or PARTS
    return options


def measure(
    options: argparse.Namespace, blogs: Blogs, bar: Bar
) -> tuple[Figures, list[str]]:
    """Measure what the command line asks for; return figures and complaints."""
    found: Figures = {}
    complaints: list[str] = []
    rounds = options.rounds
    if "pages" in options.parts:
        subjects, others = pages.measure(blogs, rounds, SECONDS_OF_PAGES, bar.show)
        found["pages"] = pages.figures(subjects)
        complaints += find_noise(subjects) + pages.find_others(others)
    if "depth" in options.parts:
        depths = sorted(options.depths)
        subjects = depth.measure(blogs, depths, rounds, SECONDS_OF_DEPTH, bar.show)
        found["depth"] = depth.figures(subjects)
        complaints += find_noise(subjects) + depth.find_faults(found["depth"])
    if "starts" in options.parts:
        found["starts"] = starts.measure(blogs, LEAST_ROUNDS, bar.show)
    return found, complaints


def run() -> int:
    """Measure and print; the code says whether the figures are good."""
    options = read_options()
    with ExitStack() as stack:
        bar = Bar()
        stack.callback(bar.end)
        programs = postgresql_programs()
        server = None
        if "depth" in options.parts and programs:
            cluster = PostgreSQLServer(programs, kept=KEPT / "postgresql")
            server = stack.enter_context(cluster).url
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        blogs = Blogs(Launcher(Path(folder)), server=server)
        found, complaints = measure(options, blogs, bar)
    print(report.tables(found))
    if options.json:
        figures = circumstances() | {"rounds": options.rounds} | found
        text = json.dumps(figures, indent=2, ensure_ascii=False)
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
