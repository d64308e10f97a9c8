"""The measurement of writes counts what it should, in a short run of it."""

from collections.abc import Iterator

import pytest

from .bench.served import Served, served
from .bench.writer import Answer
from .bench.writes import MUST_BE_ZERO, compare, measure, times


@pytest.fixture(scope="module")
def blog(launch, site_name) -> Iterator[Served]:
    """A site with some posts."""
    with served(launch, site_name, None, posts=50) as blog:
        yield blog


def test_whoever_writes_at_once_is_answered_and_nothing_is_lost(blog):
    figures = measure(blog, clients=4, seconds=2, warm_up=0.5)

    assert {key: figures[key] for key in MUST_BE_ZERO} == dict.fromkeys(MUST_BE_ZERO, 0)
    assert figures["failures"] == {}
    assert figures["comments_told"] > 4
    posts = figures["milliseconds"]["POST"]
    assert 0 < posts["p50"] <= posts["p95"] <= posts["p99"] <= posts["max"]


def test_a_comment_that_is_not_stored_is_counted_as_lost(blog):
    answers = [
        Answer("POST", "made-up-1.", 302, 0, 0.1),
        Answer("POST", "made-up-2.", 503, 0, 0.1),
        Answer("GET", "made-up-3.", "no form", 0, 0.1),
    ]

    figures = compare(blog, answers, "made-up")

    assert figures["comments_told_and_lost"] == 1
    assert figures["failures"] == {"POST 503": 1, "GET no form": 1}


def test_percentiles_are_those_of_the_answers():
    answers = [Answer("POST", "", 302, 0, number / 1000) for number in range(1, 201)]

    assert times(answers) == {"p50": 100, "p95": 190, "p99": 198, "max": 200}
