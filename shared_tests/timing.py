"""Whether two answers take equally long, so that time tells nothing of who is known.

python -m shared_tests.timing [--pairs 200] [--json]
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from .servers import SITES, Launcher, Server, stop_servers
from .visitor import Visitor, token

# What rows PASS-13 and RESET-10 allow between the medians.
MOST = 1.15
PAIRS = 200
MEASUREMENTS = 3


@dataclass(frozen=True)
class Medians:
    """How many seconds either answer takes in the middle of many."""

    known: float
    unknown: float

    @property
    def ratio(self) -> float:
        """How many times the faster one fits into the slower one."""
        least, most = sorted((self.known, self.unknown))
        return most / least


def compare(
    ask_known: Callable[[], object], ask_unknown: Callable[[], object], pairs: int
) -> Medians:
    """Time two questions again and again, now the one first and now the other."""
    asked: dict[Callable[[], object], list[float]] = {ask_known: [], ask_unknown: []}
    for number in range(pairs):
        # Who comes second meets the work that the first has left behind.
        for ask in list(asked)[:: -1 if number % 2 else 1]:
            started = monotonic()
            ask()
            asked[ask].append(monotonic() - started)
    return Medians(*map(statistics.median, asked.values()))


def ratios_until_good(
    ask_known: Callable[[], object], ask_unknown: Callable[[], object], pairs: int
) -> list[float]:
    """Compare, a few times where the medians differ.

    Other programs run on the machine and disturb now the one, now the other; what is
    really slower is so every time.
    """
    ratios: list[float] = []
    while len(ratios) < MEASUREMENTS and not (ratios and ratios[-1] <= MOST):
        ratios.append(compare(ask_known, ask_unknown, pairs).ratio)
    return ratios


def refused_log_ins(
    visitor: Visitor, username: str
) -> tuple[Callable[[], None], Callable[[], None]]:
    """Give two questions: a wrong password for this name, and for one of nobody."""
    form = visitor.open_form("/login/")

    def ask(username: str) -> None:
        page = form.submit(username=username, password="not the password")
        assert page.status == 400, f"a wrong password was answered {page.status}"

    return lambda: ask(username), lambda: ask(token())


def measure(site: Server, pairs: int) -> Medians:
    """Compare log-ins at a site for somebody who has just registered."""
    visitor = Visitor(site.url)
    visitor.register()
    visitor.log_out()
    visitor.steps = []
    return compare(*refused_log_ins(visitor, visitor.username), pairs)


def main() -> int:
    """Print the figures of all sites, and say whether they are good."""
    parser = argparse.ArgumentParser(
        prog="python -m shared_tests.timing",
        description="Time refused log-ins, for a name that exists and for another.",
    )
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="contract-") as folder:
        launcher = Launcher(Path(folder))
        try:
            found = {
                name: measure(launcher.start(name, CHEAP_PASSWORDS=None), options.pairs)
                for name in SITES
            }
        finally:
            stop_servers(launcher.programs)
    if options.json:
        figures = {
            name: {**vars(medians), "ratio": medians.ratio, "pairs": options.pairs}
            for name, medians in found.items()
        }
        print(json.dumps(figures, indent=2))
    else:
        print(f"Refused log-ins, medians of {options.pairs} pairs:")
        for name, medians in found.items():
            print(
                f"  {name:8} known name {medians.known * 1000:6.1f} ms"
                f"   unknown {medians.unknown * 1000:6.1f} ms"
                f"   ratio {medians.ratio:.3f}"
            )
    return 0 if all(medians.ratio <= MOST for medians in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
