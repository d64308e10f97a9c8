"""Which steps there are: the classes of programs/steps_*.py, without running them."""

import ast
from pathlib import Path
from typing import NamedTuple

FIRST = "Tutorial"


class Step(NamedTuple):
    """A step, the one that it is made from, and what it changes."""

    name: str
    after: str
    what: str


def program_of(site: str) -> Path:
    """Return the file with the steps of a site's framework."""
    return Path(__file__).parent / "programs" / f"steps_{site}.py"


def read_steps(site: str) -> dict[str, Step]:
    """Find the steps of a framework, in the order of their file."""
    found: dict[str, Step] = {}
    for node in ast.parse(program_of(site).read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ClassDef):
            continue
        after = next((ast.unparse(base) for base in node.bases), "")
        if node.name == FIRST or after in found:
            found[node.name] = Step(node.name, after, ast.get_docstring(node) or "")
    return found
