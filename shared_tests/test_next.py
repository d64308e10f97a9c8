"""Where log-in leads."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest

from .contract import row
from .corpora import load_corpus

WANTED = [
    "/posts/new/",
    "/posts/{id}/edit/",
    "/posts/{id}/delete/",
    "/account/",
    "/account/password/",
]

LEAVING = {
    "https": "https://evil.example/",
    "no scheme": "//evil.example",
    "backslash": "/\\evil.example",
    "two backslashes": "\\\\evil.example",
    "four slashes": "////evil.example",
    "three slashes": "///evil.example",
    "no slashes": "https:evil.example",
    "one slash": "https:/evil.example",
    "no host": "http:///evil.example",
    "script": "javascript:alert(1)",
    "data": "data:text/html,x",
    "space before": " https://evil.example/",
    "space before slashes": " //evil.example",
    "tab between slashes": "/\t/evil.example",
    "line break": "/\n/evil.example",
    "carriage return": "/\r/evil.example",
    "control character before": "\x01https://evil.example/",
    "tab in scheme": "java\tscript:alert(1)",
    "user in host": "https://127.0.0.1@evil.example/",
    "broken host": "http://[evil.example/",
}

ORIGINS = """
([site, locations]) => Object.fromEntries(
  Object.entries(locations).map(([kind, location]) => [
    kind, new URL(location, `${site}/login/`).origin
  ])
)
"""


@row("NEXT-1", "USER-16")
@pytest.mark.parametrize("wanted", WANTED)
@pytest.mark.parametrize("query", ["", "?a=1&b=2"])
def test_a_page_that_needs_an_account_leads_to_log_in(browser, old_post, wanted, query):
    address = wanted.format(id=old_post.id) + query

    answer = browser.get(address)

    assert answer.status == 302
    location = urlsplit(answer.location)
    assert location.path == "/login/"
    assert parse_qs(location.query) == {"next": [address]}


@row("NEXT-2")
@pytest.mark.parametrize("wanted", WANTED)
def test_log_in_leads_to_the_wanted_page(browser, pen, old_post, wanted):
    address = wanted.format(id=old_post.id) + "?a=1&b=2"
    login = browser.get(address).location

    answer = browser.log_in(pen.username, pen.password, at=login)

    assert answer.location == address
    assert answer.follow().status == 200


@row("NEXT-2")
def test_log_in_leads_there_after_a_wrong_password_too(browser, pen):
    login = browser.get("/posts/new/?a=1&b=2").location
    refused = browser.log_in(pen.username, "not the password", at=login)

    answer = refused.form("/login/").submit(
        username=pen.username, password=pen.password
    )

    assert answer.location == "/posts/new/?a=1&b=2"


@row("NEXT-3", "NEXT-4")
@pytest.mark.parametrize("target", LEAVING.values(), ids=LEAVING)
def test_next_in_the_address_never_leaves_the_site(browser, pen, target):
    answer = browser.log_in(
        pen.username, pen.password, at=f"/login/?next={quote(target, safe='')}"
    )

    assert answer.is_redirect
    assert answer.location == "/"


@row("NEXT-3", "NEXT-4")
@pytest.mark.parametrize("target", LEAVING.values(), ids=LEAVING)
def test_next_in_the_form_never_leaves_the_site(browser, pen, target):
    hidden = browser.hidden_fields()

    answer = browser.post(
        "/login/",
        {**hidden, "username": pen.username, "password": pen.password, "next": target},
    )

    assert answer.is_redirect
    assert answer.location == "/"


@row("NEXT-3")
def test_a_wrong_password_does_not_open_the_way_out(browser, pen):
    refused = browser.log_in(pen.username, "wrong", at="/login/?next=//evil.example")

    answer = refused.form("/login/").submit(
        username=pen.username, password=pen.password
    )

    assert answer.location == "/"


@row("NEXT-3")
def test_next_writes_no_header(browser, pen):
    target = quote("/home/\r\nSet-Cookie: forged=1", safe="")

    answer = browser.log_in(pen.username, pen.password, at=f"/login/?next={target}")

    assert answer.is_redirect
    assert "forged" not in [cookie.name for cookie in browser.cookies]


@pytest.fixture(scope="module")
def origins(chromium, nobody):
    """Let a real browser say where an address of a page of the site leads."""
    window = chromium.open_window(nobody)
    window.open("/login/")

    def origins(locations):
        return window.evaluate(ORIGINS, [nobody.url, locations])

    yield origins
    window.close()


@row("NEXT-5")
@pytest.mark.parametrize("place", ["address", "form"])
def test_a_real_browser_stays_on_the_site(new_browser, pen, origins, place):
    browser = new_browser()
    form = browser.get("/login/").form("/login/")
    right = {"username": pen.username, "password": pen.password}
    locations = {}
    for kind, target in load_corpus("next").items():
        visitor = browser.twin()
        if place == "address":
            page = visitor.get(f"/login/?next={quote(target, safe='')}")
            answer = page.form("/login/").submit(**right)
        else:
            answer = visitor.post("/login/", {**form.hidden, **right, "next": target})
        assert answer.is_redirect, kind
        locations[kind] = answer.headers["Location"]

    assert origins(locations) == dict.fromkeys(locations, pen.url)
