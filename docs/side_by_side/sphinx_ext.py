"""The side-by-side view in the guide: directives, roles, generated pages, colors."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective, SphinxRole

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


def link(app: Sphinx, here: str, document: str, anchor: str = "") -> str:
    """Return the relative address of a document, from another one."""
    uri = app.builder.get_relative_uri(here, document)
    return f"{uri}#{anchor}" if anchor else uri


def check_row(name: str) -> None:
    """Raise UnknownNameError where the contract has no such row."""
    check_known("row of the contract", name, [row.id for row in load_contract()])


def check_entry(name: str) -> None:
    """Raise UnknownNameError where the ledger has no such entry."""
    check_known("entry of the ledger", name, [entry.id for entry in LEDGER])


def check_claim(name: str) -> None:
    """Raise UnknownNameError where docs/article.md answers no such claim."""
    text = ARTICLE.read_text(encoding="utf-8")
    check_known("claim", name, re.findall(r"^\(claim-(\d+)\)=$", text, re.MULTILINE))


def check_known(what: str, name: str, known: list[str]) -> None:
    """Raise UnknownNameError where a name is not among the known ones."""
    if name not in known:
        raise UnknownNameError(what, name, known)


class View(SphinxDirective):
    """What all directives of this module share."""

    def here(self, document: str, text: str, anchor: str = "") -> nodes.reference:
        """Return a link to a place in the guide."""
        uri = link(self.env.app, self.env.docname, document, anchor)
        return nodes.reference("", text, internal=True, refuri=uri)

    @property
    def chapters(self) -> str:
        """Return the address of a concept's chapter, with a place for its name."""
        return link(self.env.app, self.env.docname, "concepts/NAME").replace(
            "NAME", "{}"
        )

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

    def proof(self, proof: Proof) -> list[nodes.Node]:
        """Return what proves some code alike, and what holds it apart."""
        if not proof.rows and not proof.ledger:
            return []
        line = nodes.paragraph("", "", classes=["proof"])
        for words, names, document, prefix in (
            ("Contract: ", proof.rows, "contract", "row-"),
            ("Where they differ: ", proof.ledger, "differences", ""),
        ):
            if not names:
                continue
            line += nodes.Text(words if not len(line) else ". " + words)
            for number, name in enumerate(names):
                if number:
                    line += nodes.Text(", ")
                line += self.here(document, name, prefix + name.lower())
        line += nodes.Text(".")
        return [line]


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
        try:
            concept = find_concept(self.arguments[0])
            for check, names in (
                (check_row, concept.rows),
                (check_entry, concept.ledger),
                (check_claim, map(str, concept.claims)),
            ):
                for name in names:
                    check(name)
        except UnknownNameError as error:
            raise self.error(str(error)) from error
        for name in DATA:
            self.env.note_dependency(str(ROOT / name))
        box = nodes.container("", classes=["concept-box", f"c-{concept.id}"])
        box += nodes.paragraph("", "", nodes.strong("", "To look further"))
        items = nodes.bullet_list()
        code = nodes.paragraph("", "All of its code side by side: ")
        code += self.here(f"side-by-side/concept.{concept.id}", concept.title)
        items += nodes.list_item("", code)
        for words, names, document, form in (
            ("Contract, which proves both alike: ", concept.rows, "contract", "row-{}"),
            ("Where they differ: ", concept.ledger, "differences", "{}"),
            (
                "Claims of the article: ",
                map(str, concept.claims),
                "article",
                "claim-{}",
            ),
        ):
            paragraph = nodes.paragraph("", words)
            links = list(names)
            for number, name in enumerate(links):
                if number:
                    paragraph += nodes.Text(", ")
                paragraph += self.here(document, name, form.format(name.lower()))
            if links:
                items += nodes.list_item("", paragraph)
        box += items
        return [box]


class PlaceRole(SphinxRole):
    """Links to a place of the guide by its name, which must exist."""

    def place(self) -> tuple[str, str, str, str]:
        """Return document, anchor, text and class; raise UnknownNameError."""
        raise NotImplementedError

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or what is wrong with it."""
        try:
            document, anchor, text, css = self.place()
        except UnknownNameError as error:
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [], [message]
        uri = link(self.env.app, self.env.docname, document, anchor)
        node = nodes.reference("", "", internal=True, refuri=uri)
        node += nodes.literal("", text) if css == "code" else nodes.Text(text)
        node["classes"] += css.split() if css != "code" else []
        return [node], []


class ConceptRole(PlaceRole):
    """Links to a chapter, in the concept's color."""

    def place(self) -> tuple[str, str, str, str]:
        """Find the chapter."""
        concept = find_concept(self.text)
        return f"concepts/{concept.id}", "", concept.title, f"concept c-{concept.id}"


class RowRole(PlaceRole):
    """Links to a row of the contract."""

    def place(self) -> tuple[str, str, str, str]:
        """Find the row."""
        check_row(self.text)
        return "contract", f"row-{self.text.lower()}", self.text, ""


class LedgerRole(PlaceRole):
    """Links to an entry of the ledger."""

    def place(self) -> tuple[str, str, str, str]:
        """Find the entry."""
        check_entry(self.text)
        return "differences", self.text.lower(), self.text, ""


class ClaimRole(PlaceRole):
    """Links to a claim of the article."""

    def place(self) -> tuple[str, str, str, str]:
        """Find the claim."""
        check_claim(self.text)
        return "article", f"claim-{self.text}", f"claim {self.text}", ""


class CodeRole(PlaceRole):
    """Links to the page of a pair of files, or to a function on it."""

    def place(self) -> tuple[str, str, str, str]:
        """Find the file and the function."""
        file, _, symbol = self.text.partition(" ")
        pair = find(file)
        known = [name for block in compare(pair) for name in block.names]
        if symbol and symbol not in known:
            raise UnknownNameError(f"function or class of {file}", symbol, known)
        return f"side-by-side/{pair.page}", symbol, symbol or file, "code"


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
    app.add_role("concept", ConceptRole())
    app.add_role("row", RowRole())
    app.add_role("ledger", LedgerRole())
    app.add_role("claim", ClaimRole())
    app.add_role("code", CodeRole(), override=True)
    app.connect("builder-inited", write_pages)
    app.add_css_file("side-by-side.css")
    app.add_css_file("concepts.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
