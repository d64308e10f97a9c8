"""The side that orders: processes that answer requests, and what they are told."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

# A request that brings a cookie is never answered with a kept page.
WITHOUT_KEPT_PAGES = {"Cookie": "seen=1"}
Answer = dict[str, Any]


class BenchError(Exception):
    """What went wrong, in one sentence."""


@dataclass(frozen=True)
class Page:
    """An address of an application, and how it is asked for."""

    address: str = "/"
    headers: dict[str, str] = field(default_factory=lambda: WITHOUT_KEPT_PAGES)


class Worker:
    """A process with one application, which does what it is told."""

    def __init__(
        self, application: str, folder: Path, environment: dict[str, str]
    ) -> None:
        """Start it; note how long it takes until it obeys."""
        self.application = application
        self._log = folder / f"{application.replace(':', '-')}.log"
        self.started = monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.worker", application],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )

    def wait(self) -> None:
        """Wait until the application is imported."""
        self._read()

    def look(self, page: Page) -> Answer:
        """Ask for a page once, which must come; say what it is."""
        seen = self._obey(do="look", **vars(page))
        if not seen["status"].startswith("200"):
            raise BenchError(
                f"{self.application} answers {page.address} with {seen['status']}."
            )
        return seen

    def repeat(self, page: Page, requests: int) -> Answer:
        """Ask for a page so often, and say how many seconds each took."""
        return self._obey(do="repeat", requests=requests, **vars(page))

    def memory(self) -> int:
        """Say how many bytes of memory it takes."""
        found: int = self._obey(do="memory")["bytes"]
        return found

    def end(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def _obey(self, **order: object) -> Answer:
        assert self._process.stdin
        with suppress(BrokenPipeError):  # what it died of is read below
            print(json.dumps(order), file=self._process.stdin, flush=True)
        return self._read()

    def _read(self) -> Answer:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            said = self._log.read_text(encoding="utf-8", errors="replace").strip()
            last = said.splitlines()[-1] if said else "without a word"
            raise BenchError(f"{self.application} ended: {last}")
        answer: Answer = json.loads(line)
        return answer


@dataclass
class Subject:
    """What is measured: a page of an application in a process of its own."""

    key: tuple[object, ...]
    worker: Worker
    page: Page
    seen: Answer = field(default_factory=dict)
    requests: int = 1
    rounds: list[Answer] = field(default_factory=list)

    def warm_up(self, seconds: float) -> None:
        """Make the first requests, and learn how many fit into a round."""
        self.seen = self.worker.look(self.page)
        requests = 1
        for _ in range(3):  # the first ones are slow
            took = self.worker.repeat(self.page, requests)["cpu"]
            requests = max(1, round(seconds / took))
        self.requests = requests

    def measure(self) -> None:
        """Measure one round."""
        self.rounds.append(self.worker.repeat(self.page, self.requests))

    def seconds(self, of: str) -> list[float]:
        """Return the seconds that a request took, round by round."""
        return [found[of] for found in self.rounds]

    def best(self, of: str) -> float:
        """Return the second-best: one lucky round is luck."""
        return sorted(self.seconds(of))[1]

    def noise(self, of: str) -> float:
        """Return how many times the best fits into the second-best."""
        best, second, *_ = sorted(self.seconds(of))
        return second / best


def measure_in_turn(
    subjects: list[Subject],
    rounds: int,
    seconds: float,
    say: Callable[[float], None],
) -> None:
    """Measure all subjects in turn, round by round: a slow minute is slow for all."""
    for number, subject in enumerate(subjects):
        say(number / len(subjects) / rounds)
        subject.warm_up(seconds)
    steps = rounds * len(subjects)
    for number in range(rounds):
        for place, subject in enumerate(subjects):
            say((number * len(subjects) + place + 1) / steps)
            subject.measure()


def start(
    stack: ExitStack, made: Iterable[tuple[str, Path, dict[str, str]]]
) -> list[Worker]:
    """Start processes side by side, and end them with the stack."""
    workers = []
    for arguments in made:
        worker = Worker(*arguments)
        stack.callback(worker.end)
        workers.append(worker)
    for worker in workers:
        worker.wait()
    return workers


def noise_in(subjects: list[Subject], of: str, most: float) -> str | None:
    """Name the subject that was disturbed most, where it is too much."""
    worst = max(subjects, key=lambda subject: subject.noise(of))
    if worst.noise(of) <= most:
        return None
    name = " ".join(map(str, worst.key))
    return (
        f"Too much else happens on this machine: the second-best round of {name} "
        f"took {worst.noise(of):.2f} times as long as the best one, and "
        f"{most:.2f} is the most."
    )
