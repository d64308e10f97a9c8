"""The bill of materials holds what run.txt pins, and is the same each time."""

import json
import re
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements/run.txt"
PIN = re.compile(
    r"^([a-z0-9][\w.-]*)(?:\[.*?\])?==(\S+)(.*(?:\n    .*)*)", re.MULTILINE
)
HASH = re.compile("--hash=sha256:([0-9a-f]{64})")


@pytest.fixture
def sbom(monkeypatch):
    """The module that makes the bill."""
    monkeypatch.syspath_prepend(ROOT / "requirements")
    yield __import__("sbom")
    for name in ("sbom", "install"):
        sys.modules.pop(name, None)


def test_every_pin_is_in_the_bill_with_its_hashes(sbom):
    text = LOCK.read_text(encoding="utf-8")
    pins = {
        (name, version): sorted(HASH.findall(rest))
        for name, version, rest in PIN.findall(text)
    }

    listed = {
        (part["name"], part["version"]): sorted(
            digest["content"]
            for link in part["externalReferences"]
            for digest in link["hashes"]
        )
        for part in sbom.make_bill(LOCK)["components"]
    }
    assert listed == pins
    assert all(pins.values())
    assert sum(map(len, pins.values())) == text.count("--hash=")


def test_the_bill_is_the_same_each_time_and_follows_the_schema(sbom):
    first, second = (json.dumps(sbom.make_bill(LOCK)) for _ in range(2))

    assert first == second
    assert json.loads(first)["specVersion"] == "1.6"
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(first) is None


def test_the_bill_names_neither_an_index_nor_a_path_of_this_machine(sbom):
    text = json.dumps(sbom.make_bill(LOCK))

    assert set(re.findall(r"\w+://[\w.-]+", text)) == {"http://cyclonedx.org"}
    assert str(ROOT) not in text
