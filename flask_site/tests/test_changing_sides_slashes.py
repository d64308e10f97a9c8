"""What changes sides badly: the slash at the end of an address."""

import pytest
from flask import Flask, url_for

from .factories import PASSWORD

LOGIN = {"username": "ann", "password": PASSWORD}


def test_a_missing_slash(client):
    """The answer is a redirect to the address with the slash, its query kept."""
    # 308 tells a browser to ask in the same way again.
    response = client.get("/home?page=2")

    assert response.status_code == 308
    assert response.location == "http://localhost/home/?page=2"


@pytest.mark.usefixtures("user")
def test_a_form_sent_without_the_slash(client):
    """Whether a form arrives depends on the number of the redirect."""
    # After 308 it is sent again, and Ann is signed in.
    response = client.post("/login", data=LOGIN, follow_redirects=True)

    assert [step.status_code for step in response.history] == [308, 302]
    assert response.history[1].request.method == "POST"
    assert response.request.path == "/"


@pytest.mark.usefixtures("user")
def test_a_form_sent_without_the_slash_while_debugging(app, client):
    """The debug mode says so where a form would be lost."""
    # Nothing is lost here, so nothing is said.
    app.debug = True

    assert client.post("/login", data=LOGIN).status_code == 308


@pytest.mark.parametrize("address", ["/nothing-here", "/feed.atom/"])
def test_no_slash_where_it_leads_nowhere(client, address):
    """A slash is never added to nothing, and never taken away."""
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(("address", "status"), [("/shelf", 200), ("/shelf/", 200)])
def test_the_switch(address, status):
    """One setting ends the redirects."""
    # Both addresses then show the page.
    app = Flask("shelf")
    app.url_map.strict_slashes = False
    app.get("/shelf/")(lambda: "Books.")

    assert app.test_client().get(address).status_code == status


def test_an_address_that_is_made(app):
    """An address made from the name of its view has its slash."""
    with app.test_request_context():
        address = url_for("blog.show_post", post_id=1)

    assert address == "/posts/1/"


def test_a_slash_too_many(client):
    """Two slashes are one, or they are not: nobody should link to them."""
    assert client.get("/posts//1/").location == "http://localhost/posts/1/"
