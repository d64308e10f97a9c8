"""The two storms, and what is counted after them."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from math import ceil
from time import monotonic, sleep
from typing import Any

from ..smtp_server import Mail, SMTPServer
from .clients import CLIENTS, Answer, Clients
from .programs import PAUSE, Case, Victims, victims

# A mail server far away takes a while for each message.
SECONDS_A_MAIL = 0.1

# A claim that died with its process is free again after two minutes; a mail that
# failed waits up to twice as long as the mail server was away.
SECONDS_TO_CATCH_UP = 240

# Where no outbox says that more is to come, silence has to say that it is not.
SECONDS_OF_SILENCE = 10

SECONDS_AWAY = 60
COMMENTS_WHILE_AWAY = 100
MOST_SECONDS_BEFORE_A_KILL = 0.05

Figures = dict[str, Any]
Say = Callable[[str], None]


def silent(text: str) -> None:
    """Say nothing."""


def storm_of_kills(
    case: Case,
    kills: int,
    comments: int,
    say: Say = silent,
    *,
    in_a_hurry: bool = False,
) -> Figures:
    """Kill a site again and again while visitors reply; count what is left."""
    started = monotonic()
    killed: Counter[str] = Counter()
    waiting = []
    # The same moments for all sites, and no pattern in them. The last kill comes
    # when every comment is on its way: nothing but the next start brings their mails.
    chance = random.Random(7)  # noqa: S311 - anybody may guess it
    moments = sorted(chance.sample(range(1, comments), kills - 1))
    with (
        SMTPServer(SECONDS_A_MAIL) as smtp,
        victims(case, smtp.url) as them,
        Clients(them.site.url, them.posts) as clients,
    ):
        clients.start(comments)
        for number, moment in enumerate([*moments, comments]):
            say(f"{clients.begun} of {comments} comments, {number} kills")
            clients.wait_until_begun(moment)
            sleep(chance.uniform(0, MOST_SECONDS_BEFORE_A_KILL))
            victim = them.programs[number % len(them.programs)]
            victim.kill()
            killed[victim.title] += 1
            waiting.append(them.waiting())
            victim.start()
        clients.wait()
        if in_a_hurry:
            # Who is in a hurry does not wait for the leases of those that were killed:
            # that they end is a matter of the clock.
            them.end_leases()
        back = monotonic()
        wait_for_mails(them, clients, smtp, say)
        return {
            **count(them, clients, smtp.messages),
            "kills_of_the_site": killed["site"],
            "kills_of_the_worker": killed["worker"],
            "mails_waiting_at_the_kills": waiting if them.has_outbox else None,
            "seconds_until_the_last_mail": seconds_since(back, smtp.messages),
            "seconds": round(monotonic() - started, 1),
        }


def storm_without_mail_server(case: Case, say: Say = silent) -> Figures:
    """Let visitors reply while the mail server is there, then while it is not."""
    started = monotonic()
    with (
        SMTPServer(SECONDS_A_MAIL) as smtp,
        victims(case, smtp.url) as them,
    ):
        say(f"{COMMENTS_WHILE_AWAY} comments while the mail server is there")
        post(them, 2 * CLIENTS)  # the first answers of a process take longer
        before = post(them, COMMENTS_WHILE_AWAY)
        wait_for_mails(them, before, smtp, say)
        smtp.stop()
        away = monotonic()
        clients = post(them, COMMENTS_WHILE_AWAY)
        while (left := away + SECONDS_AWAY - monotonic()) > 0:
            say(f"{COMMENTS_WHILE_AWAY} comments, mail server back in {left:.0f} s")
            sleep(min(left, 1))
        smtp.start()
        back = monotonic()
        wait_for_mails(them, clients, smtp, say)
        return {
            **count(them, clients, smtp.messages),
            "milliseconds_of_an_answer_with_mail_server": times(before.answers),
            "milliseconds_of_an_answer_without_mail_server": times(clients.answers),
            "seconds_without_mail_server": SECONDS_AWAY,
            "seconds_until_the_last_mail": seconds_since(back, smtp.messages),
            "seconds": round(monotonic() - started, 1),
        }


def post(them: Victims, comments: int) -> Clients:
    """Let visitors write so many comments."""
    with Clients(them.site.url, them.posts) as clients:
        clients.start(comments)
        clients.wait()
    return clients


def wait_for_mails(them: Victims, clients: Clients, smtp: SMTPServer, say: Say) -> None:
    """Wait until no more mails are to come, or for as long as is allowed."""
    started = monotonic()
    stored = len(bodies(them.stored(), clients))
    while (waited := monotonic() - started) < SECONDS_TO_CATCH_UP:
        messages = smtp.messages
        mailed = len(mails_by_comment(messages, clients))
        say(f"{mailed} of {stored} comments mailed, {waited:.0f} s")
        if them.has_outbox:
            done = not them.waiting()
        else:
            last = max([started, *(message.arrived for message in messages)])
            done = mailed >= stored or monotonic() - last > SECONDS_OF_SILENCE
        if done:
            return
        sleep(PAUSE)


def count(them: Victims, clients: Clients, messages: list[Mail]) -> Figures:
    """Compare what the visitors were told, what is stored and what was mailed."""
    ids = them.stored()
    stored = bodies(ids, clients)
    kept = stored & bodies(them.shown(), clients)
    told = {answer.body for answer in clients.answers if answer.acknowledged}
    mails = mails_by_comment(messages, clients)
    answers = Counter(str(answer.status or "none") for answer in clients.answers)
    return {
        "comments_posted": len(clients.answers),
        "answers": dict(sorted(answers.items())),
        "comments_acknowledged": len(told),
        "comments_refused": sum(
            not answer.acknowledged and answer.status is not None
            for answer in clients.answers
        ),
        "comments_acknowledged_and_lost": len(told - kept),
        "comments_stored": len(stored),
        "comments_mailed": len(stored & mails.keys()),
        "comments_never_mailed": len(stored - mails.keys()),
        "comments_mailed_twice_or_more": sum(len(same) > 1 for same in mails.values()),
        "mails": sum(len(same) for same in mails.values()),
        "mails_of_comments_that_are_not_stored": len(mails.keys() - stored),
        "mails_still_waiting": them.waiting() if them.has_outbox else None,
        **(check(ids, mails) if them.has_outbox else {}),
    }


def check(ids: dict[str, int], mails: dict[str, list[Mail]]) -> Figures:
    """Count mails that are not as they must be; all of these must be 0."""
    return {
        "comments_mailed_under_several_message_ids": sum(
            len({mail["Message-ID"] for mail in same}) > 1 for same in mails.values()
        ),
        "mails_with_a_wrong_link": sum(
            not re.search(rf"#comment-{ids.get(body)}\b", text_of(mail))
            for body, same in mails.items()
            for mail in same
        ),
    }


def mails_by_comment(messages: list[Mail], clients: Clients) -> dict[str, list[Mail]]:
    """Find the mails of these visitors' comments."""
    found = defaultdict(list)
    for message in messages:
        for body in bodies(text_of(message), clients):
            found[body].append(message)
    return found


def text_of(message: Mail) -> str:
    """The part of a mail in plain text."""
    body = message.get_body(("plain",))
    return body.get_content() if body else ""


def bodies(text: str | Iterable[str], clients: Clients) -> set[str]:
    """Find the comments of these visitors in a text."""
    text = text if isinstance(text, str) else " ".join(text)
    return set(re.findall(rf"{clients.word}-\d+\.", text))


def times(answers: list[Answer]) -> dict[str, float]:
    """How long half of the good answers took at most, and 99 of 100, in ms."""
    taken = sorted(answer.seconds for answer in answers if answer.acknowledged)
    return {
        name: round(taken[ceil(part * len(taken)) - 1] * 1000, 1)
        for name, part in (("p50", 0.5), ("p99", 0.99))
        if taken
    }


def seconds_since(moment: float, messages: list[Mail]) -> float:
    """How long after a moment the last mail came."""
    last = max((message.arrived for message in messages), default=moment)
    return round(max(0.0, last - moment), 1)
