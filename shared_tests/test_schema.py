"""One schema: either site can take over the other's database."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from itertools import permutations

import pytest

from .contract import row
from .databases import BACKENDS, add_user, describe, triggers
from .servers import SITES

TAKERS = [pytest.param(*pair, id=" to ".join(pair)) for pair in permutations(SITES, 2)]
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?")


@row("SCHEMA-1")
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_migrations_of_every_site_make_the_same_tables(made, backend):
    schemas = {database.site: describe(database.url) for database in made(backend)}
    expected = schemas.popitem()[1]

    for schema in schemas.values():
        assert schema == expected


@row("SCHEMA-1")
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_migrations_of_every_site_make_the_same_triggers(made, backend):
    found = [triggers(database.url) for database in made(backend)]

    assert {table for table, *_ in found[0]} == {
        "users_user",
        "blog_post",
        "blog_comment",
    }
    assert all(of_a_site == found[0] for of_a_site in found)


@row("SCHEMA-1")
def test_the_tables_have_the_columns_of_the_contract(made):
    for database in made("sqlite"):
        tables = describe(database.url)

        assert {name: set(table["columns"]) for name, table in tables.items()} == {
            "users_user": {
                "id",
                "username",
                "email",
                "password",
                "date_joined",
                "comment_mail",
                "session_epoch",
            },
            "users_attempt": {"id", "address", "name", "date_tried"},
            "blog_post": {
                "id",
                "title",
                "body",
                "body_html",
                "summary",
                "date_posted",
                "author_id",
                "version",
                "submission",
            },
            "blog_comment": {
                "id",
                "post_id",
                "author_id",
                "name",
                "email",
                "body",
                "date_posted",
                "submission",
            },
            "blog_bookmark": {"author_id", "date_posted", "post_id", "rank"},
            "blog_edition": {"id", "token"},
            "mail_message": {
                "id",
                "kind",
                "object_id",
                "date_created",
                "date_due",
                "attempts",
                "date_sent",
            },
        }
        assert ("date_sent", "date_due") in tables["mail_message"]["indexed"]
        assert ("address", "date_tried") in tables["users_attempt"]["indexed"]
        assert ("submission",) in tables["blog_post"]["unique"]
        assert ("submission",) in tables["blog_comment"]["unique"]
        assert ("username",) in tables["users_user"]["unique"]
        assert ("date_posted", "id") in tables["blog_post"]["indexed"]
        assert ("author_id", "date_posted", "id") in tables["blog_post"]["indexed"]
        assert ("author_id", "rank") in tables["blog_bookmark"]["indexed"]


@row("SCHEMA-1")
@pytest.mark.parametrize("backend", BACKENDS)
def test_no_database_takes_names_that_differ_in_case_only(made, backend):
    for database in made(backend):
        assert add_user(database.url, "demo2") == ""
        assert "unique" in add_user(database.url, "DEMO").lower()


@row("SCHEMA-2")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("maker", "taker"), TAKERS)
def test_a_site_that_records_its_migrations_changes_nothing(
    made, adopted, maker, taker, backend
):
    (source,) = (database.url for database in made(backend) if database.site == maker)

    taken = adopted(maker, taker, backend)[1]["DATABASE_URL"]

    assert describe(taken) == describe(source)
    assert triggers(taken) == triggers(source)


@row("SCHEMA-2")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("maker", "taker"), TAKERS)
def test_a_site_takes_over_the_database_of_another(
    taken_over, visit, maker, taker, backend
):
    visitor = visit(taken_over(maker, taker, backend))

    home = visitor.get("/")
    assert len(home.entries) == 5
    assert len(visitor.get(home.link("next")).entries) == 5
    talked_about = next(
        entry
        for n in range(1, 13)
        for entry in visitor.get(f"/?page={n}").entries
        if entry.comments not in {"no comments", "1 comment"}
    )
    page = visitor.get(talked_about.address)
    assert page.heading == talked_about.title
    assert f"{len(page.comments)} comments" == talked_about.comments
    assert visitor.get(talked_about.author_address).heading == talked_about.author
    assert visitor.get("/feed.atom").status == 200
    assert visitor.get("/healthz").status == 200

    username, password = (
        code.get_text() for code in visitor.get("/login/").main.select("code")
    )
    assert visitor.log_in(username, password).follow().user == username
    post = visitor.write_post()
    assert visitor.reply(post).is_redirect
    assert visitor.entry_of(post).comments == "1 comment"
    visitor.send(post.delete_address)
    assert visitor.get(post.address).status == 404
    visitor.log_out()
    assert visitor.register().is_redirect


@row("SCHEMA-3")
def test_times_are_stored_as_utc_in_one_text_form(demo_site, visit):
    visitor = visit(demo_site)
    visitor.register()
    visitor.reply(visitor.write_post())

    for table, column in (
        ("users_user", "date_joined"),
        ("blog_post", "date_posted"),
        ("blog_comment", "date_posted"),
        ("mail_message", "date_created"),
    ):
        with closing(sqlite3.connect(demo_site.database)) as database:
            query = f"SELECT typeof({column}), {column} FROM {table} ORDER BY id"  # noqa: S608
            rows = database.execute(query).fetchall()

        assert {kind for kind, _ in rows} == {"text"}
        for _, text in rows:
            assert MOMENT.fullmatch(text)
            assert not text.endswith(".000000")
        newest = datetime.fromisoformat(rows[-1][1]).replace(tzinfo=UTC)
        assert abs((datetime.now(UTC) - newest).total_seconds()) < 60
