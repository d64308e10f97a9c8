"""Mails as tests read them, and the table of those that wait."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from threading import Event
from time import monotonic

from bs4 import BeautifulSoup
from sqlalchemy import text

from .databases import opened
from .servers import Server
from .smtp_server import Mail, SMTPServer

SECONDS_TO_ARRIVE = 30  # a sweep comes every five, on a busy machine later
PAUSE = 0.03
# What a line of the log says of each try to send; see row LOG-5.
TRY = re.compile(r"\bMail (\d+)\b")
ENCODED_WORD = re.compile(r"=\?[\w-]+\?([bq])\?(\S*?)\?=", re.IGNORECASE)


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Ask again and again until something is so."""
    deadline = monotonic() + SECONDS_TO_ARRIVE
    while not condition():
        assert monotonic() < deadline, f"waited in vain until {what}"
        Event().wait(PAUSE)


def mails_to(address: str, server: SMTPServer, count: int = 1) -> list[Mail]:
    """Wait until so many mails to an address have come, and give them all."""

    def found(mails: list[Mail]) -> list[Mail]:
        return [mail for mail in mails if address in mail.receivers]

    return found(
        server.wait_for(lambda mails: len(found(mails)) >= count, SECONDS_TO_ARRIVE)
    )


def waiting_mails(site: Server) -> list[bool]:
    """Say of each mail that the site still has to send whether it failed to before.

    Who tries to send one puts it off by two minutes first; after a failure it is due
    sooner, as long as there were few.
    """
    query = text("""
        SELECT attempts > 0 AND date_due < :soon
        FROM mail_message WHERE date_sent IS NULL
    """)
    soon = str(datetime.now(UTC) + timedelta(seconds=60))
    with opened(site) as database:
        return [bool(failed) for (failed,) in database.execute(query, {"soon": soon})]


def wait_until_all_are_sent(site: Server) -> None:
    """Wait until the site has no mail to send: what has not come now never comes."""
    wait_until(lambda: not waiting_mails(site), "all mails are sent")


def wait_until_all_have_failed(site: Server) -> None:
    """Wait until the site has tried in vain to send each of its mails."""
    wait_until(lambda: all(waiting_mails(site)), "all mails have failed")


def change_database(site: Server, statement: str, **values: object) -> None:
    """Do behind the site's back what time or an administrator would do."""
    with opened(site) as database:
        database.execute(text(statement), values)


def let_time_pass(site: Server) -> None:
    """Make every mail due, as it is after an hour.

    A mail is left for two minutes to the process that sends it, dead or not.
    """
    change_database(site, "UPDATE mail_message SET date_due = date_created")


def text_of(mail: EmailMessage) -> str:
    """Read the part in plain text."""
    part = mail.get_body(("plain",))
    assert part, "no part in plain text"
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> BeautifulSoup:
    """Read the part in HTML."""
    part = mail.get_body(("html",))
    assert part, "no part in HTML"
    content = str(part.get_content()).replace("\r\n", "\n")
    return BeautifulSoup(content, "html.parser")


def links_in(mail: EmailMessage) -> list[str]:
    """Find every link of both parts."""
    return [
        *re.findall(r"https?://[^\s<>]+", text_of(mail)),
        *[str(link["href"]) for link in html_of(mail).select("[href]")],
    ]


def reset_link(mail: EmailMessage) -> str:
    """Find the link to a new password, the same in both parts."""
    links = {link for link in links_in(mail) if "/reset/" in link}
    assert len(links) == 1
    return links.pop()


def faults_of(mail: EmailMessage) -> list[str]:
    """Say what a mail program could stumble over."""
    faults = [str(defect) for part in mail.walk() for defect in part.defects]
    for name, raw in mail.raw_items():
        faults += [f"{name}: {defect}" for defect in mail[name].defects]
        if not str(raw).isascii():
            faults.append(f"{name} is not ASCII")
        if any(len(line) > 998 for line in str(raw).splitlines()):
            faults.append(f"{name} has a line that is too long")
        faults += [
            f"{name} has half a letter in {content}"
            for kind, content in ENCODED_WORD.findall(str(raw))
            if kind in "bB" and not is_whole(content)
        ]
    return faults


def is_whole(content: str) -> bool:
    """Whether an encoded word holds whole letters, as it must (RFC 2047, section 5)."""
    try:
        base64.b64decode(content, validate=True).decode()
    except ValueError:
        return False
    return True
