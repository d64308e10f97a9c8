"""Where log-in leads: never to another site."""

import pytest

from flask_site.users.forms import safe_url


@pytest.mark.parametrize(
    "address",
    ["/", "/account/", "/home/?page=2", "/posts/1/#comments", "/a?b=https://c.example"],
)
def test_next_page_on_this_site(address):
    """Log-in leads to an address that begins with one slash."""
    assert safe_url(address) == address


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
def test_next_page_elsewhere(address):
    """What might leave the site, or is no address, leads home."""
    assert not safe_url(address)


@pytest.mark.parametrize("address", ["/a b", "/a\r\nb: c", "/a\x7f", " /a", "a/", "?b"])
def test_next_page_with_odd_characters(address):
    """What no link of this site looks like leads to no other host."""
    # It leads home. Django goes there, quoted.
    assert safe_url(address) is None
