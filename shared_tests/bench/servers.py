"""Which processes and threads of gunicorn serve best: the choice of its settings.

python -m shared_tests.bench.servers [--site flask] [--seconds 5] [--rounds 3]
"""

import argparse
import json
import re
import socket
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from ..losses.report import circumstances
from ..servers import SITES, Launcher
from ..storm.command import Progress, chosen, positive
from .served import Served, served
from .writes import POSTS, measure

Figures = dict[str, Any]

KINDS = {
    "2 x 4 threads": "--worker-class gthread --workers 2 --threads 4",
    "2 x 2 threads": "--worker-class gthread --workers 2 --threads 2",
    "2 x 1 thread": "--worker-class gthread --workers 2 --threads 1",
    "4 x 1 thread": "--worker-class gthread --workers 4 --threads 1",
    "1 x 4 threads": "--worker-class gthread --workers 1 --threads 4",
    "2 sync": "--worker-class sync --workers 2 --threads 1",
    "4 sync": "--worker-class sync --workers 4 --threads 1",
}
READERS = 16
WRITERS = 32
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)
IN_PIECES = b"\r\nTransfer-Encoding: chunked"
LAST = re.compile(rb"\r\nConnection: close", re.IGNORECASE)

# Browsers open a connection or two before they need them.
SILENT = 3
SLOW = 3  # who have sent half of a form
TRIES = 5
PATIENCE = 10  # seconds

COLUMNS = ["kept", "p99", "made", "p99", "wrote", "p99", "silent", "slow"]
LEGEND = """\
kept: home without a cookie, pages a second; made: with one, so built anew
wrote: comments a second of 32 visitors, each with the page of its form
p99: milliseconds that 99 of 100 took at most
silent: the longest wait for a page, in ms, beside three connections that say
nothing; slow: beside three that have sent half of a form; - is over 10 s
Each figure is the median of the rounds."""


class Reader:
    """Asks for one page again and again, and costs as little as can be."""

    def __init__(self, url: str, cookie: str) -> None:
        """Prepare the request."""
        parts = urlsplit(url)
        self.place = (parts.hostname, parts.port)
        line = f"Cookie: {cookie}\r\n" if cookie else ""
        self.request = f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\n{line}\r\n".encode()
        self.seconds: list[float] = []

    def read_until(self, end: float) -> None:
        """Read until the time is over."""
        connection = socket.create_connection(self.place)
        while (started := monotonic()) < end:
            connection.sendall(self.request)
            if self.is_last(connection):
                connection.close()
                connection = socket.create_connection(self.place)
            self.seconds.append(monotonic() - started)
        connection.close()

    def is_last(self, connection: socket.socket) -> bool:
        """Read an answer to its end; say whether the server closes the connection."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.receive(connection)
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = LENGTH.search(head)
        assert length, head
        missing = int(length[1]) - len(body)
        while missing > 0:
            missing -= len(self.receive(connection))
        return bool(LAST.search(head))

    def receive(self, connection: socket.socket) -> bytes:
        """Read what is there."""
        received = connection.recv(65536)
        if not received:
            raise ConnectionError("The site has closed the connection.")
        return received


def read(blog: Served, seconds: float, cookie: str) -> tuple[float, float]:
    """Let visitors read home; give pages a second, and what 99 of 100 took, in ms."""
    readers = [Reader(blog.server.url, cookie) for _ in range(READERS)]
    end = monotonic() + seconds
    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(lambda reader: reader.read_until(end), readers))
    taken = sorted(taken for reader in readers for taken in reader.seconds)
    return len(taken) / seconds, 1000 * taken[int(0.99 * len(taken))]


@contextmanager
def held(blog: Served, count: int, beginning: bytes) -> Iterator[None]:
    """Keep connections open that have sent no more than the beginning of a request."""
    parts = urlsplit(blog.server.url)
    with ExitStack() as stack:
        for _ in range(count):
            connection = socket.create_connection((parts.hostname, parts.port))
            stack.enter_context(closing(connection)).sendall(beginning)
        yield


def wait_for_a_page(blog: Served) -> float:
    """Read home on new connections, one after the other; give the longest wait, ms."""
    longest = 0.0
    for _ in range(TRIES):
        place = urlsplit(blog.server.url).netloc
        started = monotonic()
        with closing(HTTPConnection(place, timeout=PATIENCE)) as connection:
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
            except (OSError, HTTPException):
                return float("inf")
        longest = max(longest, monotonic() - started)
    return 1000 * longest


def try_kind(blog: Served, seconds: int) -> dict[str, float]:
    """Measure one kind of server once."""
    kept, kept_p99 = read(blog, seconds, "")
    made, made_p99 = read(blog, seconds, "seen=1")
    with held(blog, SILENT, b""):
        silent = wait_for_a_page(blog)
    form = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\na="
    with held(blog, SLOW, form):
        slow = wait_for_a_page(blog)
    writes = measure(blog, WRITERS, seconds)
    return {
        "kept": kept,
        "kept_p99": kept_p99,
        "made": made,
        "made_p99": made_p99,
        "written": writes["comments_a_second"],
        "written_p99": writes["milliseconds"]["POST"]["p99"],
        "silent": silent,
        "slow": slow,
    }


def measure_all(options: argparse.Namespace, progress: Progress) -> list[Figures]:
    """Measure all kinds in turn, so many rounds, and give the medians."""
    found: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    with tempfile.TemporaryDirectory(prefix="servers-") as folder:
        launcher = Launcher(Path(folder))
        for number in range(options.rounds):
            for site in chosen(options.site, list(SITES)):
                for kind in chosen(options.kind, list(KINDS)):
                    progress.begin(f"round {number + 1}, {site}, {kind}")
                    with served(launcher, site, None, POSTS, KINDS[kind]) as blog:
                        measured = try_kind(blog, options.seconds)
                    for name, value in measured.items():
                        found[site, kind][name].append(value)
    return [
        {"site": site, "kind": kind}
        | {name: median(values) for name, values in figures.items()}
        for (site, kind), figures in found.items()
    ]


def table(runs: list[Figures]) -> str:
    """Write the figures for a terminal."""
    lines = [" " * 21 + "".join(f"{column:>7}" for column in COLUMNS)]
    for run in runs:
        figures = [value for value in run.values() if isinstance(value, float)]
        shown = ["-" if value == float("inf") else round(value) for value in figures]
        line = "".join(f"{value:>7}" for value in shown)
        lines.append(f"{run['site']:7}{run['kind']:14}{line}")
    return "\n".join([*lines, "", LEGEND])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--site", choices=list(SITES))
    parser.add_argument("--kind", choices=list(KINDS))
    parser.add_argument("--seconds", type=positive, default=5)
    parser.add_argument("--rounds", type=positive, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    options = parser.parse_args()
    progress = Progress()
    try:
        runs = measure_all(options, progress)
    finally:
        progress.end()
    print(table(runs))
    if options.json:
        text = json.dumps({**circumstances(), "runs": runs}, indent=2) + "\n"
        options.json.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
