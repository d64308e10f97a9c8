"""Runs the tests of the contract against a copy of a site, and reads who noticed."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic
from xml.etree import ElementTree as ET

from ..contract import HERE, parse_tests
from .patches import Mutant, MutantError, apply, copy_site

# pytest's own codes: all tests passed, some failed.
ENDED = {0, 1}


@dataclass(frozen=True)
class Result:
    """The rows that noticed a fault, or none, and how long it took to know."""

    rows: tuple[str, ...]
    seconds: float


@cache
def contract_tests() -> dict[str, tuple[str, ...]]:
    """Find the tests that one site alone can be asked, and the rows that they prove."""
    shared = (HERE / "conftest.py").read_text(encoding="utf-8")
    return {
        f"{path.parent.name}/{path.name}::{test.name}": test.rows
        for path in sorted(HERE.glob("test_*.py"))
        for test in parse_tests(path.read_text(encoding="utf-8"), shared)
        if test.rows and "site_name" in test.fixtures
    }


def find_tests(rows: Iterable[str]) -> list[str]:
    """Choose the tests that prove any of these rows."""
    wanted = set(rows)
    return [test for test, proven in contract_tests().items() if wanted & {*proven}]


class Trials:
    """Tries faults, several at once; the tests under way can be ended."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self.running: set[subprocess.Popen[str]] = set()

    def end(self) -> None:
        """Let the tests stop their servers, as a Ctrl-C does."""
        for process in self.running:
            process.send_signal(signal.SIGINT)

    def try_mutant(self, mutant: Mutant) -> Result:
        """Break a site; ask the rows that ought to notice, then the whole contract."""
        started = monotonic()
        with broken_copy(mutant.site, mutant) as folder:
            noticed = self.ask(folder, find_tests(mutant.rows), "-x")
            if not noticed:
                noticed = self.ask(folder, list(contract_tests()), "-x")
        # A test may prove other rows besides; they are told where nothing else is.
        named = tuple(row for row in mutant.rows if row in noticed)
        return Result(named or tuple(sorted(noticed)), monotonic() - started)

    def try_without(self, site: str, mutants: Iterable[Mutant]) -> None:
        """Make sure that the rows hold on the site as it is, or nothing can be told."""
        rows = {row for mutant in mutants if mutant.site == site for row in mutant.rows}
        with broken_copy(site) as folder:
            if broken := self.ask(folder, find_tests(rows)):
                raise MutantError(
                    f"{site} breaks {', '.join(sorted(broken))} without any fault."
                )

    def ask(self, folder: Path, tests: list[str], *options: str) -> set[str]:
        """Run tests against a copy; give the rows of those that failed."""
        if not tests:
            return set()
        report = folder / "report.xml"
        command = [sys.executable, "-m", "pytest", *tests, *options]
        process = subprocess.Popen(
            [
                *command,
                "-q",
                "-n0",
                "--tb=line",
                "-p",
                "no:cacheprovider",
                f"--junitxml={report}",
            ],
            cwd=folder,
            # Where this is itself a test, the other pytest must not think it is it.
            env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.running.add(process)
        try:
            output, _ = process.communicate()
        finally:
            self.running.discard(process)
        if process.returncode not in ENDED:
            raise MutantError(
                f"pytest ended with {process.returncode}:\n{output[-800:]}"
            )
        return rows_of_failures(report)


@contextmanager
def broken_copy(site: str, mutant: Mutant | None = None) -> Iterator[Path]:
    """Make a copy of a site with a fault, or with none, for a while."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as name:
        folder = Path(name)
        copy_site(site, folder)
        if mutant:
            apply(mutant, folder)
        yield folder


def rows_of_failures(report: Path) -> set[str]:
    """Read pytest's report; a site that does not even start is no small fault."""
    noticed: set[str] = set()
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        faults = [*case.iter("failure"), *case.iter("error")]
        if any("does not answer:" in (fault.text or "") for fault in faults):
            raise MutantError("The site does not start.")
        if faults:
            module, name = case.get("classname", ""), case.get("name", "")
            test = f"{module.replace('.', '/')}.py::{name.partition('[')[0]}"
            noticed.update(contract_tests().get(test, ()))
    return noticed
