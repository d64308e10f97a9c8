"""The side-by-side view on a terminal: two columns, or one under 100 columns."""

import colorsys
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from .blocks import (
    Block,
    compare,
    compare_symbols,
    concepts_in,
    count_fates,
    fate,
    reference_blocks,
    select,
)
from .concepts import find_concept, load_concepts, words_of
from .figures import code_pairs, count_lines
from .pairs import NAMES, ROOT, Pair, find, load_pairs
from .units import Symbol, Unit, imported

NARROW = 100  # columns, under which the sides stand below each other
GUTTER = 5
SIGNS = ("fl", "dj", "= ")
BOLD, DIM, PLAIN = "\033[1m", "\033[2m", "\033[0m"
ESCAPE = re.compile(r"\033\[[\d;]*m")


class Screen:
    """Renders blocks as lines of a given width, with or without colors."""

    def __init__(self, width: int, colors: bool) -> None:
        """Take the width in columns."""
        self.width = width
        self.colors = colors

    def paint(self, text: str, style: str) -> str:
        """Put a text between escape codes where there are colors."""
        return f"{style}{text}{PLAIN}" if self.colors and text else text

    def concept(self, text: str, id: str) -> str:
        """Paint a word of a concept: its color in the middle, for light and dark."""
        red, green, blue = colorsys.hls_to_rgb(load_concepts()[id].hue / 360, 0.5, 0.7)
        cube = [round(part * 5) for part in (red, green, blue)]
        code = 16 + 36 * cube[0] + 6 * cube[1] + cube[2]
        return self.paint(text, f"\033[1;4;38;5;{code}m")

    def blocks(self, blocks: Sequence[Block]) -> Iterator[str]:
        """Yield what the letters in some blocks mean, then the lines of the blocks."""
        letters = {
            id
            for block in blocks
            if not block.folded
            for row in block.rows
            for id in concepts_in(row)
        }
        if letters:
            yield from self.legend([id for id in load_concepts() if id in letters])
            yield ""
        for block in blocks:
            for row in block.rows[:1] if block.folded else block.rows:
                if block.spaced(row) and row is not blocks[0].rows[0]:
                    yield ""
                ids = [] if block.folded else concepts_in(row)
                same = fate(row) == "identical" and not block.folded
                flask, django = (
                    (self.fold(block.flask), self.fold(block.django))
                    if block.folded
                    else (self.unit(row[0], same), self.unit(row[1], same))
                )
                yield from self.row(flask, django, same, ids)

    def legend(self, ids: Iterable[str]) -> Iterator[str]:
        """Yield what the letters between the columns stand for."""
        entries = [
            f"{load_concepts()[id].letter} {load_concepts()[id].title}" for id in ids
        ]
        painted = dict(zip(entries, ids, strict=True))
        line: list[str] = []
        for entry in entries:
            if len("   ".join([*line, entry])) > self.width and line:
                yield "   ".join(self.concept(each, painted[each]) for each in line)
                line = []
            line.append(entry)
        yield "   ".join(self.concept(each, painted[each]) for each in line)

    def fold(self, symbols: Sequence[Symbol]) -> list[str]:
        """Return the imports of a file as one line."""
        names = imported(unit for symbol in symbols for unit in symbol.units)
        return [self.paint(f"imports {names}", DIM)] if names else []

    def row(
        self, flask: list[str], django: list[str], same: bool, ids: Iterable[str]
    ) -> Iterator[str]:
        """Yield the lines of one row, with the letters of its concepts."""
        letters = "".join(load_concepts()[id].letter for id in ids)
        marks = letters[: GUTTER - 2]
        if self.width >= NARROW:
            yield from self.columns(flask, django, marks)
        elif same:
            yield from self.stacked(SIGNS[2], flask, marks)
        else:
            yield from self.stacked(SIGNS[0], flask, marks)
            yield from self.stacked(SIGNS[1], django, marks)

    def unit(self, unit: Unit | None, same: bool) -> list[str]:
        """Return the painted lines of a unit."""
        if not unit:
            return []
        words = words_of(unit.path)
        lines = []
        for number, line in enumerate(unit.lines, unit.first):
            if not line.strip():
                continue
            parts, end = [], 0
            for word in words.get(number, []):
                parts.append(self.plain(line[end : word.start], same))
                parts.append(
                    self.concept(line[word.start : word.end], word.twins.concept)
                )
                end = word.end
            lines.append("".join([*parts, self.plain(line[end:], same)]))
        return lines

    def plain(self, text: str, same: bool) -> str:
        """Paint what is the same on both sides paler."""
        return self.paint(text, DIM) if same else text

    def columns(
        self, flask: Sequence[str], django: Sequence[str], marks: str
    ) -> Iterator[str]:
        """Yield some lines of both sides beside each other."""
        width = (self.width - GUTTER) // 2
        sides = [
            [part for line in side for part in fold_line(line, width)]
            for side in (flask, django)
        ]
        for number in range(max(map(len, sides))):
            left, right = (side[number] if number < len(side) else "" for side in sides)
            gutter = f" {marks if number == 0 else '':{GUTTER - 2}} "
            pad = " " * (width - len(ESCAPE.sub("", left)))
            yield f"{left}{pad}{self.paint(gutter, DIM)}{right}".rstrip()

    def stacked(self, sign: str, lines: Sequence[str], marks: str) -> Iterator[str]:
        """Yield some lines behind the sign of their side, and the letters."""
        for line in lines:
            for number, part in enumerate(fold_line(line, self.width - GUTTER - 2)):
                head = "" if number else f"{sign} {marks}"
                marks = ""
                yield f"{self.paint(f'{head:{GUTTER + 2}}', DIM)}{part}".rstrip()


def fold_line(line: str, width: int) -> list[str]:
    """Break a long line, escape codes left whole, deeper than it began."""
    text = ESCAPE.sub("", line)
    if len(text) <= width:
        return [line.rstrip()]
    indent = " " * min(len(text) - len(text.lstrip()) + 4, width // 2)
    ends: list[int] = []
    start = 0
    while len(text) - start > (room := width - len(indent) * bool(ends)):
        space = text.rfind(" ", start + room // 2, start + room + 1)
        end = space + 1 if space > 0 else start + room
        ends.append(end)
        start = end
    return cut(line, ends, indent)


def cut(line: str, ends: Sequence[int], indent: str) -> list[str]:
    """Cut a painted line behind some of its visible characters."""
    parts, style, count = [""], "", 0
    for piece in re.split(r"(\033\[[\d;]*m)", line):
        if ESCAPE.fullmatch(piece):
            style = "" if piece == PLAIN else piece
            parts[-1] += piece
            continue
        for character in piece:
            if count in ends:
                parts[-1] += PLAIN * bool(style)
                parts.append(indent + style)
            parts[-1] += character
            count += 1
    return [re.sub(rf"\s+((?:{ESCAPE.pattern})*)$", r"\1", part) for part in parts]


def show_pair(screen: Screen, pair: Pair) -> Iterator[str]:
    """Yield a pair of files in two columns, or why there is one only."""
    if pair.reason:
        yield f"{pair.names[0]} has no twin. {pair.reason}"
        return
    if pair.identical:
        yield f"{pair.title} is the same on both sides, to the last byte."
        return
    if screen.width >= NARROW:
        heads = [
            screen.paint(f"{name}  {file}", BOLD)
            for name, file in zip(NAMES, pair.names, strict=True)
        ]
        yield from screen.columns(heads[:1], heads[1:], "")
    else:
        for sign, name, file in zip(SIGNS, NAMES, pair.names, strict=False):
            yield f"{sign}     {screen.paint(f'{name}  {file}', BOLD)}"
        yield f"{SIGNS[2]}     the same on both sides"
    yield from screen.blocks(compare(pair))


def show_file(screen: Screen, wanted: str) -> Iterator[str]:
    """Yield a pair of files, or functions: `blog/views.py site_home`, `site_home`."""
    file, *symbols = wanted.replace(":", " ").split() or [wanted]
    homes = [] if symbols else list(find_symbol(file))
    if symbols:
        yield from screen.blocks(compare_symbols(file, symbols))
    elif homes:
        for pair in homes:
            yield screen.paint(pair.title, BOLD)
            yield from screen.blocks(compare_symbols(pair.names[0], [file]))
    else:
        yield from show_pair(screen, find(file))


def find_symbol(name: str) -> Iterator[Pair]:
    """Yield the pairs of code that have a function or class of a name."""
    for pair in code_pairs():
        if "." not in name and select(compare(pair), [name]):
            yield pair


def show_concept(screen: Screen, wanted: str) -> Iterator[str]:
    """Yield a concept across the files."""
    concept = find_concept(wanted)
    yield screen.paint(concept.title, BOLD)
    for twins in (*concept.words, *concept.template_words):
        flask, django = (" or ".join(side) or "-" for side in twins.words)
        yield from wrap(
            f"{flask}  ↔  {django}",
            screen.width,
            initial_indent="  ",
            subsequent_indent="    ",
        )
    if concept.rows:
        yield from wrap(f"Contract: {', '.join(concept.rows)}", screen.width)
    if concept.ledger:
        yield from wrap(f"They differ: {', '.join(concept.ledger)}", screen.width)
    for flask, django in concept.symbols:
        yield ""
        title = flask if flask == django else f"{flask}  ↔  {django}"
        yield screen.paint(title, BOLD)
        yield from screen.blocks(reference_blocks(flask, django))


def list_concepts(screen: Screen) -> Iterator[str]:
    """Yield the concepts with the lines of code in which each side speaks of them."""
    yield "lines with a word of it"
    yield " Flask Django"
    for concept in load_concepts().values():
        flask, django = count_lines(concept)
        name = screen.concept(f"{concept.letter} {concept.id:16}", concept.id)
        yield f"{flask:6}{django:7}  {name} {concept.title}"
    yield "`make diff C=pagination` shows one across the files."


def list_pairs(screen: Screen) -> Iterator[str]:
    """Yield every pair of files with how much of it differs, then what has no twin."""
    yield "statements: the same, with other words, on one side only"
    yield "  same other Flask Django"
    identical: list[Pair] = []
    alone: list[Pair] = []
    total = [0, 0, 0, 0]
    for pair in load_pairs():
        if pair.reason:
            alone.append(pair)
        elif pair.identical:
            identical.append(pair)
        else:
            counts = list(count_fates(compare(pair)).values())
            total = [a + b for a, b in zip(total, counts, strict=True)]
            first, *rest = pair.title.split(" ↔ ")
            yield "{:6}{:6}{:6}{:7}  ".format(*counts) + first
            yield from (f"{'↔':>26} {name}" for name in rest)
    yield "{:6}{:6}{:6}{:7}  ".format(*total) + "in all, tests included"
    yield ""
    names = ", ".join(pair.title for pair in identical)
    yield from wrap(f"The same to the last byte: {names}", screen.width)
    for name, side in zip(NAMES, (0, 1), strict=True):
        yield ""
        yield f"{name} alone:"
        for pair in alone:
            if pair[side]:
                text = f"{pair[side]}: {pair.reason}"
                yield from wrap(
                    text, screen.width, initial_indent="  ", subsequent_indent="    "
                )
    yield ""
    yield "`make diff F=blog/views.py` shows a pair, `make diff C=` lists the concepts."


def show_plain(wanted: str) -> Iterator[str]:
    """Yield what `git diff --no-index` says of a pair of files, or of all pairs."""
    pairs = [find(wanted)] if wanted else load_pairs()
    for pair in pairs:
        if pair.reason:
            yield f"{pair.names[0]} has no twin. {pair.reason}"
            continue
        command = ["git", "diff", "--no-index", "--no-color", "--", *pair.names]
        done = subprocess.run(  # it ends with 1 where the files differ
            command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False
        )
        yield from done.stdout.splitlines()
