"""Every row has a test, every test names its rows."""

from collections import Counter

import pytest

from .contract import HERE, OWN_SERVER, TAGS, load_contract, parse_contract, parse_tests

# These test the suite, or the difference between sites, and prove no row.
WITHOUT_ROWS = {
    "test_bench.py",
    "test_bench_servers.py",
    "test_bench_steps.py",
    "test_bench_writes.py",
    "test_browser.py",
    "test_chromium.py",
    "test_contract.py",
    "test_crowd_finds_leaks.py",
    "test_differences.py",
    "test_fuzz.py",
    "test_load.py",
    "test_matters.py",
    "test_mutants.py",
    "test_normalize.py",
    "test_report.py",
    "test_running.py",
    "test_stores.py",
}

ROWS = load_contract()
SHARED = (HERE / "conftest.py").read_text(encoding="utf-8")
TESTS = [
    test
    for path in sorted(HERE.glob("test_*.py"))
    if path.name not in WITHOUT_ROWS
    for test in parse_tests(path.read_text(encoding="utf-8"), SHARED)
]


def disagreement(tags, fixtures):
    """Say what is wrong between the tags of a test's rows and the fixtures it uses."""
    if len({tag == "http" for tag in tags}) > 1:
        return "mixes rows for any server with rows that need a server of their own"
    if tags == {"http"} and fixtures & OWN_SERVER:
        return f"needs {sorted(fixtures & OWN_SERVER)}, its rows say any server will do"
    if "http" not in tags and not fixtures & OWN_SERVER:
        return f"would run against any server, its rows say {sorted(tags)}"
    return ""


def test_the_contract_can_be_read():
    assert len(ROWS) > 150
    assert {row.tag for row in ROWS} <= TAGS
    assert all(row.sentence.endswith((".", '."')) for row in ROWS)


def test_no_number_stands_twice():
    counted = Counter(row.id for row in ROWS)

    assert [id for id, count in counted.items() if count > 1] == []


def test_every_row_has_a_test():
    tested = {id for test in TESTS for id in test.rows}

    assert [row.id for row in ROWS if row.id not in tested] == []


def test_every_test_names_rows_that_exist():
    known = {row.id for row in ROWS}

    assert [test.name for test in TESTS if not test.rows] == []
    assert [
        (test.name, id) for test in TESTS for id in test.rows if id not in known
    ] == []


def test_tests_need_what_the_tags_of_their_rows_say():
    tags = {row.id: row.tag for row in ROWS}
    told = {
        test.name: disagreement(
            {tags[id] for id in test.rows if id in tags}, test.fixtures
        )
        for test in TESTS
    }

    assert {name: text for name, text in told.items() if text} == {}


def test_the_parser_reads_rows_with_their_area():
    rows = parse_contract(
        "# X\n\n- no row\n\n## Home\n\n- HOME-1 MUST [http]: It answers.\n"
    )

    assert [(row.id, row.level, row.tag, row.sentence, row.area) for row in rows] == [
        ("HOME-1", "MUST", "http", "It answers.", "Home")
    ]


def test_the_parser_refuses_what_is_no_row():
    with pytest.raises(ValueError, match="HOME-2"):
        parse_contract("## Home\n\n- HOME-2 MUST: no tag.\n")


def test_fixtures_are_found_by_way_of_others():
    shared = "def demo(start_site): pass\ndef reader(demo): pass"
    source = "@row('A-1', 'A-2')\n@x.usefixtures('y')\ndef test_it(reader): pass"

    (test,) = parse_tests(source, shared)

    assert test.rows == ("A-1", "A-2")
    assert test.fixtures == {"reader", "demo", "start_site", "y"}


@pytest.mark.parametrize(
    ("tags", "fixtures", "wrong"),
    [
        ({"http"}, {"browser"}, False),
        ({"process"}, {"start_site"}, False),
        ({"process", "inside"}, {"launch"}, False),
        ({"http"}, {"browser", "start_site"}, True),
        ({"process"}, {"browser"}, True),
        ({"http", "process"}, {"start_site"}, True),
    ],
)
def test_a_tag_and_the_fixtures_may_disagree(tags, fixtures, wrong):
    assert bool(disagreement(tags, fixtures)) == wrong
