"""The side-by-side view as HTML: one grid a block, each side whole in the source.

The cells of a row share a grid row, so that wrapped lines keep the alignment; on a
narrow screen the sides leave the grid and stand below each other.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

from .align import Row
from .blocks import Block, concepts_in, fate
from .concepts import TEMPLATES, Concept, Word, load_concepts, words_of
from .pairs import NAMES, ROOT
from .units import Unit, imported, read_source

INDENT = re.compile(r"^(<span[^>]*>)?( +)")
LINES = ("solid", "dashed", "dotted", "double", "wavy")


@cache
def highlighted(path: Path) -> dict[int, list[tuple[str, str]]]:
    """Return the lines of a file as pieces of text with their Pygments classes."""
    name = "html+jinja" if path.suffix in TEMPLATES else "python"
    lexer = get_lexer_by_name(name, stripnl=False)
    lines: dict[int, list[tuple[str, str]]] = {}
    number = 1
    for kind, text in lexer.get_tokens(read_source(path)):
        css = STANDARD_TYPES.get(kind) or STANDARD_TYPES.get(kind.parent, "")
        for offset, part in enumerate(text.split("\n")):
            lines.setdefault(number + offset, []).append((css, part))
        number += text.count("\n")
    return lines


def render_line(path: Path, number: int, chapters: str) -> str:
    """Return a line as HTML: highlighted, the words of concepts as links."""
    words = iter(words_of(path).get(number, []))
    word = next(words, None)
    parts: list[str] = []
    open_word = False
    place = 0
    for css, text in highlighted(path).get(number, []):
        start = 0
        while start < len(text):
            here = place + start
            if word and not open_word and here == word.start:
                parts.append(open_tag(word, chapters))
                open_word = True
            edge = (word.end if open_word else word.start) if word else None
            stop = len(text)
            if edge is not None and here < edge < place + len(text):
                stop = edge - place
            piece = escape(text[start:stop], quote=False)
            parts.append(f'<span class="{css}">{piece}</span>' if css else piece)
            if open_word and word and place + stop == word.end:
                parts.append("</a>")
                open_word, word = False, next(words, None)
            start = stop
        place += len(text)
    return "".join(parts)


def open_tag(word: Word, chapters: str) -> str:
    """Return the start of a link from a word to its concept's chapter."""
    concept = load_concepts()[word.twins.concept]
    return (
        f'<a class="concept word c-{concept.id} t-{word.twins.id}" '
        f'href="{chapters.format(concept.id)}" title="{escape(concept.title)}">'
    )


def render_unit(unit: Unit, chapters: str) -> str:
    """Return the lines of a unit, numbered."""
    lines = []
    for number, line in enumerate(unit.lines, unit.first):
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        code = INDENT.sub(r"\1<i>\2</i>", render_line(unit.path, number, chapters))
        lines.append(
            f'<span class="line" data-n="{number}" style="--indent:{indent}">'
            f"{code}\n</span>"
        )
    return "".join(lines)


class Cell(NamedTuple):
    """A place in the grid: for a row, or for all the imports of a file."""

    place: str  # where it stands in the grid, as HTML attributes
    row: Row
    imports: Block | None


def grid(blocks: Iterable[Block]) -> Iterator[Cell]:
    """Yield the lines of the grid, which begin below the heads of the columns."""
    number = 2
    for block in blocks:
        for row in block.rows[:1] if block.folded else block.rows:
            gap = " gap" if number > 2 and block.spaced(row) else ""
            css = f'class="{{}}{gap}" style="grid-row:{number}"'
            yield Cell(css, row, block if block.folded else None)
            number += 1


def render_side(side: int, blocks: Iterable[Block], chapters: str) -> Iterator[str]:
    """Yield the cells of one side."""
    for cell in grid(blocks):
        rows = cell.imports.rows if cell.imports else [cell.row]
        units = [unit for row in rows if (unit := row[side])]
        if not units:
            yield f"<div {cell.place.format('void')}></div>"
            continue
        body = "".join(render_unit(unit, chapters) for unit in units)
        css = "unit"
        if cell.imports:
            title = f"imports {escape(imported(units))}"
            body = f"<details><summary>{title}</summary>{body}</details>"
        elif fate(cell.row) == "identical":
            css = "unit identical"
        yield f"<div {cell.place.format(css)}>{body}</div>"


def render_marks(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the letters of the concepts between the sides."""
    for cell in grid(blocks):
        letters = "".join(
            f'<span class="concept c-{id}">{load_concepts()[id].letter}</span>'
            for id in concepts_in(cell.row)
        )
        if letters and not cell.imports:
            yield f"<div {cell.place.format('marks')}>{letters}</div>"


def render(blocks: list[Block], chapters: str, wanted: Sequence[int] = (0, 1)) -> str:
    """Return some blocks as one grid, or one side of them.

    `chapters` is the address of a concept's chapter, with a place for its name.
    """
    sides = []
    for side in wanted:
        paths = dict.fromkeys(
            unit.path.relative_to(ROOT).as_posix()
            for block in blocks
            for row in block.rows
            if (unit := row[side])
        )
        name = NAMES[side]
        files = "".join(f" <code>{path}</code>" for path in paths)
        cells = "".join(render_side(side, blocks, chapters))
        sides.append(
            f'<div class="side {name.lower()}" role="group" aria-label="{name}">'
            f'<div class="head"><strong>{name}</strong>'
            f"{files or ' has no counterpart'}</div>{cells}</div>"
        )
    letters = '<div class="head"></div>' + "".join(render_marks(blocks))
    sides.insert(1, f'<div class="side middle" aria-hidden="true">{letters}</div>')
    css = (
        "side-by-side highlight" if len(wanted) > 1 else "side-by-side highlight alone"
    )
    return f'<div class="{css}">{"".join(sides)}</div>'


def render_legend(concepts: Iterable[Concept], chapters: str) -> str:
    """Return what the colors and letters stand for."""
    entries = "".join(
        f'<li><a class="concept c-{concept.id}" href="{chapters.format(concept.id)}">'
        f"<b>{concept.letter}</b> {escape(concept.title)}</a></li>"
        for concept in concepts
    )
    return f'<ul class="side-by-side-legend" aria-label="Ideas">{entries}</ul>'


def stylesheet() -> str:
    """Return the colors of the concepts, and what lights up a word's twin."""
    rules = []
    for number, concept in enumerate(load_concepts().values()):
        line = LINES[number % len(LINES)]
        rules.append(
            f":is(.concept, .concept-box).c-{concept.id} "
            f"{{ --hue: {concept.hue}; --line: {line}; }}"
        )
        for twins in (*concept.words, *concept.template_words):
            name = f".t-{twins.id}"
            rules.append(
                f".side-by-side:has({name}:is(:hover, :focus-visible)) {name} "
                "{ outline: 2px solid currentColor; outline-offset: -1px; }"
            )
    return "\n".join(rules) + "\n"
