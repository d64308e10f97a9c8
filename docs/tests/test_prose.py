"""What README.md and its neighbors say is so."""

import re
from collections import Counter
from pathlib import Path

import pytest

from shared_tests.contract import load_contract

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "docs/README.md",
]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SNIPPET = re.compile(r"^```python\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# An area of the contract, and the rows passed and asked for on each site.
TABLE_LINE = re.compile(r"^    (\S.{29})" + r" +(\d+) / (\d+)" * 2 + "$", re.MULTILINE)
# Read by the runner alone.
RUNNER_SETTINGS = {"SHARED_DATABASE", "GUIDE_PORT", "FLASK_PORT", "DJANGO_PORT"}
# Not read by Flask's site, which serves its static files where they lie.
UNREAD = {"flask_site": {"STATIC_ROOT"}, "django_site": set()}


@pytest.mark.parametrize(("path", "code"), SNIPPET.findall(README))
def test_snippet_is_the_code_of_the_site(path, code):
    assert code in (ROOT / path).read_text(encoding="utf-8")


def test_both_sites_show_code_before_line_25():
    shown = [
        found[1]
        for found in SNIPPET.finditer(README)
        if README.count("\n", 0, found.start()) < 25
    ]

    assert shown == ["flask_site/blog/views.py", "django_site/blog/views.py"]


def test_the_table_of_the_contract_counts_its_rows():
    rows = load_contract()
    there_are = Counter(row.area for row in rows) | {"All": len(rows)}

    shown = {area.strip(): counts for area, *counts in TABLE_LINE.findall(README)}
    assert {"Home", "All"} <= shown.keys()
    assert shown == {area: [str(there_are[area])] * 4 for area in shown}


@pytest.mark.parametrize("page", PAGES)
def test_links_within_the_repository_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)

    assert [to for to in links if not ((ROOT / page).parent / to).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_is_named_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))

    named = set(re.findall(r"(?:`|^ +(?:\$ )?)make ([a-z-]+)", text, re.MULTILINE))
    assert named - targets == set()


@pytest.mark.parametrize("site", ["flask_site", "django_site"])
def test_every_setting_is_in_the_example(site):
    settings = (ROOT / site / "settings.py").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    read = set(re.findall(r"\benv\.\w+\(\s*\"(\w+)\"", settings))
    shown = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert read == shown - RUNNER_SETTINGS - UNREAD[site]
