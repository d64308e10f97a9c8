"""Many who write at once, and many who want one name."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx

from ..storm.clients import Clients
from ..storm.measure import Figures, times
from ..visitor import Visitor, token
from .blogs import Blog
from .kills import TOLD, compare, failed

WRITERS = 16
CLAIMANTS = 8
MIB = 1024 * 1024


def write_at_once(blog: Blog, comments: int) -> Figures:
    """Let 16 visitors write so many comments each."""
    with Clients(blog.address, blog.posts, WRITERS) as warm:
        warm.start(2 * WRITERS)  # the first answers of a process take longer
        warm.wait()
    with Clients(blog.address, blog.posts, WRITERS) as clients:
        clients.start(WRITERS * comments)
        clients.wait()
    return {
        "writers": WRITERS,
        **compare(blog, clients, TOLD),
        "milliseconds": times(clients.answers),
    }


def register_one_name(blog: Blog, rounds: int) -> Figures:
    """Let eight people register one name at once."""
    found = [Counter(claim(blog, token())) for _ in range(rounds)]
    wanted = Counter(registered=1, taken=CLAIMANTS - 1)
    return {
        "rounds": rounds,
        "answers": dict(sum(found, Counter())),
        "rounds_gone_wrong": sum(answers != wanted for answers in found),
    }


def claim(blog: Blog, name: str) -> list[str]:
    """Register a name eight times, as nearly at one moment as can be."""
    together = Barrier(CLAIMANTS)

    def register(visitor: Visitor) -> str:
        visitor.open_form("/register/")
        together.wait()
        try:
            page = visitor.register(username=name)
        except httpx.HTTPError as error:
            return repr(error)
        if page.is_redirect:
            return "registered"
        refused = page.status == 400 and page.errors.keys() == {"username"}
        return "taken" if refused else str(page.status)

    with ThreadPoolExecutor(CLAIMANTS) as pool:
        return list(
            pool.map(register, (Visitor(blog.address) for _ in range(CLAIMANTS)))
        )


def send_large_bodies(blog: Blog, count: int) -> Figures:
    """Send forms of over a mebibyte."""
    form = blog.author.get("/posts/new/").form("/posts/new/")
    title = token()
    answers = [form.submit(title=title, body="x" * MIB).status for _ in range(count)]
    found = blog.query("SELECT id FROM blog_post WHERE title = :title", title=title)
    return {
        "bodies": count,
        "bodies_not_refused": failed(answers, 413),
        "bodies_stored": len(found),
    }
