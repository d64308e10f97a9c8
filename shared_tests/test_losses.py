"""Nothing is lost while all goes wrong; `make storm` sees to it at length."""

from collections.abc import Iterator

import pytest

from .contract import row
from .losses.blogs import Blog, running
from .losses.crowds import register_one_name, write_at_once
from .losses.kills import kill_the_database, kill_the_site
from .losses.signals import end_under_load, reload_under_load
from .losses.troubles import fill, lock, read_beside_a_writer, take_away
from .losses.words import wrong
from .postgresql_server import PostgreSQLServer, postgresql_programs

DATABASES = ["sqlite", "postgresql"]


@pytest.fixture(scope="module")
def durable_server() -> Iterator[PostgreSQLServer]:
    """A PostgreSQL of these tests alone, which they kill."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with PostgreSQLServer(programs, durable=True) as server:
        yield server


@pytest.fixture(scope="module", params=DATABASES)
def blog(launch, site_name, request) -> Iterator[Blog]:
    """A site as in production, on each database."""
    yield from run_blog(launch, site_name, request, hasty=False)


@pytest.fixture(scope="module", params=DATABASES)
def hasty_blog(launch, site_name, request) -> Iterator[Blog]:
    """A site that waits for a lock for a second, on each database."""
    yield from run_blog(launch, site_name, request, hasty=True)


def run_blog(launch, site_name, request, *, hasty) -> Iterator[Blog]:
    server = None
    if request.param == "postgresql":
        server = request.getfixturevalue("durable_server")
    with running(launch, site_name, server, hasty=hasty) as blog:
        yield blog


@row("LOSS-3")
def test_who_reads_does_not_wait_for_who_writes(blog):
    figures = read_beside_a_writer(blog)

    assert wrong(figures) == {}
    assert figures["pages"] == 6


@row("LOSS-4")
def test_nobody_of_16_who_write_at_once_meets_an_error(blog):
    figures = write_at_once(blog, 5)

    assert wrong(figures) == {}
    assert figures["comments_promised"] == 16 * 5


@row("LOSS-5")
def test_of_8_who_register_one_name_one_gets_it(blog):
    figures = register_one_name(blog, rounds=2)

    assert wrong(figures) == {}
    assert figures["answers"] == {"registered": 2, "taken": 14}


@row("LOSS-1")
def test_a_site_that_was_killed_has_lost_no_comment(blog):
    figures = kill_the_site(blog, kills=2)

    assert wrong(figures) == {}
    assert figures["comments_promised"] == figures["comments"] == 40


@row("LOSS-2", "LOSS-9")
@pytest.mark.parametrize("blog", ["postgresql"], indirect=True)
def test_a_database_that_was_killed_has_lost_no_comment(blog):
    figures = kill_the_database(blog, kills=1)

    assert wrong(figures) == {}
    assert figures["comments_promised"] == figures["comments"] == 20


@row("LOSS-7")
@pytest.mark.parametrize("blog", ["sqlite"], indirect=True)
def test_a_reload_fails_nobody(blog):
    figures = reload_under_load(blog, reloads=1)

    assert wrong(figures) == {}
    assert figures["requests_on_new_connections"] > 0
    assert figures["requests_on_kept_connections"] > 0


@row("LOSS-8", "LOSS-9")
def test_a_form_waits_no_longer_than_it_should_and_is_handed_back(hasty_blog):
    figures = lock(hasty_blog)

    assert wrong(figures) == {}
    assert set(figures["answers"].values()) == {503}


@row("LOSS-8", "LOSS-9")
def test_a_form_for_which_there_is_no_space_is_handed_back(hasty_blog):
    figures = fill(hasty_blog)

    assert wrong(figures) == {}
    assert set(figures["answers"].values()) == {503}


@row("LOSS-8", "LOSS-9")
@pytest.mark.parametrize("hasty_blog", ["postgresql"], indirect=True)
def test_a_form_that_finds_no_database_is_handed_back(hasty_blog):
    figures = take_away(hasty_blog)

    assert wrong(figures) == {}
    assert set(figures["answers"].values()) == {503}


@row("LOSS-6")
@pytest.mark.parametrize("hasty_blog", ["sqlite"], indirect=True)
def test_who_was_let_in_is_answered_before_the_server_ends(hasty_blog):
    figures = end_under_load(hasty_blog)

    assert wrong(figures) == {}
    assert figures["requests"] == 8
