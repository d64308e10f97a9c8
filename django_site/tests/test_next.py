"""Where log-in leads: never to another site."""

import pytest

from django_site.users.views import LoginView


def safe_url(rf, address):
    """Return the address where Django's log-in goes on to it, else nothing."""
    view = LoginView()
    view.setup(rf.get("/login/", {"next": address}))
    return view.get_redirect_url()


@pytest.mark.parametrize(
    "address",
    ["/", "/account/", "/home/?page=2", "/posts/1/#comments", "/a?b=https://c.example"],
)
def test_next_page_on_this_site(rf, address):
    """Log-in leads to an address that begins with one slash."""
    assert safe_url(rf, address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\x08//evil.example",
        " //evil.example",
        "https:evil.example",
        "https://evil.example/",
        "http:///evil.example",
        "javascript:alert(1)",
        "data:text/html,a",
        "mailto:ann@example.org",
    ],
)
def test_next_page_elsewhere(rf, address):
    """What might leave the site, or is no address, leads home."""
    assert not safe_url(rf, address)


@pytest.mark.parametrize("address", ["/a b", "/a\r\nb: c", "/a\x7f", " /a", "a/", "?b"])
def test_next_page_with_odd_characters(rf, address):
    """What no link of this site looks like leads to no other host."""
    # All that stays on this host is taken, and quoted. Flask's half takes less.
    assert safe_url(rf, address) == address
