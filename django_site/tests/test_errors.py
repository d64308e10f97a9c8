"""What a visitor sees when something goes wrong."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, IntegrityError, ProgrammingError
from django.http import Http404
from django.shortcuts import render
from django.test import Client
from django.urls import get_resolver

from django_site import urls

from .factories import make_post

CSRF_MIDDLEWARE = "django.middleware.csrf.CsrfViewMiddleware"


def test_failure_page_needs_no_database(client, db, break_database):
    """A view fails, and the visitor reads that it is not their fault."""
    client.raise_request_exception = False
    with break_database(error=DatabaseError):
        response = client.get("/")

    assert response.status_code == 500
    assert "Something broke on our side" in response.text


def test_failure_page_needs_no_user(client, user, break_database):
    """Who is signed in sees it too, though nobody can say who that is."""
    client.force_login(user)
    client.raise_request_exception = False
    with break_database(error=DatabaseError):
        response = client.get("/")

    assert response.status_code == 500
    assert "Something broke on our side" in response.text


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (400, SuspiciousOperation()),
        (403, PermissionDenied()),
        (404, Http404()),
        (500, None),
    ],
)
def test_handler_gives_its_code(rf, code, error):
    """The page for an error goes out with the code of the error."""
    # All but the one for 400 are Django's own, and take our templates.
    handler = get_resolver().resolve_error_handler(code)
    response = handler(rf.get("/"), **{"exception": error} if error else {})

    assert response.status_code == code
    assert b"<h1>" in response.content


def test_handler_that_forgets_the_code(client, monkeypatch):
    """The page says that nothing is there, the code says that all is well."""

    def show_error(request, exception):
        return render(request, "404.html")

    monkeypatch.setattr(urls, "handler404", show_error, raising=False)
    response = client.get("/nothing-here/")

    assert response.status_code == 200
    assert "There is nothing here" in response.text


def test_limit_of_bodies_is_a_setting(client, settings):
    """A longer body is refused before any view sees it."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = client.post("/login/", {"username": "x" * 100})

    assert response.status_code == 413
    assert "That is too long" in response.text


def test_csrf_protection_is_on_by_default():
    """A form that this site did not hand out is refused, except in other tests."""
    # Their client switches it off, request by request.
    client = Client(enforce_csrf_checks=True)

    assert client.post("/logout/").status_code == 403


def test_forged_request_gets_its_own_page():
    """The page says what to do about an old form."""
    client = Client(enforce_csrf_checks=True)
    response = client.post("/login/", {"username": "ann"})

    assert response.status_code == 403
    assert "This form is not ours any more" in response.text


def test_view_without_a_form_relies_on_the_guard_of_the_site(user, settings):
    """Without it any page of another site could delete a post of its reader."""
    address = f"/posts/{make_post(user).pk}"
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    guarded = client.post(f"{address}/delete/")
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if name != CSRF_MIDDLEWARE
    ]
    client.handler.load_middleware()
    form = {"title": "Mine", "body": "Now.", "version": 1}
    edited = client.post(f"{address}/edit/", form)
    deleted = client.post(f"{address}/delete/")

    assert guarded.status_code == 403
    assert edited.status_code == 302  # no form looks for a token
    assert deleted.status_code == 302


def test_database_that_does_not_answer(client, db, break_database):
    """It is away, full, or busy: the visitor may come again in a while."""
    client.raise_request_exception = False
    with break_database():
        response = client.get("/")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert "our database does not answer" in response.text


def test_database_that_does_not_write(client, user, break_database):
    """Nothing of what was to be stored is, and the next visitor meets no trace."""
    client.raise_request_exception = False
    address = f"/posts/{make_post(user).pk}"
    form = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}
    with break_database('INSERT INTO "mail_message"'):
        response = client.post(f"{address}/comments/", form)
    page = client.get(f"{address}/").text

    assert response.status_code == 503
    assert "Well said." in response.text
    assert "Well said." not in page
    assert "Your comment is published." not in page


@pytest.mark.parametrize("error", [DatabaseError, IntegrityError, ProgrammingError])
def test_other_errors_of_the_database(client, db, break_database, error):
    """Where another try would be in vain, nobody is asked for one."""
    client.raise_request_exception = False
    with break_database(error=error):
        response = client.get("/")

    assert response.status_code == 500
    assert "Retry-After" not in response.headers
