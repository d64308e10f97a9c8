"""Tables whose cells say on a phone what they are, where their heads have no room."""

from collections.abc import Iterable

from docutils import nodes

from .ledger import words


def labeled(label: str, text: str) -> nodes.entry:
    """Return a cell that names itself wherever the head of its column is hidden."""
    return nodes.entry(
        "",
        nodes.paragraph(
            "",
            "",
            nodes.inline("", label, classes=["label"]),
            nodes.inline("", "", *words(text)),
        ),
    )


def whole_row(columns: int, *content: nodes.Node, **attributes: object) -> nodes.row:
    """Return a row of one cell over all columns."""
    return nodes.row(
        "",
        nodes.entry("", *content, morecols=columns - 1),
        **attributes,
    )


def table(heads: list[str], rows: Iterable[nodes.row], name: str) -> nodes.table:
    """Return a table of a class, which a phone shows cell by cell."""
    cells = [nodes.entry("", nodes.paragraph("", "", nodes.Text(h))) for h in heads]
    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=1) for _ in heads]
    group += nodes.thead("", nodes.row("", *cells))
    group += nodes.tbody("", *rows)
    return nodes.table("", group, classes=["labeled", name])
