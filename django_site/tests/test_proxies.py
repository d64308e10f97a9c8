"""Where a request is from, when proxies stand in front."""

import pytest
from django.http import HttpResponse
from django.urls import path

CONNECTION = "127.0.0.1"


@pytest.fixture
def read_address(client, settings):
    """Return what the site takes for the visitor's address."""

    def view(request):
        return HttpResponse(request.META["REMOTE_ADDR"])

    def read_address(proxies, header):
        settings.TRUSTED_PROXIES = proxies
        settings.ROOT_URLCONF = (path("view/", view),)
        headers = {} if header is None else {"X-Forwarded-For": header}
        return client.get("/view/", headers=headers).text

    return read_address


@pytest.mark.parametrize("header", [None, "", "192.0.2.1", "192.0.2.1, 192.0.2.2"])
def test_nobody_is_trusted_by_default(read_address, header):
    """Whoever connects could write that header."""
    assert read_address(0, header) == CONNECTION


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (1, "a", "a"),
        (1, "a, b", "b"),
        (1, "  a  ,\t b ", "b"),
        (1, "a, 2001:db8::1", "2001:db8::1"),
        (1, "a, [2001:db8::1]:80", "[2001:db8::1]:80"),
        (1, "a, <b>", "<b>"),
        (1, ",b,", "b"),
        (2, "a, b", "a"),
        (2, "a, b, c", "b"),
        (2, "a, , b, , c", "b"),
        (3, "a, b, c", "a"),
    ],
)
def test_address_that_the_first_proxy_saw(read_address, proxies, header, address):
    """Each proxy adds one at the right; what stands before them anybody can write."""
    assert read_address(proxies, header) == address


@pytest.mark.parametrize(
    ("proxies", "header"),
    [(1, None), (1, ""), (1, " ,"), (2, "a"), (2, ",a"), (2, "a,"), (3, "a,b")],
)
def test_header_that_is_too_short(read_address, proxies, header):
    """Who came around the proxies has the address of the connection."""
    assert read_address(proxies, header) == CONNECTION


@pytest.mark.parametrize(("header", "address"), [('x, "a"', '"a"'), ('"x, a', "a")])
def test_header_that_no_proxy_writes(read_address, header, address):
    """Werkzeug reads quotes: who opens one shares the tries of the proxy."""
    # A comma is a comma here, and a quote is a quote.
    assert read_address(1, header) == address
