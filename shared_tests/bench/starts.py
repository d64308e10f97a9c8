"""What a process costs before its first page: seconds, and memory."""

from collections.abc import Callable
from contextlib import ExitStack
from time import monotonic
from typing import Any

from .blogs import Blogs
from .pages import UNIT, Cast, Made
from .workers import Page, Worker

Row = dict[str, Any]
PROGRAMS = ["hello, naked", "tutorial", "home"]
REQUESTS = 100  # until a process has what it needs


def measure(blogs: Blogs, rounds: int, say: Callable[[str, float], None]) -> list[Row]:
    """Start each program in turn, as often as there are rounds."""
    with ExitStack() as stack:
        say("starts", 0)
        cast = {
            key: made
            for key, made in Cast(blogs, stack).every().items()
            if key == UNIT or key[1] in PROGRAMS
        }
    started: dict[tuple[str, str], list[tuple[float, int]]] = {key: [] for key in cast}
    steps = rounds * len(cast)
    for step in range(steps):
        key = list(cast)[step % len(cast)]
        started[key].append(start_once(*cast[key]))
        say("starts", (step + 1) / steps)
    return [
        {
            "who": who,
            "what": what,
            "seconds": round(sorted(seconds for seconds, _ in found)[1], 3),
            "megabytes": round(sorted(size for _, size in found)[1] / 1e6, 1),
        }
        for (who, what), found in started.items()
    ]


def start_once(made: Made, page: Page) -> tuple[float, int]:
    """Start a program; return the seconds to its first answer, and its bytes."""
    begun = monotonic()
    worker = Worker(*made)
    try:
        worker.wait()
        worker.ask(page, 1)
        seconds = monotonic() - begun
        worker.ask(page, REQUESTS)
        return seconds, worker.memory()
    finally:
        worker.end()
