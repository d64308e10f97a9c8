"""What changes sides badly: the slash at the end of an address."""

import pytest
from django.urls import reverse

from .factories import PASSWORD

LOGIN = {"username": "ann", "password": PASSWORD}


def test_a_missing_slash(client):
    """The answer is a redirect to the address with the slash, its query kept."""
    # 301 lets a browser ask in another way.
    response = client.get("/home?page=2")

    assert response.status_code == 301
    assert response.headers["Location"] == "/home/?page=2"


@pytest.mark.usefixtures("user")
def test_a_form_sent_without_the_slash(client):
    """Whether a form arrives depends on the number of the redirect."""
    # After 301 the page is asked for, and the form is empty again.
    response = client.post("/login", LOGIN, follow=True)

    assert response.redirect_chain == [("/login/", 301)]
    assert response.request["REQUEST_METHOD"] == "GET"
    assert response.request["PATH_INFO"] == "/login/"


@pytest.mark.usefixtures("user")
def test_a_form_sent_without_the_slash_while_debugging(client, settings):
    """The debug mode says so where a form would be lost."""
    settings.DEBUG = True

    with pytest.raises(RuntimeError, match="maintaining POST data"):
        client.post("/login", LOGIN)


@pytest.mark.parametrize("address", ["/nothing-here", "/feed.atom/"])
def test_no_slash_where_it_leads_nowhere(client, address):
    """A slash is never added to nothing, and never taken away."""
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(("address", "status"), [("/login", 404), ("/login/", 200)])
def test_the_switch(client, settings, address, status):
    """One setting ends the redirects."""
    # The address without the slash is then nothing.
    settings.APPEND_SLASH = False

    assert client.get(address).status_code == status


def test_an_address_that_is_made():
    """An address made from the name of its view has its slash."""
    address = reverse("blog:show_post", args=[1])

    assert address == "/posts/1/"


def test_a_slash_too_many(client):
    """Two slashes are one, or they are not: nobody should link to them."""
    assert client.get("/posts//1/").status_code == 404
