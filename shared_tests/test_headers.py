"""Headers and cookies."""

import re

import pytest

from .contract import row
from .mails import change_database
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
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
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
        user.post("/posts/new/"),
        user.send("/posts/new/"),
        user.send("/posts/new/", body="x" * (1024 * 1024 + 1)),
        user.request("DELETE", "/account/"),
        *two_edits(crowd, post),
        user.log_out(),
        user.send(post.edit_address, title="T", body="B"),
        browser.log_in(user.username, user.password, remember=True),
        browser.get("/"),
        browser.log_out(),
        browser.log_in(user.username, user.password),
        browser.send("/session/"),
    ]


def two_edits(author, post):
    """Edit a post twice from the same state: one is accepted, and one in conflict."""
    form = author.get(post.edit_address).form(post.edit_address)
    return [form.submit(title=title) for title in ("One", "Two")]


def style(browser):
    """The address of the style sheet."""
    return browser.get("/").link("stylesheet")


def assert_guarded(page):
    """Check what every answer tells the browser."""
    assert_has_policy(page)
    found = {name: page.headers.get(name) for name in GUARDS}
    assert found == GUARDS, (page.address, page.status)


def assert_has_policy(page):
    """Check that the browser may do no more than the pages of the site need."""
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


@row("HEAD-1")
def test_every_answer_carries_a_content_security_policy(answers):
    for page in answers:
        assert_has_policy(page)


@row("HEAD-1", "HEAD-2")
def test_answers_of_every_kind_were_looked_at(answers):
    statuses = {page.status for page in answers}

    assert statuses >= {200, 302, 400, 403, 404, 405, 409, 413}


@row("HEAD-2")
def test_every_answer_carries_the_headers_of_security(answers):
    for page in answers:
        assert_guarded(page)


@row("LIMIT-1", "LOSS-8", "ERR-3", "HEALTH-2")
def test_answers_of_trouble_carry_the_same_headers(start_site, visit):
    site = start_site(LOGIN_TRIES="1")
    author, browser = visit(site), visit(site)
    author.register()
    pages = [browser.log_in("nobody", "nothing") for _ in range(2)]
    form = author.get("/posts/new/").form("/posts/new/")
    change_database(site, "ALTER TABLE blog_post RENAME TO gone")
    pages += [form.submit(title="T", body="B"), author.get("/"), browser.get("/")]
    change_database(site, "ALTER TABLE users_user RENAME TO nobody")
    pages += [author.get("/healthz"), author.get("/account/")]

    assert {page.status for page in pages} >= {400, 429, 503}
    for page in pages:
        assert_guarded(page)


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


@row("HEAD-9")
def test_what_names_the_user_is_never_stored(answers):
    pages = [page for page in answers if "<html" in page.text]
    named = [page for page in pages if page.user]

    assert {page.status for page in named} >= {200, 400, 403, 404, 409}
    assert len(named) > 12
    for page in named:
        stored = page.headers.get("Cache-Control", "")
        assert "no-store" in stored, (page.address, page.status)


@row("HEAD-9")
@pytest.mark.parametrize("remember", [False, True])
def test_so_it_is_after_a_log_in_of_any_kind(browser, author, remember):
    browser.log_in(author.username, author.password, remember=remember)
    if remember:
        browser.close_window()

    for address in ("/", author.author_address, "/no/such/page/", "/?page=0"):
        page = browser.get(address)
        assert page.user == author.username
        assert "no-store" in page.headers["Cache-Control"], address


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


@row("HEAD-10")
@pytest.mark.parametrize("store", ["cookie", "server"])
def test_over_tls_no_other_host_can_set_a_cookie(start_site, visit_over_tls, store):
    site = start_site(SESSION_STORE=store, SITE_URL="https://127.0.0.1")
    author = visit_over_tls(site)
    pages = [author.register(), author.get("/"), author.log_out(), author.get("/")]
    pages += [author.log_in(author.username, author.password, remember=True)]
    pages += [author.get(author.write_post().address), author.send("/session/")]
    cookies = [
        cookie for page in pages for cookie in page.headers.get_list("Set-Cookie")
    ]

    assert len(cookies) >= 4
    if store == "server":
        # Flask-Session deletes without Secure: what stays in the browser opens nothing.
        cookies = [cookie for cookie in cookies if "max-age=0" not in cookie.lower()]
    for cookie in cookies:
        attributes = [part.strip().lower() for part in cookie.split(";")][1:]
        assert cookie.startswith("__Host-"), cookie
        assert "secure" in attributes, cookie
        assert "path=/" in attributes, cookie
        assert not [part for part in attributes if part.startswith("domain")], cookie


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
