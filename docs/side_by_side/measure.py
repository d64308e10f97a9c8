"""How often the alignment finds the pairs that people judged by hand.

`python -m docs.side_by_side.measure` prints the share of the statement pairs of
docs/tests/alignment.toml that the alignment finds, and that plain difflib finds.
"""

import tomllib
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from .blocks import Block, compare, select
from .pairs import ROOT, SITES, find
from .units import Unit

Lines = tuple[int, int]  # of a pair: Flask's line, Django's line


class Measure(NamedTuple):
    """What was found of the pairs of one function or template."""

    name: str
    judged: set[Lines]
    found: set[Lines]
    plain: set[Lines]


def place(unit: Unit) -> int:
    """Return the line of a unit's first statement."""
    return unit.first + unit.comments


def find_blocks(reference: str) -> list[Block]:
    """Return the blocks of a function, class or template, by Flask's name."""
    file, _, symbol = reference.partition(" ")
    blocks = compare(find(file))
    return select(blocks, [symbol]) if symbol else list(blocks)


def judged_pairs(rows: list[list[str]], sides: list[list[Unit]]) -> Iterator[Lines]:
    """Yield the pairs that were judged by hand; the rows name each unit in order."""
    places = [iter(units) for units in sides]
    for row in rows:
        lines = [
            place(next(units)) if text else 0
            for text, units in zip(row, places, strict=True)
        ]
        if all(lines):
            yield lines[0], lines[1]


def plain_pairs(sides: list[list[Unit]]) -> Iterator[Lines]:
    """Yield what difflib pairs: equal lines, and the lines of a change one by one."""
    numbers: list[list[int]] = []
    texts: list[list[str]] = []
    for units in sides:
        lines = {
            number: line.strip()
            for unit in units
            for number, line in enumerate(unit.lines, unit.first)
        }
        numbers.append(list(lines))
        texts.append(list(lines.values()))
    matcher = SequenceMatcher(a=texts[0], b=texts[1], autojunk=False)
    for kind, start, end, other, other_end in matcher.get_opcodes():
        if kind in ("equal", "replace"):
            yield from zip(numbers[0][start:end], numbers[1][other:other_end])  # noqa: B905 - the shorter side ends the change


def measure(entry: dict[str, Any]) -> Measure:
    """Compare what was judged of one function with what is found."""
    blocks = find_blocks(entry["flask"])
    rows = [row for block in blocks for row in block.rows]
    sides = [
        sorted((unit for row in rows if (unit := row[side])), key=place)
        for side in (0, 1)
    ]
    found = {(place(here), place(there)) for here, there in rows if here and there}
    for side, units in enumerate(sides):
        named = sum(bool(row[side]) for row in entry["rows"])
        if named != len(units):
            raise ValueError(
                f"docs/tests/alignment.toml names {named} units of "
                f"{entry['flask']} in {SITES[side]}, the code has {len(units)}."
            )
    judged = set(judged_pairs(entry["rows"], sides))
    return Measure(entry["flask"], judged, found, set(plain_pairs(sides)))


def measure_all() -> list[Measure]:
    """Measure every function and template that was judged."""
    data = (ROOT / "docs/tests/alignment.toml").read_text(encoding="utf-8")
    return [measure(entry) for entry in tomllib.loads(data)["pair"]]


def share(measures: list[Measure], way: str) -> float:
    """Return the share of the judged pairs that one way finds."""
    hits = sum(len(each.judged & getattr(each, way)) for each in measures)
    return hits / sum(len(each.judged) for each in measures)


if __name__ == "__main__":
    every = measure_all()
    for one in every:
        hits, plain = len(one.judged & one.found), len(one.judged & one.plain)
        print(f"{len(one.judged):4}{hits:5}{plain:5}  {one.name}")
    for title, templates in (("Python", False), ("templates", True)):
        some = [one for one in every if (".html" in one.name) == templates]
        print(
            f"{title}: {share(some, 'found'):.1%}, difflib {share(some, 'plain'):.1%}"
        )
    print(f"All: {share(every, 'found'):.1%}, difflib {share(every, 'plain'):.1%}")
