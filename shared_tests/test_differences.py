"""Both sites are asked the same; they answer alike, or the ledger says why not."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from .differences import LEDGER, Case, Difference, covers, matches, unexplained
from .matters import (
    DEFAULTS,
    NOTHING_TO_COMPARE,
    PAGE_NUMBERS,
    WHERE_NAIVE_BLOGS_FAIL,
)
from .normalize import Answer, Change, differences
from .servers import SITES, Launcher, stop_servers
from .story import GROUPS, MATTERS, POSTS_PER_PAGE, play

pytestmark = pytest.mark.timeout(180)

Changes = Mapping[str, list[Change]]
SHOWN = 300


@pytest.fixture(scope="module")
def changes(request: pytest.FixtureRequest) -> Changes:
    """What differs in the answers to each request, once both were asked all."""
    if request.config.getoption("url", None):
        pytest.skip("needs more than one site")
    launch: Launcher = request.getfixturevalue("launch")

    def answers(site: str) -> dict[str, Answer]:
        server = launch.start(
            site,
            POSTS_PER_PAGE=str(POSTS_PER_PAGE),
            SITE_URL="http://blog.example",
            SESSION_STORE=None,  # the ledger tells of each site's own
        )
        story = play(server.url)
        stop_servers([server])
        return story.answers

    with ThreadPoolExecutor() as pool:
        first, second = pool.map(answers, SITES)
    assert first.keys() == second.keys()
    return {name: differences(answer, second[name]) for name, answer in first.items()}


@pytest.mark.parametrize("group", GROUPS)
def test_both_sites_answer_alike_or_the_ledger_says_why(
    changes: Changes, group: str
) -> None:
    found = {
        name: unexplained(name, changed)
        for name, changed in changes.items()
        if name.startswith(f"{group}: ")
    }
    assert found, "the group asks for nothing"

    report = "\n".join(brief(name, left) for name, left in found.items() if left)
    assert not report, f"not in the ledger:\n{report}"


@pytest.mark.parametrize("entry", LEDGER, ids=lambda entry: entry.id)
def test_an_entry_of_the_ledger_still_holds(
    changes: Changes, entry: Difference
) -> None:
    stale = "\n".join(line for case in entry.cases for line in faults(case, changes))

    assert not stale, f"no longer so:\n{stale}"


def faults(case: Case, changes: Changes) -> Iterable[str]:
    """Say what a case claims that is so no longer."""
    found: list[Change] = []
    for name in case.requests:
        hits = [
            change
            for request, changed in changes.items()
            if matches(request, name)
            for change in changed
            if any(covers(pinned, change) for pinned in case.changes)
        ]
        found.extend(hits)
        if not hits:
            yield f"{name}: no answers differ so"
        elif "*" not in name:
            for pinned in not_found(case, hits):
                yield f"{name}: not {pinned}"
    for pinned in not_found(case, found):
        yield f"{case.requests}: nowhere {pinned}"


def not_found(case: Case, changes: list[Change]) -> list[Change]:
    """Select what a case pins and no difference shows."""
    return [
        pinned
        for pinned in case.changes
        if not any(covers(pinned, change) for change in changes)
    ]


def brief(name: str, changed: Iterable[Change]) -> str:
    """Write down a request and both its answers, in few lines."""
    lines = [f"{name}"]
    for change in changed:
        for site, value in zip(SITES, (change.first, change.second), strict=True):
            lines.append(f"  {change.part}, {site}: {value[:SHOWN]!r}")
    return "\n".join(lines)


def test_the_ledger_has_one_entry_for_an_id() -> None:
    ids = [entry.id for entry in LEDGER]

    assert len(ids) == len(set(ids))
    assert all(id.startswith("DIFF-") for id in ids)
    assert all(entry.reason and entry.source and entry.cases for entry in LEDGER)


def test_every_known_difference_is_asked_for_or_cannot_be() -> None:
    known = [*PAGE_NUMBERS, *DEFAULTS, *WHERE_NAIVE_BLOGS_FAIL]

    assert len(known) == len(set(known))
    assert set(known) == MATTERS.keys() | NOTHING_TO_COMPARE.keys()
    assert not MATTERS.keys() & NOTHING_TO_COMPARE.keys()


CODE = Change("status", "200", "404")
PAGE = Change("body", "page: Home", "nothing")


@pytest.mark.parametrize(
    ("requests", "pinned", "stale"),
    [
        ("a: x GET /", [CODE, PAGE], False),
        ("a: *", [CODE, Change("body", "page: *", "nothing")], False),
        ("a: x GET /", [CODE, Change("body", "page: Other", "nothing")], True),
        ("a: x GET /", [CODE, Change("body", "nothing", "page: Home")], True),
        ("a: x GET /other", [CODE], True),
        ("a: x GET /\na: x HEAD /", [CODE, PAGE], True),
        ("a: *", [CODE, Change("Allow", "GET", "")], True),
        ("b: *", [CODE], True),
    ],
)
def test_a_stale_case_is_found(
    requests: str, pinned: list[Change], *, stale: bool
) -> None:
    changes = {"a: x GET /": [CODE, PAGE], "a: x HEAD /": [CODE], "a: x GET /b": []}
    case = Case(tuple(requests.splitlines()), tuple(pinned))

    assert bool(list(faults(case, changes))) is stale


def test_a_question_mark_and_a_bracket_stand_for_themselves() -> None:
    assert matches("/?page=1 [a]", "/?page=* [a]")
    assert not matches("/xpage=1 [a]", "/?page=* [a]")
    assert not matches("/?page=1 a", "/?page=* [a]")
