"""Which rows of the contract each site keeps: as a table, as JSON and as a page."""

import json
import textwrap
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from .browser import Step
from .contract import Row, load_contract
from .report_page import render_page
from .servers import SITES, Server

WIDTH = 80
LOG_LINES = 60
NOT_ASKED_FOR = "no test of theirs was asked for"


@dataclass
class Outcome:
    """How one test ended on one site."""

    test: str
    rows: list[str]
    site: str | None
    state: str = "passed"
    reason: str = ""
    lines: list[str] = field(default_factory=list)
    exchanges: list[dict[str, str]] = field(default_factory=list)


@dataclass
class RowResult:
    """How a row fares on one site."""

    row: Row
    outcomes: list[Outcome]

    @property
    def state(self) -> str:
        """Failed where any test failed, passed where all passed, else not run."""
        states = {outcome.state for outcome in self.outcomes}
        if "failed" in states:
            return "failed"
        return "passed" if states == {"passed"} else "not run"

    @property
    def reason(self) -> str:
        """Why the row was not run."""
        reasons = [
            outcome.reason for outcome in self.outcomes if outcome.state == "not run"
        ]
        return reasons[0] if reasons else NOT_ASKED_FOR


def collect_results(
    rows: list[Row], sites: list[str], outcomes: list[Outcome]
) -> dict[str, dict[str, RowResult]]:
    """Sort outcomes by site and row; a test of no one site counts for each."""
    results = {site: {row.id: RowResult(row, []) for row in rows} for site in sites}
    for outcome in outcomes:
        for site in [outcome.site] if outcome.site else sites:
            for id in outcome.rows:
                if id in results.get(site, {}):
                    results[site][id].outcomes.append(outcome)
    return results


def areas(rows: list[Row]) -> dict[str, list[Row]]:
    """Group the rows by area, in the order of the contract."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.area, []).append(row)
    return grouped


class ContractReport:
    """A plugin of pytest that listens to tests which name rows."""

    def __init__(
        self, config: pytest.Config, sites: list[str], steps: list[Step]
    ) -> None:
        """Report on these sites; into `steps` the browsers write what they send."""
        self.config = config
        self.sites = sites
        self.steps = steps
        self.rows = load_contract()
        self.outcomes: dict[str, Outcome] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Begin a new record for every test."""
        self.steps.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach rows, site and steps: plain values, which can cross processes."""
        report = yield
        rows = [id for marker in item.iter_markers("row") for id in marker.args]
        if rows:
            callspec = getattr(item, "callspec", None)
            report.__dict__["contract"] = {
                "rows": rows,
                "site": site_of(callspec.params if callspec else {}),
                "lines": [
                    f"{step.method} {step.url} → {step.status}" for step in self.steps
                ],
                "exchanges": [
                    {"request": step.request, "response": step.response}
                    for step in self.steps
                    if report.failed
                ],
            }
            if report.failed:
                report.sections.extend(logs(item))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst of what set-up, test and tear-down report."""
        contract: dict[str, Any] | None = getattr(report, "contract", None)
        if contract is None:
            return
        outcome = self.outcomes.setdefault(
            report.nodeid, Outcome(report.nodeid, contract["rows"], contract["site"])
        )
        if report.when == "call" or not report.passed:
            outcome.lines = contract["lines"]
        if report.failed:
            outcome.state = "failed"
            outcome.reason = report.longreprtext
            outcome.exchanges = contract["exchanges"]
        elif report.skipped and outcome.state != "failed":
            outcome.state = "not run"
            outcome.reason = skip_reason(report)

    @property
    def results(self) -> dict[str, dict[str, RowResult]]:
        """What is known of each site and row."""
        return collect_results(self.rows, self.sites, list(self.outcomes.values()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Write the files, once: in the process that has all results."""
        if self.outcomes and not hasattr(self.config, "workerinput"):
            folder = Path(self.config.rootpath, "build")
            folder.mkdir(exist_ok=True)
            results = self.results
            write_json(folder / "contract.json", self.rows, results)
            page = render_page(areas(self.rows), results)
            (folder / "contract.html").write_text(page, encoding="utf-8")

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        """Print the table and every sentence that a site broke."""
        if self.outcomes:
            write_table(terminalreporter, areas(self.rows), self.results)
            write_broken(terminalreporter, self.results)
            write_not_run(terminalreporter, self.results)
            terminalreporter.write_line("")
            terminalreporter.write_line("Each test step by step: build/contract.html")


def logs(item: pytest.Item) -> list[tuple[str, str]]:
    """Read what the servers of a test wrote last."""
    servers = {
        value.name: value
        for value in getattr(item, "funcargs", {}).values()
        if isinstance(value, Server)
    }
    return [
        (f"end of the log of {name}", "\n".join(server.log_lines()[-LOG_LINES:]))
        for name, server in servers.items()
    ]


def site_of(params: dict[str, Any]) -> str | None:
    """Find the one site that a test asks: of two, the one that serves."""
    return params.get("site_name") or params.get("taker")


def skip_reason(report: pytest.TestReport) -> str:
    """Find the words that a skipped test gave."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(report.longrepr)


def counts(results: dict[str, RowResult], rows: list[Row]) -> dict[str, int]:
    """Count the rows in each state."""
    states = [results[row.id].state for row in rows]
    return {state: states.count(state) for state in ("passed", "failed", "not run")}


def write_table(
    terminal: pytest.TerminalReporter,
    grouped: dict[str, list[Row]],
    results: dict[str, dict[str, RowResult]],
) -> None:
    """Print area × site, rows passed of rows there are."""
    terminal.section("the contract: rows passed / rows there are")
    terminal.write_line(" " * 30 + "".join(f"{site:>12}" for site in results))
    every = [row for rows in grouped.values() for row in rows]
    for area, rows in [*grouped.items(), ("All", every)]:
        terminal.write(f"{area:<30}")
        for site, site_results in results.items():
            # Of a server that is only an address the other rows cannot be asked.
            asked = [row for row in rows if row.tag == "http" or site in SITES]
            number = counts(site_results, asked)
            colour = (
                "red"
                if number["failed"]
                else "yellow"
                if number["not run"]
                else "green"
            )
            cell = f"{number['passed']} / {len(asked)}"
            terminal.write(f"{cell:>12}", **{colour: True})
        terminal.write_line("")


def write_broken(
    terminal: pytest.TerminalReporter, results: dict[str, dict[str, RowResult]]
) -> None:
    """Print the sentences that a site broke, with the tests that say so."""
    for site, rows in results.items():
        broken = [result for result in rows.values() if result.state == "failed"]
        if broken:
            terminal.write_line("")
            terminal.write_line(f"Broken by {site}:", red=True)
        for result in broken:
            row = result.row
            sentence = f"{row.id} {row.level}: {row.sentence}"
            terminal.write_line(
                textwrap.fill(
                    sentence, WIDTH, initial_indent="  ", subsequent_indent="    "
                )
            )
            for outcome in result.outcomes:
                if outcome.state == "failed":
                    terminal.write_line(
                        f"    - {outcome.test.removeprefix('shared_tests/')}"
                    )


def write_not_run(
    terminal: pytest.TerminalReporter, results: dict[str, dict[str, RowResult]]
) -> None:
    """Print which rows were left out, and why."""
    left_out: dict[tuple[str, str], list[str]] = {}
    for site, rows in results.items():
        for result in rows.values():
            if result.state == "not run":
                left_out.setdefault((site, result.reason), []).append(result.row.id)
    for (site, reason), ids in left_out.items():
        text = f"Not run on {site}, rows: {len(ids)}, {reason}"
        # Nobody wonders about the rows that a part of the suite leaves out.
        if reason != NOT_ASKED_FOR:
            text += f": {', '.join(ids)}"
        terminal.write_line("")
        terminal.write_line(
            textwrap.fill(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False),
            yellow=True,
        )


def write_json(
    path: Path, rows: list[Row], results: dict[str, dict[str, RowResult]]
) -> None:
    """Write the same for programs."""
    data = {
        "totals": {
            site: counts(site_results, rows) for site, site_results in results.items()
        },
        "rows": [
            {
                "id": row.id,
                "level": row.level,
                "tag": row.tag,
                "area": row.area,
                "sentence": row.sentence,
                "sites": {
                    site: {
                        "state": site_results[row.id].state,
                        "tests": [
                            {
                                "test": outcome.test,
                                "state": outcome.state,
                                "steps": outcome.lines,
                            }
                            for outcome in site_results[row.id].outcomes
                        ],
                    }
                    for site, site_results in results.items()
                },
            }
            for row in rows
        ],
    }
    path.write_text(
        json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
