"""A server that is told to end, or to begin anew, while it answers."""

import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPException
from threading import Event
from time import monotonic
from urllib.parse import urlencode, urlsplit

import httpx

from ..browser import Form, Page
from ..servers import SECONDS_TO_START
from ..storm.measure import Figures
from ..visitor import Visitor, token
from .blogs import Blog, wait_until
from .kills import TOLD

UNDER_WAY = 8
READERS = 4
SECONDS_A_PROBE = 0.5

# A status, or the name of an error; and milliseconds.
Answered = tuple[int | str, int]


def end_under_load(blog: Blog) -> Figures:
    """Tell the site to end while it has eight requests in hand; start it again."""
    forms = [new_reply(blog) for _ in range(UNDER_WAY)]
    with ExitStack() as stack:
        requests = [stack.enter_context(begun(blog, form)) for form in forms]
        blog.signal(signal.SIGTERM)
        wait_until(lambda: not takes_in(blog), "the site took nobody in")
        with ThreadPoolExecutor(UNDER_WAY) as pool:
            answers = list(pool.map(Request.finish, requests))
    assert blog.program.process
    code = blog.program.process.wait(SECONDS_TO_START)
    blog.program.process = None
    blog.program.start()
    stored = Counter(blog.comments())
    return {
        "requests": UNDER_WAY,
        "requests_not_answered": sum(status not in TOLD for status in answers),
        "forms_not_stored": sum(stored[form.values["body"]] != 1 for form in forms),
        "exit_code": code,
    }


def new_reply(blog: Blog) -> Form:
    """Open the form for a reply, and fill it in."""
    post = blog.posts[0]
    form = Visitor(blog.address).open_form(post.address, post.comments_address)
    form.values.update(name="Kim", email="kim@example.org", body=token())
    return form


class Request:
    """A form that the site has begun to read, and has not read to its end."""

    def __init__(self, connection: HTTPConnection, form: Form) -> None:
        """Send the headers, and wait until a thread of the site asks for more."""
        browser = form.page.browser
        self.connection = connection
        self.body = urlencode(form.values).encode()
        headers = {
            "Cookie": "; ".join(f"{one.name}={one.value}" for one in browser.cookies),
            "Origin": browser.url,
            "Referer": f"{browser.url}/",
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(self.body)),
            "Expect": "100-continue",
        }
        connection.putrequest(form.method, form.action)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        # The answer itself is read later, with this line before it.
        begun = connection.sock.recv(12, socket.MSG_PEEK)
        assert begun == b"HTTP/1.1 100", begun

    def finish(self) -> int:
        """Send the rest, and read the status of the answer; 0 where none comes."""
        try:
            self.connection.send(self.body)
            return self.connection.getresponse().status
        except (OSError, HTTPException):
            return 0


@contextmanager
def begun(blog: Blog, form: Form) -> Iterator[Request]:
    """Begin to send a form, and close its connection in the end."""
    connection = HTTPConnection(urlsplit(blog.address).netloc, timeout=60)
    with closing(connection):
        yield Request(connection, form)


def takes_in(blog: Blog) -> bool:
    """Whether somebody new is answered; who is not waits for nobody."""
    try:
        httpx.get(f"{blog.address}/healthz", timeout=SECONDS_A_PROBE, trust_env=False)
    except httpx.HTTPError:
        return False
    return True


class Faithful(Visitor):
    """A visitor who keeps the connection, as browsers do."""

    def __init__(self, url: str) -> None:
        """Open it with the first request."""
        super().__init__(url)
        self._client = httpx.Client(trust_env=False, timeout=30)

    def close(self) -> None:
        """Close it."""
        self._client.close()


def reload_under_load(blog: Blog, reloads: int) -> Figures:
    """Have the site start all its processes anew while visitors read and reply."""

    def reload_all() -> None:
        for _ in range(reloads):
            reload(blog)

    return {"reloads": reloads, **count_failures(blog, reload_all)}


def count_failures(blog: Blog, do: Callable[[], None]) -> Figures:
    """Let visitors read and reply while something is done."""
    done = Event()
    post = blog.author.write_post()

    def visit(visitor: Visitor) -> list[Answered]:
        answers = []
        while not done.is_set():
            answers.append(answer(lambda: visitor.get("/")))
            answers.append(answer(lambda: visitor.reply(post)))
        return answers

    with ExitStack() as stack:
        faithful = [
            stack.enter_context(closing(Faithful(blog.address))) for _ in range(READERS)
        ]
        pool = stack.enter_context(ThreadPoolExecutor(2 * READERS))
        visitors: dict[str, list[Visitor]] = {
            "new_connections": [Visitor(blog.address) for _ in range(READERS)],
            "kept_connections": [*faithful],
        }
        running = {
            name: [pool.submit(visit, visitor) for visitor in group]
            for name, group in visitors.items()
        }
        try:
            do()
        finally:
            done.set()
    figures: Figures = {}
    for name, futures in running.items():
        answers = [answer for future in futures for answer in future.result()]
        figures[f"requests_on_{name}"] = len(answers)
        figures[f"requests_failed_on_{name}"] = sum(
            status not in {200, *TOLD} for status, _ in answers
        )
        figures[f"slowest_on_{name}"] = max(taken for _, taken in answers)
    return figures


def reload(blog: Blog) -> None:
    """Start all processes of the site anew, and wait until the new ones answer."""
    old = blog.workers()

    def is_done() -> bool:
        now = blog.workers()
        return len(now) == len(old) and not set(now) & set(old)

    blog.signal(signal.SIGHUP)
    wait_until(is_done, "the new processes ran alone")
    # gunicorn ends the old ones before the new ones have loaded the site.
    wait_until(lambda: takes_in(blog), "the new processes answered")


def answer(ask: Callable[[], Page]) -> Answered:
    """Ask for something; give what became of it, and the milliseconds that it took."""
    started = monotonic()
    status: int | str
    try:
        status = ask().status
    except (httpx.HTTPError, LookupError) as error:  # a page without the form
        status = type(error).__name__
    return status, round((monotonic() - started) * 1000)
