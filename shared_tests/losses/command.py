"""The command line that counts losses."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ..postgresql_server import PostgreSQLServer, postgresql_programs
from ..servers import SITES, Launcher
from ..storm.command import Progress, chosen, positive
from ..storm.measure import Figures
from ..storm.programs import StormError
from .blogs import Blog, running
from .crowds import register_one_name, send_large_bodies, write_at_once
from .kills import kill_the_database, kill_the_site
from .report import circumstances, tables, wrongs
from .signals import end_under_load, reload_under_load
from .troubles import fill, lock, read_beside_a_writer, take_away

DESCRIPTION = """\
Count what the sites lose while all goes wrong: while they are killed, reloaded and
told to end, and while the database is killed, locked, full or away."""
DATABASES = ["sqlite", "postgresql"]


@dataclass(frozen=True)
class Scenario:
    """Something that goes wrong, and where it can."""

    run: Callable[[Blog, argparse.Namespace], Figures]
    databases: tuple[str, ...] = tuple(DATABASES)
    hasty: bool = False


SCENARIOS = {
    "site killed": Scenario(lambda blog, long: kill_the_site(blog, long.kills)),
    "database killed": Scenario(
        lambda blog, long: kill_the_database(blog, long.kills), ("postgresql",)
    ),
    "lock held": Scenario(lambda blog, long: read_beside_a_writer(blog)),
    "16 write": Scenario(lambda blog, long: write_at_once(blog, long.comments)),
    "one name": Scenario(lambda blog, long: register_one_name(blog, long.rounds)),
    "large body": Scenario(lambda blog, long: send_large_bodies(blog, long.rounds)),
    "told to end": Scenario(lambda blog, long: end_under_load(blog), hasty=True),
    "reloaded": Scenario(lambda blog, long: reload_under_load(blog, long.reloads)),
    "locked": Scenario(lambda blog, long: lock(blog), hasty=True),
    "full": Scenario(lambda blog, long: fill(blog), hasty=True),
    "away": Scenario(lambda blog, long: take_away(blog), ("postgresql",), hasty=True),
}


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m shared_tests.losses",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--kills", type=positive, default=20)
    parser.add_argument("--comments", type=positive, default=40, help="of each writer")
    parser.add_argument("--rounds", type=positive, default=8)
    parser.add_argument("--reloads", type=positive, default=3)
    parser.add_argument("--site", choices=list(SITES))
    parser.add_argument("--database", choices=DATABASES)
    parser.add_argument("--scenario", choices=list(SCENARIOS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    options = parser.parse_args()
    if options.json and not options.json.parent.is_dir():
        parser.error(f"there is no folder {options.json.parent}")
    return options


def measure_all(options: argparse.Namespace, progress: Progress) -> list[Figures]:
    """Measure what the command line asks for, one after the other."""
    runs = []
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="losses-"))
        launcher = Launcher(Path(folder))
        server = None
        if options.database != "sqlite":
            programs = postgresql_programs()
            if programs is None:
                raise StormError(
                    "PostgreSQL is not installed: install it, or measure without, "
                    "as in `python -m shared_tests.losses --database sqlite`."
                )
            server = stack.enter_context(PostgreSQLServer(programs, durable=True))
        servers = {"sqlite": None, "postgresql": server}
        for site in chosen(options.site, list(SITES)):
            for database in chosen(options.database, DATABASES):
                for hasty in (False, True):
                    wanted = {
                        name: SCENARIOS[name]
                        for name in chosen(options.scenario, list(SCENARIOS))
                        if database in SCENARIOS[name].databases
                        and SCENARIOS[name].hasty == hasty
                    }
                    if not wanted:
                        continue
                    with running(launcher, site, servers[database], hasty=hasty) as it:
                        for name, scenario in wanted.items():
                            progress.begin(f"{site}, {database}, {name}")
                            who = {"site": site, "database": database, "scenario": name}
                            runs.append(who | scenario.run(it, options))
    return runs


def run() -> int:
    """Measure and print; the code says whether anything was lost or went wrong."""
    options = read_options()
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
    wrong = wrongs(runs)
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
