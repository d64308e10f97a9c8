"""The report as one page that needs nothing else: no script, no other file."""

import re
from html import escape
from typing import Any

LINES_SHOWN = 60
MARKS = {"passed": "✓", "failed": "✗", "not run": "–"}

STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5a6474; --page: #fbfaf7;
  --card: #fff; --line: #d9d6cd; --good: #1c6b4a; --bad: #a3261b; --wait: #75600f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --soft: #a3a9b5;
  --page: #16181d; --card: #1f2229; --line: #363b45; --good: #74cfa4; --bad: #ff9a8c;
  --wait: #e0c25a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--page);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0.5rem 0; }
p { color: var(--soft); margin: 0 0 1rem; }
.area { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.25rem 0.75rem;
  border-top: 1px solid var(--line); padding: 0.5rem 0; align-items: start; }
.area h2 { font-size: 1rem; margin: 0.25rem 0; }
@media (min-width: 40rem) {
  .area { grid-template-columns: 15rem repeat(var(--sites), 1fr); }
  .area > details[open] { grid-column: 1 / -1; } }
summary { cursor: pointer; padding: 0.2rem 0.3rem; border-radius: 0.3rem; }
summary:hover { background: color-mix(in srgb, var(--ink) 8%, transparent); }
summary:focus-visible { outline: 2px solid currentColor; }
details details { margin-left: 0.75rem; background: var(--card);
  border-left: 2px solid var(--line); }
.passed > summary b { color: var(--good); }
.failed > summary b { color: var(--bad); }
.not-run > summary b { color: var(--wait); }
ol { margin: 0.25rem 0; padding-left: 2.25rem; color: var(--soft); }
code, li, pre { font: 0.8rem/1.45 ui-monospace, monospace; }
pre { margin: 0.25rem 0.5rem; padding: 0.5rem; border: 1px solid var(--line);
  white-space: pre-wrap; max-height: 30rem; overflow: auto; }
.exchange { display: grid; gap: 0 0.5rem; }
@media (min-width: 60rem) { .exchange { grid-template-columns: 1fr 1fr; } }
"""


def render_page(grouped: dict[str, Any], results: dict[str, dict[str, Any]]) -> str:
    """Write the page: an area in a line, a cell for each site that opens its rows."""
    total = sum(len(rows) for rows in grouped.values())
    passed = {
        site: [result.state for result in rows.values()].count("passed")
        for site, rows in results.items()
    }
    sums = ", ".join(f"{escape(site)} {passed[site]} of {total}" for site in results)
    parts = [render_area(area, rows, results) for area, rows in grouped.items()]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>The contract</title><style>{STYLE}</style></head>"
        f'<body style="--sites: {len(results)}"><main><h1>The contract</h1>'
        f"<p>Rows passed: {sums}. Open a cell for its rows, a row for its tests, "
        "a test for its steps.</p>"
        f"{''.join(parts)}</main></body></html>\n"
    )


def render_area(area: str, rows: list[Any], results: dict[str, dict[str, Any]]) -> str:
    """Write an area, with a cell for each site."""
    cells = "".join(
        render_cell(site, [site_results[row.id] for row in rows])
        for site, site_results in results.items()
    )
    return f'<section class="area"><h2>{escape(area)}</h2>{cells}</section>'


def render_cell(site: str, results: list[Any]) -> str:
    """Write how many rows passed; inside stand the rows."""
    states = [result.state for result in results]
    worst = next(
        (state for state in ("failed", "not run") if state in states),
        "passed",
    )
    summary = f"{escape(site)} <b>{states.count('passed')} / {len(states)}</b>"
    return fold(worst, summary, "".join(render_row(result) for result in results))


def render_row(result: Any) -> str:
    """Write a row with its sentence; inside stand its tests."""
    row = result.row
    sentence = re.sub("`(.+?)`", r"<code>\1</code>", escape(row.sentence))
    summary = f"<b>{MARKS[result.state]} {row.id}</b> {row.level}: {sentence}"
    tests = "".join(render_test(outcome) for outcome in result.outcomes)
    if result.state == "not run" and not tests:
        tests = f"<p>Not run: {escape(result.reason)}.</p>"
    return fold(result.state, summary, tests)


def render_test(outcome: Any) -> str:
    """Write a test with its steps, and for a failure what was sent and what came."""
    shown = outcome.lines[:LINES_SHOWN]
    if len(outcome.lines) > LINES_SHOWN:
        shown.append(f"… {len(outcome.lines) - LINES_SHOWN} more")
    inside = "<ol>" + "".join(f"<li>{escape(line)}</li>" for line in shown) + "</ol>"
    if outcome.reason:
        inside = f"<pre>{escape(outcome.reason)}</pre>{inside}"
    for line, exchange in zip(outcome.lines, outcome.exchanges, strict=False):
        raw = "".join(
            f"<pre>{escape(exchange[part])}</pre>" for part in ("request", "response")
        )
        inside += fold("", escape(line), f'<div class="exchange">{raw}</div>')
    name = outcome.test.removeprefix("shared_tests/")
    return fold(outcome.state, f"<b>{MARKS[outcome.state]}</b> {escape(name)}", inside)


def fold(state: str, summary: str, inside: str) -> str:
    """Write something that opens."""
    kind = f' class="{state.replace(" ", "-")}"' if state else ""
    return f"<details{kind}><summary>{summary}</summary>{inside}</details>"
