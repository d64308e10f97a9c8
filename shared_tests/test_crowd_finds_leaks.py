"""The crowd finds what leaks, and nothing where nothing does."""

import pytest

from .crowd import Tally, compare_log, visit_all_at_once
from .leaky_blog import KINDS, serve_leaky_blog

VISITORS = 8
REQUESTS = 20

# What the crowd says of each kind of leak.
WORDS = {
    "user": "signed in is",
    "email": "the addresses shown are",
    "read": "marked are",
    "messages": "messages are",
    "token": "has the same cookie or token",
    "cookie": "has the same cookie or token",
    "request_id": "the answer to",
}

HOME = {"request_id": "1", "method": "GET", "path": "/", "message": "GET /"}
COMMENT = {
    "request_id": "2",
    "method": "POST",
    "path": "/posts/1/comments/",
    "message": "POST /posts/1/comments/",
}
MAIL = {"request_id": "2", "message": "Mail 7 sent."}


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

    assert any(WORDS[kind] in leak for leak in tally.leaks)


@pytest.mark.parametrize(
    ("lines", "leaks", "failures"),
    [
        ([HOME, COMMENT, MAIL], 0, 0),
        ([HOME, COMMENT, {**MAIL, "request_id": None}], 0, 0),
        ([{**HOME, "request_id": "2"}, {**COMMENT, "request_id": "1"}], 2, 0),
        ([HOME, HOME, COMMENT], 1, 0),
        ([HOME], 0, 1),
        ([HOME, COMMENT, {**MAIL, "request_id": "1"}], 1, 0),
        ([HOME, COMMENT, {**MAIL, "request_id": "of nobody"}], 1, 0),
    ],
)
def test_a_log_that_mixes_requests_up_is_found_out(lines, leaks, failures):
    tally = Tally(1, sent={"1": ("GET", "/"), "2": ("POST", "/posts/1/comments/")})

    compare_log(lines, tally)

    assert (len(tally.leaks), len(tally.failures)) == (leaks, failures)
