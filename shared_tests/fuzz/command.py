"""What `make fuzz` does: tell stories until there were enough requests, and count."""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import NoReturn

from hypothesis import HealthCheck, Phase, given, seed, settings

from ..servers import SITES, Launcher, Server, stop_servers
from ..storm.report import circumstances
from ..story.telling import POSTS_PER_PAGE
from .steps import Step
from .stories import stories
from .twins import DifferentError, Twins

DESCRIPTION = """\
Tell both sites the same made-up stories, and compare every answer. What differs and is
not in the ledger (differences.py) is shown as the shortest story that leads there."""
STORIES_AT_ONCE = 40
OF_THE_STORM = {
    "clients",
    "posts",
    "processes_of_gunicorn",
    "mail_server_seconds_a_mail",
}


@dataclass
class Figures:
    """What was done, and what came of it."""

    seed: int
    requests_per_site: int = 0
    stories: int = 0
    answers_5xx: int = 0
    differences_outside_the_ledger: int = 0
    seconds: float = 0
    started: float = field(default_factory=monotonic, repr=False)

    def __str__(self) -> str:
        return (
            f"{self.requests_per_site} requests to each site in {self.stories} stories:"
            f" {self.answers_5xx} answers of 5xx, {self.differences_outside_the_ledger}"
            f" differences outside the ledger. {self.seconds:.0f} s, seed {self.seed}."
        )


def fuzz(
    servers: list[Server], requests: int, figures: Figures, say: Callable[[str], None]
) -> DifferentError | None:
    """Tell stories until there were as many requests; give the shortest that fails."""

    def asked() -> None:
        figures.requests_per_site += 1
        say(f"{figures.requests_per_site} of {requests} requests")

    with Twins.of(servers, asked) as twins:
        batch = 0
        while figures.requests_per_site < requests:
            failed = tell_at_random(twins, figures, batch, requests)
            figures.seconds = round(monotonic() - figures.started, 1)
            if failed:
                say("a story fails; making it shorter")
                different = shortest(twins, failed)
                figures.answers_5xx = int(different.is_5xx)
                figures.differences_outside_the_ledger = int(not different.is_5xx)
                return different
            batch += 1
    return None


def tell_at_random(
    twins: Twins, figures: Figures, batch: int, requests: int
) -> list[Step]:
    """Tell some stories; give one that fails."""
    failed: list[Step] = []

    @seed(figures.seed * 1_000_000 + batch)
    @settings(
        max_examples=STORIES_AT_ONCE,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(stories())
    def tell(story: list[Step]) -> None:
        if failed or figures.requests_per_site >= requests:
            return  # enough
        figures.stories += 1
        if twins.differ(story):
            failed.extend(story)

    tell()
    return failed


def shortest(twins: Twins, story: list[Step]) -> DifferentError:
    """Leave out of a story all that it fails without, in ever smaller pieces.

    Hypothesis would try much more, and an hour long: each try is a story for two sites.
    """
    different = twins.differ(story)
    if not different:
        return DifferentError(
            list(map(str, story)), ["  Told again, it does not fail."]
        )
    size = len(story)
    while size > 0:
        place = 0
        while place < len(story):
            shorter = story[:place] + story[place + size :]
            if found := twins.differ(shorter):
                story, different = shorter, found
            else:
                place += size
        size //= 2
    return different


def start_for_stories(launcher: Launcher, site: str) -> Server:
    """Start a site as the shared story finds it."""
    return launcher.start(
        site, POSTS_PER_PAGE=str(POSTS_PER_PAGE), SITE_URL="http://blog.example"
    )


@contextmanager
def both_sites(folder: Path) -> Iterator[list[Server]]:
    """Start every site on a database of its own, and stop all in the end."""
    launcher = Launcher(folder)
    try:
        with ThreadPoolExecutor() as pool:
            yield list(pool.map(partial(start_for_stories, launcher), SITES))
    finally:
        stop_servers(launcher.programs)


def say_at_terminal(text: str) -> None:
    """Show on one line where we are; nothing where nobody looks."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m shared_tests.fuzz",
        usage="%(prog)s [--requests N] [--seed S] [--json FILE]",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--requests", type=positive, default=1000, metavar="N")
    parser.add_argument("--seed", type=positive, metavar="S")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    parser.error = refuse  # type: ignore[method-assign]
    options = parser.parse_args()
    if options.json and not options.json.parent.is_dir():
        refuse(f"there is no folder {options.json.parent}")
    return options


def refuse(message: str) -> NoReturn:
    """Say in one line what is wrong with the command line."""
    print(f"python -m shared_tests.fuzz: {message}", file=sys.stderr)
    sys.exit(2)


def positive(text: str) -> int:
    """Read a number that is at least 1."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def main() -> int:
    """Fuzz and print; the code says whether the sites are alike."""
    options = read_options()
    figures = Figures(options.seed or random.SystemRandom().randrange(1, 10**6))
    with (
        tempfile.TemporaryDirectory(prefix="fuzz-") as folder,
        both_sites(Path(folder)) as servers,
    ):
        different = fuzz(servers, options.requests, figures, say_at_terminal)
    say_at_terminal("")
    if different:
        print(different)
    print(figures)
    if options.json:
        write(figures, options.json)
    return 1 if different else 0


def write(figures: Figures, path: Path) -> None:
    """Write the figures into a file, with when and with what."""
    around = {k: v for k, v in circumstances().items() if k not in OF_THE_STORM}
    counted = {k: v for k, v in asdict(figures).items() if k != "started"}
    text = json.dumps(around | counted, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
