"""How many instructions a request takes: a number that no busy machine changes.

python -m shared_tests.bench.instructions [--write]

It is no time: what waits for memory counts as much as what does not. But it repeats,
so that a change of a page that costs 2 % can be seen.
"""

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

from ..servers import Launcher, stop_servers
from ..storm.command import Progress
from .blogs import Blogs
from .pages import BARE, UNIT, Cast, Made
from .workers import BenchError, Page, last_line

KEPT = Path(__file__).with_suffix(".json")
MOST = 1.02  # times the kept figure
PAGES = ["hello", "home", "home, kept"]
PACKAGES = ["flask", "sqlalchemy", "jinja2", "werkzeug", "django"]
FEW, MANY = 20, 100  # requests of the two runs, one of which is subtracted
AT_ONCE = 2
VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no"]
COUNTED = re.compile(r"I +refs: +([\d,]+)")


def count(made: Made, page: Page) -> int:
    """Count what a request takes, without what the process takes beside it."""
    ask(made, page, 1, [])  # compiles what was not yet compiled
    few, many = (count_run(made, page, requests) for requests in (FEW, MANY))
    return round((many - few) / (MANY - FEW))


def count_run(made: Made, page: Page, requests: int) -> int:
    """Count what a process takes that answers so many requests."""
    log = Path(made[1]["HOME"]) / f"valgrind-{requests}"
    options = [f"--log-file={log}", "--cachegrind-out-file=/dev/null"]
    ask(made, page, requests, [*VALGRIND, *options])
    counted = COUNTED.search(log.read_text(encoding="utf-8"))
    if not counted:
        raise BenchError(f"valgrind did not count: {log.read_text(encoding='utf-8')}")
    return int(counted[1].replace(",", ""))


def ask(made: Made, page: Page, requests: int, before: list[str]) -> None:
    """Start a process, make so many requests, and end it."""
    application, environment = made
    worker = [sys.executable, "-m", f"{__package__}.worker", application, "--alone"]
    done = subprocess.run(
        [*before, *worker],
        cwd=environment["HOME"],
        env=environment | {"PYTHONHASHSEED": "0"},
        input=json.dumps({"do": "ask", "requests": requests, **vars(page)}) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"{application} ended: {last_line(done.stderr)}")


def count_all(blogs: Blogs, progress: Progress) -> dict[str, int]:
    """Count the pages of both sites, and the bare query."""
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        progress.begin("instructions")
        chosen = {
            f"{who}: {what}": found
            for (who, what), found in Cast(blogs, stack).every().items()
            if (who != BARE and what in PAGES) or (who, what) == UNIT
        }
        counted = {}
        counts = pool.map(lambda found: count(*found), chosen.values())
        for name, number in zip(chosen, counts, strict=True):
            counted[name] = number
            progress.say(f"{len(counted)} of {len(chosen)}")
    return counted


def circumstances() -> dict[str, str]:
    """Return what the figures depend on."""
    return {
        "python": platform.python_version(),
        "compiler": platform.python_compiler(),
        "machine": platform.machine(),
        **{name: version(name) for name in PACKAGES},
    }


def obstacle() -> str | None:
    """Say why nothing can be compared here, if nothing can."""
    if not shutil.which("valgrind"):
        return "valgrind is not installed: it counts the instructions."
    kept = json.loads(KEPT.read_text(encoding="utf-8"))["counted_with"]["python"]
    if minor(kept) != minor(platform.python_version()):
        return (
            f"The kept figures were counted with Python {minor(kept)}, and this is "
            f"{minor(platform.python_version())}: they cannot be compared."
        )
    return None


def minor(text: str) -> str:
    """Return a version without its last part."""
    return text.rpartition(".")[0]


def compare(
    counted: dict[str, int], kept: dict[str, int]
) -> Iterator[tuple[str, bool]]:
    """Write what a page took and takes, and whether it is too much, line by line."""
    for name, now in counted.items():
        before = kept.get(name, now)
        yield f"{name:20}{before:12,}{now:12,}{now / before:8.3f}", now > before * MOST


def main() -> int:
    """Count and print; the code says whether a page takes more than it did."""
    parser = argparse.ArgumentParser(
        prog="python -m shared_tests.bench.instructions",
        description="Count the instructions of a request, and compare with the kept.",
    )
    parser.add_argument("--write", action="store_true", help="keep these figures")
    options = parser.parse_args()
    if reason := None if options.write and shutil.which("valgrind") else obstacle():
        print(reason, file=sys.stderr)
        return 2
    progress = Progress()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        launcher = Launcher(Path(folder))
        try:
            counted = count_all(Blogs(launcher), progress)
        except BenchError as error:
            print(error, file=sys.stderr)
            return 2
        finally:
            progress.end()
            stop_servers(launcher.programs)
    if options.write:
        figures = {"counted_with": circumstances(), "instructions": counted}
        KEPT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    lines = list(compare(counted, kept["instructions"]))
    print(f"{'instructions':20}{'kept':>12}{'now':>12}{'ratio':>8}")
    print("\n".join(line for line, _ in lines))
    if not any(is_more for _, is_more in lines):
        return 0
    changed = [
        f"{name} {kept['counted_with'].get(name)} → {now}"
        for name, now in circumstances().items()
        if kept["counted_with"].get(name) != now
    ]
    print(
        f"A page takes over {MOST - 1:.0%} more than it did. Make it cheaper, or keep "
        "the new figures with `python -m shared_tests.bench.instructions --write`.",
        *[f"Changed meanwhile: {', '.join(changed)}."] * bool(changed),
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
