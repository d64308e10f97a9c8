"""The number of queries of a page: it does not grow with what the blog holds."""

import pytest
from sqlalchemy import event

from flask_site.extensions import db as database

from .factories import make_comment, make_post, make_user


def fill(app, author, count):
    """Store so many posts of an author, of others, and comments on a post."""
    with app.app_context():
        post = make_post(author)
        for number in range(count):
            other = make_user(f"user{number}")
            make_post(author)
            make_comment(make_post(other), author_id=other.id)
            make_comment(post, author_id=other.id)
            make_comment(post)
        return post.id


@pytest.fixture
def signed_in(app, auth):
    """Sign a reader in who has written nothing."""
    with app.app_context():
        reader = make_user("reader")
    auth.login(reader)


@pytest.fixture
def collect_queries(app, client):
    """Collect what a page that was shown before asks of the database."""
    client.set_cookie("seen", "1")  # who has a cookie gets no page that was kept
    with app.app_context():
        engine = database.engine

    def collect(address):
        queries = []

        def note(connection, cursor, statement, *rest):
            queries.append(statement)

        client.get(address)
        event.listen(engine, "before_cursor_execute", note)
        client.get(address)
        event.remove(engine, "before_cursor_execute", note)
        return queries

    return collect


@pytest.mark.parametrize("count", [1, 50])
def test_queries_of_a_reader(app, user, collect_queries, count):
    """They are as many with one author, post and comment as with many."""
    post_id = fill(app, user, count)

    # All at once: the nearest bookmark, and the posts with authors and comments.
    assert len(collect_queries("/")) == 1
    # The author, and the same.
    assert len(collect_queries("/authors/ann/")) == 2
    # The post with its author, the comments with theirs, both neighbors.
    assert len(collect_queries(f"/posts/{post_id}/")) == 4


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("count", [1, 50])
def test_queries_of_a_user(app, user, collect_queries, count):
    """Who is signed in is asked on top, once a page."""
    # There is one more: the user. Django asks for the session too.
    post_id = fill(app, user, count)

    assert len(collect_queries("/")) == 2
    assert len(collect_queries("/authors/ann/")) == 3
    assert len(collect_queries(f"/posts/{post_id}/")) == 5


@pytest.mark.usefixtures("signed_in")
def test_queries_of_a_page_that_asks_for_no_user(collect_queries):
    """Whose session it is, is looked up for every page: it may be a stale copy."""
    assert len(collect_queries("/feed.atom")) == 2
