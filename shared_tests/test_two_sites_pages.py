"""Lists and pages of one site are true after a write on the other, or in SQL."""

from collections import Counter
from functools import partial
from random import Random

import pytest

from .at_once import at_once
from .contract import row
from .visitor import Visitor, ids, token

WRITERS = 4  # at each site
POSTS_PER_PAGE = 5
RANDOM = Random(8)  # noqa: S311 - the same pages in every run
# As a load of many rows does it, or an administrator.
ADD_POSTS = """
    INSERT INTO blog_post (title, body, body_html, summary, date_posted, author_id)
    SELECT 'Old ' || n, 'Text', '<p>Text</p>', 'Text',
           timestamptz '2020-01-01' + n % 7 * interval '1 day', users_user.id
    FROM generate_series(1, 1500) AS n, users_user WHERE username = :author
"""
DELETE_POSTS = "DELETE FROM blog_post WHERE title LIKE 'Old %7'"
DATE_POSTS_BACK = """
    UPDATE blog_post SET date_posted = '2019-01-01' WHERE title LIKE 'Old %3'
"""
PLACES = """
    SELECT blog_post.id FROM blog_post JOIN users_user ON users_user.id = author_id
    WHERE :author IN ('', username) ORDER BY date_posted DESC, blog_post.id DESC
"""


class Pair:
    """Somebody who writes on one site, and somebody who only reads on another."""

    def __init__(self, one_database, here, there):
        """Register the writer."""
        self.database = one_database
        self.writer = one_database.visit(here)
        self.writer.register()
        # Never gets a cookie, and so may be given a page that was kept.
        self.reader = one_database.visit(there)

    def changed_by(self, change, *addresses):
        """Read pages until they may be kept, change something, read them again."""
        kept = {address: self.reader.get(address) for address in addresses * 2}
        change()
        for address, page in kept.items():
            tag = page.headers.get("ETag", '"none"')
            answer = self.reader.get(address, **{"If-None-Match": tag})
            assert answer.status == 200
            yield answer


@pytest.fixture(params=["from its maker", "to its maker"])
def pair(request, one_database):
    """A writer and a reader, at two sites."""
    maker = one_database.maker
    (other,) = one_database.sites.keys() - {maker}
    names = (maker, other) if request.param == "from its maker" else (other, maker)
    return Pair(one_database, *names)


@row("SCHEMA-8")
def test_a_new_post_is_on_every_page_of_the_other_site(pair):
    title, addresses = token(), ["/", "/feed.atom", pair.writer.author_address]
    pair.writer.write_post()

    for page in pair.changed_by(lambda: pair.writer.write_post(title), *addresses):
        assert title in page.text


@row("SCHEMA-8")
def test_a_changed_title_is_on_every_page_of_the_other_site(pair):
    title, addresses = token(), ["/", "/feed.atom", pair.writer.author_address]
    post = pair.writer.write_post()
    form = pair.writer.get(post.edit_address).form(post.edit_address)

    for page in pair.changed_by(lambda: form.submit(title=title), *addresses):
        assert title in page.text
        assert post.title not in page.text


@row("SCHEMA-8")
def test_a_deleted_post_is_on_no_page_of_the_other_site(pair):
    post = pair.writer.write_post()
    addresses = ["/", "/feed.atom", pair.writer.author_address]

    for page in pair.changed_by(
        lambda: pair.writer.send(post.delete_address), *addresses
    ):
        assert post.title not in page.text


@row("SCHEMA-8")
def test_a_comment_counts_on_every_list_of_the_other_site(pair):
    post = pair.writer.write_post()
    addresses = ["/", pair.writer.author_address]

    for page in pair.changed_by(lambda: pair.writer.reply(post), *addresses):
        (entry,) = [entry for entry in page.entries if entry.id == post.id]
        assert entry.comments == "1 comment"


@row("SCHEMA-8")
def test_a_name_that_is_changed_in_sql_is_new_on_every_page(pair):
    old, new = pair.writer.username, token()
    pair.writer.write_post()
    rename = "UPDATE users_user SET username = :new WHERE username = :old"

    for page in pair.changed_by(
        lambda: pair.database.run(rename, old=old, new=new), "/", "/feed.atom"
    ):
        assert new in page.text
        assert old not in page.text


def write_and_delete(writer):
    """Write, reply and delete; tell of each post that stays how many replies it has."""
    kept = {}
    for number in range(6):
        post = writer.write_post()
        for _ in range(number % 3):
            assert writer.reply(post, body=token()).is_redirect
        if number % 3 == 1:
            assert writer.send(post.delete_address).is_redirect
        else:
            kept[post.id] = "2 comments" if number % 3 else "no comments"
    return kept


@row("SCHEMA-6", "SCHEMA-8")
def test_nothing_is_lost_and_nothing_is_twice_where_both_write_at_once(one_database):
    writers = [one_database.visit(name) for name in [*one_database.sites] * WRITERS]
    for writer in writers:
        writer.register()

    written = at_once(write_and_delete, writers)

    for name in one_database.sites:
        reader = one_database.visit(name)
        for writer, kept in zip(writers, written, strict=True):
            entries = list(walk(reader, writer.author_address))
            assert sorted(entry.id for entry in entries) == sorted(kept)
            assert {entry.id: entry.comments for entry in entries} == kept
        everything = Counter(entry.id for entry in walk(reader, "/"))
        assert everything == Counter(one_database.column("SELECT id FROM blog_post"))


@row("SCHEMA-6", "SCHEMA-8")
def test_who_reads_while_others_write_and_delete_meets_no_error(one_database):
    writers = [one_database.visit(name) for name in [*one_database.sites] * WRITERS]
    readers = [one_database.visit(name) for name in [*one_database.sites] * WRITERS]
    for writer in writers:
        writer.register()
    writers[0].write_posts(POSTS_PER_PAGE)
    done = []

    def write(writer):
        try:
            write_and_delete(writer)
        finally:
            done.append(writer)
        return set()

    def read(reader):
        statuses = set()
        while len(done) < len(writers):
            # With a cookie, for whom no page is kept.
            statuses.add(reader.get("/", Cookie="seen=1").status)
        return statuses

    acts = [partial(write, writer) for writer in writers]
    acts += [partial(read, reader) for reader in readers]
    statuses = at_once(lambda act: act(), acts)

    assert set().union(*statuses) == {200}


def walk(reader, address):
    """Read a list to its end, by the links to the next page."""
    while address:
        page = reader.get(address)
        yield from page.entries
        address = page.link("next")


@row("SCHEMA-8")
def test_each_page_holds_what_the_table_holds_at_that_place(one_database):
    author = one_database.visit("flask")
    author.register()
    twin = one_database.enter("django", author)

    for change in (
        lambda: one_database.run(ADD_POSTS, author=author.username),
        twin.write_post,
        lambda: one_database.run(DELETE_POSTS),
        author.write_post,
        lambda: one_database.run(DATE_POSTS_BACK),
    ):
        change()
        for address, name in (("/", ""), (author.author_address, author.username)):
            places = one_database.column(PLACES, author=name)
            for visitor in (author, twin):
                assert_pages(Visitor(visitor.url), address, places)


def assert_pages(reader, address, places):
    """Compare some pages of a list with the ids that stand in it, newest first."""
    last = -(-len(places) // POSTS_PER_PAGE)
    numbers = range(1, last + 1)
    ends = {*numbers[:2], *numbers[-2:]}
    for number in sorted(ends | {*RANDOM.sample(numbers, 6)}):
        start = (number - 1) * POSTS_PER_PAGE
        page = reader.get(f"{address}?page={number}")
        assert ids(page) == places[start : start + POSTS_PER_PAGE]
        assert (page.link("next") is None) == (number == last)
    assert reader.get(f"{address}?page={last + 1}").status == 404
