"""What this visitor has read."""

import pytest

from .contract import row


@row("READ-1", "READ-3")
@pytest.mark.parametrize("address", ["/", "/home/", "author"])
def test_an_opened_post_is_marked_and_no_other(browser, author, address):
    list_address = author.author_address if address == "author" else address
    unread, opened = author.write_posts(2)

    browser.get(opened.address)

    assert browser.entry_of(opened, list_address).is_read
    assert not browser.entry_of(unread, list_address).is_read


@row("READ-1")
def test_a_user_has_marks_too(author, post):
    author.get(post.address)

    assert author.entry_of(post).is_read


@row("READ-1")
def test_a_post_is_marked_once_however_often_it_was_opened(browser, post):
    for _ in range(3):
        browser.get(post.address)

    entry = browser.entry_of(post)

    assert [string.strip() for string in entry.element.strings].count("Read") == 1


@row("READ-2")
def test_another_visitor_does_not_see_the_mark(new_browser, post):
    new_browser().get(post.address)

    assert not new_browser().entry_of(post).is_read


@row("READ-4")
def test_signing_in_keeps_the_marks(browser, author, post):
    browser.get(post.address)

    browser.log_in(author.username, author.password)

    assert browser.entry_of(post).is_read


@row("READ-5")
def test_log_out_forgets_the_marks(author, post):
    author.get(post.address)
    assert author.entry_of(post).is_read

    author.log_out()

    assert not author.entry_of(post).is_read


@row("READ-6")
def test_the_last_200_posts_are_remembered(long_site, visit):
    reader = visit(long_site)
    newest = reader.get("/").entries[0].id
    forgotten, *remembered = range(newest, newest - 201, -1)

    for number in (forgotten, *remembered):
        reader.get(f"/posts/{number}/")

    # The first and the last page hold the posts that were opened first and last.
    entries = [entry for n in (1, 21) for entry in reader.get(f"/?page={n}").entries]
    marked = {entry.id for entry in entries if entry.is_read}
    assert len(entries) == 11
    assert marked == {entry.id for entry in entries} - {forgotten}
