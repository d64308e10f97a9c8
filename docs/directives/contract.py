"""Gives each row of the contract an anchor, where a page includes CONTRACT.md."""

import re
from pathlib import Path

from sphinx.application import Sphinx

CONTRACT = "CONTRACT.md"
ROW = re.compile(r"^- ([A-Z]+-\d+) (MUST|SHOULD) \[(\w+)\]:", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, bool]:
    """Listen to what is included."""
    app.connect("include-read", add_anchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_anchors(app: object, path: Path, page: str, content: list[str]) -> None:
    """Mark the rows of the contract, so that a link can lead to each."""
    if path.name == CONTRACT:
        content[0] = ROW.sub(mark, content[0])


def mark(row: re.Match[str]) -> str:
    """Write the head of a row in MyST, with its number as the anchor."""
    id, level, tag = row.groups()
    return f"- [{id}]{{#row-{id.lower()} .contract-row}} {level} [{tag}]:"
