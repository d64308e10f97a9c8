"""docs/article.md answers each claim once, and a test proves each answer."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/article.md").read_text(encoding="utf-8")
VERDICTS = {"holds", "holds, with a caveat", "outdated", "wrong"}
TABLE_ROW = re.compile(
    r"^\| \[(\d+)\]\(#claim-(\d+)\) \| (.+) \| (.+) \|$", re.MULTILINE
)
SECTION = re.compile(
    r"^\(claim-(\d+)\)=\n### Claim (\d+): ([^\n]+)\n(.*?)(?=^\(claim-|\Z)",
    re.MULTILINE | re.DOTALL,
)
SECTIONS = [
    pytest.param(int(found[2]), found[4], id=f"claim {found[2]}")
    for found in SECTION.finditer(PAGE)
]


def claims_tested_on(site: str) -> set[int]:
    """Return the numbers of the claims that the tests of a site name."""
    path = ROOT / site / "tests/test_article.py"
    names = [
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    numbers = [re.match(r"test_claim_(\d\d)_", name) for name in names]
    assert [name for name, found in zip(names, numbers, strict=True) if not found] == []
    return {int(found[1]) for found in numbers if found}


def test_claims_are_numbered_without_a_gap():
    numbers = [(found[1], found[2]) for found in SECTION.finditer(PAGE)]

    assert numbers == [(str(number), str(number)) for number in range(1, 32)]


def test_every_claim_is_tested_with_flask():
    sections = {int(found[2]) for found in SECTION.finditer(PAGE)}

    assert claims_tested_on("flask_site") == sections


def test_every_tested_claim_of_django_has_its_section():
    sections = {int(found[2]) for found in SECTION.finditer(PAGE)}

    assert claims_tested_on("django_site") - sections == set()


def test_the_table_says_what_the_sections_say():
    rows = [found.groups() for found in TABLE_ROW.finditer(PAGE)]
    sections = [
        (*found.group(1, 2, 3), *re.findall(r"\*\*Verdict: (.+?)\.\*\*", found[4]))
        for found in SECTION.finditer(PAGE)
    ]

    assert rows == sections


@pytest.mark.parametrize(("number", "section"), SECTIONS)
def test_section_has_a_verdict_the_idiom_of_today_and_the_proof(number, section):
    verdicts = re.findall(r"^\*\*Verdict: (.+)\.\*\*$", section, re.MULTILINE)
    proofs = re.findall(r"^```\{side-by-side\} (.+)$", section, re.MULTILINE)

    assert len(verdicts) == 1
    assert verdicts[0] in VERDICTS
    assert section.count("\n**Today:** ") == 1
    assert proofs == [f"tests/test_article.py test_claim_{number:02}_*"]
