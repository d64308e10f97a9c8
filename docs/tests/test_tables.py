"""The guide shows all that was asked of both stores, and all that was measured."""

import json

import pytest
from docutils import nodes

from docs.directives import figures, stores
from shared_tests.losses import words
from shared_tests.mutants.patches import load_mutants
from shared_tests.servers import SITES
from shared_tests.stores import COLUMNS, QUESTIONS
from shared_tests.storm.report import MUST_BE_ZERO


def measured(name: str) -> figures.Figures:
    """Read what was measured."""
    found: figures.Figures = json.loads(
        (figures.FOLDER / name).read_text(encoding="utf-8")
    )
    return found


@pytest.fixture
def storm() -> figures.Figures:
    """What comments and mails survived."""
    return measured("storm.json")


@pytest.fixture
def losses() -> figures.Figures:
    """What was lost, whatever went wrong."""
    return measured("losses.json")


@pytest.fixture
def mutants() -> figures.Figures:
    """Which faults the contract noticed."""
    faults: figures.Figures = measured("mutants.json")["mutants"]
    return faults


@pytest.fixture
def crowd() -> figures.Figures:
    """What visitors at once saw of each other."""
    return measured("crowd.json")


def cells(shown: nodes.table) -> list[list[str]]:
    """Return what stands in the body of a table, without what only a phone shows."""
    (body,) = shown.findall(nodes.tbody)
    return [
        [
            "".join(part.astext() for part in entry[0] if "label" not in classes(part))
            for entry in row
        ]
        for row in body
    ]


def classes(node: nodes.Node) -> list[str]:
    """Return the classes of a node, which a text has none of."""
    return node["classes"] if isinstance(node, nodes.Element) else []


def test_every_question_is_asked_with_its_answers_and_their_reason():
    shown = cells(stores.draw(QUESTIONS))

    for number, question in enumerate(QUESTIONS):
        asked, answers, reason = shown[3 * number : 3 * number + 3]
        assert asked == [f"{question.text}¶"]
        told = [question.answer(*column) for column in COLUMNS]
        assert answers == [answer.replace("`", "") for answer in told]
        assert reason == [question.reason.replace("`", "")]


def test_a_question_has_an_address_of_its_own():
    rows = stores.draw(QUESTIONS).findall(nodes.row)

    assert [id for row in rows for id in row["ids"]] == [
        f"store-{question.id}" for question in QUESTIONS
    ]


def test_a_cell_says_on_a_phone_what_it_is():
    labels = [
        part.astext()
        for part in stores.draw(QUESTIONS[:1]).findall(nodes.inline)
        if "label" in part["classes"]
    ]

    assert labels == list(COLUMNS.values())


@pytest.mark.parametrize("scenario", figures.DRAWN)
def test_every_run_of_a_storm_has_its_row(storm, scenario):
    runs = [run for run in storm["runs"] if run["scenario"] == scenario]

    shown = cells(figures.DRAWN[scenario](runs))

    assert [row[:2] for row in shown] == [
        [figures.SITES[site], figures.SENDERS[sender]]
        for sender in figures.SENDERS
        for site in figures.SITES
    ]


def test_the_sites_lost_nothing_in_the_storms(storm):
    runs = [run for run in storm["runs"] if run["sender"] != "bare"]

    assert [run[key] for run in runs for key in MUST_BE_ZERO if run[key]] == []


def test_the_bare_thread_lost_mails(storm):
    runs = [run for run in storm["runs"] if run["sender"] == "bare"]

    assert all(run["comments_never_mailed"] for run in runs)


def test_nobody_of_the_crowd_saw_what_belongs_to_another(crowd):
    shown = cells(figures.draw_crowd(crowd))

    assert [(row[0], row[-1]) for row in shown] == [("Flask", "0"), ("Django", "0")]
    assert [found["failures"] for found in crowd.values()] == [[], []]


def test_every_loss_has_its_row_and_every_run_its_cell(losses):
    shown = cells(figures.draw_losses(losses["runs"]))

    assert [row[0] for row in shown] == list(words.SCENARIOS.values())
    told = [cell for row in shown for cell in row[1:] if cell != "–"]
    assert sorted(told) == sorted(words.tell(run) for run in losses["runs"])


def test_nothing_was_lost_and_nothing_went_wrong(losses):
    assert [words.wrong(run) for run in losses["runs"] if words.wrong(run)] == []


def test_it_is_said_with_which_versions_losses_were_counted(losses):
    said = figures.versions(losses).astext()

    assert losses["date"] in said
    assert losses["versions"]["postgresql"] in said


def test_every_fault_has_its_row_and_was_noticed(mutants):
    shown = cells(figures.draw_mutants(mutants))

    assert [row[0] for row in shown] == [*mutants]
    assert [row for row in shown if "nobody" in row] == []
    assert {
        (site, one.name): one.sentence for site in SITES for one in load_mutants(site)
    } == {
        (site, name): fault["breaks"]
        for name, fault in mutants.items()
        for site in SITES
        if site in fault
    }


def test_it_is_said_when_and_where_it_was_measured(storm):
    said = figures.circumstances(storm, storm["runs"]).astext()

    assert storm["date"] in said
    assert storm["versions"]["python"] in said
