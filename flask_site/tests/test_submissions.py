"""One form that is sent twice makes one thing."""

import re

import pytest
from sqlalchemy import delete, func, select

from flask_site.blog import views
from flask_site.blog.models import Comment, Post
from flask_site.blog.submissions import make_key, new_submission
from flask_site.extensions import db as database
from flask_site.mail.models import Message

from .factories import make_post

POST = {"title": "A title", "body": "A text.", "submission": "one"}
COMMENT = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}


@pytest.fixture
def post_id(app, user):
    """Store a post."""
    with app.app_context():
        return make_post(user).id


@pytest.fixture
def comment(client, post_id):
    """Send the form of a comment."""

    def comment(**fields):
        fields = COMMENT | {"submission": "one"} | fields
        return client.post(f"/posts/{post_id}/comments/", data=fields)

    return comment


@pytest.fixture
def count(app):
    """Count the rows of a model."""

    def count(model):
        with app.app_context():
            return database.session.scalar(select(func.count()).select_from(model))

    return count


def read_submission(page):
    """Return what the form on a page carries."""
    return re.search(r'name="submission"[^>]* value="([^"]*)"', page.text)[1]


def test_each_form_is_marked_anew(client, post_id):
    """A browser that opens the page twice has two forms."""
    pages = [client.get(f"/posts/{post_id}/") for _ in range(2)]
    marks = {read_submission(page) for page in pages}

    assert len(marks) == 2
    assert all(len(mark) == len(new_submission()) == 43 for mark in marks)


def test_key_is_of_the_form_and_its_text():
    """Only the same form with the same text has the same key, field by field."""
    keys = [
        make_key("one", "ab", "c"),
        make_key("one", "a", "bc"),
        make_key("one", "abc", ""),
        make_key("two", "ab", "c"),
    ]

    assert len(set(keys)) == len(keys)
    assert make_key("one", "ab", "c") == keys[0]
    assert "one" not in str(keys[0])


@pytest.mark.parametrize("submission", ["", None])
def test_key_without_a_form(submission):
    """What no form of this site has marked is new each time."""
    assert make_key(submission, "a") != make_key(submission, "a")


def test_new_post_twice(client, auth, user, count):
    """Both answers lead to the one post."""
    auth.login(user)
    responses = [client.post("/posts/new/", data=POST) for _ in range(2)]
    first, second = [response.headers["Location"] for response in responses]

    assert [response.status_code for response in responses] == [302, 302]
    assert first == second
    assert client.get(first).status_code == 200
    assert count(Post) == 1


@pytest.mark.parametrize(
    "change", [{"title": "Another"}, {"body": "Another."}, {"submission": "two"}]
)
def test_new_post_that_differs(client, auth, user, count, change):
    """With another text the form makes another post, and so does another form."""
    auth.login(user)
    for form in (POST, POST | change):
        client.post("/posts/new/", data=form)

    assert count(Post) == 2


def test_new_post_without_a_mark(client, auth, user, count):
    """Who writes without the form of the site may say a thing twice."""
    auth.login(user)
    for _ in range(2):
        client.post("/posts/new/", data={"title": "A title", "body": "A text."})

    assert count(Post) == 2


def test_refused_form_keeps_its_mark(client, auth, user, comment):
    """It is the same form, now with other words."""
    auth.login(user)
    page = client.post("/posts/new/", data=POST | {"title": ""})

    assert (page.status_code, read_submission(page)) == (400, "one")
    page = comment(body="")
    assert (page.status_code, read_submission(page)) == (400, "one")


def test_comment_twice(comment, count, handed_over):
    """It stands there once, and one mail is owed for it."""
    responses = [comment() for _ in range(2)]

    assert [response.status_code for response in responses] == [302, 302]
    assert (count(Comment), count(Message), len(handed_over)) == (1, 1, 1)


def test_comment_of_a_user_twice(auth, user, comment, count):
    """So it is with the shorter form of those who are signed in."""
    auth.login(user)
    for _ in range(2):
        comment()

    assert count(Comment) == 1


@pytest.mark.parametrize("change", [{"body": "Or not."}, {"submission": "two"}])
def test_comment_that_differs(comment, count, change):
    """With another text the form makes another comment, and so does another form."""
    comment()
    comment(**change)

    assert count(Comment) == 2


def test_comment_on_another_post(app, client, comment, count, user):
    """The same words elsewhere are another comment."""
    comment()
    with app.app_context():
        other = make_post(user).id
    form = COMMENT | {"submission": "one"}
    client.post(f"/posts/{other}/comments/", data=form)

    assert count(Comment) == 2


def test_comment_on_what_is_deleted_meanwhile(comment, count, monkeypatch):
    """There is nothing to comment on, and nobody is mailed."""
    get_form = views.get_comment_form

    def erase_then_get_form():
        with database.engine.begin() as connection:
            connection.execute(delete(Post))
        return get_form()

    monkeypatch.setattr(views, "get_comment_form", erase_then_get_form)

    assert comment().status_code == 404
    assert (count(Comment), count(Message)) == (0, 0)


def test_comment_on_what_is_deleted_a_moment_later(comment, monkeypatch):
    """The answer needs nothing that is gone."""

    def erase(*args):
        with database.engine.begin() as connection:
            connection.execute(delete(Comment))
            connection.execute(delete(Post))

    monkeypatch.setattr(views, "flash", erase)

    assert comment().status_code == 302
