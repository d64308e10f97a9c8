"""The directive `{rosetta}`: the same wish in Django's words and in Flask's.

A row is a pair of tests of one name, in tests/test_rosetta.py of both sites.
Its docstring is the wish, and the lines above its last paragraph are the answer.
"""

import ast
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from docs.side_by_side.units import first_line

ROOT = Path(__file__).resolve().parents[2]
SITES = ("flask_site", "django_site")
HEADS = ("In Flask I write", "In Django I write")
TEMPLATES = {"django_site": "html+django", "flask_site": "html+jinja"}

logger = logging.getLogger(__name__)


class Row(NamedTuple):
    """A test: its wish, the code that answers it, and the imports of that code."""

    name: str
    wish: str
    code: str
    language: str
    imports: list[str]


class Group(NamedTuple):
    """A class of tests: its heading and its rows."""

    name: str
    heading: str
    rows: list[Row]


def path_of(site: str) -> Path:
    """Return the file of a site that the table is made of."""
    return ROOT / site / "tests/test_rosetta.py"


def read(site: str) -> list[Group]:
    """Return the groups of a site's file, in its order."""
    source = path_of(site).read_text(encoding="utf-8")
    module = ast.parse(source)
    imports = find_imports(module, site)
    return [
        Group(
            group.name,
            docstring(group).removesuffix("."),
            [
                read_row(test, source.splitlines(), imports, TEMPLATES[site])
                for test in group.body
                if isinstance(test, ast.FunctionDef) and test.name.startswith("test_")
            ],
        )
        for group in module.body
        if isinstance(group, ast.ClassDef)
    ]


def docstring(node: ast.ClassDef | ast.FunctionDef) -> str:
    """Return what a class or a test says of itself."""
    return ast.get_docstring(node) or ""


def find_imports(module: ast.Module, site: str) -> dict[str, tuple[str, str]]:
    """Return module and name of what is imported; the site's own is left out."""
    found: dict[str, tuple[str, str]] = {}
    for node in module.body:
        if isinstance(node, ast.Import):
            found |= {alias.name: ("", alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if not node.level and origin.partition(".")[0] != site:
                found |= {alias.name: (origin, alias.name) for alias in node.names}
    return found


def read_row(
    test: ast.FunctionDef,
    lines: list[str],
    imports: dict[str, tuple[str, str]],
    template_language: str,
) -> Row:
    """Return the row that a test is."""
    body = test.body[1:]  # behind the docstring
    act = body[: find_proof(body, lines)]
    wish = docstring(test)
    match act:
        case []:
            return Row(test.name, wish, "", "python", [])
        case [
            ast.Assign(
                targets=[ast.Name(id="template")], value=ast.Constant(value=str(text))
            )
        ]:
            code = dedent(text).strip()
            return Row(test.name, wish, code, template_language, [])
    code = dedent("\n".join(lines[first_line(act[0]) - 1 : act[-1].end_lineno]))
    return Row(test.name, wish, code, "python", needed_imports(test, act, imports))


def find_proof(body: list[ast.stmt], lines: list[str]) -> int:
    """Return where the paragraph with the first assert begins; 0 where none does."""
    proof = next((at for at, node in enumerate(body) if proves(node)), 0)
    while proof:
        above = lines[(body[proof - 1].end_lineno or 0) : first_line(body[proof]) - 1]
        if "" in above:
            break
        proof -= 1
    return proof


def proves(node: ast.stmt) -> bool:
    """Return whether a statement asserts something, itself or in a block of it."""
    return not isinstance(node, ast.FunctionDef | ast.ClassDef) and any(
        isinstance(part, ast.Assert)
        or (isinstance(part, ast.Attribute) and part.attr == "raises")
        for part in ast.walk(node)
    )


def needed_imports(
    test: ast.FunctionDef, act: list[ast.stmt], imports: dict[str, tuple[str, str]]
) -> list[str]:
    """Write the imports of the names that the code takes from elsewhere."""
    parts = [part for statement in act for part in ast.walk(statement)]
    names = [part for part in parts if isinstance(part, ast.Name)]
    bound = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    bound |= {
        part.arg for part in (*parts, *test.args.args) if isinstance(part, ast.arg)
    }
    needed = {imports[name.id] for name in names if name.id in imports.keys() - bound}
    modules = sorted({module for module, _ in needed})
    return [
        f"from {module} import {', '.join(sorted(n for m, n in needed if m == module))}"
        if module
        else "\n".join(sorted(f"import {n}" for m, n in needed if not m))
        for module in modules
    ]


def find_faults(flask: list[Group], django: list[Group]) -> list[str]:
    """Say which tests have no twin, say something else, or stand elsewhere."""
    wishes, others = outline(flask), outline(django)
    faults = [f"{name} has no twin" for name in sorted(wishes.keys() ^ others.keys())]
    faults += [
        f"{name} has two docstrings: {wish!r} and {others[name]!r}"
        for name, wish in wishes.items()
        if others.get(name, wish) != wish
    ]
    if not faults and list(wishes) != list(others):
        faults.append("the tests of both files stand in different orders")
    return faults


def outline(groups: list[Group]) -> dict[str, str]:
    """Return the docstrings of groups and rows by name, in the order of the file."""
    found = {}
    for group in groups:
        found[group.name] = group.heading
        found |= {f"{group.name}.{row.name}": row.wish for row in group.rows}
    return found


class Rosetta(SphinxDirective):
    """Shows a table for each group."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each group; a test without a twin is a warning."""
        for site in SITES:
            self.env.note_dependency(str(path_of(site)))
        flask, django = map(read, SITES)
        for fault in find_faults(flask, django):
            logger.warning("rosetta: %s", fault, location=self.get_location())
        return [self.section(*pair) for pair in zip(flask, django, strict=False)]

    def section(self, flask: Group, django: Group) -> nodes.section:
        """Return the section of a group."""
        title = nodes.title(flask.heading, "", nodes.Text(flask.heading))
        section = nodes.section("", title, ids=[nodes.make_id(flask.heading)])
        self.state.document.note_implicit_target(section)
        pairs = zip(flask.rows, django.rows, strict=False)
        section += table([line for pair in pairs for line in self.rows(*pair)])
        return section

    def rows(self, flask: Row, django: Row) -> list[nodes.row]:
        """Return the wish and below it both answers: code needs all the width."""
        wish = nodes.paragraph(flask.wish, "", nodes.Text(flask.wish))
        wish += nodes.reference("", "¶", refid=flask.name, classes=["headerlink"])
        head = nodes.row(
            "",
            nodes.entry("", wish, morecols=len(HEADS) - 1),
            ids=[flask.name],
            names=[flask.name],
            classes=["rosetta-wish"],
        )
        self.state.document.note_explicit_target(head)
        cells = [nodes.entry("", *answer(row)) for row in (flask, django)]
        return [head, nodes.row("", *cells, classes=["rosetta-answers"])]


def answer(row: Row) -> list[nodes.Node]:
    """Return what stands in a cell: the code, and below it what it imports."""
    cell: list[nodes.Node] = [
        nodes.literal_block(row.code, row.code, language=row.language)
    ]
    if row.imports:
        text = "\n".join(row.imports)
        cell.append(
            nodes.literal_block(
                text, text, language="python", classes=["rosetta-imports"]
            )
        )
    return cell


def table(rows: list[nodes.row]) -> nodes.table:
    """Return a table of rows."""
    heads = [nodes.entry("", nodes.paragraph("", "", nodes.Text(h))) for h in HEADS]
    group = nodes.tgroup(cols=len(HEADS))
    group += [nodes.colspec(colwidth=1) for _ in HEADS]
    group += nodes.thead("", nodes.row("", *heads))
    group += nodes.tbody("", *rows)
    return nodes.table("", group, classes=["rosetta"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and its style."""
    app.add_directive("rosetta", Rosetta)
    app.add_css_file("rosetta.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
