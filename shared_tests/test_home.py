"""Home: every post, newest first."""

from datetime import datetime, timedelta

import httpx
import pytest

from .contract import row
from .visitor import ids

HOMES = ["/", "/home/"]
EMPTY = "There are no posts yet."


def path_and_query(href):
    """Leave out which host a canonical address names."""
    return httpx.URL(href).raw_path.decode()


@row("HOME-1")
@pytest.mark.parametrize("address", HOMES)
def test_home_is_a_page_with_one_feed_of_posts(browser, post, address):
    page = browser.get(address)

    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert [item["type"] for item in page.microformats].count(["h-feed"]) == 1
    assert len(page.soup.select(".h-feed")) == 1


@row("HOME-2")
def test_both_addresses_show_the_same_posts(browser, post):
    short, long = browser.read_together("/", "/home/")

    assert ids(short) == ids(long)


@row("HOME-3")
@pytest.mark.parametrize("address", HOMES)
@pytest.mark.parametrize(
    ("query", "canonical"), [("", "/"), ("?page=1", "/"), ("?page=2", "/?page=2")]
)
def test_the_short_address_is_canonical(browser, crowd, address, query, canonical):
    page = browser.get(address + query)

    assert [path_and_query(href) for href in page.links("canonical")] == [canonical]


@row("HOME-4")
def test_posts_stand_newest_first(browser, crowd):
    pages = browser.read_together("/", "/?page=2")
    dates = [entry.date for page in pages for entry in page.entries]

    assert dates == sorted(dates, reverse=True)


@row("HOME-5")
def test_posts_of_one_moment_stand_with_the_higher_id_first(long_site, visit):
    reader = visit(long_site)
    entries = [entry for n in (1, 2, 3) for entry in reader.get(f"/?page={n}").entries]
    numbers = [entry.id for entry in entries]

    assert len({entry.date for entry in entries}) == 1
    assert numbers == list(range(numbers[0], numbers[0] - 30, -1))


@row("HOME-6")
@pytest.mark.parametrize("address", [*HOMES, "/authors/demo/"])
def test_the_setting_says_how_many_posts_a_page_holds(demo_site, visit, address):
    page = visit(demo_site).get(address)

    assert len(page.entries) == 3


@row("HOME-6")
@pytest.mark.parametrize("address", HOMES)
def test_a_page_holds_five_posts_where_nothing_is_set(
    own_site, crowd, browser, address
):
    page = browser.get(address)

    assert len(page.entries) == 5


@row("HOME-7")
def test_a_post_in_the_list_is_an_entry_with_title_author_date_and_summary(
    browser, pen, post
):
    feed = next(
        item for item in browser.get("/").microformats if item["type"] == ["h-feed"]
    )
    entries = [child["properties"] for child in feed["children"]]
    entry = next(entry for entry in entries if entry["name"] == [post.title])

    assert entry["url"] == [browser.url + post.address]
    assert entry["author"][0]["type"] == ["h-card"]
    assert entry["author"][0]["properties"]["name"] == [pen.username]
    assert entry["author"][0]["properties"]["url"] == [browser.url + pen.author_address]
    assert datetime.fromisoformat(entry["published"][0]).utcoffset() == timedelta(0)
    assert entry["summary"] == [post.body]


@row("HOME-7")
def test_every_entry_leads_to_its_post(browser, crowd):
    for entry in browser.get("/").entries:
        assert browser.get(entry.address).heading == entry.title


@row("HOME-8")
def test_the_summary_is_the_text_without_its_markup(browser, pen):
    post = pen.write_post(
        body="Some **bold** words, a [link](https://example.org/x) & `a < b`."
    )

    assert browser.entry_of(post).summary == "Some bold words, a link & a < b."


@row("HOME-8")
@pytest.mark.parametrize(
    "text", ["word " * 500, "w" * 1000, "é" * 1000, "&" * 300, "<" * 300]
)
def test_the_summary_of_a_long_text_is_short(browser, pen, text):
    post = pen.write_post(body=text)

    assert 1 <= len(browser.entry_of(post).summary) <= 200


@row("HOME-9")
def test_the_list_counts_comments_in_words(browser, pen, post):
    said = [browser.entry_of(post).comments]
    for _ in range(2):
        browser.reply(post)
        said.append(browser.entry_of(post).comments)

    assert said == ["no comments", "1 comment", "2 comments"]
    assert browser.entry_of(post).comments_address == f"{post.address}#comments"
    assert browser.get(post.address).soup.find(id="comments")


@row("HOME-10")
@pytest.mark.parametrize("address", HOMES)
def test_a_blog_without_posts_says_so(public_site, visit_over_tls, address):
    page = visit_over_tls(public_site).get(address)

    assert page.status == 200
    assert EMPTY in page.words
    assert page.entries == []


@row("HOME-10")
@pytest.mark.parametrize("address", HOMES)
def test_a_blog_with_posts_does_not_say_that_it_has_none(demo_site, visit, address):
    assert EMPTY not in visit(demo_site).get(address).words


@row("HOME-11")
@pytest.mark.parametrize("address", [*HOMES, "/authors/demo/"])
def test_the_address_does_not_choose_the_size_of_a_page(demo_site, visit, address):
    reader = visit(demo_site)
    shown = ids(reader.get(address))

    for value in ("1", "50", "0", "abc"):
        page = reader.get(f"{address}?per_page={value}")
        assert page.status == 200, value
        assert ids(page) == shown, value


@row("HOME-12")
def test_a_new_post_is_the_first_on_the_page(browser, pen):
    post = pen.write_post()
    entries = browser.get("/").entries
    entry = next(entry for entry in entries if entry.id == post.id)

    assert entry.comments == "no comments"
    # Whatever stands above it must have been written in the meantime.
    assert all(above.id > post.id for above in entries[: entries.index(entry)])
