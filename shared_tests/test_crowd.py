"""Nobody in a crowd sees what belongs to another."""

import pytest

from .contract import row
from .crowd import measure

# A site in two processes of four threads, and two hundred clients, on few processors.
pytestmark = pytest.mark.timeout(240)


@row("LOG-6")
def test_nobody_of_200_visitors_sees_what_belongs_to_another(launch, site_name):
    tally = measure(launch, site_name)

    assert tally.leaks == []
    assert tally.failures == []
    assert tally.requests == 200 * (20 + 2)


@row("LOG-6")
@pytest.mark.parametrize("store", ["cookie", "server"])
def test_so_it_is_wherever_sessions_are_kept(launch, site_name, store):
    tally = measure(launch, site_name, store, visitors=24)

    assert tally.leaks == []
    assert tally.failures == []
