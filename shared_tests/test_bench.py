"""The measurements of `make bench`, in a hurry, and what is made of their figures."""

import json
import platform
import shutil
from contextlib import ExitStack
from typing import Any

import pytest

from .bench import command, depth, instructions, pages, report, starts
from .bench.blogs import Blogs
from .bench.pages import UNIT, Cast
from .bench.workers import (
    BenchError,
    Page,
    Subject,
    Worker,
    find_noise,
    measure_in_turn,
    start,
)

# The first test starts a dozen programs.
pytestmark = pytest.mark.timeout(300)

HASTY = 0.001  # seconds of a round
WHATS = ["hello, naked", "hello", "tutorial", "home"]


@pytest.fixture(scope="module")
def blogs(launch, tmp_path_factory):
    """Small blogs, made for these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "POSTS", 20)
        yield Blogs(launch, tmp_path_factory.mktemp("blogs"))


@pytest.fixture(scope="module")
def cast(blogs):
    """All that is measured of pages."""
    with ExitStack() as stack:
        yield Cast(blogs, stack).every()


@pytest.fixture(scope="module")
def subjects(cast, site_name):
    """What was measured of one framework in two rounds."""
    keys = [UNIT, *((site_name, what) for what in WHATS)]
    with ExitStack() as stack:
        workers = start(stack, [cast[key][0] for key in keys])
        measured = [
            Subject(key, worker, cast[key][1])
            for key, worker in zip(keys, workers, strict=True)
        ]
        measure_in_turn(measured, 2, HASTY, lambda part: None)
        yield {subject.key[1]: subject for subject in measured}


def planted(name: str, *rounds: float) -> Subject:
    """Make a subject that was measured already."""
    worker: Any = None
    return Subject((name,), worker, Page(), rounds=list(rounds))


def test_every_subject_is_measured_in_every_round(subjects):
    assert all(len(subject.rounds) == 2 for subject in subjects.values())


def test_a_framework_says_hello_with_the_bytes_of_home(subjects):
    assert subjects["hello, naked"].seen["body"] == subjects["hello"].seen["body"]


def test_hello_passes_what_the_site_puts_around_its_views(subjects):
    assert "X-Request-ID" in subjects["hello"].seen["headers"]
    assert "X-Request-ID" not in subjects["hello, naked"].seen["headers"]


def test_the_tutorial_asks_for_each_author_and_each_number_of_comments(subjects):
    tutorial, unit = subjects["tutorial"].seen, subjects[UNIT[1]].seen

    assert tutorial["statements"] >= 2 + 5 + 2  # posts, their number, authors
    assert unit["statements"] == 1
    assert tutorial["body"].count("<article") == unit["body"].count("<article") == 5


def test_the_unit_is_one_unit(subjects):
    found = pages.figures(list(subjects.values()))

    assert found[0]["units"] == found[0]["low"] == found[0]["high"] == 1
    assert all(row["units"] > 0 for row in found)


def test_a_start_has_seconds_and_memory(cast):
    seconds, size = starts.start_once(*cast[UNIT])

    assert 0 < seconds < 60
    assert 1e6 < size < 1e9


def test_a_page_that_does_not_come_is_no_measurement(subjects):
    with pytest.raises(BenchError, match="answers /nowhere/ with 404"):
        subjects["home"].worker.look(Page("/nowhere/"))


def test_a_program_that_does_not_start_says_why(blogs):
    worker = Worker("no_such_module:app", blogs.environment("sqlite:////nowhere"))

    with pytest.raises(BenchError, match="No module named 'no_such_module'"):
        worker.wait()
    worker.end()


def test_a_noisy_run_is_refused_by_the_name_of_what_was_disturbed():
    calm, disturbed = planted("calm", 1, 1.05, 9), planted("disturbed", 1, 1.2, 1.2)

    assert find_noise([calm]) == []
    (sentence,) = find_noise([calm, disturbed])
    assert "disturbed took 1.20 times" in sentence


def test_the_second_best_round_counts():
    assert planted("subject", 3, 1, 2).seconds == 2


def list_of(posts: int, milliseconds: list[float], size: float = 1) -> list[Any]:
    """Write what the places in a list have cost."""
    return [
        {
            "site": "flask",
            "database": "sqlite",
            "posts": posts,
            "list": "home",
            "place": place,
            "milliseconds": each,
            "ratio": each,
            "bytes_ratio": size,
        }
        for place, each in zip(depth.PLACES, milliseconds, strict=True)
    ]


@pytest.mark.parametrize(
    ("longest", "faults"),
    [
        (list_of(1_000_000, [1.15, 9, 1.15], 1.05), 0),
        (list_of(1_000_000, [1.16, 9, 1.16]), 2),
        (list_of(1_000_000, [1, 11, 1]), 1),
        (list_of(1_000_000, [1, 1, 1], 1.06), 3),
    ],
)
def test_what_grows_with_the_list_is_named(longest, faults):
    assert len(depth.find_faults(list_of(1000, [1, 1, 1]) + longest)) == faults


def test_all_tables_fit_into_80_columns():
    page = {
        "who": "django",
        "what": "author, kept",
        "units": 1234.5,
        "low": 1234.5,
        "high": 1234.5,
        "noise": 1.01,
        "microseconds": 12345.6,
        "bytes": 123456,
        "queries": 12,
        "seconds": 1.5,
        "megabytes": 123.4,
    }
    places = list_of(1_000_000, [1, 123.45, 1])

    written = report.tables({"pages": [page], "depth": places, "starts": [page]})

    assert max(map(len, written.splitlines())) <= 80
    assert "django: author, kept" in written
    assert "1,000,000" in written


@pytest.mark.parametrize(("now", "is_more"), [(102, False), (103, True)])
def test_two_percent_more_instructions_are_too_many(now, is_more):
    ((line, more),) = instructions.compare({"flask: home": now}, {"flask: home": 100})

    assert more == is_more
    assert line.startswith("flask: home")


def test_another_python_cannot_be_compared(monkeypatch, tmp_path):
    kept = tmp_path / "instructions.json"
    kept.write_text(json.dumps({"counted_with": {"python": "3.11.7"}}))
    monkeypatch.setattr(instructions, "KEPT", kept)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(platform, "python_version", lambda: "3.12.1")

    assert instructions.obstacle() == (
        "The kept figures were counted with Python 3.11, and this is 3.12: "
        "they cannot be compared."
    )


def test_without_valgrind_nothing_can_be_counted(monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr("sys.argv", ["instructions"])

    assert instructions.main() == 2
    assert "valgrind is not installed" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--rounds", "7"], ["page"]])
def test_what_makes_no_sense_is_refused(arguments, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench", *arguments])

    with pytest.raises(SystemExit):
        command.main()
    assert capsys.readouterr().err
