"""An author's posts. Their page numbers are in test_pages.py."""

import re

import pytest

from .contract import row
from .visitor import ids


@row("AUTHOR-1")
def test_the_page_lists_the_posts_of_this_author_alone(browser, author, stranger):
    first = author.write_post()
    stranger.write_post()
    second = author.write_post()

    page = browser.get(author.author_address)

    assert page.status == 200
    assert ids(page) == [second.id, first.id]
    assert {entry.author for entry in page.entries} == {author.username}


@row("AUTHOR-1")
def test_the_pages_are_as_large_as_those_of_home(browser, crowd):
    assert len(browser.get(crowd.author_address).entries) == len(
        browser.get("/").entries
    )


@row("AUTHOR-2")
@pytest.mark.parametrize("count", [1, 3])
def test_the_page_names_the_author_and_counts_the_posts(browser, author, count):
    author.write_posts(count)

    page = browser.get(author.author_address)

    assert page.heading == author.username
    feed = next(item for item in page.microformats if item["type"] == ["h-feed"])
    assert feed["properties"]["author"][0]["properties"]["name"] == [author.username]
    assert re.search(rf"\b{count} posts?\b", page.words)


@row("AUTHOR-3")
def test_an_author_without_posts_has_a_page_that_says_so(browser, idler):
    page = browser.get(idler.author_address)

    assert page.status == 200
    assert page.heading == idler.username
    assert "There are no posts yet." in page.words
    assert page.entries == []


@row("AUTHOR-3")
@pytest.mark.parametrize("number", ["0", "2", "abc"])
def test_an_author_without_posts_has_one_page(browser, idler, number):
    assert browser.get(f"{idler.author_address}?page={number}").status == 404


@row("AUTHOR-4")
@pytest.mark.parametrize(
    "name", ["nobody.at.all", "%00", "nobody%00", "é", "a" * 200, "%ff"]
)
def test_a_name_of_nobody_is_not_found(browser, name):
    assert browser.get(f"/authors/{name}/").status == 404


@row("AUTHOR-4")
def test_a_name_with_a_nul_or_in_capitals_is_not_found(browser, pen):
    assert browser.get(f"/authors/{pen.username}%00/").status == 404
    assert browser.get(f"/authors/{pen.username.upper()}/").status == 404


@row("AUTHOR-5")
def test_the_page_carries_read_marks(browser, author):
    unread, opened = author.write_posts(2)

    browser.get(opened.address)

    assert browser.entry_of(opened, author.author_address).is_read
    assert not browser.entry_of(unread, author.author_address).is_read
