"""Comments and their mails while the site is killed; `make storm` does it at length."""

import pytest

from .contract import row
from .storm.measure import SECONDS_TO_CATCH_UP, storm_of_kills
from .storm.programs import Case
from .storm.report import MUST_BE_ZERO


@row("MAIL-11")
# The site starts three times; mails that never come must end as a figure.
@pytest.mark.timeout(SECONDS_TO_CATCH_UP + 120)
def test_a_site_that_was_killed_loses_no_comment_and_no_mail(launch, site_name):
    case = Case(launch, site_name, "thread", processes=1)

    figures = storm_of_kills(case, kills=2, comments=40, in_a_hurry=True)

    assert figures["kills_of_the_site"] == 2
    assert any(figures["mails_waiting_at_the_kills"])
    assert figures["comments_acknowledged"] > 0
    assert [name for name in MUST_BE_ZERO if figures[name]] == []
