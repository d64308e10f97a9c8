"""The guide shows what was measured as ratios, and as bars of that length."""

import re

import pytest
from docutils import nodes

from docs.directives import bench
from shared_tests.bench import pages
from shared_tests.bench.depth import PLACES

KEYS = [
    (bench.BARE, "hello"),
    bench.UNIT,
    ("flask", "hello, naked"),
    ("flask", "hello"),
    ("flask", "tutorial"),
    *(("django", what) for what in pages.SITE_PAGES),
]
DEPTHS = [1000, 1_000_000]


@pytest.fixture
def figures() -> bench.Figures:
    """What was measured, as `make bench` writes it."""
    return {
        "pages": [
            {"who": who, "what": what, "units": units, "low": units, "high": units + 1}
            for units, (who, what) in enumerate(KEYS, 1)
        ],
        "depth": [
            {
                "site": "flask",
                "database": "postgresql",
                "posts": posts,
                "list": "home",
                "place": place,
                "milliseconds": 7777,
                "ratio": ratio,
                "low": ratio,
                "high": ratio,
            }
            for posts, ratio in zip(DEPTHS, (1, 1.5), strict=True)
            for place in PLACES
        ],
        "starts": [
            {"who": who, "what": what, "seconds": seconds, "megabytes": 42}
            for (who, what), seconds in ((bench.UNIT, 0.5), (("django", "home"), 2))
        ],
    }


def texts(shown: nodes.table) -> list[list[str]]:
    """Return the words of each row, without what only a phone shows."""
    (body,) = shown.findall(nodes.tbody)
    return [
        [entry[0][-1].astext() for entry in row if "drawn" not in entry["classes"]]
        for row in body
    ]


def bars(shown: nodes.table) -> list[int]:
    """Return the lengths of the bars."""
    drawn = "".join(raw.astext() for raw in shown.findall(nodes.raw))
    return [int(width) for width in re.findall(r'<rect width="(\d+)"', drawn)]


def test_every_page_is_shown_in_units_with_a_bar_of_its_length(figures):
    shown = bench.draw_pages(figures)

    assert [row[2] for row in texts(shown)][:3] == ["1.00", "2.0", "3.0"]
    lengths = bars(shown)
    assert len(lengths) == len(KEYS)
    assert lengths[3] == pytest.approx(4 * lengths[0], abs=4)
    assert max(lengths) < bench.WIDTH  # the spread reaches farther than the bar


def test_what_the_guide_calls_the_unit_is_the_unit():
    assert bench.UNIT == pages.UNIT


def test_every_place_of_a_list_is_shown_as_a_ratio(figures):
    shown = bench.depth_of("home")(figures)

    assert [row[2:] for row in texts(shown)] == [["1.00", "1.50"]] * len(PLACES)
    assert bars(shown) == [bench.WIDTH] * len(PLACES)


def test_a_start_is_compared_with_one_without_a_framework(figures):
    shown = bench.draw_starts(figures)

    assert [row[2:] for row in texts(shown)] == [["1.00", "42"], ["4.0", "42"]]
    assert bars(shown) == [bench.WIDTH // 4, bench.WIDTH]


def test_only_what_is_ours_has_the_color_of_the_guide(figures):
    drawn = [raw.astext() for raw in bench.draw_pages(figures).findall(nodes.raw)]

    ours = ['class="bar ours"' in bar for bar in drawn]
    assert ours == [False] * 5 + [True] * len(pages.SITE_PAGES)
