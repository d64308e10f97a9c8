"""docs/concepts.toml: the ideas, and the words that each framework says for them."""

import io
import re
import tokenize
import tomllib
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from .pairs import ROOT, UnknownNameError

TEMPLATE_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
TEMPLATES = {".html", ".txt", ".xml"}


class Twins(NamedTuple):
    """What Flask and Django say for the same thing; either may have no word."""

    concept: str
    id: str
    words: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Concept:
    """One idea that both frameworks have."""

    id: str
    title: str
    letter: str
    hue: int
    symbols: tuple[tuple[str, str], ...]  # references, Flask's and Django's
    rows: tuple[str, ...]
    ledger: tuple[str, ...]
    claims: tuple[int, ...]
    words: tuple[Twins, ...]
    template_words: tuple[Twins, ...]


class Word(NamedTuple):
    """A concept's word in a text, from one place to another."""

    start: int
    end: int
    twins: Twins


def read_words(concept: str, kind: str, listed: list[list[str]]) -> tuple[Twins, ...]:
    """Read pairs of words; `|` stands between several for one thing."""
    twins = []
    for number, (flask, django) in enumerate(listed):
        words = tuple(
            tuple(word.strip() for word in side.split("|") if word.strip())
            for side in (flask, django)
        )
        twins.append(Twins(concept, f"{concept}-{kind}{number}", words))  # type: ignore[arg-type]
    return tuple(twins)


def read_concept(id: str, entry: dict[str, Any]) -> Concept:
    """Read one table of docs/concepts.toml."""
    symbols = tuple(
        (each, each) if isinstance(each, str) else (each["flask"], each["django"])
        for each in entry["symbols"]
    )
    return Concept(
        id,
        entry["title"],
        entry["letter"],
        entry["hue"],
        symbols,
        tuple(entry.get("rows", [])),
        tuple(entry.get("ledger", [])),
        tuple(entry.get("claims", [])),
        read_words(id, "", entry.get("words", [])),
        read_words(id, "t", entry.get("template_words", [])),
    )


@cache
def load_concepts() -> dict[str, Concept]:
    """Read docs/concepts.toml."""
    text = (ROOT / "docs/concepts.toml").read_text(encoding="utf-8")
    listed = tomllib.loads(text)
    return {id: read_concept(id, entry) for id, entry in listed.items()}


def find_concept(wanted: str) -> Concept:
    """Return a concept by its name, or by its letter.

    Raises UnknownNameError where there is none.
    """
    concepts = load_concepts()
    for concept in concepts.values():
        if wanted in (concept.id, concept.letter):
            return concept
    raise UnknownNameError("concept", wanted, list(concepts))


@cache
def vocabulary(side: int, template: bool) -> tuple[re.Pattern[str], dict[str, Twins]]:
    """Return a pattern for all words of one side, and what each belongs to."""
    known = {
        word: twins
        for concept in load_concepts().values()
        for twins in (concept.template_words if template else concept.words)
        for word in twins.words[side]
    }
    longest_first = sorted(known, key=len, reverse=True)
    alternatives = "|".join(
        ("" if word[0] == "." else r"(?<![\w.])")
        + re.escape(word)
        + (r"(?!\w)" if word[-1].isalnum() else "")
        for word in longest_first
    )
    return re.compile(alternatives or "(?!)"), known


def side_of(path: Path) -> int:
    """Return 0 for a file on Flask's side, 1 for one on Django's."""
    return int("flask" not in path.relative_to(ROOT).as_posix())


@cache
def words_of(path: Path) -> dict[int, list[Word]]:
    """Find the words of all concepts in a file, line by line (counted from 1)."""
    template = path.suffix in TEMPLATES
    if not template and path.suffix != ".py":
        return {}
    text = path.read_text(encoding="utf-8-sig")
    pattern, known = vocabulary(side_of(path), template)
    spoken = mask_template(text) if template else mask_python(text, known)
    found: dict[int, list[Word]] = {}
    for number, line in enumerate(spoken.split("\n"), 1):
        for match in pattern.finditer(line):
            word = Word(match.start(), match.end(), known[match[0]])
            found.setdefault(number, []).append(word)
    return found


def mask_template(text: str) -> str:
    """Blank out what is neither a tag nor an expression of a template."""
    lines = []
    for line in text.split("\n"):
        kept = [" "] * len(line)
        for match in TEMPLATE_CODE.finditer(line):
            kept[match.start() : match.end()] = match[0]
        lines.append("".join(kept))
    return "\n".join(lines)


def mask_python(text: str, kept: Container[str] = ()) -> str:
    """Blank out comments and strings, but for those strings that are words."""
    lines = [list(line) for line in text.split("\n")]
    begun = []  # f-strings, which are tokens of their own from Python 3.12 on
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        if name == "FSTRING_START":
            begun.append(token.start)
        if name not in ("COMMENT", "STRING", "FSTRING_END") or token.string in kept:
            continue
        (row, start), (last, end) = token.start, token.end
        if name == "FSTRING_END":
            row, start = begun.pop()
        for number in range(row, last + 1):
            line = lines[number - 1]
            first = start if number == row else 0
            stop = min(end, len(line)) if number == last else len(line)
            line[first:stop] = " " * (stop - first)
    return "\n".join("".join(line) for line in lines)
