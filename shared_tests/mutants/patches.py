"""The faults: patches of one or two lines that each break one thing of one site."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ..servers import ROOT

HERE = Path(__file__).parent

# All that the suite needs to serve a site and to test it.
COPIED = [
    "flask_site",
    "django_site",
    "shared_tests",
    "gunicorn.conf.py",
    "manage.py",
    "pyproject.toml",
]

# Faults that only one site can have in a line of its own, and why.
ONE_SIDED = {
    "token-kept-at-log-in": "Django's own `login()` makes a new token.",
}


class MutantError(Exception):
    """What is wrong with a patch or with a run, in one sentence."""


@dataclass(frozen=True)
class Mutant:
    """A fault of one site: what it breaks, and the rows that ought to notice."""

    site: str
    name: str
    sentence: str
    rows: tuple[str, ...]
    path: Path


def load_mutants(site: str) -> list[Mutant]:
    """Read the patches of a site, in the order of their names."""
    return [read_patch(site, path) for path in sorted((HERE / site).glob("*.patch"))]


def read_patch(site: str, path: Path) -> Mutant:
    """Read what stands above a patch: a sentence, and the rows that ought to notice."""
    head = path.read_text(encoding="utf-8").partition("\ndiff --git ")[0]
    match = re.fullmatch(r"(\S[^\n]*\.)\nRow: (\S[^\n]*)\n", head)
    if not match:
        raise MutantError(f"{path.name} must begin with a sentence and a line 'Row: '.")
    return Mutant(site, path.stem, match[1], tuple(match[2].split(", ")), path)


def copy_site(site: str, folder: Path) -> None:
    """Copy what a site needs to run and to be tested, with no other site to test."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder)
    commands = folder / "shared_tests" / "sites.toml"
    sections = re.split(
        r"^(?=\[)", commands.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    (section,) = (text for text in sections if text.startswith(f"[{site}]"))
    commands.write_text(section, encoding="utf-8")


def apply(mutant: Mutant, folder: Path, *options: str) -> str:
    """Break a copy of a site; or with `--numstat --check` say what would change."""
    done = subprocess.run(
        # One line around a change must be as it was; the patch shows three.
        ["git", "apply", "-C1", *options, str(mutant.path)],
        cwd=folder,
        # Inside of a repository git would silently skip what lies outside of it.
        env=os.environ | {"GIT_CEILING_DIRECTORIES": str(folder.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MutantError(
            f"{mutant.site}/{mutant.name}.patch does not apply: {done.stderr.strip()}"
        )
    return done.stdout
