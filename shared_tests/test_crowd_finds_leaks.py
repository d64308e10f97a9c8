"""The crowd finds what leaks, and nothing where nothing does."""

import pytest

from .crowd import visit_all_at_once
from .leaky_blog import KINDS, serve_leaky_blog

VISITORS = 8
REQUESTS = 20


def test_a_blog_that_leaks_nothing_is_found_sound():
    with serve_leaky_blog(None) as url:
        tally = visit_all_at_once(url, VISITORS, REQUESTS)

    assert tally.leaks == []
    assert tally.failures == []
    assert tally.requests == VISITORS * (REQUESTS + 2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_blog_that_keeps_something_for_everybody_is_found_out(kind):
    with serve_leaky_blog(kind) as url:
        tally = visit_all_at_once(url, VISITORS, REQUESTS)

    assert tally.leaks
