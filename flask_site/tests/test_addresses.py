"""Addresses: who chooses between two rules, and what the last slash is worth."""

import pytest
from flask import Flask

from .factories import make_post

REPLY = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}


@pytest.fixture
def address(app, user):
    """Store a post, and return where replies go, but for the slash."""
    with app.app_context():
        return f"/posts/{make_post(user).id}/comments"


def test_address_that_two_rules_match():
    """The order in which rules are written decides on one side alone."""
    app = Flask("two_rules")
    app.add_url_rule("/posts/<title>/", "show_post")
    app.add_url_rule("/posts/new/", "new_post")
    rules = app.url_map.bind("localhost")

    assert rules.match("/posts/new/") == ("new_post", {})


def test_form_sent_without_the_slash(client, address):
    """A browser sends a form again after 308, and asks for a page after 301."""
    sent = client.post(address, data=REPLY)
    reached = client.post(address, data=REPLY, follow_redirects=True)

    assert sent.status_code == 308
    assert reached.status_code == 200
    assert "Your comment is published." in reached.text


def test_form_sent_without_the_slash_in_debug(app, client, address):
    """A developer is told where a form would be lost."""
    app.debug = True
    sent = client.post(address, data=REPLY)

    assert sent.status_code == 308
