"""The tables: what is kept with a row, in which order rows come, what they refuse."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, connection, transaction

from django_site.blog.models import Comment, Post
from django_site.blog.text import render, summarize

from .factories import make_comment, make_post, make_user

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


def test_body_is_rendered_once(user):
    """The HTML is made when a post is written, not when it is read."""
    # It is made on the way to the database, by save() alone.
    post = make_post(user, body="*one*")
    post.body = "*two*"
    post.save()

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


def test_newest_posts_come_first(user):
    """Of equal dates the higher id comes first."""
    one, two = make_post(user, date_posted=NOON), make_post(user, date_posted=NOON)
    new = make_post(user, date_posted=NOON + timedelta(1))
    old = make_post(user, date_posted=NOON - timedelta(1))

    assert list(Post.objects.newest()) == [new, two, one, old]


def test_neighbors_follow_that_order(user):
    """Older and newer lead through equal dates, and end at the ends."""
    one, two = make_post(user, date_posted=NOON), make_post(user, date_posted=NOON)
    new = make_post(user, date_posted=NOON + timedelta(1))

    assert [one.newer(), two.newer(), new.newer()] == [two, new, None]
    assert [new.older(), two.older(), one.older()] == [two, one, None]


def test_comments_are_counted_and_come_oldest_first(user):
    """Of equal dates the lower id comes first."""
    post, other = make_post(user), make_post(user)
    late = make_comment(post, date_posted=NOON + timedelta(1))
    one, two = (make_comment(post, date_posted=NOON) for _ in range(2))

    assert list(post.comments.all()) == [one, two, late]
    counts = {post.id: post.comment_count for post in Post.objects.newest()}
    assert counts == {post.id: 3, other.id: 0}


def test_deleted_post_takes_its_comments_along(user):
    """Nothing is left of it, and nothing else goes."""
    post, other = make_post(user), make_post(user)
    make_comment(post)
    kept = make_comment(other)
    post.delete()

    assert list(Comment.objects.all()) == [kept]


def test_deleted_ids_are_not_given_again(user):
    """A link to a post that is gone never leads to another one."""
    post = make_post(user)
    gone = post.pk
    post.delete()

    assert make_post(user).pk > gone


def test_user_names_are_unique(user):
    """The database refuses a name that exists, whatever the form saw."""
    with pytest.raises(IntegrityError):
        make_user(user.username)


def test_comment_needs_its_post(db):
    """SQLite keeps foreign keys too."""
    # It looks at them when a transaction ends.
    comment = Comment.objects.create(post_id=99, body="Lost.")
    with pytest.raises(IntegrityError):
        connection.check_constraints()
    comment.delete()  # pytest-django looks once more


def test_times_are_stored_in_utc(user):
    """SQLite holds the shortest text, so that rows of both sites sort together."""
    zone = timezone(timedelta(hours=2))
    make_post(user, date_posted=datetime(2024, 1, 1, 16, 7, tzinfo=zone))
    make_post(user, date_posted=datetime(2024, 1, 1, 14, 7, 0, 5, tzinfo=UTC))
    with connection.cursor() as cursor:
        # As text, for Django turns the column into a datetime.
        cursor.execute("SELECT date_posted || '' FROM blog_post ORDER BY id")
        stored = [date_posted for (date_posted,) in cursor]

    assert stored == ["2024-01-01 14:07:00", "2024-01-01 14:07:00.000005"]


def test_times_come_back_in_utc(user):
    """What comes back knows its time zone."""
    make_post(user, date_posted=NOON)
    post = Post.objects.get()

    assert post.date_posted == NOON
    assert post.date_posted.tzinfo is UTC


def test_naive_time_does_not_pass_in_silence(user):
    """A time without a zone is refused or warned about."""
    # Django warns and takes it for UTC. Flask's column type refuses it.
    with pytest.warns(RuntimeWarning, match="received a naive datetime"):
        make_post(user, date_posted=NOON.replace(tzinfo=None))


def store_two_posts(author):
    """Store a post, and fail at the next one."""
    Post.objects.create(author=author, title="First", body="Text.")
    Post.objects.create(author_id=99, title="Second", body="Text.")


@pytest.mark.django_db(transaction=True)
def test_first_of_two_posts_when_the_second_fails():
    """It stays only where each call is a transaction of its own."""
    author = make_user()
    with pytest.raises(IntegrityError):
        store_two_posts(author)

    assert Post.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        store_two_posts(author)

    assert Post.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_post_without_a_word_of_commit():
    """It is stored where each call is a transaction of its own, and else forgotten."""
    Post.objects.create(author=make_user(), title="First", body="Text.")

    assert connection.get_autocommit()
    assert Post.objects.count() == 1
