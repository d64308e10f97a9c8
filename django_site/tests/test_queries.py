"""The number of queries of a page: it does not grow with what the blog holds."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from .factories import make_comment, make_post, make_user


def fill(author, count):
    """Store so many posts of an author, of others, and comments on a post."""
    post = make_post(author)
    for number in range(count):
        other = make_user(f"user{number}")
        make_post(author)
        make_comment(make_post(other), author=other)
        make_comment(post, author=other)
        make_comment(post)
    return post.pk


@pytest.fixture
def signed_in(client, db):
    """Sign a reader in who has written nothing."""
    client.force_login(make_user("reader"))


@pytest.fixture
def collect_queries(client):
    """Collect what a page that was shown before asks of the database."""
    client.cookies["seen"] = "1"  # who has a cookie gets no page that was kept

    def collect(address):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return queries

    return collect


@pytest.mark.parametrize("count", [1, 50])
def test_queries_of_a_reader(user, collect_queries, count):
    """They are as many with one author, post and comment as with many."""
    post_id = fill(user, count)

    # How many posts; the ids from the nearest bookmark; posts, authors and comments.
    assert len(collect_queries("/")) == 3
    # The author, and the same three.
    assert len(collect_queries("/authors/ann/")) == 4
    # The session, the post with its author, the comments with theirs, both neighbors.
    assert len(collect_queries(f"/posts/{post_id}/")) == 5


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("count", [1, 50])
def test_queries_of_a_user(user, collect_queries, count):
    """Who is signed in is asked on top, once a page."""
    # Session and user come on top. Flask keeps the session in its cookie.
    post_id = fill(user, count)

    assert len(collect_queries("/")) == 5
    assert len(collect_queries("/authors/ann/")) == 6
    assert len(collect_queries(f"/posts/{post_id}/")) == 6


@pytest.mark.usefixtures("signed_in")
def test_queries_of_a_page_that_asks_for_no_user(collect_queries):
    """Whose session it is, is looked up for every page: it may be a stale copy."""
    assert len(collect_queries("/feed.atom")) == 3
