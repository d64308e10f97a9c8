"""What a visitor may not do, gets back, and leaves in no cache."""

from urllib.parse import unquote

import pytest
from django.test import Client

from .factories import make_post

TYPED = {"title": "<b>Title</b>", "body": "</textarea><script>alert(1)</script>"}
GUARDED = [
    "/posts/new/",
    "/posts/1/edit/",
    "/posts/1/delete/",
    "/account/",
    "/account/password/",
]
OPEN = ["/", "/nothing-here/", "/feed.atom", "/posts/1/"]
pytestmark = pytest.mark.django_db


def is_handed_back(page):
    """Return whether the page has the typed text, and has it as text."""
    return (
        'name="title" rows="2" cols="40" readonly>\n&lt;b&gt;Title&lt;/b&gt;</' in page
        and 'name="body" rows="10" cols="40" readonly>\n&lt;/textarea&gt;' in page
        and "<script" not in page
        and "<b>" not in page
    )


def test_visitor_is_led_to_the_log_in(client):
    """Who asks for a page gets it after the log-in."""
    responses = [client.get(address) for address in GUARDED]
    locations = [unquote(response.headers["Location"]) for response in responses]

    assert [response.status_code for response in responses] == [302] * len(GUARDED)
    assert locations == [f"/login/?next={address}" for address in GUARDED]


@pytest.mark.parametrize("address", [*GUARDED, "/comments/1/delete/"])
def test_visitor_gets_back_what_was_typed(client, address):
    """Who was signed out while writing loses no text, and nothing is changed."""
    response = client.post(address, TYPED)

    assert response.status_code == 403
    assert '<a href="/login/">log in</a>' in response.text
    assert is_handed_back(response.text)


def test_only_what_came_is_handed_back(client):
    """A form without a text has nothing to give back, and no password is shown."""
    one = client.post("/posts/new/", {"title": "One", "body": ""}).text
    none = client.post("/account/password/", {"old_password": "secret"}).text

    assert ('name="title"' in one, 'name="body"' in one) == (True, False)
    assert "What you typed" not in none
    assert "secret" not in none


def test_form_without_its_token_is_handed_back():
    """The text was typed all the same."""
    client = Client(enforce_csrf_checks=True)
    response = client.post("/posts/new/", TYPED)

    assert response.status_code == 403
    assert "This form is not ours any more" in response.text
    assert is_handed_back(response.text)


def test_form_that_cannot_be_stored_is_handed_back(client, break_database):
    """So it is where the database does not answer."""
    client.raise_request_exception = False
    with break_database():
        response = client.post("/posts/1/comments/", TYPED)

    assert response.status_code == 503
    assert is_handed_back(response.text)


def test_page_for_a_user_is_never_stored(client, user):
    """It may name the user: no cache keeps it, whatever became of the request."""
    make_post(user)
    client.force_login(user)
    responses = [client.get(address) for address in OPEN]
    headers = [response.headers.get("Cache-Control", "") for response in responses]

    assert all("no-store" in header for header in headers)


def test_page_for_everybody_may_be_stored(client, user):
    """It names nobody."""
    make_post(user)
    responses = [client.get(address) for address in OPEN]
    headers = [response.headers.get("Cache-Control", "") for response in responses]

    assert not any("no-store" in header for header in headers)


def test_style_sheet_may_be_stored(client, user):
    """It is the same for everybody, and a signed-in user's browser keeps it too."""
    client.force_login(user)
    response = client.get("/static/style.css")
    response.close()

    assert response.status_code == 200
    assert "no-store" not in response.headers.get("Cache-Control", "")
