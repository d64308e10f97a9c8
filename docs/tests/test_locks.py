"""The locks are up to date and bind nobody to a package index."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
SETS = sorted(path.stem for path in (ROOT / "requirements").glob("*.in"))
# A host may stand in these only as an example, on the machine itself or in a link.
CONFIGURATION = [
    *LOCKS,
    *sorted((ROOT / "requirements").glob("*.in")),
    *sorted((ROOT / "requirements").glob("*.py")),
    ROOT / "Makefile",
    ROOT / "pyproject.toml",
    ROOT / ".pre-commit-config.yaml",
    *sorted((ROOT / ".github/workflows").glob("*.yml")),
    ROOT / ".ci/run",
]


@pytest.fixture
def install(monkeypatch):
    """The module that `make` installs with."""
    monkeypatch.syspath_prepend(ROOT / "requirements")
    yield __import__("install")
    for name in ("install", "lock", "sbom"):
        sys.modules.pop(name, None)


def pins(lock: str) -> dict[str, str]:
    """Return the version of every package in a lock."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    return dict(
        re.findall(r"^([a-z0-9][^=\s\[]*)(?:\[.*?\])?==(\S+)", text, re.MULTILINE)
    )


@pytest.mark.parametrize("path", CONFIGURATION, ids=lambda path: path.name)
def test_no_package_index_is_named(path):
    text = path.read_text(encoding="utf-8")

    assert (
        re.findall(r"(?m)^\s*--?(?:i|f|(?:extra-)?index-url|find-links)\b.*", text)
        == []
    )
    hosts = set(re.findall(r"https?://([a-z][\w.-]+)", text))
    assert {host for host in hosts if "." in host} == set()


@pytest.mark.parametrize("name", SETS)
def test_lock_was_made_from_what_stands_beside_it(name, install):
    lock = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")

    assert lock.startswith(install.stated_digest(install.inputs_digest(name)))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_a_hash(path):
    blocks = re.split(
        r"^(?=[a-z0-9])", path.read_text(encoding="utf-8"), flags=re.MULTILINE
    )

    assert [block for block in blocks[1:] if "--hash=sha256:" not in block] == []


def test_every_set_is_locked_and_can_be_installed(install):
    lock = __import__("lock")

    assert sorted(lock.NAMES) == sorted(install.HOLDS) == SETS
    assert [path.stem for path in LOCKS] == SETS


def test_what_looks_for_known_weaknesses_is_in_no_two_versions():
    developing, auditing = pins("dev.txt"), pins("audit.txt")

    both = developing.keys() & auditing.keys()
    assert [name for name in both if developing[name] != auditing[name]] == []
    assert "pip-audit" in auditing


def test_who_develops_can_also_run():
    developing = pins("dev.txt")

    assert pins("run.txt").items() <= developing.items()
    assert "django" in developing


def test_a_comment_does_not_make_a_lock_old(install, monkeypatch, tmp_path):
    monkeypatch.setattr(install, "HERE", tmp_path)
    lines = tmp_path / "run.in"
    lines.write_text("# one\nflask\n", encoding="utf-8")
    before = install.inputs_digest("run")

    lines.write_text("# two\n\nflask\n", encoding="utf-8")
    same = install.inputs_digest("run")
    lines.write_text("flask>=3\n", encoding="utf-8")

    assert before == same != install.inputs_digest("run")
