"""Both sites explain with the same words what both of them have."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTED = tomllib.loads((ROOT / "docs/pairs.toml").read_text(encoding="utf-8"))
PAIRS = [
    (flask, django)
    for flask, django in [
        *((name, name) for name in LISTED["same_path"]),
        *LISTED["other_name"].items(),
    ]
    if flask.endswith(".py")
]
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def find_docstrings(body: list[ast.stmt], prefix: str = "") -> dict[str, str | None]:
    """Return the docstrings of functions, methods and classes, by qualified name."""
    found = {}
    for node in body:
        if isinstance(node, DEFINITIONS):
            found[prefix + node.name] = ast.get_docstring(node)
            found |= find_docstrings(node.body, f"{prefix}{node.name}.")
    return found


def read(path: Path) -> dict[str, str | None]:
    """Return the docstrings of a file but its own, which may be of one framework."""
    return find_docstrings(ast.parse(path.read_text(encoding="utf-8")).body)


@pytest.mark.parametrize(("flask", "django"), PAIRS)
def test_what_both_sites_have_has_the_same_docstring(flask, django):
    in_flask = read(ROOT / "flask_site" / flask)
    in_django = read(ROOT / "django_site" / django)

    differences = [
        f"{name} has two docstrings, in {flask} and {django}:\n"
        f"  Flask:  {docstring}\n  Django: {in_django[name]}"
        for name, docstring in in_flask.items()
        if name in in_django and in_django[name] != docstring
    ]
    assert not differences, "\n".join(differences)
