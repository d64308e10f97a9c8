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
    texts = [path.read_text(encoding="utf-8").splitlines() for path in pair.paths]
    return list(unified_diff(*texts, *pair.names, lineterm=""))


def changed(lines: list[str]) -> tuple[int, int]:
    """Count the lines of a diff that only Flask's file has, and only Django's."""
    body = lines[2:]  # behind the two names
    return tuple(sum(line[0] == sign for line in body) for sign in "-+")


def table() -> Iterator[str]:
    """Yield the list of pairs with the number of lines that differ."""
    yield "lines that only one side has"
    yield " Flask Django"
    total = [0, 0]
    for pair in load_pairs():
        if pair.reason:
            yield f"   one side    {pair.names[0]}"
            continue
        counts = changed(diff(pair))
        total = [sum(both) for both in zip(total, counts, strict=True)]
        names = (
            pair.flask if pair.flask == pair.django else f"{pair.flask} ↔ {pair.django}"
        )
        yield f"{counts[0]:6}{counts[1]:7}  {names}"
    yield f"{total[0]:6}{total[1]:7}  in all"
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
