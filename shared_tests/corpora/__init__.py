"""Strings that visitors should not get far with, as data: a name, then the string."""

import tomllib
from pathlib import Path


def load_corpus(name: str) -> dict[str, str]:
    """Read the strings of one file, by what each of them tries."""
    path = Path(__file__).parent / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
