"""The directive `{ledger}`: where both sites differ by design, entry by entry.

What it shows is shared_tests/differences.py, which the tests hold the sites to.
"""

import re
from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from shared_tests import differences
from shared_tests.differences import LEDGER, Case, Difference

# The worst first, and what the words mean.
HARMS = {
    "security": "It decides what somebody else can do or read.",
    "lost work": "It can cost a visitor what they typed.",
    "surprise": "It surprises, and harms nobody.",
}
MANUALS = {
    "Django": "https://docs.djangoproject.com/en/5.2/",
    "Flask": "https://flask.palletsprojects.com/en/stable/",
    "Flask-SQLAlchemy": "https://flask-sqlalchemy.readthedocs.io/en/stable/",
    "Flask-WTF": "https://flask-wtf.readthedocs.io/en/stable/",
    "ItsDangerous": "https://itsdangerous.palletsprojects.com/en/stable/",
    "Werkzeug": "https://werkzeug.palletsprojects.com/en/stable/",
    "WhiteNoise": "https://whitenoise.readthedocs.io/en/stable/",
    "WTForms": "https://wtforms.readthedocs.io/en/stable/",
}
# Of the story that is played to both sites, the parts that differ as a whole.
GROUPS = {
    "*": "any request",
    "slashes": "an address without its slash",
    "hosts": "a host in an odd spelling",
    "broken_cookies": "a cookie that is broken",
    "lengths": "a text that is too long",
    "bodies": "a body that is no form",
}
SHOWN_REQUESTS = 3
SHOWN_CHARACTERS = 120
ANYTHING = "…"
BLOG = " · Diptych blog"
CODE = re.compile("`([^`]+)`")

Cell = list[nodes.Node]


class Ledger(SphinxDirective):
    """Shows the whole ledger: a table of all entries, then each of them."""

    def run(self) -> list[nodes.Node]:
        """Return the table and the sections."""
        self.env.note_dependency(str(differences.__file__))
        entries = in_order(LEDGER)
        sections: list[nodes.Node] = []
        for harm, group in groupby(entries, key=lambda entry: entry.harm):
            section = self.section(harm.capitalize(), f"harm-{harm.replace(' ', '-')}")
            section += paragraph(HARMS[harm])
            section += [self.entry(entry) for entry in group]
            sections.append(section)
        return [summary(entries), *sections]

    def entry(self, entry: Difference) -> nodes.section:
        """Return one entry: what differs, why, and what each site answers."""
        section = self.section(entry.title, anchor(entry))
        section += paragraph(f"{entry.area} · {entry.id}", "ledger-head")
        section += paragraph(entry.reason)
        for case in entry.cases:
            section += [requests(case), answers(case)]
        section += sources(entry.source)
        return section

    def section(self, title: str, id: str) -> nodes.section:
        """Return an empty section that links can lead to by its id."""
        section = nodes.section(ids=[id], names=[id])
        section += nodes.title(title, "", *words(title))
        self.state.document.note_explicit_target(section)
        return section


def in_order(entries: tuple[Difference, ...]) -> list[Difference]:
    """Sort by harm, the worst first, then by area."""
    harms = list(HARMS)
    return sorted(entries, key=lambda entry: (harms.index(entry.harm), entry.area))


def anchor(entry: Difference) -> str:
    """Return the id of an entry on the page."""
    return entry.id.lower()


def summary(entries: list[Difference]) -> nodes.table:
    """Return a table of all entries, each with a link to its place."""
    rows = [
        [
            [nodes.reference("", "", *words(entry.title), refid=anchor(entry))],
            words(entry.area),
            words(entry.harm.capitalize()),
        ]
        for entry in entries
    ]
    return table(["What differs", "Area", "Harm"], rows, "ledger-summary")


def requests(case: Case) -> nodes.paragraph:
    """Return what was asked, a few requests by name and the others by number."""
    named = case.requests[:SHOWN_REQUESTS]
    line = paragraph("", "ledger-requests")
    line += nodes.strong("", "Asked:")
    for number, request in enumerate(named):
        line += nodes.Text(", " if number else " ")
        line += literal(readable_request(request))
    if left := len(case.requests) - len(named):
        line += nodes.Text(f" and {left} more")
    return line


def readable_request(request: str) -> str:
    """Write a request without the group of the story that it stands in."""
    group, _, asked = request.partition(": ")
    if set(asked) <= {"*"}:
        return GROUPS.get(group) or without_stars(group).replace(
            "methods", "any method", 1
        )
    return without_stars(asked)


def answers(case: Case) -> nodes.table:
    """Return both answers, part by part."""
    rows = [
        [
            words(readable_part(change.part)),
            value(change.part, change.first),
            value(change.part, change.second),
        ]
        for change in case.changes
    ]
    return table(["Part", "Flask", "Django"], rows, "ledger-answers")


def readable_part(part: str) -> str:
    """Name a part of an answer: its status, its body, or a header."""
    return part.capitalize() if part in {"status", "body"} else part


def value(part: str, text: str) -> list[nodes.Node]:
    """Return what a site says in a part of its answer."""
    if part == "body" and text.startswith("page: "):
        title = text.removeprefix("page: ").removesuffix(BLOG)
        return words(f"the page “{without_stars(title)}”")
    if text in {"", "nothing"}:
        return words("nothing")
    if part not in {"status", "body"} and text in {"present", "deleted"}:
        return words(text)
    return [literal(readable_text(text))]


def readable_text(text: str) -> str:
    """Write a value in one line: what cannot be seen is escaped, what is long cut."""
    if not text.strip() or not text.replace("\n", "").isprintable():
        text = repr(text)[1:-1]
    text = without_stars(" ".join(text.split()))
    if len(text) <= SHOWN_CHARACTERS:
        return text
    return text[:SHOWN_CHARACTERS] + ANYTHING


def without_stars(text: str) -> str:
    """Write … where a pattern has a star."""
    return text.replace("*", ANYTHING)


def sources(source: str) -> nodes.paragraph:
    """Return where both manuals say it, the manuals with their addresses."""
    line = paragraph("", "ledger-source")
    line += nodes.Text("To read on: ")
    for number, place in enumerate(source.split("; ")):
        manual, _, words_of_it = place.partition(": ")
        line += nodes.Text("; " if number else "")
        line += nodes.reference("", manual, refuri=MANUALS[manual])
        line += nodes.Text(f": {words_of_it}")
    return line


def table(heads: list[str], rows: list[list[Cell]], name: str) -> nodes.table:
    """Return a table of a class, made of the contents of its cells."""
    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=1) for _ in heads]
    group += nodes.thead("", row([words(head) for head in heads]))
    group += nodes.tbody("", *[row(cells) for cells in rows])
    return nodes.table("", group, classes=[name])


def row(cells: list[Cell]) -> nodes.row:
    """Return a row of a table."""
    return nodes.row(
        "", *[nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells]
    )


def paragraph(text: str, *classes: str) -> nodes.paragraph:
    """Return a paragraph with its code marked."""
    return nodes.paragraph(text, "", *words(text), classes=list(classes))


def words(text: str) -> list[nodes.Node]:
    """Return a text, its parts between backticks as code."""
    return [
        literal(part) if number % 2 else nodes.Text(part)
        for number, part in enumerate(CODE.split(text))
        if part
    ]


def literal(text: str) -> nodes.literal:
    """Return a text as code."""
    return nodes.literal("", text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and its style."""
    app.add_directive("ledger", Ledger)
    app.add_css_file("ledger.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
