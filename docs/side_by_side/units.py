"""Source text as units: a statement, a line of a template, a line of anything else."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

IMPORTS = "imports"
TAG = re.compile(r"\{%-?\s*(\w+)|</?(\w+)|\{\{")


@dataclass(frozen=True)
class Unit:
    """Some lines of a file that say one thing; comments above it belong to it."""

    path: Path
    first: int  # of its lines, counted from 1
    lines: tuple[str, ...]
    kind: str
    comments: int = 0  # how many of its lines stand above it
    gap: bool = False  # whether a blank line stands before it

    @property
    def head(self) -> str:
        """Return the first line that is no comment, without its indentation."""
        return self.lines[self.comments].strip()

    @property
    def code(self) -> str:
        """Return the lines without the comments above them."""
        return "\n".join(self.lines[self.comments :])


@dataclass
class Symbol:
    """A function, a class, a method, an assigned name, or code without a name."""

    name: str
    units: list[Unit] = field(default_factory=list)
    doc: str | None = None  # what its docstring says
    callable: bool = False
    heading: bool = False  # a function or class of the module


class Splitter:
    """Splits one Python file into symbols and their units."""

    def __init__(self, path: Path) -> None:
        """Read the file."""
        self.path = path
        text = read_source(path)
        self.lines = text.split("\n")
        self.tree = ast.parse(text)
        self.done = 0  # the last line that belongs to a unit

    def symbols(self) -> Iterator[Symbol]:
        """Yield every symbol, methods behind their class."""
        if ast.get_docstring(self.tree):
            yield Symbol("", [self.unit(self.tree.body[0], "doc")])
        imports = Symbol(IMPORTS)
        for node in self.tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                if last_line(node) > self.done:
                    imports.units.append(self.unit(node))
            elif node is self.tree.body[-1] or imports.units:
                break
        if imports.units:
            yield imports
        for node in self.tree.body:
            if node.lineno > self.done:
                yield from self.named(node, "")
        if any(line.strip() for line in self.lines[self.done :]):
            rest = self.take(len(self.lines), len(self.lines), "comment")
            yield Symbol("", [rest])

    def named(self, node: ast.stmt, prefix: str) -> Iterator[Symbol]:
        """Yield the symbol of a statement at the level of a module or a class."""
        if isinstance(node, ast.ClassDef):
            doc = ast.get_docstring(node)
            head = Symbol(prefix + node.name, doc=doc, heading=not prefix)
            head.units += self.header(node)
            body = list(node.body)
            if doc is not None and last_line(body[0]) <= self.done:
                body.pop(0)
            elif doc is not None:
                head.units.append(self.unit(body.pop(0), "doc"))
            yield head
            for member in body:
                if last_line(member) > self.done:
                    yield from self.named(member, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            doc = ast.get_docstring(node)
            units = list(self.flatten(node))
            yield Symbol(prefix + node.name, units, doc, True, heading=not prefix)
        else:
            name = assigned(node)
            value = getattr(node, "value", None)
            split = self.literal(node, value) if value else self.flatten(node)
            yield Symbol(prefix + name if name else "", list(split))

    def flatten(self, node: ast.AST) -> Iterator[Unit]:
        """Yield the units of a statement: its header, then those of its bodies."""
        bodies = [getattr(node, name, []) for name in ("body", "handlers", "cases")]
        if last_line(node) <= self.done:
            return  # behind a colon or a semicolon of a line that is taken
        if not any(isinstance(body, list) and body for body in bodies):
            yield self.unit(node)
            return
        yield from self.header(node)
        for body in bodies:
            for number, child in enumerate(body):
                is_doc = isinstance(child, ast.Expr) and isinstance(
                    child.value, ast.Constant
                )
                if number == 0 and is_doc and child.end_lineno > self.done:
                    yield self.unit(child, "doc")
                else:
                    yield from self.flatten(child)
        for name in ("orelse", "finalbody"):
            rest = getattr(node, name, [])
            if not rest or rest[-1].end_lineno <= self.done:
                continue
            if not self.lines[rest[0].lineno - 1].lstrip().startswith("elif"):
                word = "else:" if name == "orelse" else "finally:"
                at = next(
                    number
                    for number in range(self.done + 1, rest[0].lineno + 1)
                    if self.lines[number - 1].strip().startswith(word[:-1])
                )
                last = rest[-1].end_lineno if at == rest[0].lineno else at
                yield self.take(at, last, word)
            for child in rest:
                yield from self.flatten(child)

    def header(self, node: ast.AST) -> Iterator[Unit]:
        """Yield the decorators of a statement, and its lines before its body."""
        for decorator in getattr(node, "decorator_list", []):
            yield self.unit(decorator, "decorator")
        children = getattr(node, "body", None) or getattr(node, "handlers", None)
        children = children or node.cases  # type: ignore[attr-defined]
        start = getattr(node, "lineno", None) or node.pattern.lineno  # type: ignore[attr-defined]
        end = first_line(children[0]) - 1
        while end > start and self.lines[end - 1].strip()[:1] in ("", "#"):
            end -= 1
        if end < start:  # its body stands behind the colon
            end = max(map(last_line, children))
        yield self.take(start, end, type(node).__name__)

    def literal(self, node: ast.stmt, value: ast.expr) -> Iterator[Unit]:
        """Yield a collection over several lines as a unit for each element."""
        elements: Sequence[ast.expr | None]
        if isinstance(value, ast.Dict):
            elements, ends = value.keys, value.values
        elif isinstance(value, ast.List | ast.Tuple):
            elements, ends = value.elts, value.elts
        else:
            yield self.unit(node)
            return
        starts = [(key or end).lineno for key, end in zip(elements, ends, strict=True)]
        if not starts or node.lineno in (starts[0], self.done):
            yield self.unit(node)
            return
        yield self.take(node.lineno, value.lineno, type(node).__name__)
        for start, end in zip(starts, ends, strict=True):
            if start > self.done:
                yield from self.element(start, end)
        if last_line(node) > self.done:
            yield self.take(last_line(node), last_line(node), "end")

    def element(self, start: int, value: ast.expr) -> Iterator[Unit]:
        """Yield an element, in its turn unit for unit where it is a collection."""
        inner = getattr(value, "values", None) or getattr(value, "elts", None) or []
        keys = getattr(value, "keys", None) or inner
        if not inner or (keys[0] or inner[0]).lineno == start:
            yield self.take(start, value.end_lineno or start, "element")
            return
        yield self.take(start, start, "element")
        for key, child in zip(keys, inner, strict=True):
            if (key or child).lineno > self.done:
                yield from self.element((key or child).lineno, child)
        if last_line(value) > self.done:
            yield self.take(last_line(value), last_line(value), "end")

    def unit(self, node: ast.AST, kind: str = "") -> Unit:
        """Return the lines of a node."""
        first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        if not kind and isinstance(node, ast.Expr):
            kind = type(node.value).__name__
        return self.take(first, last, kind or type(node).__name__)

    def take(self, first: int, last: int, kind: str) -> Unit:
        """Return some lines with the comments above them, as the next unit."""
        start = next(
            number
            for number in range(self.done + 1, last + 1)
            if self.lines[number - 1].strip()
        )
        gap = start - 1 > self.done
        lines = tuple(self.lines[start - 1 : last])
        self.done = last
        return Unit(self.path, start, lines, kind, first - start, gap)


def last_line(node: ast.AST) -> int:
    """Return the line where a statement ends; a case ends with its body."""
    return getattr(node, "end_lineno", 0) or last_line(node.body[-1])  # type: ignore[attr-defined]


def first_line(node: ast.AST) -> int:
    """Return the line where a statement begins, its decorators counted."""
    decorators = getattr(node, "decorator_list", [])
    start = getattr(node, "lineno", 0) or node.pattern.lineno  # type: ignore[attr-defined]
    return min([start, *(each.lineno for each in decorators)])


def assigned(node: ast.stmt) -> str:
    """Return the name that a statement assigns, or nothing."""
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]).split("[")[0]
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.target)
    return ""


def split_lines(path: Path) -> Iterator[Unit]:
    """Yield a unit for each line of a template, or of any other text."""
    gap = False
    for number, line in enumerate(read_source(path).split("\n"), 1):
        if line.strip():
            tag = TAG.match(line.strip())
            kind = (tag[1] or tag[2] or "value") if tag else "text"
            yield Unit(path, number, (line,), kind, gap=gap)
        gap = not line.strip()


def read_source(path: Path) -> str:
    """Return the text of a file, without the mark that some editors begin it with."""
    return path.read_text(encoding="utf-8-sig")


@cache
def split(path: Path) -> tuple[Symbol, ...]:
    """Return the symbols of a file; one without a name where it is no Python."""
    if path.suffix != ".py":
        return (Symbol("", list(split_lines(path))),)
    return tuple(Splitter(path).symbols())


def imported(units: Iterable[Unit]) -> str:
    """Return the packages that some import statements name, each once."""
    names = [unit.head.split()[1] for unit in units]
    packages = [name if name[0] == "." else name.split(".")[0] for name in names]
    return ", ".join(dict.fromkeys(packages))
