"""Error pages and the answers that lead to them."""

import re

import pytest

from .contract import row

READING = ("/", "/home/", "/posts/1/", "/authors/demo/", "/feed.atom")
MIB = 1024 * 1024

# What a visitor should never see of a failure.
INSIDE = re.compile(
    r"Traceback|File \"|\.py\b|site-packages|Exception|OperationalError|/tmp/|"
    r"/home/\w+/|sqlite|psycopg|no such table|blog_post|SELECT |SECRET_KEY|"
    r"DATABASE_URL|DEBUG"
)


@pytest.fixture(scope="module")
def error_pages(site, visit, stranger, old_post):
    """An answer of every kind of error that a visitor can bring about."""
    browser, post = visit(site), old_post
    return {
        "400 host": browser.get("/", Host="evil.example"),
        "403 token": browser.post(post.comments_address, {"body": "x"}),
        "403 not yours": stranger.get(post.edit_address),
        "404 address": browser.get("/no/such/page/"),
        "404 post": browser.get(f"/posts/{post.id + 10**6}/"),
        "404 page": browser.get("/?page=0"),
        "404 author": browser.get("/authors/nobody.at.all/"),
        "413": browser.send(post.comments_address, body="x" * (MIB + 1)),
    }


def assert_in_words(page):
    """Check that a page speaks to people, in the look of the site."""
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.heading
    assert len(page.main.get_text().split()) > len(page.heading.split())
    assert "/" in [page.resolve(link["href"]) for link in page.main.select("a[href]")]
    assert page.links("stylesheet")
    assert page.soup.select_one("header a[href='/']")


@row("ERR-1")
@pytest.mark.parametrize(
    "address",
    [
        "/no/such/page/",
        "/no",
        "/posts/",
        "/posts/abc/",
        "/posts/-1/",
        "/posts/1.5/",
        "/%ff/",
    ],
)
def test_an_address_that_does_not_exist_is_not_found(browser, address):
    page = browser.get(address)

    assert page.status == 404
    assert_in_words(page)


@row("ERR-2", "ERR-1")
def test_errors_are_pages_in_words(error_pages):
    for kind, page in error_pages.items():
        assert str(page.status) in kind
        assert_in_words(page)


@row("ERR-6")
def test_error_pages_show_nothing_of_the_inside(error_pages, browser, post):
    pages = {
        **error_pages,
        "405": browser.get(post.comments_address),
        "unknown method": browser.request("BREW", "/"),
        "bad form": browser.request(
            "POST", "/login/", headers={"Content-Type": "multipart/form-data"}
        ),
    }

    for kind, page in pages.items():
        assert not INSIDE.search(page.text), kind


@pytest.fixture(scope="module")
def broken_site(start_site, tmp_path_factory):
    """A site whose database cannot be opened: its folder is not there."""
    missing = tmp_path_factory.mktemp("broken") / "missing"
    return start_site(DATABASE_URL=f"sqlite:///{missing / 'site.sqlite3'}")


@pytest.fixture(scope="module")
def failing_site(start_site, tmp_path_factory):
    """A site whose every view fails: the file of the database holds none."""
    file = tmp_path_factory.mktemp("failing") / "site.sqlite3"
    file.write_bytes(b"no database")
    return start_site(DATABASE_URL=f"sqlite:///{file}")


def assert_told_in_words(page, status):
    """Check that the page of a failure needs no database and tells nothing of it."""
    assert page.status == status
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.heading
    assert page.links("stylesheet")
    assert not INSIDE.search(page.text)


def assert_unhealthy(page):
    """Check that a monitor is told, and told nothing more."""
    assert page.status == 503
    assert int(page.headers["Retry-After"]) > 0
    assert not INSIDE.search(page.text)


@row("ERR-3")
def test_a_failure_is_told_in_words(failing_site, visit):
    browser = visit(failing_site)

    for address in READING:
        assert_told_in_words(browser.get(address), 500)


@row("HEALTH-2", "LOSS-8")
def test_a_database_that_is_away_is_told_in_words(broken_site, visit):
    browser = visit(broken_site)

    for folder_is_there in (False, True):
        if folder_is_there:
            # Now the database answers, but it has no tables.
            broken_site.database.parent.mkdir()
        for address in READING:
            page = browser.get(address)
            assert_told_in_words(page, 503)
            assert int(page.headers["Retry-After"]) > 0
        assert_unhealthy(browser.get("/healthz"))


@row("ERR-4")
def test_a_body_of_over_a_mebibyte_is_refused_and_not_stored(author):
    form = author.get("/posts/new/").form("/posts/new/")

    answer = form.submit(title="T", body="x" * (MIB + 1))

    assert answer.status == 413
    assert author.get(author.author_address).entries == []


@row("ERR-4")
def test_a_body_of_under_a_mebibyte_is_accepted(author):
    form = author.get("/posts/new/").form("/posts/new/")

    assert form.submit(title="T", body="B", more="x" * (MIB - 10_000)).is_redirect


@row("ERR-4")
@pytest.mark.parametrize(
    "kind", ["application/octet-stream", "multipart/form-data; boundary=x"]
)
def test_a_large_body_of_another_kind_is_refused(author, kind):
    answer = author.request(
        "POST", "/posts/new/", headers={"Content-Type": kind}, content=b"x" * (MIB + 1)
    )

    assert answer.status == 413


@row("ERR-5")
@pytest.mark.parametrize(
    "address", ["/", "/home/", "{post}", "/authors/{name}/", "/feed.atom", "/healthz"]
)
def test_what_is_only_read_takes_no_post(pen, old_post, address):
    page = pen.send(address.format(post=old_post.address, name=pen.username))

    assert page.status == 405
    allowed = {method.strip() for method in page.headers["Allow"].split(",")}
    assert {"GET", "HEAD"} <= allowed
    assert "POST" not in allowed


@row("ERR-5")
@pytest.mark.parametrize(
    "address", ["/logout/", "{post}comments/", "/comments/1/delete/"]
)
def test_what_is_only_sent_takes_no_get(pen, old_post, address):
    page = pen.get(address.format(post=old_post.address))

    assert page.status == 405
    allowed = {method.strip() for method in page.headers["Allow"].split(",")}
    assert "POST" in allowed
    assert "GET" not in allowed


@row("ERR-5")
@pytest.mark.parametrize(
    "address", ["/", "{post}", "/login/", "/posts/new/", "{post}edit/", "/account/"]
)
def test_trace_is_taken_nowhere(pen, old_post, address):
    page = pen.request("TRACE", address.format(post=old_post.address))

    assert page.status == 405
    assert "TRACE" not in page.headers["Allow"]


@row("ERR-7")
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/home/?page=2",
        "{post}",
        "/authors/{name}/",
        "/login/",
        "/register/",
        "/posts/new/",
        "/account/",
        "/feed.atom",
        "/healthz",
        "/style.css",
        "/no/such/page/",
        "/posts/0/",
        "/logout/",
    ],
)
def test_head_answers_as_get_without_a_body(new_browser, pen, crowd, old_post, address):
    address = address.format(post=old_post.address, name=pen.username)
    if address == "/style.css":
        address = pen.get("/").link("stylesheet")

    got, head = new_browser().get(address), new_browser().head(address)

    assert head.status == got.status
    assert head.response.content == b""
    for name in (
        "Content-Type",
        "Location",
        "Allow",
        "Cache-Control",
        "Content-Security-Policy",
    ):
        assert words_of(head.headers.get(name)) == words_of(got.headers.get(name))


def words_of(value):
    """The parts of a header, whose order may change."""
    return sorted((value or "").replace(",", " ").split())


@row("ERR-8")
@pytest.mark.parametrize(
    "address",
    [
        "/home",
        "/login",
        "/register",
        "/account",
        "/account/password",
        "/posts/new",
        "{post}",
        "{post}/edit",
        "{post}/delete",
        "/authors/{name}",
    ],
)
@pytest.mark.parametrize("query", ["", "?page=2&a=%26"])
def test_a_missing_slash_is_added(browser, pen, old_post, address, query):
    address = address.format(post=old_post.address.rstrip("/"), name=pen.username)

    answer = browser.get(address + query)

    assert answer.status in {301, 308}
    assert answer.location == f"{address}/{query}"


@row("ERR-8")
@pytest.mark.parametrize(
    "address",
    ["//evil.example", "//evil.example/%2e%2e", "/\\evil.example", "/%5cevil.example"],
)
def test_adding_a_slash_never_leaves_the_site(browser, address):
    answer = browser.get(browser.url + address)

    assert 400 <= answer.status < 500 or answer.location.startswith("/")
