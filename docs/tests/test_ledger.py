"""The guide shows the whole ledger, the worst first, in words that can be read."""

import pytest
from docutils import nodes

from docs.directives import ledger
from shared_tests.differences import LEDGER


def test_the_worst_comes_first_and_areas_stay_together():
    entries = ledger.in_order(LEDGER)

    keys = [(list(ledger.HARMS).index(entry.harm), entry.area) for entry in entries]
    assert keys == sorted(keys)
    assert set(entries) == set(LEDGER)


def test_every_manual_that_an_entry_names_has_an_address():
    shown = [ledger.sources(entry.source) for entry in LEDGER]

    assert all(line.findall(nodes.reference) for line in shown)


@pytest.mark.parametrize(
    ("request_line", "shown"),
    [
        ("slashes: anybody GET //home/", "anybody GET //home/"),
        ("fields: * (NUL)", "… (NUL)"),
        ("slashes: *", "an address without its slash"),
        ("methods of *", "any method of …"),
        ("*", "any request"),
    ],
)
def test_a_request_is_written_without_its_group(request_line, shown):
    assert ledger.readable_request(request_line) == shown


@pytest.mark.parametrize(
    ("part", "text", "shown"),
    [
        ("status", "308", "308"),
        ("Location", "", "nothing"),
        ("body", "nothing", "nothing"),
        ("body", "page: Home · Diptych blog", "the page “Home”"),
        ("body", "page: * · Diptych blog", "the page “…”"),
        ("body", "<li>\n<p>", "<li> <p>"),
        ("body", " \t\n ", r"\t\n"),
        ("body", "\xa0", r"\xa0"),
        ("Set-Cookie", "deleted", "deleted"),
    ],
)
def test_a_value_is_written_in_one_line(part, text, shown):
    cell = ledger.value(part, text)

    assert "".join(node.astext() for node in cell) == shown


def test_a_long_value_is_cut():
    assert len(ledger.readable_text("a" * 500)) == ledger.SHOWN_CHARACTERS + 1
