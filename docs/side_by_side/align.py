"""Which unit of one side answers to which of the other."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from .concepts import words_of
from .units import Unit

TOKEN = re.compile(r"«[\w-]+»|\w+|[^\w\s]")
WEAK = set("()[]{}.,:;=\"'@#<>/%-_") | {"self", "cls"}
EMPTY = "empty"  # the `else` of Django's loops
FLOOR = 0.22  # two units that are less alike than this have nothing to do together
SAME_KIND = 0.12  # what two statements of one kind have ahead
SAME_TARGET = 0.25  # and two that assign to, or define, the same name
TARGET = re.compile(r"(?:def |class )?([\w.]+)(?=\(| = |: .* = |:$)")


@cache
def tokens(unit: Unit) -> Counter[str]:
    """Return the tokens of a unit, the words of the concepts made equal."""
    words = words_of(unit.path)
    lines = []
    for number, line in enumerate(unit.lines[unit.comments :], unit.first):
        text = line
        for word in reversed(words.get(number + unit.comments, [])):
            same = f"«{word.twins.id}»"
            if text[word.start : word.end] == EMPTY:
                same = "else"
            text = f"{text[: word.start]}{same}{text[word.end :]}"
        lines.append(text.split("  # ")[0])
    return Counter(TOKEN.findall("\n".join(lines)))


@cache
def target(unit: Unit) -> str:
    """Return the name that a unit assigns or defines, without what it is part of."""
    match = TARGET.match(unit.head)
    return match[1].rsplit(".", 1)[-1] if match else ""


class Likeness:
    """How much units are alike, where what stands in many of them counts less."""

    def __init__(self, units: Iterable[Unit]) -> None:
        """Count in how many units each token stands."""
        self.spread = Counter(token for unit in units for token in tokens(unit))

    def weight(self, token: str) -> float:
        """Return what a token counts."""
        base = 3.0 if token[0] == "«" else 0.2 if token in WEAK else 1.0
        return base / math.sqrt(self.spread[token])

    def __call__(self, first: Unit, second: Unit) -> float:
        """Return a number from 0 to 1: how much of both units is the same."""
        here, there = tokens(first), tokens(second)
        both = sum(n * self.weight(token) for token, n in (here & there).items())
        all_ = sum(n * self.weight(token) for token, n in (here + there).items())
        name = target(first)
        bonus = SAME_KIND * (first.kind == second.kind)
        bonus += SAME_TARGET * (bool(name) and name == target(second))
        return min(1.0, (1 - SAME_KIND) * 2 * both / (all_ or 1) + bonus)


Row = tuple[Unit | None, Unit | None]


def align(flask: Sequence[Unit], django: Sequence[Unit]) -> list[Row]:
    """Pair the units of both sides, in their order, so that most is alike."""
    like = Likeness([*flask, *django])
    gains = [[like(here, there) - FLOOR for there in django] for here in flask]
    best = [[0.0] * (len(django) + 1) for _ in range(len(flask) + 1)]
    for i in range(len(flask) - 1, -1, -1):
        for j in range(len(django) - 1, -1, -1):
            paired = gains[i][j] + best[i + 1][j + 1] if gains[i][j] > 0 else 0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    rows: list[Row] = []
    i = j = 0
    while i < len(flask) and j < len(django):
        gain = gains[i][j]
        if gain > 0 and best[i][j] == gain + best[i + 1][j + 1]:
            rows.append((flask[i], django[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            rows.append((flask[i], None))
            i += 1
        else:
            rows.append((None, django[j]))
            j += 1
    rows += [(unit, None) for unit in flask[i:]]
    rows += [(None, unit) for unit in django[j:]]
    return rows
