"""Comments and their mails while the site is killed; `make storm` does it at length."""

from .contract import row
from .storm.measure import storm_of_kills
from .storm.programs import Case


@row("MAIL-11")
def test_a_site_that_was_killed_loses_no_comment_and_no_mail(launch, site_name):
    case = Case(launch, site_name, "thread")

    figures = storm_of_kills(case, kills=2, comments=40, in_a_hurry=True)

    assert figures["kills_of_the_site"] == 2
    assert any(figures["mails_waiting_at_the_kills"])
    assert figures["comments_acknowledged"] > 0
    assert figures["comments_acknowledged_and_lost"] == 0
    assert figures["comments_never_mailed"] == 0
    assert figures["mails_still_waiting"] == 0
    assert figures["mails_of_comments_that_are_not_stored"] == 0
    assert figures["comments_mailed_under_several_message_ids"] == 0
    assert figures["mails_with_a_wrong_link"] == 0
