"""Who is killed under load, and what is there afterwards."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import httpx

from ..storm.clients import Clients
from ..storm.measure import Figures, bodies
from ..visitor import Visitor
from .blogs import Blog

COMMENTS_A_KILL = 20
SECONDS_BEFORE_A_KILL = 0.05  # at most
READERS = 16
TOLD: set[int | None] = {302, 303}


def kill_the_site(blog: Blog, kills: int) -> Figures:
    """Kill all processes of the site, again and again; start it each time."""

    def kill() -> None:
        blog.program.kill()
        blog.program.start()

    # Who is answered by nobody sends the form again.
    return {**count(blog, kills, kill, {*TOLD, None}), **blog.look_for_damage()}


def kill_the_database(blog: Blog, kills: int) -> Figures:
    """Kill all processes of PostgreSQL; the site runs on."""
    assert blog.server
    server = blog.server
    statuses = []

    def kill() -> None:
        server.kill()
        server.start()
        statuses.extend(read_at_once(blog))

    # Who is told to try later does so.
    figures = count(blog, kills, kill, {*TOLD, 503})
    return {**figures, "pages_failed_afterwards": failed(statuses)}


def count(
    blog: Blog, kills: int, kill: Callable[[], None], expected: set[int | None]
) -> Figures:
    """Kill something while visitors reply, and compare what they were told."""
    # The same moments for all, and no pattern in them.
    chance = random.Random(7)  # noqa: S311 - anybody may guess it
    comments = kills * COMMENTS_A_KILL
    moments = sorted(chance.sample(range(1, comments), kills))
    with Clients(blog.address, blog.posts, stubborn=True) as clients:
        clients.start(comments)
        for moment in moments:
            clients.wait_until_begun(moment)
            sleep(chance.uniform(0, SECONDS_BEFORE_A_KILL))
            kill()
        clients.wait()
    return {"kills": kills, **compare(blog, clients, expected)}


def compare(blog: Blog, clients: Clients, expected: set[int | None]) -> Figures:
    """Compare what visitors were told with what is there."""
    stored = Counter(body for text in blog.comments() for body in bodies(text, clients))
    told = {answer.body for answer in clients.answers if answer.acknowledged}
    answers = Counter(answer.status for answer in clients.answers)
    return {
        "comments": len({answer.body for answer in clients.answers}),
        "answers": {str(status or "none"): answers[status] for status in answers},
        "comments_promised": len(told),
        "comments_promised_and_lost": len(told - stored.keys()),
        "comments_stored_twice": sum(number > 1 for number in stored.values()),
        "answers_in_error": sum(answers[s] for s in answers.keys() - expected),
    }


def read_at_once(blog: Blog) -> list[int | None]:
    """Read pages that change nothing, all at once; give what became of each."""
    addresses = ["/", blog.posts[0].address, "/feed.atom", blog.author.author_address]
    with ThreadPoolExecutor(READERS) as pool:
        asked = [addresses[number % len(addresses)] for number in range(READERS)]
        return list(pool.map(lambda address: status_of(blog.reader, address), asked))


def status_of(reader: Visitor, address: str) -> int | None:
    """The status of an answer; None where none came."""
    try:
        return reader.get(address).status
    except httpx.HTTPError:
        return None


def failed(statuses: Iterable[int | None], wanted: int = 200) -> int:
    """Count the answers that are not as they should be."""
    return sum(status != wanted for status in statuses)
