"""docs/pairs.toml tells the truth about both trees."""

import tomllib

import pytest

from docs.side_by_side import pairs


@pytest.fixture(scope="module")
def listed() -> list[str]:
    """Every file of docs/pairs.toml, as it is called from the root."""
    return [name for pair in pairs.load_pairs() for name in pair.names]


def test_every_file_of_a_site_is_listed(listed):
    files = {
        path.relative_to(pairs.ROOT).as_posix()
        for site in pairs.SITES
        for path in (pairs.ROOT / site).rglob("[!.]*")
        if path.is_file() and path.suffix != ".pyc"
    }

    missing = sorted(files - set(listed))
    assert not missing, f"docs/pairs.toml does not list {', '.join(missing)}"


def test_every_listed_file_is_there(listed):
    assert [name for name in listed if not (pairs.ROOT / name).is_file()] == []


def test_no_file_is_listed_twice(listed):
    assert sorted(name for name in set(listed) if listed.count(name) > 1) == []


def test_every_one_sided_file_has_a_reason_in_a_sentence():
    one_sided = [pair for pair in pairs.load_pairs() if len(pair.paths) == 1]

    assert [pair.names for pair in one_sided if pair.reason[-1:] != "."] == []


def test_identical_files_are_the_same_to_the_last_byte():
    text = (pairs.ROOT / "docs/pairs.toml").read_text(encoding="utf-8")
    both = [pairs.Pair(name, name).paths for name in tomllib.loads(text)["identical"]]

    assert [
        flask for flask, django in both if flask.read_bytes() != django.read_bytes()
    ] == []


@pytest.mark.parametrize("name", ["blog/views.py", "django_site/blog/views.py"])
def test_a_pair_is_found_by_either_name(name):
    assert pairs.find(name) == pairs.Pair("blog/views.py", "blog/views.py")


def test_a_pair_is_found_by_the_name_that_only_one_side_uses():
    pair = pairs.Pair("hooks.py", "middleware.py")

    assert pairs.find("hooks.py") == pairs.find("middleware.py") == pair


def test_every_pair_has_a_page_of_its_own():
    pages = [pair.page for pair in pairs.load_pairs()]

    assert sorted(page for page in set(pages) if pages.count(page) > 1) == []
