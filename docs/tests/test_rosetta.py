"""The Rosetta table has two answers to every wish, and a proof of each."""

import ast
import re

import pytest

from docs.directives import rosetta

MIN_ROWS = 60
MAX_LINES = 12
FLASK, DJANGO = (rosetta.read(site) for site in rosetta.SITES)
ROWS = {
    f"{site}: {row.name}": row
    for site, groups in zip(rosetta.SITES, (FLASK, DJANGO), strict=True)
    for group in groups
    for row in group.rows
}


def read_test(text: str, *names: str) -> rosetta.Row:
    """Return the row of a test that is written here; these names are imported."""
    test = ast.parse(text).body[0]
    assert isinstance(test, ast.FunctionDef)
    imports = {name: ("tea", name) for name in names}
    return rosetta.read_row(test, text.splitlines(), imports, "html")


def test_every_test_has_a_twin_at_its_place():
    assert rosetta.find_faults(FLASK, DJANGO) == []


def test_table_is_long_enough():
    assert sum(len(group.rows) for group in DJANGO) >= MIN_ROWS


def test_every_row_has_an_address_of_its_own():
    names = [row.name for group in DJANGO for row in group.rows]

    assert sorted(name for name in set(names) if names.count(name) > 1) == []


@pytest.mark.parametrize("name", ROWS)
def test_row_is_a_wish_and_a_short_answer(name):
    row = ROWS[name]

    assert row.wish.endswith(".")
    assert 1 <= len(row.code.splitlines()) <= MAX_LINES


def test_answer_ends_above_the_paragraph_with_the_first_assert():
    row = read_test(
        "def test_tea():\n"
        '    """Brew."""\n'
        "\n"
        "    @hot\n"
        "    def brew():\n"
        "        return 1\n"
        "\n"
        "    drink(brew)\n"
        "\n"
        "    cup = brew()\n"
        "    assert cup == 1\n"
    )

    assert row.code == "@hot\ndef brew():\n    return 1\n\ndrink(brew)"


def test_test_without_an_assert_has_no_answer():
    row = read_test('def test_tea():\n    """Brew."""\n    a = 1\n\n    b = 2\n')

    assert row.code == ""


def test_template_is_shown_as_a_template():
    row = read_test(
        'def test_tea():\n    """Brew."""\n    template = """\n      <p>\n    """\n'
        "\n    assert draw(template)\n"
    )

    assert (row.code, row.language) == ("<p>", "html")


def test_imports_are_those_of_the_names_that_come_from_outside():
    row = read_test(
        'def test_tea(cup):\n    """Brew."""\n    pot = fill(cup)\n\n    assert pot\n',
        "fill",
        "cup",
        "pot",
        "spoon",
    )

    assert row.imports == ["from tea import fill"]


def test_fault_names_the_test():
    one = read_test('def test_tea():\n    """Brew."""\n    a = 1\n\n    assert a\n')
    two = one._replace(name="test_milk")
    group = rosetta.Group("TestTea", "Tea", [one, two])
    changed = group._replace(rows=[one, two._replace(wish="Boil.")])

    assert rosetta.find_faults([group], [group]) == []
    assert rosetta.find_faults([group], [group._replace(rows=[one])]) == [
        "TestTea.test_milk has no twin"
    ]
    assert rosetta.find_faults([group], [changed]) == [
        "TestTea.test_milk has two docstrings: 'Brew.' and 'Boil.'"
    ]
    assert rosetta.find_faults([group], [group._replace(rows=[two, one])]) == [
        "the tests of both files stand in different orders"
    ]


def test_a_phone_names_the_cells_as_the_head_of_the_table_does():
    css = (rosetta.ROOT / "docs/_static/rosetta.css").read_text(encoding="utf-8")

    labels = re.findall(r'-child::before { content: "(\w+)"', css)
    assert [f"In {label} I write" for label in labels] == list(rosetta.HEADS)
