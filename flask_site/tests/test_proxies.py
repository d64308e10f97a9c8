"""Where a request is from, when proxies stand in front."""

from functools import cache

import pytest
from flask import request

from flask_site import create_app

from .conftest import SETTINGS

CONNECTION = "127.0.0.1"


@cache
def make_client(proxies):
    """Make a browser of a site behind so many proxies; one for all tests will do."""
    app = create_app(SETTINGS | {"TRUSTED_PROXIES": proxies})
    app.add_url_rule("/view/", view_func=lambda: request.remote_addr)
    return app.test_client()


@pytest.fixture
def read_address():
    """Return what the site takes for the visitor's address."""

    def read_address(proxies, header):
        headers = {} if header is None else {"X-Forwarded-For": header}
        return make_client(proxies).get("/view/", headers=headers).text

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


@pytest.mark.parametrize(
    ("header", "address"), [('x, "a"', "a"), ('"x, a', CONNECTION)]
)
def test_header_that_no_proxy_writes(read_address, header, address):
    """Werkzeug reads quotes: who opens one shares the tries of the proxy."""
    # Werkzeug knows quotes; one that does not end makes the whole header worthless.
    assert read_address(1, header) == address
