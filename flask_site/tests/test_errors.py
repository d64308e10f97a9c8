"""What a visitor sees when something goes wrong."""

import pytest
from flask import render_template
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError
from werkzeug.exceptions import default_exceptions

from flask_site import create_app, errors

from .conftest import SETTINGS
from .factories import make_post


def test_failure_page_needs_no_database(app, client, break_database):
    """A view fails, and the visitor reads that it is not their fault."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with break_database(app, error=DatabaseError):
        response = client.get("/")

    assert response.status_code == 500
    assert "Something broke on our side" in response.text


def test_failure_page_needs_no_user(app, client, auth, user, break_database):
    """Who is signed in sees it too, though nobody can say who that is."""
    auth.login(user)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with break_database(app, error=DatabaseError):
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
    form = {"title": "Mine", "body": "Now.", "version": 1}
    edited = client.post(f"{address}/edit/", data=form)
    deleted = client.post(f"{address}/delete/")

    assert guarded.status_code == 403
    assert edited.status_code == 400  # the form looks for its token itself
    assert deleted.status_code == 302


def test_database_that_does_not_answer(app, client, break_database):
    """It is away, full, or busy: the visitor may come again in a while."""
    with break_database(app):
        response = client.get("/")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert "our database does not answer" in response.text


def test_database_that_does_not_write(app, client, user, break_database):
    """Nothing of what was to be stored is, and the next visitor meets no trace."""
    with app.app_context():
        address = f"/posts/{make_post(user).id}"
    form = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}
    with break_database(app, "INSERT INTO mail_message"):
        response = client.post(f"{address}/comments/", data=form)
    page = client.get(f"{address}/").text

    assert response.status_code == 503
    assert "Well said." in response.text
    assert "Well said." not in page
    assert "Your comment is published." not in page


@pytest.mark.parametrize("error", [DatabaseError, IntegrityError, ProgrammingError])
def test_other_errors_of_the_database(app, client, break_database, error):
    """Where another try would be in vain, nobody is asked for one."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with break_database(app, error=error):
        response = client.get("/")

    assert response.status_code == 500
    assert "Retry-After" not in response.headers
