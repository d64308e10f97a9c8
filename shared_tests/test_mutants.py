"""The faults fit the sites as they are, and the contract notices one of each."""

import subprocess
import sys

import pytest

from .contract import load_contract
from .mutants.command import table
from .mutants.inside import call_decorators_below
from .mutants.patches import ONE_SIDED, MutantError, apply, load_mutants, read_patch
from .mutants.trial import Result, Trials, find_tests, rows_of_failures
from .servers import ROOT, SITES

MUTANTS = {site: {one.name: one for one in load_mutants(site)} for site in SITES}
LINES = 2  # that a fault may change

DECORATED = """\
@first("x")
@second
def function():
    pass


class Class:
    @property
    def name(self):
        pass

    @classmethod
    def make(cls):
        pass
"""
CALLED_BELOW = """\
def function():
    pass
function = (first('x'))((second)(function))


class Class:
    def name(self):
        pass
    name = (property)(name)

    @classmethod
    def make(cls):
        pass
"""
REPORT = """\
<testsuites><testsuite><testcase classname="shared_tests.test_post" name="{test}">
{faults}</testcase></testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path):
    """Write what pytest says of a test with a fault, or with none."""

    def write(test, faults=""):
        path = tmp_path / "report.xml"
        path.write_text(REPORT.format(test=test, faults=faults), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("site", SITES)
def test_every_fault_is_one_or_two_lines_of_the_site_as_it_is(site):
    for mutant in MUTANTS[site].values():
        stat = apply(mutant, ROOT, "--check", "--numstat").splitlines()
        changes = [line.split("\t") for line in stat]

        assert {path.split("/")[0] for *_, path in changes} == {f"{site}_site"}
        assert sum(max(int(new), int(old)) for new, old, _ in changes) <= LINES, mutant


def test_the_sites_have_the_same_faults_or_there_is_a_reason():
    flask, django = MUTANTS["flask"], MUTANTS["django"]

    assert flask.keys() ^ django.keys() == ONE_SIDED.keys()
    assert [
        name
        for name in flask.keys() & django.keys()
        if (flask[name].sentence, flask[name].rows)
        != (django[name].sentence, django[name].rows)
    ] == []


def test_every_row_that_ought_to_notice_exists_and_has_a_test_of_one_site():
    known = {row.id for row in load_contract()}
    named = {
        row for site in SITES for one in MUTANTS[site].values() for row in one.rows
    }

    assert named <= known
    assert [row for row in named if not find_tests([row])] == []


# A server starts on a machine that may be busy.
@pytest.mark.timeout(300)
@pytest.mark.parametrize("site", SITES)
def test_the_contract_notices_a_fault(site):
    mutant = MUTANTS[site]["edit-offered-to-all"]

    assert Trials().try_mutant(mutant).rows[0] == "POST-11"


def test_a_patch_that_does_not_apply_is_an_error(tmp_path):
    with pytest.raises(MutantError, match=r"^flask/no-csrf.patch does not apply: "):
        apply(MUTANTS["flask"]["no-csrf"], tmp_path)


def test_a_patch_must_say_what_it_breaks(tmp_path):
    patch = tmp_path / "silent.patch"
    patch.write_text("Row: POST-1\n\ndiff --git a/x b/x\n", encoding="utf-8")

    with pytest.raises(MutantError, match=r"silent\.patch must begin with a sentence"):
        read_patch("flask", patch)


@pytest.mark.parametrize("kind", ["failure", "error"])
def test_a_test_that_fails_names_its_rows(report, kind):
    path = report("test_the_title_is_shown_as_typed[flask]", f"<{kind}>no</{kind}>")

    assert rows_of_failures(path) == {"POST-4"}


def test_a_test_that_passes_names_none(report):
    assert rows_of_failures(report("test_the_title_is_shown_as_typed[flask]")) == set()


def test_a_site_that_does_not_start_is_no_small_fault(report):
    path = report(
        "test_x[flask]", "<error>RuntimeError: flask does not answer:</error>"
    )

    with pytest.raises(MutantError, match="does not start"):
        rows_of_failures(path)


def test_the_table_fits_a_terminal_and_names_who_noticed():
    names = {*MUTANTS["flask"], *MUTANTS["django"]}
    seen = Result(("PASS-10", "SESS-8"), 123.4)
    missed = Result((), 5)

    lines = table(
        {
            one: missed if one.name == "no-csrf" else seen
            for site in SITES
            for one in MUTANTS[site].values()
        }
    ).splitlines()

    assert len(lines) == 1 + len(names)
    assert max(map(len, lines)) <= 80
    assert lines[1].split()[1:] == ["PASS-10", "+1", "123"] * 2
    assert next(line for line in lines if "NOBODY" in line).startswith("no-csrf ")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--name", "no-such"], "there is no fault no-such"),
        (["--json", "no/such/file"], "there is no folder no/such"),
        (["--site", "rails"], "argument --site: invalid choice: 'rails' "),
    ],
)
def test_a_wrong_argument_is_told_in_one_line(arguments, complaint):
    done = subprocess.run(
        [sys.executable, "-m", "shared_tests.mutants", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith(complaint)
    assert done.stderr.count("\n") == 1


def test_mutmut_is_given_functions_without_decorators():
    assert call_decorators_below(DECORATED) == CALLED_BELOW
