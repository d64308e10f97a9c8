"""Addresses: who chooses between two rules, and what the last slash is worth."""

import pytest
from django.urls import path, resolve

from .factories import make_post

REPLY = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}


@pytest.fixture
def address(user):
    """Store a post, and return where replies go, but for the slash."""
    return f"/posts/{make_post(user).pk}/comments"


def test_address_that_two_rules_match():
    """The order in which rules are written decides on one side alone."""
    rules = (
        path("posts/<title>/", lambda request, title: None, name="show_post"),
        path("posts/new/", lambda request: None, name="new_post"),
    )
    match = resolve("/posts/new/", urlconf=rules)

    assert (match.url_name, match.kwargs) == ("show_post", {"title": "new"})


def test_form_sent_without_the_slash(client, address):
    """A browser sends a form again after 308, and asks for a page after 301."""
    sent = client.post(address, REPLY)
    reached = client.post(address, REPLY, follow=True)

    assert sent.status_code == 301
    assert reached.status_code == 405
    assert reached.request["REQUEST_METHOD"] == "GET"


def test_form_sent_without_the_slash_in_debug(client, address, settings):
    """A developer is told where a form would be lost."""
    settings.DEBUG = True

    with pytest.raises(RuntimeError, match="Django can't redirect to the slash URL"):
        client.post(address, REPLY)
