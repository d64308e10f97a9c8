"""The command line of the storms."""

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import monotonic

from ..redis_server import redis_program, redis_server
from ..servers import SITES, Launcher
from .measure import Case, Figures, storm_of_kills, storm_without_mail_server
from .programs import StormError
from .report import WIDTH, circumstances, losses, tables

DESCRIPTION = """\
Count what comments and their mails survive.

Each site is killed with SIGKILL again and again while visitors reply, then its mail
server goes away for a minute. `bare` is no sender of the sites: it is the thread of
the tutorials, which mails directly, in a small program of its own."""
SENDERS = ["thread", "celery", "bare"]
SCENARIOS = ["kill", "smtp-down"]


class Progress:
    """One line of the terminal that says where we are; none where nobody looks."""

    def __init__(self) -> None:
        """Begin the clock."""
        self.title = ""
        self.started = monotonic()

    def begin(self, title: str) -> None:
        """Turn to the next measurement."""
        self.title = title
        if not sys.stderr.isatty():
            print(f"{title} ...", file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        """Show what happens now."""
        line = f"{monotonic() - self.started:4.0f} s  {self.title}: {text}"
        self._show(line[: WIDTH - 1])

    def end(self) -> None:
        """Take the line away."""
        self._show("")

    def _show(self, line: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m shared_tests.storm",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--comments", type=positive, default=500)
    parser.add_argument("--kills", type=positive, default=10)
    parser.add_argument("--site", choices=list(SITES))
    parser.add_argument("--sender", choices=SENDERS)
    parser.add_argument("--scenario", choices=SCENARIOS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    options = parser.parse_args()
    if options.kills > options.comments:
        parser.error("there must be a comment for each kill")
    if options.json and not options.json.parent.is_dir():
        parser.error(f"there is no folder {options.json.parent}")
    return options


def positive(text: str) -> int:
    """Read a number that is at least 1."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def measure_all(options: argparse.Namespace, progress: Progress) -> list[Figures]:
    """Measure what the command line asks for, one after the other."""
    runs = []
    with tempfile.TemporaryDirectory(prefix="storm-") as folder:
        launcher = Launcher(Path(folder))
        for scenario in chosen(options.scenario, SCENARIOS):
            for sender in chosen(options.sender, SENDERS):
                for site in chosen(options.site, list(SITES)):
                    progress.begin(f"{site}, {sender}, {scenario}")
                    figures = measure(
                        scenario, Case(launcher, site, sender), options, progress
                    )
                    run = {"scenario": scenario, "site": site, "sender": sender}
                    runs.append(run | figures)
    return runs


def chosen(one: str | None, every: list[str]) -> list[str]:
    """Take one, or all where none is named."""
    return [one] if one else every


def measure(
    scenario: str, case: Case, options: argparse.Namespace, progress: Progress
) -> Figures:
    """Measure one site with one sender in one storm."""
    with ExitStack() as stack:
        if case.sender == "celery":
            case = replace(case, redis_url=stack.enter_context(redis_server()))
        if scenario == "kill":
            kills, comments = options.kills, options.comments
            return storm_of_kills(case, kills, comments, progress.say)
        return storm_without_mail_server(case, progress.say)


def run() -> int:
    """Measure and print; the code says whether a site has lost anything."""
    options = read_options()
    if options.sender in {None, "celery"} and not redis_program():
        raise StormError(
            "redis-server is not installed: install it, or measure without Celery, "
            "as in `python -m shared_tests.storm --sender thread`."
        )
    progress = Progress()
    try:
        runs = measure_all(options, progress)
    finally:
        progress.end()
    print(tables(runs))
    if options.json:
        figures = {**circumstances(), "runs": runs}
        text = json.dumps(figures, indent=2, ensure_ascii=False)
        options.json.write_text(text + "\n", encoding="utf-8")
    wrong = losses(runs)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


def main() -> int:
    """Do it, or say in one sentence why not."""
    try:
        return run()
    except StormError as error:
        print(error, file=sys.stderr)
        return 2
