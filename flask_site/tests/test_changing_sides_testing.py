"""What changes sides badly: what a test begins with, and what its client does."""

import pytest
from flask import g, request, session
from flask_login import FlaskLoginClient, current_user
from sqlalchemy import event, select

from flask_site.extensions import db as database
from flask_site.users.models import User

from .factories import make_user


def test_rows_of_another_test(app, make_app, user):
    """A test begins without rows, and leaves none."""
    # Each application of the fixture has a database in memory, for itself.
    other = make_app()
    with other.app_context():
        database.create_all()
        found = database.session.scalars(select(User)).all()

    assert found == []
    assert app.config["SQLALCHEMY_DATABASE_URI"] == "sqlite://"


def test_what_waits_for_the_commit(db):
    """Work that waits for the commit is done when it comes, and not before."""
    # The commit of a test is a real one.
    done = []
    event.listen(db.session(), "after_commit", done.append)
    before = list(done)
    make_user()

    assert before == []
    assert done == [db.session()]


def test_a_client_that_is_signed_in(app, user):
    """A client can begin signed in, without the page and without a password."""
    # The id that our session keeps is made with a setting, hence the context.
    app.test_client_class = FlaskLoginClient
    with app.app_context():
        client = app.test_client(user=user)

    assert client.get("/account/").status_code == 200


def test_an_exception_in_a_view(answer):
    """The client hands on what a view raises, so that a test sees the reason."""
    with pytest.raises(ZeroDivisionError):
        answer(lambda: 1 / 0)


def test_an_exception_that_a_visitor_would_see(app, answer):
    """One switch, and the client shows the page instead."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    assert answer(lambda: 1 / 0).status_code == 500


def test_a_redirect(client):
    """The client stops at a redirect, unless it is told to follow."""
    stopped = client.get("/account/")
    followed = client.get("/account/", follow_redirects=True)

    assert stopped.status_code == 302
    assert followed.status_code == 200
    assert followed.request.path == "/login/"
    assert [step.status_code for step in followed.history] == [302]


def test_a_form_without_a_token(app, client):
    """Whether a test needs a token is decided in one place."""
    # In the settings, and the client knows nothing of it.
    allowed = client.post("/logout/")
    app.config["WTF_CSRF_ENABLED"] = True
    refused = client.post("/logout/")

    assert allowed.status_code == 302
    assert refused.status_code == 403


def test_a_session_that_is_prepared(client):
    """A test can write into the session of its client."""
    # The cookie is written at the end of the block.
    with client.session_transaction() as prepared:
        prepared["read_posts"] = [7]
    with client:
        client.get("/")

        assert session["read_posts"] == [7]


def test_a_look_behind_the_answer(client, user):
    """After a request a test can see what the view had."""
    # As long as the block lasts, the context of the last request stays.
    with client:
        client.get("/authors/ann/")

        assert request.endpoint == "blog.author_posts"
        assert g.read_posts == []
        assert current_user.is_anonymous


def test_a_dictionary_that_is_posted(app):
    """A dictionary becomes a form; JSON has to be asked for."""
    with app.test_request_context(method="POST", data={"title": "A"}):
        assert request.mimetype == "application/x-www-form-urlencoded"
    with app.test_request_context(method="POST", json={"title": "A"}):
        assert request.mimetype == "application/json"


def test_the_body_of_an_answer(answer):
    """The client reads an answer as bytes, as text or as JSON."""
    response = answer(lambda: {"books": 2})

    assert response.data == b'{"books":2}\n'
    assert response.text == '{"books":2}\n'
    assert response.json == {"books": 2}
