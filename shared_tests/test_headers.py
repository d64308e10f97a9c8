"""Headers and cookies."""

import re

import pytest

from .contract import row
from .servers import SITES

ADDRESSES = [
    "/",
    "/home/?page=2",
    "{post}",
    "/authors/{name}/",
    "/login/",
    "/register/",
    "/session/",
    "/reset/",
    "/account/",
    "/posts/new/",
    "{post}edit/",
    "/feed.atom",
    "/healthz",
    "{style}",
    "/static/no-such-file.css",
    "/home",
    "/no/such/page/",
    "/?page=0",
    "/logout/",
]
NEVER_STORED = ["/login/", "/register/", "/account/", "/account/password/"]


@pytest.fixture(scope="module")
def answers(site, visit, crowd):
    """Answers of every kind, to an anonymous visitor and to a user."""
    browser, user = visit(site), visit(site)
    registered = user.register()
    post = crowd.write_post()
    addresses = [
        address.format(post=post.address, name=user.username, style=style(browser))
        for address in ADDRESSES
    ]
    return [
        registered,
        *[visitor.get(address) for visitor in (browser, user) for address in addresses],
        *[browser.head(address) for address in addresses],
        browser.get("/", Host="evil.example"),
        browser.post("/login/"),
        browser.log_in("nobody", "nothing"),
        browser.ask_for_reset("wrong"),
        browser.ask_for_reset(user.email),
        browser.request("DELETE", "/"),
        browser.send(post.comments_address, body="x" * (1024 * 1024 + 1)),
        user.reply(post),
        user.send(post.edit_address),
        user.log_out(),
        browser.log_in(user.username, user.password, remember=True),
        browser.get("/"),
        browser.log_out(),
        browser.log_in(user.username, user.password),
        browser.send("/session/"),
    ]


def style(browser):
    """The address of the style sheet."""
    return browser.get("/").link("stylesheet")


@row("HEAD-1")
def test_every_answer_carries_a_content_security_policy(answers):
    for page in answers:
        policy = page.headers.get("Content-Security-Policy", "")
        directives = {part.strip() for part in policy.split(";")}
        assert {
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        } <= directives, (page.address, page.status)
        assert "unsafe-" not in policy
        assert "*" not in policy


@row("HEAD-2")
def test_every_answer_carries_the_headers_of_security(answers):
    expected = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }

    for page in answers:
        found = {name: page.headers.get(name) for name in expected}
        assert found == expected, (page.address, page.status)


@row("HEAD-3")
def test_every_cookie_is_for_http_and_this_site_only(answers):
    cookies = [
        cookie for page in answers for cookie in page.headers.get_list("Set-Cookie")
    ]

    assert len(cookies) >= 4
    for cookie in cookies:
        attributes = [part.strip().lower() for part in cookie.split(";")]
        if "max-age=0" in attributes:
            continue  # nothing is kept of it
        assert "httponly" in attributes, cookie
        assert "samesite=lax" in attributes, cookie


@row("HEAD-4")
@pytest.mark.parametrize(
    "address", ["/", "/home/", "/?page=2", "/feed.atom", "/authors/{name}/"]
)
def test_a_visitor_who_only_reads_lists_gets_no_cookie(browser, crowd, address):
    page = browser.get(address.format(name=crowd.username))

    assert page.status == 200
    assert "Set-Cookie" not in page.headers


@row("HEAD-5")
@pytest.mark.parametrize("address", NEVER_STORED)
@pytest.mark.parametrize("who", ["browser", "pen"])
def test_personal_pages_are_never_stored(browser, pen, address, who):
    page = {"browser": browser, "pen": pen}[who].get(address)

    assert "no-store" in page.headers["Cache-Control"]


@row("HEAD-5")
def test_refused_forms_are_never_stored(browser, author):
    pages = [
        browser.register(email="wrong"),
        browser.log_in("nobody", "nothing"),
        author.get("/account/").form("/account/").submit(email="wrong"),
        author.get("/account/password/")
        .form("/account/password/")
        .submit(old_password="wrong"),
    ]

    for page in pages:
        assert page.status == 400
        assert "no-store" in page.headers["Cache-Control"]


@row("HEAD-6")
@pytest.mark.parametrize(
    "address",
    ["/", "/home/", "{post}", "/authors/{name}/", "/login/", "/session/", "/reset/"],
)
@pytest.mark.parametrize("who", ["browser", "pen"])
def test_pages_that_depend_on_the_visitor_vary_by_cookie(
    request, pen, old_post, address, who
):
    visitor = request.getfixturevalue(who)

    page = visitor.get(address.format(post=old_post.address, name=pen.username))

    assert "cookie" in [
        part.strip().lower() for part in page.headers["Vary"].split(",")
    ]


@row("HEAD-7")
def test_html_is_utf_8_and_says_so(answers):
    pages = [
        page
        for page in answers
        if page.headers.get("Content-Type", "").startswith("text/html")
    ]

    shown = [page for page in pages if page.text and page.status != 405]
    assert len(shown) > 20
    for page in shown:
        assert (
            page.headers["Content-Type"].replace(" ", "").lower()
            == "text/html;charset=utf-8"
        )
        page.response.content.decode("utf-8")
        if not page.is_redirect and page.status not in {301, 308}:
            assert page.soup.html["lang"], page.address


@row("HEAD-8")
def test_one_browser_uses_all_sites_of_a_host_at_once(sites, visit):
    accounts = {}
    visitor = visit(sites[next(iter(SITES))])
    for name, site in sites.items():
        visitor = visitor.twin(site.url)
        visitor.register()
        accounts[name] = visitor.username

    for name, site in sites.items():
        assert visitor.twin(site.url).get("/account/").user == accounts[name]


@row("HEAD-7")
def test_letters_of_every_script_arrive(pen, browser):
    text = "Grüße – 你好 – привет – \U0001f40d – e\u0301"

    post = pen.write_post(title=text, body=text)

    page = browser.get(post.address)
    assert page.heading == text
    assert (
        re.sub(r"\s+", " ", page.soup.select_one(".e-content").get_text()).strip()
        == text
    )
