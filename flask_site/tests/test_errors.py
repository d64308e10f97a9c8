"""What a visitor sees when something goes wrong."""

import pytest
from flask import render_template
from werkzeug.exceptions import default_exceptions

from flask_site import create_app, errors
from flask_site.extensions import db as database

from .conftest import SETTINGS
from .factories import make_post


@pytest.fixture
def no_tables(app):
    """Break the database."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        database.drop_all()


def test_failure_page_needs_no_database(client, no_tables):
    """A view fails, and the visitor reads that it is not their fault."""
    response = client.get("/")

    assert response.status_code == 500
    assert "Something broke on our side" in response.text


def test_failure_page_needs_no_user(app, client, auth, user):
    """Who is signed in sees it too, though nobody can say who that is."""
    auth.login(user)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        database.drop_all()
    response = client.get("/")

    assert response.status_code == 500
    assert "Something broke on our side" in response.text


@pytest.mark.parametrize("code", [400, 403, 404, 413, 500])
def test_handler_gives_its_code(app, code):
    """The page for an error goes out with the code of the error."""
    # A page alone would go out as 200.
    with app.test_request_context("/"):
        page, status = errors.show_error(default_exceptions[code]())

    assert status == code
    assert "<h1>" in page


def test_handler_that_forgets_the_code(app, client):
    """The page says that nothing is there, the code says that all is well."""
    app.register_error_handler(404, lambda error: render_template("404.html"))
    response = client.get("/nothing-here/")

    assert response.status_code == 200
    assert "There is nothing here" in response.text


def test_limit_of_bodies_is_a_setting(app, client):
    """A longer body is refused before any view sees it."""
    app.config["MAX_CONTENT_LENGTH"] = 100
    response = client.post("/login/", data={"username": "x" * 100})

    assert response.status_code == 413
    assert "That is too long" in response.text


def test_csrf_protection_is_on_by_default(app):
    """A form that this site did not hand out is refused, except in other tests."""
    # They switch it off by a setting that the site does not have.
    settings = {
        name: value for name, value in SETTINGS.items() if name != "WTF_CSRF_ENABLED"
    }
    client = create_app(settings).test_client()

    assert client.post("/logout/").status_code == 403


def test_forged_request_gets_its_own_page(app, client):
    """The page says what to do about an old form."""
    app.config["WTF_CSRF_ENABLED"] = True
    response = client.post("/login/", data={"username": "ann"})

    assert response.status_code == 403
    assert "This form is not ours any more" in response.text


def test_view_without_a_form_relies_on_the_guard_of_the_site(app, client, auth, user):
    """Without it any page of another site could delete a post of its reader."""
    with app.app_context():
        address = f"/posts/{make_post(user).id}"
    auth.login(user)
    app.config["WTF_CSRF_ENABLED"] = True
    guarded = client.post(f"{address}/delete/")
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    edited = client.post(f"{address}/edit/", data={"title": "Mine", "body": "Now."})
    deleted = client.post(f"{address}/delete/")

    assert guarded.status_code == 403
    assert edited.status_code == 400  # the form looks for its token itself
    assert deleted.status_code == 302
