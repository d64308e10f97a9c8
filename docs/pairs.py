"""Lay the two sites side by side, file by file.

`python docs/pairs.py` lists the pairs, `python docs/pairs.py blog/views.py` shows one.
"""

import sys
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches, unified_diff
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SITES = ("flask_site", "django_site")
BLUE, YELLOW, PLAIN = "\033[34m", "\033[33m", "\033[0m"


class Pair(NamedTuple):
    """Two files that do the same job; a missing one is an empty name with a reason."""

    flask: str
    django: str
    reason: str = ""

    @property
    def paths(self) -> list[Path]:
        """Return the files that there are, Flask's first."""
        names = zip(SITES, (self.flask, self.django), strict=True)
        return [(ROOT / site / name).resolve() for site, name in names if name]

    @property
    def names(self) -> list[str]:
        """Return the files that there are, as they are called from the root."""
        return [path.relative_to(ROOT).as_posix() for path in self.paths]


def load_pairs() -> list[Pair]:
    """Return every pair of docs/pairs.toml, one-sided files last."""
    listed = tomllib.loads((ROOT / "docs/pairs.toml").read_text(encoding="utf-8"))
    pairs = [Pair(name, name) for name in listed["same_path"] + listed["identical"]]
    pairs += [Pair(flask, django) for flask, django in listed["other_name"].items()]
    pairs += [Pair(name, "", reason) for name, reason in listed["flask_only"].items()]
    pairs += [Pair("", name, reason) for name, reason in listed["django_only"].items()]
    return pairs


def diff(pair: Pair) -> list[str]:
    """Return the lines of a plain diff, none where the files are the same."""
    flask, django = (path.read_text("utf-8").splitlines() for path in pair.paths)
    name, other = pair.names
    return list(unified_diff(flask, django, name, other, lineterm=""))


def changed(lines: list[str]) -> tuple[int, int]:
    """Count the lines of a diff that only Flask's file has, and only Django's."""
    signs = [line[0] for line in lines[2:]]  # behind the two names
    return signs.count("-"), signs.count("+")


def table() -> Iterator[str]:
    """Yield the list of pairs with the number of lines that differ."""
    yield "lines that only one side has"
    yield " Flask Django"
    total_flask = total_django = 0
    for pair in load_pairs():
        if pair.reason:
            yield f"   one side    {pair.names[0]}"
            continue
        flask, django = changed(diff(pair))
        total_flask += flask
        total_django += django
        same_name = pair.flask == pair.django
        name = pair.flask if same_name else f"{pair.flask} ↔ {pair.django}"
        yield f"{flask:6}{django:7}  {name}"
    yield f"{total_flask:6}{total_django:7}  in all"
    yield "`make diff F=blog/views.py` shows one pair, or why a file has no twin."


def find(wanted: str) -> Pair | None:
    """Return the pair that one of its names, short or from the root, stands for."""
    for pair in load_pairs():
        if wanted in {pair.flask, pair.django, *pair.names} - {""}:
            return pair
    return None


def show(wanted: str) -> int:
    """Print the diff of one pair; return the exit code."""
    pair = find(wanted)
    if not pair:
        every = {name for pair in load_pairs() for name in (*pair[:2], *pair.names)}
        near = get_close_matches(wanted, every - {""}, cutoff=0.4)
        print(f"No pair is called {wanted}.", "Near:" if near else "", ", ".join(near))
        return 2
    if pair.reason:
        print(f"{pair.names[0]} has no twin. {pair.reason}")
        return 0
    for line in diff(pair) or [f"{pair.flask} is the same on both sides."]:
        # Not red and green: neither side is the old one.
        color = {"-": BLUE, "+": YELLOW}.get(line[:1], "")
        print(f"{color}{line}{PLAIN}" if color and sys.stdout.isatty() else line)
    return 0


if __name__ == "__main__":
    try:
        if len(sys.argv) > 1:
            sys.exit(show(sys.argv[1]))
        print(*table(), sep="\n")
    except BrokenPipeError:  # `make diff | head`
        sys.stderr.close()
