"""The tables: what is kept with a row, in which order rows come, what they refuse."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from flask_site.blog.models import Comment, Post
from flask_site.blog.text import render, summarize
from flask_site.extensions import db as database

from .factories import make_comment, make_post, make_user

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


def test_body_is_rendered_once(user, db):
    """The HTML is made when a post is written, not when it is read."""
    # It stands beside the text before anything is stored.
    post = make_post(user, body="*one*")
    post.body = "*two*"

    assert post.body_html == "<p><em>two</em></p>\n"
    assert post.summary == "two"


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("**a** `b`", "<p><strong>a</strong> <code>b</code></p>\n"),
        ("<script>a</script>", "<p>&lt;script&gt;a&lt;/script&gt;</p>\n"),
        ("<b onclick=x>a</b>", "<p>&lt;b onclick=x&gt;a&lt;/b&gt;</p>\n"),
        ("[a](javascript:b)", "<p>[a](javascript:b)</p>\n"),
        ("[a](data:text/html,b)", "<p>[a](data:text/html,b)</p>\n"),
        ("[a](/b)", '<p><a href="/b" rel="noopener noreferrer">a</a></p>\n'),
        ("![a](/b)", '<p>!<a href="/b" rel="noopener noreferrer">a</a></p>\n'),
        ("# a", "<h2>a</h2>\n"),
        ("`<h1>`", "<p><code>&lt;h1&gt;</code></p>\n"),
    ],
)
def test_rendered_text_is_harmless(body, html):
    """Markup beyond CommonMark and addresses that run code stay text."""
    assert render(body) == html


@pytest.mark.parametrize(
    ("html", "summary"),
    [
        ("<p>One <em>two</em></p>\n<p>three</p>", "One two three"),
        ("<p>Fish &amp; chips &lt; &quot;3&quot;</p>", 'Fish & chips < "3"'),
        ("<p>" + "word " * 40 + "</p>", "word " * 39 + "word"),
        ("<p>" + "word " * 41 + "</p>", "word " * 39 + "…"),
        ("<p>" + "x" * 300 + "</p>", "…"),
    ],
)
def test_summary_is_short_and_plain(html, summary):
    """A summary has no markup and 200 characters at most."""
    assert summarize(html) == summary
    assert len(summary) <= 200


def test_newest_posts_come_first(user, db):
    """Of equal dates the higher id comes first."""
    one, two = make_post(user, date_posted=NOON), make_post(user, date_posted=NOON)
    new = make_post(user, date_posted=NOON + timedelta(1))
    old = make_post(user, date_posted=NOON - timedelta(1))

    assert db.session.scalars(Post.newest()).all() == [new, two, one, old]


def test_neighbors_follow_that_order(user, db):
    """Older and newer lead through equal dates, and end at the ends."""
    one, two = make_post(user, date_posted=NOON), make_post(user, date_posted=NOON)
    new = make_post(user, date_posted=NOON + timedelta(1))

    assert [one.newer(), two.newer(), new.newer()] == [two, new, None]
    assert [new.older(), two.older(), one.older()] == [two, one, None]


def test_comments_are_counted_and_come_oldest_first(user, db):
    """Of equal dates the lower id comes first."""
    post, other = make_post(user), make_post(user)
    late = make_comment(post, date_posted=NOON + timedelta(1))
    one, two = (make_comment(post, date_posted=NOON) for _ in range(2))

    assert list(post.comments) == [one, two, late]
    counts = {post.id: post.comment_count for post in db.session.scalars(Post.newest())}
    assert counts == {post.id: 3, other.id: 0}


def test_deleted_post_takes_its_comments_along(user, db):
    """Nothing is left of it, and nothing else goes."""
    post, other = make_post(user), make_post(user)
    make_comment(post)
    kept = make_comment(other)
    db.session.delete(post)
    db.session.commit()

    assert db.session.scalars(select(Comment)).all() == [kept]


def test_deleted_ids_are_not_given_again(user, db):
    """A link to a post that is gone never leads to another one."""
    post = make_post(user)
    gone = post.id
    db.session.delete(post)
    db.session.commit()

    assert make_post(user).id > gone


def test_user_names_are_unique(user, db):
    """The database refuses a name that exists, whatever the form saw."""
    with pytest.raises(IntegrityError):
        make_user(user.username)


def test_comment_needs_its_post(user, db):
    """SQLite keeps foreign keys too."""
    # It looks at them at once.
    db.session.add(Comment(post_id=99, body="Lost."))
    with pytest.raises(IntegrityError):
        db.session.commit()


def test_times_are_stored_in_utc(user, db):
    """SQLite holds the shortest text, so that rows of both sites sort together."""
    zone = timezone(timedelta(hours=2))
    make_post(user, date_posted=datetime(2024, 1, 1, 16, 7, tzinfo=zone))
    make_post(user, date_posted=datetime(2024, 1, 1, 14, 7, 0, 5, tzinfo=UTC))
    stored = db.session.scalars(text("SELECT date_posted FROM blog_post ORDER BY id"))

    assert list(stored) == ["2024-01-01 14:07:00", "2024-01-01 14:07:00.000005"]


def test_times_come_back_in_utc(user, db):
    """What comes back knows its time zone."""
    assert make_post(user, date_posted=NOON).date_posted == NOON
    assert make_post(user).date_posted.tzinfo is UTC


def test_naive_time_does_not_pass_in_silence(user, db):
    """A time without a zone is refused or warned about."""
    # The column type refuses it. Django warns and takes it for UTC.
    with pytest.raises(StatementError, match="needs a time zone"):
        make_post(user, date_posted=NOON.replace(tzinfo=None))


def store_two_posts(author):
    """Store a post, and fail at the next one."""
    database.session.add(Post(author_id=author.id, title="First", body="Text."))
    database.session.add(Post(author_id=99, title="Second", body="Text."))
    database.session.commit()


def count_posts(app):
    """Count the posts in a context of their own."""
    with app.app_context():
        return database.session.scalar(select(func.count(Post.id)))


def test_first_of_two_posts_when_the_second_fails(app, user):
    """It stays only where each call is a transaction of its own."""
    with app.app_context(), pytest.raises(IntegrityError):
        store_two_posts(user)

    assert count_posts(app) == 0


def test_post_without_a_word_of_commit(app, user):
    """It is stored where each call is a transaction of its own, and else forgotten."""
    with app.app_context():
        database.session.add(Post(author_id=user.id, title="First", body="Text."))

    assert count_posts(app) == 0
