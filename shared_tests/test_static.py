"""Static files: kept for a year, under addresses that change with their content."""

import re

import pytest

from . import servers
from .contract import row
from .mutants.patches import copy_site
from .servers import Launcher, stop_servers

YEAR = 365 * 24 * 60 * 60
HOUR = 60 * 60
VERSION = re.compile(r"[0-9a-f]{8,}")


def addresses(browser):
    """The addresses of the style sheet and of the icon, as a page links them."""
    page = browser.get("/")
    return [page.link("stylesheet"), page.link("icon")]


def cache_control(page):
    """Read what a browser is told to keep, and for how long."""
    words = page.headers.get("Cache-Control", "").replace(" ", "").split(",")
    return dict(word.partition("=")[::2] for word in words if word)


def assert_kept_for_a_year(page):
    """Check that a browser need not ask again."""
    told = cache_control(page)
    assert int(told["max-age"]) >= YEAR, (page.address, page.status)
    assert "immutable" in told
    assert not {"no-cache", "no-store", "private"} & told.keys()


def assert_not_kept_for_long(page):
    """Check that a browser asks again soon."""
    told = cache_control(page)
    assert "immutable" not in told, page.address
    assert page.status == 404 or "no-cache" in told or int(told["max-age"]) <= HOUR


@row("STATIC-1")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_a_page_links_is_kept_for_a_year(browser, method):
    for address in addresses(browser):
        page = browser.request(method, address)

        assert VERSION.search(address)
        assert page.status == 200
        assert_kept_for_a_year(page)


@row("STATIC-1")
@pytest.mark.parametrize("who", ["browser", "author"])
@pytest.mark.parametrize("address", ["/", "/login/", "/no/such/page/", "/posts/0/"])
def test_every_page_links_the_same_addresses(request, new_browser, who, address):
    page = request.getfixturevalue(who).get(address)

    found = [page.link("stylesheet"), page.link("icon")]
    assert found == addresses(new_browser())


@row("STATIC-2")
@pytest.mark.parametrize("wrong", ["", "0" * 12, "x"])
def test_an_address_of_no_content_is_not_kept_for_long(browser, wrong):
    for address in addresses(browser):
        pattern = VERSION.pattern if wrong else rf"(\?\w+=|\.){VERSION.pattern}"
        page = browser.get(re.sub(pattern, wrong, address))

        assert page.status in {200, 404}
        assert wrong or page.status == 200
        assert_not_kept_for_long(page)


@row("STATIC-3")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_the_file_gets_no_second_one(browser, method):
    for address in addresses(browser):
        tag = browser.get(address).headers["ETag"]
        page = browser.request(method, address, headers={"If-None-Match": tag})

        assert page.status == 304
        assert not page.text
        assert_kept_for_a_year(page)


@row("STATIC-4")
@pytest.mark.parametrize("remember", [False, True])
def test_a_static_file_is_the_same_for_everybody(browser, author, post, remember):
    author.log_in(author.username, author.password, remember=remember)
    author.get(post.address)
    for address in addresses(browser):
        pages = [browser.get(address), author.get(address)]

        assert pages[0].text == pages[1].text
        for page in pages:
            assert "Set-Cookie" not in page.headers
            assert "cookie" not in page.headers.get("Vary", "").lower()


@pytest.fixture
def changing_site(site_name, launch, visit, tmp_path, monkeypatch):
    """Serve a copy of the site, whose files may be changed between two starts."""
    source, folder = tmp_path / "source", tmp_path / "run"
    source.mkdir()
    folder.mkdir()
    database = launch.empty_database(site_name)
    copy_site(site_name, source)
    monkeypatch.setattr(servers, "ROOT", source)
    started = []

    def start():
        started.append(Launcher(folder).start(site_name, database=database))
        return visit(started[-1])

    yield source, start
    stop_servers(started)


@row("STATIC-5")
def test_a_changed_file_has_another_address(changing_site):
    source, start = changing_site
    before = start()
    old_sheet, old_icon = addresses(before)
    text = before.get(old_sheet).text
    for sheet in source.rglob("*.css"):
        with sheet.open("a", encoding="utf-8") as file:
            file.write("/* new */")
    after = start()
    new_sheet, new_icon = addresses(after)

    assert new_sheet != old_sheet
    assert new_icon == old_icon
    assert after.get(new_sheet).text == text + "/* new */"
    assert_kept_for_a_year(after.get(new_sheet))
    # A page from before the change still asks for the old one.
    page = after.get(old_sheet)
    assert page.status == 404 or page.text in {text, text + "/* new */"}
    assert_not_kept_for_long(page)
    # So does a page from after it, of a server that has not been started anew.
    assert_not_kept_for_long(before.get(new_sheet))
