"""Many who write at once: how long an answer takes, and whether all is stored.

python -m shared_tests.bench.writes [--seconds 50] [--clients 32] [--site flask]
"""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from math import ceil
from pathlib import Path
from time import monotonic, perf_counter, process_time
from typing import Any

from ..losses.report import circumstances
from ..postgresql_server import PostgreSQLServer, postgresql_programs
from ..servers import SITES, Launcher
from ..storm.command import Progress, chosen, positive
from ..storm.programs import StormError
from ..visitor import token
from .served import Served, served
from .writer import Answer, Writer

Figures = dict[str, Any]

DATABASES = ["sqlite", "postgresql"]
POSTS = 1_000
SECONDS_TO_WARM_UP = 2
SYNCS = 100
PARTS = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1}
MUST_BE_ZERO = ["requests_failed", "comments_told_and_lost", "comments_stored_twice"]
HEAD = "site    database    request  a second   failed     p50     p95     p99     max"


def measure(
    blog: Served,
    clients: int,
    seconds: float,
    warm_up: float = SECONDS_TO_WARM_UP,
) -> Figures:
    """Let visitors write for so long; compare what they were told with what is so."""
    word = token()
    writers = [
        Writer(blog.server.url, blog.posts, f"{word}-{number}")
        for number in range(clients)
    ]
    write_at_once(writers, warm_up)
    started = monotonic()
    before = times_of(blog)
    write_at_once(writers, seconds)
    taken = monotonic() - started
    site, visitors, machine = (
        after - earlier for after, earlier in zip(times_of(blog), before, strict=True)
    )
    waiting = "SELECT count(*) FROM mail_message WHERE date_sent IS NULL"
    [[mails]] = blog.query(waiting)
    every = [answer for writer in writers for answer in writer.answers]
    measured = [answer for answer in every if answer.started >= started]
    comments = len(good(measured, "POST"))
    return {
        "clients": clients,
        "seconds": round(taken, 1),
        **compare(blog, every, word),
        "comments_a_second": round(comments / taken, 1),
        "mails_waiting_at_the_end": mails,
        "milliseconds": {
            method: times(good(measured, method)) for method in ("GET", "POST")
        },
        "processor_milliseconds_a_comment": {
            "site": round(1000 * site / max(comments, 1), 2),
            "visitors": round(1000 * visitors / max(comments, 1), 2),
        },
        "percent_of_the_processors_busy_with_others": round(
            100 * max(machine - site - visitors, 0) / taken / (os.cpu_count() or 1)
        ),
    }


def write_at_once(writers: list[Writer], seconds: float) -> None:
    """Let all write for so long, or until somebody interrupts them."""
    end = monotonic() + seconds
    with ThreadPoolExecutor(len(writers)) as pool:
        try:
            list(pool.map(lambda writer: writer.write_until(end), writers))
        finally:
            for writer in writers:
                writer.end = 0


def compare(blog: Served, answers: list[Answer], word: str) -> Figures:
    """Compare what the visitors were told with what the database holds."""
    told = {answer.body for answer in good(answers, "POST")}
    query = f"SELECT body FROM blog_comment WHERE body LIKE '{word}%'"  # noqa: S608
    stored = Counter(body for (body,) in blog.query(query))
    failed = [answer for answer in answers if not answer.is_good]
    return {
        "comments_told": len(told),
        "comments_told_and_lost": len(told - stored.keys()),
        "comments_stored_twice": sum(count > 1 for count in stored.values()),
        "requests_failed": len(failed),
        "failures": Counter(f"{answer.method} {answer.status}" for answer in failed),
    }


def good(answers: Iterable[Answer], method: str) -> list[Answer]:
    """Pick the good answers to one kind of request."""
    return [answer for answer in answers if answer.is_good and answer.method == method]


def times(answers: list[Answer]) -> dict[str, float]:
    """How long half of the answers took at most, 95 and 99 of 100, and all, in ms."""
    taken = sorted(answer.seconds for answer in answers)
    return {
        name: round(1000 * taken[ceil(part * len(taken)) - 1], 1)
        for name, part in PARTS.items()
        if taken
    }


def times_of(blog: Served) -> tuple[float, float, float]:
    """Read the seconds of the processors that site, visitors and all have used."""
    if not Path("/proc/stat").exists():  # Linux alone has it
        return 0, process_time(), 0
    ticks = 0
    for process in blog.processes():
        with suppress(FileNotFoundError):  # it has just ended
            stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
            words = stat.rpartition(")")[2].split()
            ticks += int(words[11]) + int(words[12])
    all_words = Path("/proc/stat").read_text(encoding="utf-8").split()[1:9]
    user, nice, system, _idle, _waiting, *interrupts = map(int, all_words)
    second = os.sysconf("SC_CLK_TCK")
    busy = user + nice + system + sum(interrupts)
    return ticks / second, process_time(), busy / second


def time_to_sync(folder: Path) -> float:
    """Measure how many milliseconds the disk takes to keep a page for good."""
    taken = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(SYNCS):
            file.write(b"x" * 4096)
            file.flush()
            started = perf_counter()
            os.fsync(file.fileno())
            taken.append(perf_counter() - started)
    return round(1000 * sorted(taken)[SYNCS // 2], 3)


def measure_all(options: argparse.Namespace, progress: Progress) -> Figures:
    """Measure what the command line asks for, one after the other."""
    runs = []
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="writes-"))
        )
        launcher = Launcher(folder)
        for database in chosen(options.database, DATABASES):
            server = None
            if database == "postgresql":
                programs = postgresql_programs()
                if programs is None:
                    raise StormError("PostgreSQL is not installed: --database sqlite.")
                server = stack.enter_context(PostgreSQLServer(programs, durable=True))
            for site in chosen(options.site, list(SITES)):
                progress.begin(f"{site}, {database}: {options.clients} write")
                with served(launcher, site, server, POSTS, options.gunicorn) as blog:
                    run = measure(blog, options.clients, options.seconds)
                runs.append({"site": site, "database": database, **run})
        return {
            **circumstances(),
            "load_average_before": options.load,
            "milliseconds_of_a_sync": time_to_sync(launcher.folder),
            "gunicorn": options.gunicorn,
            "runs": runs,
        }


def table(figures: Figures) -> str:
    """Write the figures for a terminal."""
    lines, notes = [HEAD], []
    for run in figures["runs"]:
        who = f"{run['site']:6}  {run['database']:10}"
        failures = Counter(
            {name.split()[0]: count for name, count in run["failures"].items()}
        )
        for method, taken in run["milliseconds"].items():
            shown = "".join(f"{value:8.0f}" for value in taken.values())
            speed = run["comments_a_second"]
            lines.append(f"{who}  {method:7}{speed:10.0f}{failures[method]:9}{shown}")
        cost = run["processor_milliseconds_a_comment"]
        others = run["percent_of_the_processors_busy_with_others"]
        notes.append(
            f"{who}  {run['comments_told']} comments promised,"
            f" {run['comments_told_and_lost']} lost,"
            f" {run['comments_stored_twice']} twice;"
            f" {run['mails_waiting_at_the_end']} mails to come;"
            f"\n{'':20}{cost['site']} ms of the processors a comment,"
            f" {cost['visitors']} for the visitors;"
            f"\n{'':20}{others} % of the processors were busy with others"
        )
    return "\n".join([*lines, "", *notes])


def wrongs(figures: Figures) -> list[str]:
    """Name what must never happen, a sentence each."""
    return [
        f"{run['site']}, {run['database']}: {run[key]} {key.replace('_', ' ')};"
        f" {dict(run['failures'])}."
        for run in figures["runs"]
        for key in MUST_BE_ZERO
        if run[key]
    ]


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--seconds", type=positive, default=50)
    parser.add_argument("--clients", type=positive, default=32)
    parser.add_argument("--site", choices=list(SITES))
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    parser.add_argument(
        "--gunicorn", default="", help="arguments besides its settings, in quotes"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    options = parser.parse_args()
    if options.json and not options.json.parent.is_dir():
        parser.error(f"there is no folder {options.json.parent}")
    options.load = round(os.getloadavg()[0], 2)
    return options


def main() -> int:
    """Measure and print; the code says whether anything failed or was lost."""
    options = read_options()
    progress = Progress()
    try:
        figures = measure_all(options, progress)
    except StormError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        progress.end()
    print(table(figures))
    if options.json:
        text = json.dumps(figures, indent=2) + "\n"
        options.json.write_text(text, encoding="utf-8")
    wrong = wrongs(figures)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
