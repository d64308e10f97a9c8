"""Every step of shared_tests/bench/steps.py shows the same posts as the first one."""

import json
import re
from contextlib import ExitStack

import pytest

from .bench import steps
from .bench.blogs import Blogs
from .bench.pages import KEPT
from .bench.step_list import FIRST, read_steps
from .bench.workers import Page, Worker, start
from .running import ROOT

TEXT = re.compile(r"<[^>]*>|\s+")
POSTS = 30
# How many statements a page takes. The five posts have four authors. Until Django keeps
# its connection, three more statements open it.
STATEMENTS = {
    "flask": {"Tutorial": 11, "Eager": 7, "Counted": 2, "IdsFirst": 2, "Bookmarks": 1},
    "django": {"Tutorial": 15, "Eager": 10, "Counted": 5, "Persistent": 3},
}
LAST_BUT_KEPT = "Addresses"
DEEP = steps.DEEP


@pytest.fixture(scope="module", params=["flask", "django"])
def site(request):
    return request.param


@pytest.fixture(scope="module")
def blogs(launch, tmp_path_factory):
    """Make blogs that no other run keeps."""
    return Blogs(launch, tmp_path_factory.mktemp("blogs"))


@pytest.fixture(scope="module")
def workers(blogs, site):
    """Start every step in a process of its own."""
    cast = steps.Cast(blogs)
    names = list(read_steps(site))
    with ExitStack() as stack:
        url = blogs.sqlite(site, POSTS)
        made = [cast.step(site, name, url) for name in names]
        yield dict(zip(names, start(stack, made), strict=True))


def read(worker: Worker, number: int) -> list[str]:
    """Read the posts of a page as their readers do."""
    body = worker.look(Page(f"/?page={number}", KEPT))["body"]
    articles = re.findall(r"<article.*?</article>", body, re.DOTALL)
    return [TEXT.sub(" ", article) for article in articles]


@pytest.mark.parametrize("number", [1, 2, POSTS // 5])
def test_every_step_shows_the_same_posts(workers, number):
    shown = {name: read(worker, number) for name, worker in workers.items()}

    assert len(shown[FIRST]) == 5
    assert {name for name in shown if shown[name] != shown[FIRST]} == set()


def test_steps_take_as_many_statements_as_they_say(workers, site):
    counted = {
        name: workers[name].look(Page(headers=KEPT))["statements"]
        for name in STATEMENTS[site]
    }

    assert counted == STATEMENTS[site]


@pytest.fixture(scope="module")
def units(site):
    """Read what was measured of a site: by step, posts and page."""
    path = ROOT / "docs/figures/steps.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["steps"]
    return {
        (row["step"], row["posts"], row["page"]): row["units"]
        for row in rows
        if row["site"] == site
    }


def test_every_step_was_measured(units, site):
    assert {(name, 1000, 1) for name in read_steps(site)} <= units.keys()


def test_what_the_chapter_says_of_its_figures_is_so(units):
    """docs/page-costs.md says these in words."""
    many, last = steps.MANY_POSTS, steps.MANY_POSTS // 5
    of_last = {name: units[name, many, last] / units[name, many, 1] for name in DEEP}

    assert units[FIRST, 1000, 1] > 2 * units[LAST_BUT_KEPT, 1000, 1]
    assert units["Grouped", 1000, 1] > units["Columns", 1000, 1]
    assert units["InFront", 1000, 1] < 1
    assert {name for name in DEEP if of_last[name] < 1.5} == {"Bookmarks"}
