"""What a visitor sees when something goes wrong."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, connection
from django.http import Http404
from django.test import Client
from django.urls import get_resolver


def break_database(*args):
    """Fail as a database does that is not there."""
    raise DatabaseError


def test_failure_page_needs_no_database(client):
    """A view fails, and the visitor reads that it is not their fault."""
    client.raise_request_exception = False
    response = client.get("/")  # without the fixture `db` every query fails

    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()


def test_failure_page_needs_no_user(client, user):
    """Who is signed in sees it too, though nobody can say who that is."""
    client.force_login(user)
    client.raise_request_exception = False
    with connection.execute_wrapper(break_database):
        response = client.get("/")

    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()


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
    """The handlers are Django's own, and take our templates."""
    handler = get_resolver().resolve_error_handler(code)
    response = handler(rf.get("/"), **{"exception": error} if error else {})

    assert response.status_code == code
    assert b"<h1>" in response.content


def test_limit_of_bodies_is_a_setting(client, settings):
    """A longer body is refused before any view sees it."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = client.post("/login/", {"username": "x" * 100})

    assert response.status_code == 413
    assert "That is too long" in response.content.decode()


def test_csrf_protection_is_on_by_default():
    """The client of these tests switches it off, request by request."""
    client = Client(enforce_csrf_checks=True)

    assert client.post("/logout/").status_code == 403


def test_forged_request_gets_its_own_page():
    """The page says what to do about an old form."""
    client = Client(enforce_csrf_checks=True)
    response = client.post("/login/", {"username": "ann"})

    assert response.status_code == 403
    assert "This form is not ours any more" in response.content.decode()
