"""The guide is built by what requirements/docs.txt holds, and says where it is."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1]
OF_THE_TESTS = {"pytest", "httpx", "mf2py", "feedparser"}


@pytest.fixture
def conf(monkeypatch):
    """Sphinx' settings, as an environment makes them."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    return lambda: runpy.run_path(str(DOCS / "conf.py"))


def test_no_extension_needs_a_package_of_the_tests(conf):
    code = "; ".join(
        [
            f"import sys; sys.modules.update(dict.fromkeys({OF_THE_TESTS}))",
            *(f"import {name}" for name in conf()["extensions"]),
        ]
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=DOCS.parent, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr.decode()


def test_links_to_the_sites_follow_their_addresses(conf, monkeypatch):
    monkeypatch.setenv("FLASK_URL", "http://localhost:9001")
    schemes = conf()["myst_url_schemes"]

    assert schemes["flask"] == "http://localhost:9001{{path}}"
    assert schemes["django"] == "http://localhost:8002{{path}}"


def test_the_foot_of_a_page_names_versions_and_the_date_of_the_build(conf, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    shown = conf()["html_context"]

    assert shown["verified_on"] == "2026-01-01"
    assert [name.split()[0] for name in shown["verified_with"]] == [
        "Flask",
        "Django",
        "Python",
    ]
