"""What a visitor sees when something goes wrong."""

import pytest
from werkzeug.exceptions import default_exceptions

from flask_site import create_app, errors
from flask_site.extensions import db as database

from .conftest import SETTINGS


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
    """A page alone would go out as 200."""
    with app.test_request_context("/"):
        page, status = errors.show_error(default_exceptions[code]())

    assert status == code
    assert "<h1>" in page


def test_limit_of_bodies_is_a_setting(app, client):
    """A longer body is refused before any view sees it."""
    app.config["MAX_CONTENT_LENGTH"] = 100
    response = client.post("/login/", data={"username": "x" * 100})

    assert response.status_code == 413
    assert "That is too long" in response.text


def test_csrf_protection_is_on_by_default(app):
    """These tests switch it off by a setting that the site does not have."""
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
