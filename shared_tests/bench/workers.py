"""The side that orders: processes that answer requests, and what they are told."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from time import monotonic, process_time
from typing import Any

# A request that brings a cookie is never answered with a kept page.
WITHOUT_KEPT_PAGES = {"Cookie": "seen=1"}
# How many times the best round may fit into the second-best, and how many processors
# may be busy with something else.
MOST_NOISE = 1.10
MOST_OTHERS = 0.25
STATISTICS = Path("/proc/stat")
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

    def __init__(self, application: str, environment: dict[str, str]) -> None:
        """Start it, in a folder of its own."""
        folder = Path(environment["HOME"])
        self.application = application
        self._log = folder / "worker.log"
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

    def ask(self, page: Page, requests: int) -> None:
        """Ask for a page so often."""
        self._obey(do="ask", requests=requests, **vars(page))

    def repeat(self, page: Page, requests: int) -> Answer:
        """Ask for a page so often, and say how many seconds each took."""
        return self._obey(do="repeat", requests=requests, **vars(page))

    def memory(self) -> int:
        """Say how many bytes of memory it takes."""
        command = ["ps", "-o", "rss=", "-p", str(self._process.pid)]
        told = subprocess.run(command, capture_output=True, check=True)
        return int(told.stdout) * 1024

    def cpu(self) -> float:
        """Say how many seconds it has worked."""
        return float(self._obey(do="tell")["cpu"])

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
            said = self._log.read_text(encoding="utf-8", errors="replace")
            raise BenchError(f"{self.application} ended: {last_line(said)}")
        answer: Answer = json.loads(line)
        return answer


def last_line(said: str) -> str:
    """Return what a program that failed said last."""
    return ([*said.strip().splitlines()] or ["it said nothing"])[-1]


@dataclass
class Subject:
    """What is measured: a page of an application, by the clock or by its own time."""

    key: tuple[Any, ...]
    worker: Worker
    page: Page
    clock: str = "cpu"
    seen: Answer = field(default_factory=dict)
    requests: int = 1
    rounds: list[float] = field(default_factory=list)

    def warm_up(self, seconds: float) -> None:
        """Make the first requests, and learn how many fit into a round."""
        self.worker.look(self.page)
        for _ in range(3):  # the first ones are slow
            took = self.worker.repeat(self.page, self.requests)[self.clock]
            self.requests = max(1, round(seconds / took))
        self.seen = self.worker.look(self.page)

    def measure(self) -> None:
        """Measure one round: the seconds that a request takes."""
        self.rounds.append(self.worker.repeat(self.page, self.requests)[self.clock])

    @property
    def seconds(self) -> float:
        """Return the second-best round: the best one may be luck."""
        return sorted(self.rounds)[1]

    @property
    def noise(self) -> float:
        """Return how many times the best round fits into the second-best."""
        best, second, *_ = sorted(self.rounds)
        return second / best

    def quartiles(self, unit: "Subject") -> tuple[float, float]:
        """Return between which ratios to a unit half of the rounds lie."""
        pairs = zip(self.rounds, unit.rounds, strict=True)
        low, _, high = quantiles([ours / bare for ours, bare in pairs], n=4)
        return low, high

    @property
    def bytes(self) -> int:
        """Return how long the page is."""
        return len(self.seen["body"])


def measure_in_turn(
    subjects: list[Subject],
    rounds: int,
    seconds: float,
    say: Callable[[float], None],
) -> float:
    """Measure all subjects in turn, round by round: a slow minute is slow for all.

    Return how many processors were busy with something else meanwhile.
    """
    for subject in subjects:
        subject.warm_up(seconds)
    others = Others(subjects)
    for number in range(rounds):
        for place, subject in enumerate(subjects, 1):
            subject.measure()
            say((number + place / len(subjects)) / rounds)
    return others.processors()


class Others:
    """What else the machine does while subjects are measured."""

    def __init__(self, subjects: list[Subject]) -> None:
        """Begin to look."""
        self.workers = list({id(one.worker): one.worker for one in subjects}.values())
        self.begun, self.busy, self.ours = self._look()

    def processors(self) -> float:
        """Say how many processors were busy for others since."""
        ended, busy, ours = self._look()
        return ((busy - self.busy) - (ours - self.ours)) / (ended - self.begun)

    def _look(self) -> tuple[float, float, float]:
        ours = process_time() + sum(worker.cpu() for worker in self.workers)
        return monotonic(), busy_seconds(), ours


def busy_seconds() -> float:
    """Say how many seconds the processors have worked, where the system tells it."""
    if not STATISTICS.exists():
        return 0
    first = STATISTICS.read_text(encoding="ascii").splitlines()[0]
    user, nice, system, _, _, *interrupts = map(int, first.split()[1:9])
    return sum([user, nice, system, *interrupts]) / os.sysconf("SC_CLK_TCK")


def start(stack: ExitStack, made: Iterable[tuple[str, dict[str, str]]]) -> list[Worker]:
    """Start processes side by side, and end them with the stack."""
    workers = []
    for application, environment in made:
        worker = Worker(application, environment)
        stack.callback(worker.end)
        workers.append(worker)
    for worker in workers:
        worker.wait()
    return workers


def find_noise(subjects: list[Subject]) -> list[str]:
    """Name the subject that was disturbed most, where it is too much."""
    worst = max(subjects, key=lambda subject: subject.noise)
    if worst.noise <= MOST_NOISE:
        return []
    sentence = (
        f"Too much else happens on this machine: the second-best round of "
        f"{' '.join(map(str, worst.key))} took {worst.noise:.2f} times as long as "
        f"the best one, and {MOST_NOISE:.2f} is the most."
    )
    return [sentence]
