"""Rows and entries hold both sites to each matter in which naive blogs fail."""

import re

import pytest

from .contract import load_contract
from .differences import LEDGER
from .matters import NOTHING_TO_COMPARE, WHERE_NAIVE_BLOGS_FAIL

PROOFS = {row.id for row in load_contract()} | {entry.id for entry in LEDGER}
PROOF = re.compile(r"\b[A-Z]+-[A-Z\d-]+\b")


@pytest.mark.parametrize(("matter", "proofs"), WHERE_NAIVE_BLOGS_FAIL.items())
def test_every_matter_is_held_by_rows_or_entries(matter: str, proofs: str) -> None:
    assert proofs, matter
    assert [proof for proof in proofs.split() if proof not in PROOFS] == []


def test_a_reason_names_rows_and_entries_that_there_are() -> None:
    named = PROOF.findall(" ".join(NOTHING_TO_COMPARE.values()))

    assert "SCHEMA-3" in named
    assert [proof for proof in named if proof not in PROOFS] == []
