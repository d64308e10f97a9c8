"""The measurement that gunicorn's settings are chosen by sees what it should."""

import socket
from collections.abc import Iterator

import pytest

from .bench.served import Served, served
from .bench.servers import KINDS, held, read, table, wait_for_a_page


@pytest.fixture(scope="module")
def blog(launch, site_name) -> Iterator[Served]:
    """A site whose only thread whoever is slow holds up."""
    kind = "--worker-class gthread --workers 1 --threads 1"
    with served(launch, site_name, None, posts=20, arguments=kind) as blog:
        yield blog


@pytest.mark.parametrize("cookie", ["", "seen=1"])
def test_pages_are_read_to_their_end_on_kept_connections(blog, cookie):
    speed, p99 = read(blog, 1, cookie)

    assert speed > 0
    assert p99 > 0


@pytest.mark.skipif(
    not hasattr(socket, "TCP_DEFER_ACCEPT"), reason="this system has no such option"
)
def test_whoever_says_nothing_holds_up_nobody(blog):
    with held(blog, 3, b""):
        waited = wait_for_a_page(blog)

    # Taken in, each would have the only thread for five seconds.
    assert waited < 5_000


def test_whoever_sends_half_of_a_form_is_seen_to_hold_up_the_others(blog):
    waited = wait_for_a_page(blog)

    with held(blog, 1, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\na="):
        held_up = wait_for_a_page(blog)

    assert waited < held_up


def test_the_table_fits_into_a_terminal():
    names = ["kept", "kept_p99", "made", "made_p99", "written", "written_p99"]
    figures = dict.fromkeys(names, 9999.4) | {"silent": 9999.4, "slow": float("inf")}

    lines = table([{"site": "django", "kind": kind, **figures} for kind in KINDS])

    assert max(map(len, lines.splitlines())) <= 80
