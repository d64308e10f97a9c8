"""The directive `{stores}`: sessions two by two, from shared_tests/stores.py.

shared_tests/test_stores.py asks both sites each of these questions.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from shared_tests import stores

from .ledger import paragraph, words
from .tables import labeled, table, whole_row


class Stores(SphinxDirective):
    """Shows every question with its four answers, and why they are so."""

    def run(self) -> list[nodes.Node]:
        """Return the table; each question can be linked to."""
        self.env.note_dependency(stores.__file__)
        shown = draw(stores.QUESTIONS)
        for row in shown.findall(nodes.row):
            if row["ids"]:
                self.state.document.note_explicit_target(row)
        return [shown]


def draw(questions: tuple[stores.Question, ...]) -> nodes.table:
    """Return the table of some questions."""
    heads = list(stores.COLUMNS.values())
    rows = [row for question in questions for row in rows_of(question)]
    return table(heads, rows, "stores")


def rows_of(question: stores.Question) -> list[nodes.row]:
    """Return a question, its answers and their reason, one below the other."""
    columns = len(stores.COLUMNS)
    id = f"store-{question.id}"
    asked = paragraph("")
    asked += nodes.strong("", "", *words(question.text))
    asked += nodes.reference("", "¶", refid=id, classes=["headerlink"])
    answers = [
        labeled(head, question.answer(site, store))
        for (site, store), head in stores.COLUMNS.items()
    ]
    return [
        whole_row(columns, asked, ids=[id], names=[id], classes=["question"]),
        nodes.row("", *answers),
        whole_row(columns, paragraph(question.reason), classes=["reason"]),
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and its style."""
    app.add_directive("stores", Stores)
    app.add_css_file("tables.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
