"""The side-by-side view in the guide: directives, roles, generated pages, colors."""

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from shared_tests.contract import load_contract
from shared_tests.differences import LEDGER

from . import generate, page
from .blocks import (
    Block,
    compare,
    compare_references,
    compare_symbols,
    concepts_in,
    sections,
)
from .concepts import find_concept, load_concepts
from .pairs import ROOT, UnknownNameError, find
from .proof import Proof, load_proofs, proof_of

DATA = ("docs/concepts.toml", "docs/pairs.toml", "docs/proof.toml")
ARTICLE = ROOT / "docs/article.md"


class Place(NamedTuple):
    """A place in the guide, and how a link to it reads and looks."""

    document: str
    anchor: str
    text: str
    css: str = ""


def link(app: Sphinx, here: str, place: Place) -> str:
    """Return the relative address of a place, from a document."""
    uri = app.builder.get_relative_uri(here, place.document)
    return f"{uri}#{place.anchor}" if place.anchor else uri


def check(what: str, name: str, known: list[str]) -> None:
    """Raise UnknownNameError where a name is not among the known ones."""
    if name not in known:
        raise UnknownNameError(what, name, known)


def place_of_concept(name: str) -> Place:
    """Find a chapter, in the concept's color."""
    concept = find_concept(name)
    css = f"concept c-{concept.id}"
    return Place(f"concepts/{concept.id}", "", concept.title, css)


def place_of_row(name: str) -> Place:
    """Find a row of the contract."""
    check("row of the contract", name, [row.id for row in load_contract()])
    return Place("contract", f"row-{name.lower()}", name)


def place_of_entry(name: str) -> Place:
    """Find an entry of the ledger."""
    check("entry of the ledger", name, [entry.id for entry in LEDGER])
    return Place("differences", name.lower(), name)


def place_of_claim(name: str) -> Place:
    """Find a claim of the article."""
    text = ARTICLE.read_text(encoding="utf-8")
    check("claim", name, re.findall(r"^\(claim-(\d+)\)=$", text, re.MULTILINE))
    return Place("article", f"claim-{name}", f"claim {name}")


def place_of_code(name: str) -> Place:
    """Find the page of a pair of files, or a function on it."""
    file, _, symbol = name.partition(" ")
    pair = find(file)
    if symbol:
        known = [name for block in compare(pair) for name in block.names]
        check(f"function or class of {file}", symbol, known)
    return Place(f"side-by-side/{pair.page}", symbol, symbol or file)


# The roles, by name: each finds a place, or raises UnknownNameError.
PLACES: dict[str, Callable[[str], Place]] = {
    "concept": place_of_concept,
    "row": place_of_row,
    "ledger": place_of_entry,
    "claim": place_of_claim,
    "code": place_of_code,
}


class View(SphinxDirective):
    """What all directives of this module share."""

    def here(self, place: Place) -> nodes.reference:
        """Return a link to a place in the guide."""
        uri = link(self.env.app, self.env.docname, place)
        return nodes.reference("", place.text, internal=True, refuri=uri)

    @property
    def chapters(self) -> str:
        """Return the address of a concept's chapter, with a place for its name."""
        uri = link(self.env.app, self.env.docname, Place("concepts/NAME", "", ""))
        return uri.replace("NAME", "{}")

    def depend(self, blocks: Iterable[Block]) -> None:
        """Build the page anew when the code that it shows changes."""
        paths = {
            unit.path for block in blocks for row in block.rows for unit in row if unit
        }
        paths |= set(Path(__file__).parent.glob("*.py"))
        for path in [*paths, *(ROOT / name for name in DATA)]:
            self.env.note_dependency(str(path))

    def show(
        self, blocks: list[Block], legend: bool = True, sides: Sequence[int] = (0, 1)
    ) -> list[nodes.Node]:
        """Return blocks as one grid, with what its colors mean."""
        self.depend(blocks)
        text = page.render(blocks, self.chapters, sides)
        if legend:
            text += self.legend(blocks)
        return [nodes.raw("", text, format="html")]

    def legend(self, blocks: Iterable[Block]) -> str:
        """Return what the colors of some blocks mean, in the order of the chapters."""
        ids = {id for block in blocks for row in block.rows for id in concepts_in(row)}
        concepts = [each for each in load_concepts().values() if each.id in ids]
        return page.render_legend(concepts, self.chapters)

    def links(self, title: str, kind: str, names: Iterable[str]) -> list[nodes.Node]:
        """Return links to rows, entries or claims, with commas between."""
        found: list[nodes.Node] = [nodes.Text(title)]
        for name in names:
            found += [self.here(PLACES[kind](name)), nodes.Text(", ")]
        return found[:-1]

    def proof(self, proof: Proof) -> list[nodes.Node]:
        """Return what proves some code alike, and what holds it apart."""
        parts = [
            self.links(title, kind, names)
            for title, kind, names in (
                ("Contract: ", "row", proof.rows),
                ("Where they differ: ", "ledger", proof.ledger),
            )
            if names
        ]
        line = nodes.paragraph("", "", classes=["proof"])
        for part in parts:
            line += [*part, nodes.Text(". ")]
        return [line] if parts else []


class SideBySide(View):
    """Shows some functions of a pair of files, or two references, in two columns."""

    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {
        "flask": directives.unchanged_required,
        "django": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Return the grid."""
        if bool(self.arguments) == (len(self.options) == 2) or len(self.options) == 1:
            raise self.error("Give a file and its functions, or :flask: and :django:.")
        try:
            if self.arguments:
                file, *symbols = self.arguments[0].split()
                blocks = compare_symbols(file, symbols)
            else:
                blocks = compare_references(
                    self.options["flask"], self.options["django"]
                )
        except UnknownNameError as error:
            raise self.error(str(error)) from error
        return self.show(blocks)


class SideBySidePage(View):
    """Shows a whole pair of files, a section for each function and class."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return what stands before the first function, then the sections."""
        pair = find(self.arguments[0])
        sides = [side for side in (0, 1) if pair[side]]
        colors = self.legend(compare(pair))
        result: list[nodes.Node] = [nodes.raw("", colors, format="html")]
        for blocks in sections(compare(pair)):
            names = [name for block in blocks for name in block.names]
            ids = list(dict.fromkeys(names))
            shown = self.show(blocks, legend=False, sides=sides)
            if not blocks[0].headed:
                anchors = "".join(f'<span id="{escape(id)}"></span>' for id in ids)
                result += [nodes.raw("", anchors, format="html"), *shown]
                continue
            title = nodes.literal("", " ↔ ".join(blocks[0].names[:2]))
            proof = self.proof(proof_of(pair.flask or pair.django, ids))
            section = nodes.section(
                "", nodes.title("", "", title), *proof, *shown, ids=ids
            )
            self.state.document.note_explicit_target(section)
            result.append(section)
        return result


class ConceptBox(View):
    """Lists what belongs to an idea: rows, differences, claims, code."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        for name in DATA:
            self.env.note_dependency(str(ROOT / name))
        try:
            concept = find_concept(self.arguments[0])
            code = Place(f"side-by-side/concept.{concept.id}", "", concept.title)
            lines = [[nodes.Text("All of its code side by side: "), self.here(code)]]
            lines += [
                self.links(title, kind, names)
                for title, kind, names in (
                    ("Contract, which proves both alike: ", "row", concept.rows),
                    ("Where they differ: ", "ledger", concept.ledger),
                    ("The article: ", "claim", [str(each) for each in concept.claims]),
                )
                if names
            ]
        except UnknownNameError as error:
            raise self.error(f"docs/concepts.toml: {error}") from error
        items = [nodes.list_item("", nodes.paragraph("", "", *line)) for line in lines]
        head = nodes.paragraph("", "", nodes.strong("", "To look further"))
        box = nodes.container("", head, nodes.bullet_list("", *items))
        box["classes"] += ["concept-box", f"c-{concept.id}"]
        return [box]


class PlaceRole(ReferenceRole):
    """Links to a place of the guide by its name, which must exist.

    `words <name>` links with other words than the name's own.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or what is wrong with it."""
        try:
            place = PLACES[self.name](self.target)
        except UnknownNameError as error:
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [], [message]
        uri = link(self.env.app, self.env.docname, place)
        node = nodes.reference("", "", internal=True, refuri=uri)
        text = self.title if self.has_explicit_title else place.text
        is_code = self.name == "code" and not self.has_explicit_title
        node += nodes.literal("", text) if is_code else nodes.Text(text)
        node["classes"] += place.css.split()
        return [node], []


def write_pages(app: Sphinx) -> None:
    """Write the generated pages and colors before Sphinx looks for sources."""
    try:
        load_proofs()
    except UnknownNameError as error:
        raise ExtensionError(f"docs/proof.toml: {error}") from None
    generate.write()
    styles = Path(app.doctreedir, "side-by-side")
    styles.mkdir(parents=True, exist_ok=True)
    (styles / "concepts.css").write_text(page.stylesheet(), encoding="utf-8")
    app.config.html_static_path.append(str(styles))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register everything with Sphinx."""
    app.add_directive("side-by-side", SideBySide)
    app.add_directive("side-by-side-page", SideBySidePage)
    app.add_directive("concept", ConceptBox)
    for name in PLACES:
        app.add_role(name, PlaceRole(), override=True)  # docutils has a `code` too
    app.connect("builder-inited", write_pages)
    app.add_css_file("side-by-side.css")
    app.add_css_file("concepts.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
