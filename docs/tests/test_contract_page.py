"""The guide's page of the contract has an anchor for each row."""

from pathlib import Path

from docs.directives.contract import add_anchors
from shared_tests.contract import HERE, load_contract


def anchored(name: str) -> str:
    """The contract as a page gets it that includes a file of this name."""
    content = [(HERE / "CONTRACT.md").read_text(encoding="utf-8")]
    add_anchors(None, Path(name), "contract", content)
    return content[0]


def test_every_row_has_an_anchor():
    text = anchored("../shared_tests/CONTRACT.md")

    assert [
        row.id
        for row in load_contract()
        if f"- [{row.id}]{{#row-{row.id.lower()} .contract-row}} {row.level}"
        not in text
    ] == []


def test_other_files_stay_as_they_are():
    assert "#row-" not in anchored("README.md")
