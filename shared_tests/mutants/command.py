"""The command line of the mutants."""

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NoReturn

from ..servers import SITES
from ..storm.command import Progress
from ..storm.report import WIDTH, circumstances
from .patches import ONE_SIDED, Mutant, MutantError, load_mutants
from .trial import Result, Trials

DESCRIPTION = """\
Break each site a line at a time, and see whether the contract notices.

A fault is a patch in shared_tests/mutants/; the rows that it names are asked first,
then the whole contract. The tests that a site has of its own are not asked."""
AT_ONCE = 2  # copies of a site that are tested side by side
NAME, ROWS, SECONDS = 33, 16, 4  # columns of the table


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and nothing else."""
        self.exit(2, f"{message}\n")


def read_options() -> tuple[list[Mutant], Path | None]:
    """Read from the command line which faults to try, and where figures go."""
    parser = Parser(
        prog="python -m shared_tests.mutants",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--site", choices=list(SITES))
    parser.add_argument("--name", help="one fault alone, as no-author-check")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    options = parser.parse_args()
    if options.json and not options.json.parent.is_dir():
        parser.error(f"there is no folder {options.json.parent}")
    chosen = [
        mutant
        for site in ([options.site] if options.site else SITES)
        for mutant in load_mutants(site)
        if options.name in {None, mutant.name}
    ]
    if not chosen:
        parser.error(f"there is no fault {options.name}")
    return chosen, options.json


def try_all(mutants: list[Mutant], progress: Progress) -> dict[Mutant, Result]:
    """Try faults, some at a time, and count along."""
    trials = Trials()
    results: dict[Mutant, Result] = {}
    sites = list({mutant.site: None for mutant in mutants})
    progress.begin("mutants")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            progress.say("the sites without a fault")
            list(pool.map(trials.try_without, sites, [mutants] * len(sites)))
            trying = {pool.submit(trials.try_mutant, one): one for one in mutants}
            for trial in as_completed(trying):
                results[trying[trial]] = trial.result()
                progress.say(f"{len(results)} of {len(mutants)}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            trials.end()
            raise
        finally:
            progress.end()
    return {mutant: results[mutant] for mutant in mutants}


def table(results: dict[Mutant, Result]) -> str:
    """Write for a terminal which rows noticed which fault, and after how long."""
    sites = sorted({mutant.site for mutant in results}, key=list(SITES).index)
    found = {(mutant.name, mutant.site): result for mutant, result in results.items()}
    head = "".join(f"{site.capitalize():{ROWS}}{'s':>{SECONDS}} " for site in sites)
    lines = [f"{'fault':{NAME}} {head}"]
    for name in sorted({mutant.name for mutant in results}):
        cells = "".join(cell(found.get((name, site))) for site in sites)
        lines.append(f"{name:{NAME}} {cells}")
    return "\n".join(line.rstrip()[:WIDTH] for line in lines)


def cell(result: Result | None) -> str:
    """Write who noticed a fault: the first row, and how many more."""
    if result is None:  # a fault of one site alone
        return " " * (ROWS + SECONDS + 1)
    first, *others = result.rows or ["NOBODY"]
    who = f"{first} +{len(others)}" if others else first
    return f"{who:{ROWS}}{result.seconds:{SECONDS}.0f} "


def figures(results: dict[Mutant, Result]) -> dict[str, object]:
    """Write what the guide shows."""
    mutants: dict[str, dict[str, object]] = {}
    for mutant, result in sorted(results.items(), key=lambda pair: pair[0].name):
        fault = mutants.setdefault(mutant.name, {"breaks": mutant.sentence})
        fault[mutant.site] = {
            "noticed_by": result.rows,
            "seconds": round(result.seconds, 1),
        }
        if mutant.name in ONE_SIDED:
            fault["elsewhere"] = ONE_SIDED[mutant.name]
    where = {key: circumstances()[key] for key in ("date", "machine", "versions")}
    return {**where, "mutants": mutants}


def run() -> int:
    """Try and print; the code says whether a fault was not noticed."""
    mutants, path = read_options()
    results = try_all(mutants, Progress())
    print(table(results))
    killed = sum(bool(result.rows) for result in results.values())
    print(f"\n{killed} of {len(results)} faults were noticed.")
    if path:
        text = json.dumps(figures(results), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
    return 0 if killed == len(results) else 1


def main() -> int:
    """Do it, or say in one sentence why not."""
    try:
        return run()
    except MutantError as error:
        print(error, file=sys.stderr)
        return 1
