"""Two files, or some of their symbols, as blocks of rows: what stands beside what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Literal, get_args

from .align import Likeness, Row, align
from .concepts import TEMPLATES, words_of
from .pairs import SITES, Pair, UnknownNameError, find, other_symbols
from .units import IMPORTS, Symbol, split

Fate = Literal["identical", "equivalent", "flask", "django"]
Sides = tuple[list[Symbol], list[Symbol]]
ALIKE = 0.5  # code without a name belongs together from here on


@dataclass(frozen=True)
class Block:
    """Symbols of both sides that do the same job, unit by unit; one may be missing."""

    flask: tuple[Symbol, ...]
    django: tuple[Symbol, ...]
    rows: tuple[Row, ...]

    @property
    def names(self) -> list[str]:
        """Return the names of the symbols, each once, Flask's first."""
        symbols = (*self.flask, *self.django)
        return list(dict.fromkeys(each.name for each in symbols if each.name))

    def spaced(self, row: Row) -> bool:
        """Say whether a blank line stands above a row, on either side."""
        starts = [side[0].units[0] for side in (self.flask, self.django) if side]
        first = row is self.rows[0]
        return any(unit and unit.gap and (first or unit not in starts) for unit in row)

    @property
    def folded(self) -> bool:
        """Say whether it holds the imports of a file, which take one line."""
        return any(each.name == IMPORTS for each in (*self.flask, *self.django))

    @property
    def headed(self) -> bool:
        """Say whether it is a function or a class, which stands under a heading."""
        return any(each.heading for each in (*self.flask, *self.django))

    @property
    def top(self) -> str:
        """Return the name of the function or class that the block is part of."""
        return (self.names or [""])[0].partition(".")[0]


def fate(row: Row) -> Fate:
    """Say what became of a row: a statement that both sides have, or one alone.

    Identical: the same words on both sides. Equivalent: paired, with other words.
    """
    flask, django = row
    if flask and django:
        same = flask.code.split() == django.code.split()
        return "identical" if same else "equivalent"
    return "flask" if flask else "django"


def make_block(flask: Iterable[Symbol], django: Iterable[Symbol]) -> Block:
    """Align the units of some symbols of each side."""
    here, there = tuple(flask), tuple(django)
    units = [[unit for each in side for unit in each.units] for side in (here, there)]
    return Block(here, there, tuple(align(*units)))


def pair_symbols(
    flask: Sequence[Symbol], django: Sequence[Symbol], other: dict[str, str]
) -> list[Block]:
    """Pair symbols by name, code without one by what it says.

    What the two classes of a pair do not share by name is compared as a whole.
    The order is Flask's; what Django has alone follows what stands before it there.
    """
    by_name = {symbol.name: symbol for symbol in django if symbol.name}
    twins: dict[int, Symbol] = {}
    for symbol in flask:
        twin = by_name.pop(other.get(symbol.name, symbol.name), None)
        if twin:
            twins[id(symbol)] = twin
    twins |= pair_nameless(
        [each for each in flask if not each.name],
        [each for each in django if not each.name],
    )
    taken = {id(twin) for twin in twins.values()}
    order: list[Sides] = []
    for symbol in flask:
        twin = twins.get(id(symbol))
        order.append(([symbol], [twin] if twin else []))
    place = 0
    for symbol in django:
        if id(symbol) in taken:
            place = 1 + next(i for i, (_, side) in enumerate(order) if symbol in side)
        else:
            order.insert(place, ([], [symbol]))
            place += 1
    return [make_block(*both) for both in join_members(order)]


def join_members(order: list[Sides]) -> list[Sides]:
    """Put the methods together that only one of two paired classes has.

    Where a class answers to a function, all its members stand beside the function.
    """
    joined: list[Sides] = []
    homes: dict[str, Sides] = {}
    for both in order:
        if both[0] and both[1] and both[0][0].callable != both[1][0].callable:
            homes[both[both[0][0].callable][0].name] = both
    methods = [{home_of(each) for each in order if each[side]} for side in (0, 1)]
    for both in order:
        owner = (both[0] or both[1])[0].name.rpartition(".")[0]
        home = home_of(both)
        if not (both[0] and both[1]) and owner in homes:
            homes[owner][0].extend(both[0])
            homes[owner][1].extend(both[1])
            continue
        if home in methods[0] & methods[1] - {""}:
            homes[home] = both
        joined.append(both)
    return joined


def home_of(both: Sides) -> str:
    """Return the class of a method that has no twin, else nothing."""
    symbol = (both[0] or both[1])[0]
    alone = symbol.callable and not (both[0] and both[1])
    return symbol.name.rpartition(".")[0] if alone else ""


def pair_nameless(
    flask: Sequence[Symbol], django: Sequence[Symbol]
) -> dict[int, Symbol]:
    """Pair pieces of code without a name, in their order, where they are alike."""
    twins: dict[int, Symbol] = {}
    left = list(django)
    for symbol in flask:
        for number, other in enumerate(left):
            whole = len(flask) == len(django) == 1  # a template
            like = Likeness([*symbol.units, *other.units])
            docs = symbol.units[0].kind == other.units[0].kind == "doc"
            if whole or docs or like(symbol.units[0], other.units[0]) > ALIKE:
                twins[id(symbol)] = other
                del left[: number + 1]
                break
    return twins


@cache
def compare(pair: Pair) -> tuple[Block, ...]:
    """Return the blocks of a pair of files, or of the one that there is."""
    sides = [split(path) for path in pair.paths]
    if pair.reason:
        alone = [
            make_block([symbol], []) if pair.flask else make_block([], [symbol])
            for symbol in sides[0]
        ]
        return tuple(alone)
    flask, django = sides
    return tuple(pair_symbols(flask, django, other_symbols(pair.flask)))


def sections(blocks: Iterable[Block]) -> list[list[Block]]:
    """Put a class with its members, and what stands between functions together."""
    groups: list[list[Block]] = []
    for block in blocks:
        inside = groups and block.top and block.top == groups[-1][0].top
        loose = groups and not block.headed and not groups[-1][0].headed
        if not inside and not loose:
            groups.append([])
        groups[-1].append(block)
    return groups


def covers(pattern: str, name: str) -> bool:
    """Say whether a pattern stands for a name; a class brings its members."""
    return fnmatchcase(name, pattern) or name.startswith(f"{pattern}.")


def select(blocks: Iterable[Block], patterns: Sequence[str]) -> list[Block]:
    """Select the blocks with a name that one of the patterns covers."""
    return [
        block
        for block in blocks
        if any(covers(pattern, name) for pattern in patterns for name in block.names)
    ]


def compare_symbols(file: str, patterns: Sequence[str]) -> list[Block]:
    """Return the blocks of some symbols of a pair of files; without a name, of all.

    Raises UnknownNameError where there is no such file or no such symbol.
    """
    pair = find(file)
    if pair.paths[0].suffix not in {".py", *TEMPLATES}:
        raise UnknownNameError("file of code", file, [])
    blocks = list(compare(pair))
    for pattern in patterns:
        if not select(blocks, [pattern]):
            known = [name for block in blocks for name in block.names]
            raise UnknownNameError(f"function or class of {pair.title}", pattern, known)
    return select(blocks, patterns) if patterns else blocks


def symbols_of(side: int, reference: str) -> list[Symbol]:
    """Return what a reference of one side names: `file symbol symbol, file symbol`."""
    symbols: list[Symbol] = []
    for part in reference.split(","):
        file, *patterns = part.split() or [part]
        pair = find(file)
        if not pair[side]:
            raise UnknownNameError(f"file of {SITES[side]}", file, [])
        path = pair.paths[-1 if side else 0]
        every = [symbol for symbol in split(path) if symbol.name != IMPORTS]
        for pattern in patterns or ["*"]:
            found = [symbol for symbol in every if covers(pattern, symbol.name)]
            if not found:
                known = [symbol.name for symbol in every if symbol.name]
                raise UnknownNameError(f"function or class of {file}", pattern, known)
            symbols += found
    return symbols


def compare_references(flask: str, django: str) -> list[Block]:
    """Compare symbols of unlike names: by name where one fits, the rest as a whole.

    Raises UnknownNameError where there is no such file or no such symbol.
    """
    here, there = symbols_of(0, flask), symbols_of(1, django)
    alike = {symbol.name for symbol in here} & {symbol.name for symbol in there}
    blocks = pair_symbols(
        [symbol for symbol in here if symbol.name in alike],
        [symbol for symbol in there if symbol.name in alike],
        {},
    )
    rest = [
        [symbol for symbol in side if symbol.name not in alike]
        for side in (here, there)
    ]
    if any(rest):
        blocks.append(make_block(*rest))
    return blocks


def reference_blocks(flask: str, django: str) -> list[Block]:
    """Return the blocks of a reference of docs/concepts.toml."""
    if flask == django:
        file, *patterns = flask.split()
        return compare_symbols(file, patterns)
    return compare_references(flask, django)


def count_fates(blocks: Iterable[Block]) -> dict[Fate, int]:
    """Count the rows by what became of them."""
    counts: dict[Fate, int] = dict.fromkeys(get_args(Fate), 0)
    for block in blocks:
        for row in block.rows:
            counts[fate(row)] += 1
    return counts


def concepts_in(row: Row) -> list[str]:
    """Return the ids of the concepts whose words stand in a row."""
    found = [
        word.twins.concept
        for unit in row
        if unit
        for number in range(unit.first, unit.first + len(unit.lines))
        for word in words_of(unit.path).get(number, [])
    ]
    return list(dict.fromkeys(found))
