"""The feed, read as RFC 4287 has it."""

import re
from datetime import datetime
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup

from .browser import words
from .contract import row
from .visitor import token

ATOM = "{http://www.w3.org/2005/Atom}"
TAG_URI = re.compile(r"tag:[\w.@-]+,\d{4}(-\d\d(-\d\d)?)?:\S+")
MARKUP = "<b>\"bold\"</b> & 'more' &amp; &lt;i&gt; ]]> Ünï"


def read_feed(browser):
    """Get the feed and parse it."""
    page = browser.get("/feed.atom")
    return page, ET.fromstring(page.text)  # noqa: S314 - our own servers


def text_of(element, name):
    """The text of a child; HTML in it is still HTML."""
    return element.find(ATOM + name).text


def title_of(entry):
    """What a reader of feeds shows as the title."""
    title = entry.find(ATOM + "title")
    return unescape(title.text) if title.get("type") == "html" else title.text


def link_of(element, rel):
    """Where a link of this relation leads; without a relation it is alternate."""
    return [
        link.get("href")
        for link in element.findall(ATOM + "link")
        if link.get("rel", "alternate") == rel
    ]


def entry_of(feed, title):
    """Find an entry by its title."""
    return next(
        entry for entry in feed.findall(ATOM + "entry") if title_of(entry) == title
    )


def content_of(entry):
    """The rendered text of an entry."""
    content = entry.find(ATOM + "content")
    content = entry.find(ATOM + "summary") if content is None else content
    assert content.get("type") == "html"
    return BeautifulSoup(content.text, "html.parser")


@row("FEED-1")
def test_the_feed_is_atom(browser, post):
    page, feed = read_feed(browser)

    assert page.status == 200
    assert page.headers["Content-Type"].split(";")[0] == "application/atom+xml"
    assert feed.tag == f"{ATOM}feed"


@row("FEED-1")
def test_the_feed_holds_the_newest_20_posts_newest_first(browser, pen):
    pen.write_posts(21)
    pages = browser.read_together(*[f"/?page={n}" for n in range(1, 6)])
    newest = [entry.title for page in pages for entry in page.entries]

    entries = read_feed(browser)[1].findall(f"{ATOM}entry")

    assert len(entries) == 20
    assert [title_of(entry) for entry in entries] == newest[:20]


@row("FEED-2")
def test_the_feed_has_what_a_feed_needs(browser, post):
    feed = read_feed(browser)[1]

    assert text_of(feed, "id")
    assert text_of(feed, "title")
    assert datetime.fromisoformat(text_of(feed, "updated")).tzinfo
    assert [href.endswith("/feed.atom") for href in link_of(feed, "self")] == [True]
    assert [href.endswith("/") for href in link_of(feed, "alternate")] == [True]


@row("FEED-2")
def test_an_entry_has_what_an_entry_needs(browser, pen):
    post = pen.write_post(
        body="Some *rendered* text with a [link](https://example.org/)."
    )

    entry = entry_of(read_feed(browser)[1], post.title)

    assert text_of(entry, "id")
    assert text_of(entry.find(f"{ATOM}author"), "name") == pen.username
    shown = browser.entry_of(post).date
    for name in ("published", "updated"):
        assert (
            abs((datetime.fromisoformat(text_of(entry, name)) - shown).total_seconds())
            < 1
        )
    assert [href.endswith(post.address) for href in link_of(entry, "alternate")] == [
        True
    ]
    assert link_of(entry, "alternate")[0].startswith("http")
    assert content_of(entry).select_one("em").get_text() == "rendered"
    assert content_of(entry).select_one("a")["href"] == "https://example.org/"


@row("FEED-3")
def test_the_id_of_an_entry_is_a_tag_that_stays(browser, pen, post):
    before = text_of(entry_of(read_feed(browser)[1], post.title), "id")

    changed = f"Changed {token()}"
    form = pen.get(post.edit_address).form(post.edit_address)
    form.submit(title=changed, body="Changed.")

    assert TAG_URI.fullmatch(before)
    assert text_of(entry_of(read_feed(browser)[1], changed), "id") == before


@row("FEED-3")
def test_every_entry_has_an_id_of_its_own(browser, pen):
    pen.write_posts(2, title="The same")
    entries = read_feed(browser)[1].findall(f"{ATOM}entry")
    found = [text_of(entry, "id") for entry in entries]

    assert len(found) == len(set(found))


@row("FEED-4")
def test_markup_arrives_as_written(browser, pen):
    title = f"{MARKUP} {token()}"
    post = pen.write_post(title=title, body="`<b>` & **bold** ]]> é")

    entry = entry_of(read_feed(browser)[1], title)

    shown = browser.get(post.address).soup.select_one(".e-content")
    assert words(content_of(entry)) == words(shown)
    assert content_of(entry).select_one("strong").get_text() == "bold"


@row("FEED-1", "FEED-4")
@pytest.mark.parametrize("letter", ["\x01", "\x08", "\x0b", "\x1b", "\x7f", "\ufffe"])
def test_a_letter_that_xml_does_not_know_does_not_break_the_feed(browser, pen, letter):
    form = pen.get("/posts/new/").form("/posts/new/")

    answer = form.submit(title=f"A{letter}B", body=f"C{letter}D")

    try:
        page, feed = read_feed(browser)
        assert page.status == 200
        assert feed.tag == f"{ATOM}feed"
    finally:
        # A feed that this broke should not fail the tests that follow.
        if answer.is_redirect:
            pen.send(f"{answer.location}delete/")


@row("FEED-5")
@pytest.mark.parametrize(
    "address",
    ["/", "/home/", "{post}", "/authors/{name}/", "/login/", "/register/", "/no/such/"],
)
def test_every_page_points_to_the_feed(browser, pen, old_post, address):
    page = browser.get(address.format(post=old_post.address, name=pen.username))
    feeds = page.soup.select('link[rel="alternate"][type="application/atom+xml"]')

    assert [page.resolve(feed["href"]) for feed in feeds] == ["/feed.atom"]


@row("FEED-5")
@pytest.mark.parametrize("address", ["/account/", "/account/password/", "/posts/new/"])
def test_pages_of_a_user_point_to_the_feed(pen, address):
    assert "/feed.atom" in pen.get(address).links("alternate")


@row("FEED-6")
def test_a_blog_without_posts_has_a_feed_without_entries(public_site, visit_over_tls):
    page, feed = read_feed(visit_over_tls(public_site))

    assert page.status == 200
    assert feed.findall(f"{ATOM}entry") == []
    assert text_of(feed, "id")
    assert text_of(feed, "title")
    assert datetime.fromisoformat(text_of(feed, "updated")).tzinfo
