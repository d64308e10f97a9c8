"""What the terminal and the file say about a storm."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version

from ..redis_server import redis_program
from .clients import CLIENTS
from .measure import SECONDS_A_MAIL, Figures
from .programs import POSTS, Case

WIDTH = 80
PACKAGES = ["flask", "django", "gunicorn", "sqlalchemy", "celery", "redis"]

# What must never happen to the sites; the bare thread is there to show that it does.
MUST_BE_ZERO = [
    "comments_refused",
    "comments_acknowledged_and_lost",
    "comments_never_mailed",
    "mails_still_waiting",
    "mails_of_comments_that_are_not_stored",
    "comments_mailed_under_several_message_ids",
    "mails_with_a_wrong_link",
]

COUNTS = {
    "answered": "comments_acknowledged",
    "lost": "comments_acknowledged_and_lost",
    "stored": "comments_stored",
    "mailed": "comments_mailed",
    "no mail": "comments_never_mailed",
    "twice": "comments_mailed_twice_or_more",
}
HEAD = ["site", "sender", *COUNTS]
WORDS = 2  # columns that are not numbers
LEGEND = """\
answered: the visitor was told that the comment is there; lost: of these, gone
no mail: stored, but never mailed; twice: mailed twice or more often
ms: what half of the answers and what 99 of 100 took at most
bare: a thread that mails directly, in a small program of its own"""


def circumstances() -> Figures:
    """When, where and with what it was measured."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
            "sqlite": sqlite3.sqlite_version,
            **redis_version(),
        },
        "clients": CLIENTS,
        "posts": POSTS,
        "processes_of_gunicorn": Case.processes,
        "mail_server_seconds_a_mail": SECONDS_A_MAIL,
    }


def redis_version() -> dict[str, str]:
    """Ask Redis for its version."""
    program = redis_program()
    if not program:
        return {}
    done = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=True
    )
    words = dict(word.partition("=")[::2] for word in done.stdout.split())
    return {"redis-server": words.get("v", "")}


def tables(runs: list[Figures]) -> str:
    """Write the figures for a terminal."""
    killed = [run for run in runs if run["scenario"] == "kill"]
    away = [run for run in runs if run["scenario"] == "smtp-down"]
    parts = [table_of_kills(killed)] if killed else []
    parts += [table_without_mail_server(away)] if away else []
    return "\n\n".join([*parts, LEGEND])


def table_of_kills(runs: list[Figures]) -> str:
    """Write the figures of sites that were killed."""
    title = f"{posted(runs)}, {kills(runs[0])} kills with SIGKILL"
    rows = [[*row(run), str(kills(run)), str(round(run["seconds"]))] for run in runs]
    return f"{title}\n\n{grid([*HEAD, 'kills', 'seconds'], rows)}"


def table_without_mail_server(runs: list[Figures]) -> str:
    """Write the figures of sites whose mail server was away."""
    seconds = runs[0]["seconds_without_mail_server"]
    title = f"{posted(runs)} while the mail server is away for {seconds} s"
    rows = [
        [
            *row(run),
            times(run["milliseconds_of_an_answer_with_mail_server"]),
            times(run["milliseconds_of_an_answer_without_mail_server"]),
        ]
        for run in runs
    ]
    return f"{title}\n\n{grid([*HEAD, 'ms before', 'ms away'], rows)}"


def posted(runs: list[Figures]) -> str:
    """Say how many comments were sent."""
    return f"{runs[0]['comments_posted']} comments by {CLIENTS} visitors"


def kills(run: Figures) -> int:
    """Count the kills of a run."""
    found: int = run["kills_of_the_site"] + run["kills_of_the_worker"]
    return found


def row(run: Figures) -> list[str]:
    """Write what both tables say of a run."""
    return [run["site"], run["sender"], *(str(run[key]) for key in COUNTS.values())]


def times(answers: Figures) -> str:
    """Write what half of the answers and 99 of 100 took."""
    return "/".join(str(round(milliseconds)) for milliseconds in answers.values())


def grid(head: list[str], rows: list[list[str]]) -> str:
    """Set words to the left and numbers to the right."""
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    gap = "  " if sum(widths) + 2 * len(widths) <= WIDTH else " "
    return "\n".join(
        gap.join(
            word.ljust(width) if place < WORDS else word.rjust(width)
            for place, (word, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in [head, *rows]
    )


def losses(runs: list[Figures]) -> list[str]:
    """Name what a site lost or did wrong, a sentence each."""
    return [
        f"{run['site']}, {run['sender']}, {run['scenario']}: {run[key]} "
        f"{key.replace('_', ' ')}."
        for run in runs
        if run["sender"] != "bare"
        for key in MUST_BE_ZERO
        if run[key]
    ]
