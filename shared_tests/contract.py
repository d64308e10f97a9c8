"""The rows of CONTRACT.md, and which test proves which row."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

HERE = Path(__file__).parent
ROW = re.compile(r"- ([A-Z]+-\d+) (MUST|SHOULD) \[(\w+)\]: (.+)")
TAGS = {"http", "process", "mail", "inside"}

# A test that asks for one of these starts a server itself or looks into its database.
OWN_SERVER = {"own_site", "start_site", "launch", "sites"}


@dataclass(frozen=True)
class Row:
    """One numbered sentence of the contract."""

    id: str
    level: str
    tag: str
    sentence: str
    area: str


@dataclass(frozen=True)
class ContractTest:
    """A test function as it is written: the rows it names, the fixtures it asks for."""

    name: str
    rows: tuple[str, ...]
    fixtures: frozenset[str]


def row(*ids: str) -> "pytest.MarkDecorator":
    """Name the rows of the contract that a test proves."""
    import pytest  # noqa: PLC0415 - the guide reads the rows without it

    return pytest.mark.row(*ids)


def parse_contract(text: str) -> list[Row]:
    """Read the rows, each under the heading of its area."""
    rows = []
    area = ""
    for line in text.splitlines():
        if line.startswith("## "):
            area = line[3:].strip()
        elif line.startswith("- ") and area:
            match = ROW.fullmatch(line.strip())
            if not match:
                raise ValueError(f"not a row of the contract: {line}")
            id, level, tag, sentence = match.groups()
            rows.append(Row(id, level, tag, sentence, area))
    return rows


def load_contract() -> list[Row]:
    """Read CONTRACT.md."""
    return parse_contract((HERE / "CONTRACT.md").read_text(encoding="utf-8"))


def parse_tests(source: str, shared: str = "") -> list[ContractTest]:
    """Read the tests of a module; `shared` is the source of the common fixtures."""
    functions = [
        node
        for text in (shared, source)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    ]
    asked = {function.name: _fixtures_asked(function) for function in functions}
    return [
        ContractTest(
            function.name,
            tuple(_rows_named(function)),
            frozenset(_closure(function.name, asked)),
        )
        for function in functions
        if function.name.startswith("test_")
    ]


def _fixtures_asked(function: ast.FunctionDef) -> set[str]:
    """Names of arguments, and of `usefixtures`."""
    return {argument.arg for argument in function.args.args} | {
        *_arguments_of(function, "usefixtures")
    }


def _rows_named(function: ast.FunctionDef) -> list[str]:
    return _arguments_of(function, "row")


def _arguments_of(function: ast.FunctionDef, decorator: str) -> list[str]:
    """Constant arguments of the decorator of that name."""
    return [
        argument.value
        for call in function.decorator_list
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).split(".")[-1] == decorator
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def _closure(name: str, asked: dict[str, set[str]]) -> set[str]:
    """Every fixture that a function needs, by way of others too."""
    found: set[str] = set()
    waiting = list(asked[name])
    while waiting:
        fixture = waiting.pop()
        if fixture not in found:
            found.add(fixture)
            waiting.extend(asked.get(fixture, ()))
    return found
