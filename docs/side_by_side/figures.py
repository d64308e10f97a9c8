"""How much of the code each idea takes, and how much of it both sides share."""

import re
from collections.abc import Iterable

from .blocks import Fate, compare, count_fates
from .concepts import TEMPLATES, Concept, side_of, words_of
from .pairs import ROOT, Pair, load_pairs

GROUP = re.compile(r"^# (Both sites|flask_site|django_site)\b")


def code_pairs() -> list[Pair]:
    """Return the pairs of code and templates: no tests, no migrations, no data."""
    return [
        pair
        for pair in load_pairs()
        if not re.search(r"(^|/)(tests|migrations)/", pair.flask or pair.django)
        and pair.paths[0].suffix in {".py", *TEMPLATES}
    ]


def count_lines(concept: Concept) -> tuple[int, int]:
    """Count the lines of each side in which a word of a concept stands.

    Comments and docstrings do not count, nor do tests and migrations.
    """
    counts = [0, 0]
    for pair in code_pairs():
        for path in pair.paths:
            counts[side_of(path)] += sum(
                any(word.twins.concept == concept.id for word in words)
                for words in words_of(path).values()
            )
    return counts[0], counts[1]


def count_statements(pairs: Iterable[Pair]) -> dict[Fate, int]:
    """Count statements of some pairs of files, files without a twin included."""
    return count_fates(block for pair in pairs for block in compare(pair))


def dependencies() -> dict[str, list[str]]:
    """Return what requirements/run.in asks for: for both sites, for each alone."""
    groups: dict[str, list[str]] = {}
    group = ""
    for line in (ROOT / "requirements/run.in").read_text("utf-8").splitlines():
        heading = GROUP.match(line)
        if heading:
            group = heading[1]
        elif line and line[0] != "#":
            groups.setdefault(group, []).append(re.split(r"[<>=\[]", line)[0])
    return groups
