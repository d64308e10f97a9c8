"""What the time of an answer tells."""

import pytest

from .contract import row
from .timing import MOST, ratios_until_good, refused_log_ins

PAIRS = 20


# Three measurements with real hashes take their time on a busy machine.
@pytest.mark.timeout(180)
@row("PASS-13")
def test_a_refused_log_in_takes_as_long_for_an_unknown_name(
    public_site, visit_over_tls
):
    visitor = visit_over_tls(public_site)
    visitor.register()
    visitor.log_out()

    ratios = ratios_until_good(*refused_log_ins(visitor, visitor.username), PAIRS)

    assert ratios[-1] <= MOST, f"the medians differ by factors of {ratios}"
