"""The alignment that was judged by hand is one of the code as it is now."""

import ast
import tomllib
from itertools import zip_longest
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = (ROOT / "docs/tests/alignment.toml").read_text(encoding="utf-8")
PAIRS = tomllib.loads(DATA)["pair"]


def find(text: str, symbol: str) -> ast.stmt:
    """Return the function, method or class with this qualified name."""
    body = ast.parse(text).body
    for name in symbol.split("."):
        found = next(node for node in body if getattr(node, "name", None) == name)
        body = getattr(found, "body", [])
    return found


def read_units(site: str, reference: str) -> list[str]:
    """Return the first line of each unit of a template, or of a symbol of a module."""
    path, _, symbol = reference.partition(" ")
    text = (ROOT / site / path).read_text(encoding="utf-8")
    lines = ["", *(line.strip() for line in text.splitlines())]
    if not symbol:
        return list(filter(None, lines))
    whole = find(text, symbol)
    inside = range(whole.lineno, (whole.end_lineno or 0) + 1)
    starts = {number for number in inside if lines[number] in {"else:", "finally:"}}
    for node in ast.walk(whole):
        starts |= {name.lineno for name in getattr(node, "decorator_list", [])}
        if isinstance(node, ast.stmt | ast.excepthandler):
            starts.add(node.lineno)
    return [lines[number] for number in sorted(starts)]


@pytest.mark.parametrize("side", ["flask", "django"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["flask"])
def test_every_unit_stands_in_the_data_once_and_in_order(pair, side):
    listed = [row[side == "django"] for row in pair["rows"]]
    units = read_units(f"{side}_site", pair[side])

    for unit, judged in zip_longest(units, filter(None, listed)):
        assert unit == judged, (
            f"{pair['flask']} ↔ {pair['django']} in docs/tests/alignment.toml is not "
            f"the code of {side}_site from this line on: {unit or 'the end'}\n"
            f"The data says: {judged or 'the end'}"
        )


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["flask"])
def test_no_row_is_empty(pair):
    assert ["", ""] not in pair["rows"]
