"""The report of a run, from a run of made-up tests."""

import json

import pytest

from .contract import parse_contract
from .report import Outcome, areas, collect_results
from .report_page import render_page

pytest_plugins = ["pytester"]

ROWS = parse_contract(
    "## Home\n"
    "- A-1 MUST [http]: It <answers>.\n"
    "- A-2 MUST [process]: It stands.\n"
    "## Posts\n"
    "- B-1 SHOULD [http]: It is read.\n"
)


def results(*outcomes):
    """Sort the outcomes of a run on two sites."""
    return collect_results(ROWS, ["one", "two"], list(outcomes))


def states(found, site):
    """The state of every row on a site."""
    return [result.state for result in found[site].values()]


def test_a_row_passes_when_all_its_tests_passed():
    found = results(
        Outcome("test_a[one]", ["A-1", "A-2"], "one"),
        Outcome("test_b[one]", ["A-1"], "one", "failed"),
    )

    assert states(found, "one") == ["failed", "passed", "not run"]
    assert states(found, "two") == ["not run"] * 3


def test_a_row_with_a_test_left_out_has_not_passed():
    found = results(
        Outcome("test_a[one]", ["A-1"], "one"),
        Outcome("test_b[one]", ["A-1"], "one", "not run", "no database"),
    )

    assert states(found, "one")[0] == "not run"
    assert found["one"]["A-1"].reason == "no database"


def test_a_test_of_no_one_site_counts_for_each():
    found = results(Outcome("test_a", ["B-1"], None))

    assert (
        states(found, "one") == states(found, "two") == ["not run", "not run", "passed"]
    )


def test_areas_stand_as_in_the_contract():
    assert {area: [row.id for row in rows] for area, rows in areas(ROWS).items()} == {
        "Home": ["A-1", "A-2"],
        "Posts": ["B-1"],
    }


def test_the_page_shows_sentences_steps_and_exchanges():
    failed = Outcome("test_a[one]", ["A-1"], "one", "failed", "assert <1> == 2")
    failed.lines = ["GET / → 500"]
    failed.exchanges = [
        {"request": "GET / HTTP/1.1", "response": "HTTP/1.1 500\n\n<h1>Oh"}
    ]

    page = render_page(areas(ROWS), results(failed))

    assert "It &lt;answers&gt;." in page
    assert "assert &lt;1&gt; == 2" in page
    assert "GET / → 500" in page
    assert "&lt;h1&gt;Oh" in page
    assert "<script" not in page
    assert "0 / 2" in page


CONFTEST = """
import pytest
from shared_tests.browser import Step
from shared_tests.contract import parse_contract
from shared_tests.report import ContractReport

STEPS = []
ROWS = "## Home\\n- A-1 MUST [http]: It answers.\\n- A-2 MUST [http]: It stands.\\n"

def pytest_configure(config):
    config.addinivalue_line("markers", "row(*ids): rows")
    report = ContractReport(config, ["one"], STEPS)
    report.rows = parse_contract(ROWS)
    config.pluginmanager.register(report)

@pytest.fixture
def ask():
    step = Step("GET", "/", 200, "GET / HTTP/1.1", "HTTP/1.1 200 OK")
    return lambda: STEPS.append(step)
"""


@pytest.fixture
def run(pytester, request):
    """Run made-up tests with the report."""

    def run(source):
        pytester.makeconftest(CONFTEST)
        pytester.makepyfile(source)
        pytester.syspathinsert(request.config.rootpath)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:django")

    return run


def test_a_broken_sentence_is_told_in_the_terminal(run, pytester):
    result = run(
        """
        import pytest

        @pytest.mark.row("A-1")
        def test_good(ask):
            ask()

        @pytest.mark.row("A-2")
        def test_bad(ask):
            ask()
            assert False
        """
    )

    result.stdout.fnmatch_lines(
        ["Home * 1 / 2", "Broken by one:", "*A-2 MUST: It stands."]
    )
    assert all(len(line) <= 80 for line in result.outlines if " / " in line)
    data = json.loads((pytester.path / "build" / "contract.json").read_text())
    assert data["totals"] == {"one": {"passed": 1, "failed": 1, "not run": 0}}
    assert data["rows"][0]["sites"]["one"]["tests"][0]["steps"] == ["GET / → 200"]
    page = (pytester.path / "build" / "contract.html").read_text()
    assert page.count("HTTP/1.1 200 OK") == 1


def test_rows_that_were_left_out_are_told_with_the_reason(run):
    result = run(
        """
        import pytest

        @pytest.mark.row("A-1")
        @pytest.mark.skip(reason="no server")
        def test_left_out():
            pass
        """
    )

    result.stdout.fnmatch_lines(
        ["Home * 0 / 2", "Not run on one, rows: 1, no server: A-1"]
    )
    assert "Broken" not in result.stdout.str()


def test_nothing_is_told_where_no_row_was_tested(run, pytester):
    result = run("def test_else(): pass")

    assert "the contract" not in result.stdout.str()
    assert not (pytester.path / "build").exists()
