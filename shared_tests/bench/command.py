"""The command line of the measurements."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from ..servers import Launcher, stop_servers
from ..storm.command import Progress
from . import pages, report
from .workers import BenchError, noise_in

MOST_NOISE = 1.10
PARTS = ["pages"]


class Bar(Progress):
    """The line of the terminal, with a bar."""

    def show(self, title: str, part: float) -> None:
        """Show how much of a title is done."""
        self.title = title
        self.say(f"{'#' * round(part * 40):40} {part:4.0%}")


def main() -> int:
    """Measure and print; the code says whether the machine was quiet enough."""
    parser = argparse.ArgumentParser(prog="python -m shared_tests.bench")
    parser.add_argument("part", nargs="*", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=0.1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    bar = Bar()
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            launcher = Launcher(Path(folder))
            try:
                subjects = pages.measure(
                    launcher, options.rounds, options.seconds, bar.show
                )
            finally:
                stop_servers(launcher.programs)
                bar.end()
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    found = pages.figures(subjects)
    print(report.table_of_pages(found))
    if options.json:
        options.json.write_text(
            json.dumps({"pages": found}, indent=2) + "\n", encoding="utf-8"
        )
    if noise := noise_in(subjects, "cpu", MOST_NOISE):
        print(noise, file=sys.stderr)
        return 1
    return 0
