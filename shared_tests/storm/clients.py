"""Visitors who reply all at once, and remember what the site answered."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic
from types import TracebackType
from typing import Self

import httpx

from ..visitor import Post, Visitor, token
from .programs import PAUSE, SECONDS_TO_ANSWER, StormError, answers

CLIENTS = 8


@dataclass
class Answer:
    """What became of one comment, as its writer saw it."""

    body: str
    status: int | None  # None: the site ended before it answered; a proxy says 502
    seconds: float

    @property
    def acknowledged(self) -> bool:
        """Whether the writer was told that the comment is there."""
        return self.status in {302, 303}


class Clients:
    """Anonymous visitors of some posts, each in a thread."""

    def __init__(
        self,
        url: str,
        posts: list[Post],
        clients: int = CLIENTS,
        *,
        stubborn: bool = False,
    ) -> None:
        """Give this crowd a word of its own, which stands in all its comments.

        Who is stubborn sends a comment again, until told that it is there.
        """
        self.url = url
        self.posts = posts
        self.clients = clients
        self.stubborn = stubborn
        self.word = token()
        self.answers: list[Answer] = []
        self.begun = 0
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(clients)
        self._numbers: SimpleQueue[int] = SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._pool.shutdown()

    def start(self, comments: int) -> None:
        """Begin to write so many comments."""
        for number in range(comments):
            self._numbers.put(number)
        self._done = [self._pool.submit(self._write) for _ in range(self.clients)]

    def wait_until_begun(self, comments: int) -> None:
        """Wait until so many comments are on their way, or were."""
        with self._changed:
            if not self._changed.wait_for(
                lambda: self.begun >= comments, 2 * SECONDS_TO_ANSWER
            ):
                raise StormError("The visitors wait for the site, and it hangs.")

    def wait(self) -> None:
        """Wait until all comments are written."""
        for done in self._done:
            done.result()

    def _write(self) -> None:
        visitor = Visitor(self.url)
        while not self._stopped.is_set():
            try:
                number = self._numbers.get_nowait()
            except Empty:
                return
            with self._changed:
                self.begun += 1
                self._changed.notify_all()
            while self._reply(visitor, number).status in {None, 502, 503}:
                self._wait_for_the_site()
                if not self.stubborn or self._stopped.is_set():
                    break

    def _reply(self, visitor: Visitor, number: int) -> Answer:
        post = self.posts[number % len(self.posts)]
        body = f"{self.word}-{number}."
        started = monotonic()
        status: int | None
        try:
            visitor.open_form(post.address, post.comments_address)
            # The form is opened once; a comment is measured without it.
            started = monotonic()
            status = visitor.reply(post, body=body).status
        except httpx.HTTPError:
            status = None
        except LookupError:
            # Instead of the post there was a page without a form.
            status = visitor.steps[-1].status
        answer = Answer(body, status, monotonic() - started)
        self.answers.append(answer)
        return answer

    def _wait_for_the_site(self) -> None:
        deadline = monotonic() + SECONDS_TO_ANSWER
        while not answers(self.url):
            if self._stopped.wait(PAUSE):
                return
            if monotonic() > deadline:
                raise StormError("The site does not come back.")
