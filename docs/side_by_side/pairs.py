"""docs/pairs.toml: which file of one site answers to which file of the other."""

import tomllib
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SITES = ("flask_site", "django_site")
NAMES = ("Flask", "Django")


class UnknownNameError(Exception):
    """Nothing is called so; the message names what comes near."""

    def __init__(self, what: str, name: str, known: list[str]) -> None:
        """Look for the nearest of the known names."""
        close = get_close_matches(name, known, cutoff=0.5)
        near = [each for each in known if name and name in each][:5] or close
        hint = f" Near: {', '.join(near)}." if near else ""
        super().__init__(f"No {what} is called {name}.{hint}")


class Pair(NamedTuple):
    """Two files that do the same job; a missing one is an empty name with a reason."""

    flask: str
    django: str
    reason: str = ""
    identical: bool = False

    @property
    def paths(self) -> list[Path]:
        """Return the files that there are, Flask's first."""
        names = zip(SITES, (self.flask, self.django), strict=True)
        return [(ROOT / site / name).resolve() for site, name in names if name]

    @property
    def names(self) -> list[str]:
        """Return the files that there are, as they are called from the root."""
        return [path.relative_to(ROOT).as_posix() for path in self.paths]

    @property
    def title(self) -> str:
        """Return one name where both are the same, else both."""
        if self.flask == self.django or self.reason:
            return self.flask or self.django
        return f"{self.flask} ↔ {self.django}"

    @property
    def page(self) -> str:
        """Return the name of the pair's page, dots between the folders."""
        name = (self.flask or self.django).removeprefix("../").removesuffix(".py")
        return name.replace("/", ".")


@cache
def read() -> dict[str, Any]:
    """Read docs/pairs.toml."""
    return tomllib.loads((ROOT / "docs/pairs.toml").read_text(encoding="utf-8"))


@cache
def load_pairs() -> tuple[Pair, ...]:
    """Return every pair of docs/pairs.toml, one-sided files last."""
    listed = read()
    pairs = [Pair(name, name) for name in listed["same_path"]]
    pairs += [Pair(flask, django) for flask, django in listed["other_name"].items()]
    pairs += [Pair(name, name, identical=True) for name in listed["identical"]]
    pairs += [Pair(name, "", reason) for name, reason in listed["flask_only"].items()]
    pairs += [Pair("", name, reason) for name, reason in listed["django_only"].items()]
    return tuple(pairs)


def find(wanted: str) -> Pair:
    """Return the pair that one of its names, short or from the root, stands for.

    Raises UnknownNameError where there is none.
    """
    for pair in load_pairs():
        if wanted in {pair.flask, pair.django, *pair.names} - {""}:
            return pair
    short = {name for pair in load_pairs() for name in pair[:2]}
    known = {name for pair in load_pairs() for name in pair.names} | short - {""}
    raise UnknownNameError("pair", wanted, sorted(known))


def other_symbols(file: str) -> dict[str, str]:
    """Return Flask's names in a pair of files to which Django has another one."""
    return read()["other_symbol"].get(file, {})
