"""The directive `{bench}`: what pages cost, as bars of ratios.

`make bench` measures it, and `python -m shared_tests.bench --json
docs/figures/bench.json` writes it down. A time depends on the machine, so none is
shown: what is shown was measured in turn with what it is compared with.
"""

from collections.abc import Callable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from .figures import DATABASES, SITES, Figures, Measured, versions
from .tables import labeled, table

Row = dict[str, Any]
BARE = "bare"
UNIT = (BARE, "one query")
WIDTH = 1000  # of a drawing, in its own units
WHO = {BARE: "WSGI", **SITES}
WHAT = {
    UNIT: "one query, one f-string: the unit",
    (BARE, "hello"): "the same bytes, nothing else",
    "hello, naked": "the same bytes, nothing else",
    "hello": "the same bytes, past all hooks and middleware",
    "tutorial": "home as tutorials write it",
    "home": "home",
    "author": "an author's page",
    "post": "a post",
    "home, kept": "home, kept",
    "author, kept": "an author's page, kept",
    "feed, kept": "the feed, kept",
}
OF_OTHERS = {"hello, naked", "hello", "tutorial", "one query"}
PLACES = {"first": "page 1", "middle": "middle", "last": "last"}


class Bench(Measured):
    """Shows a part of what was measured: pages, home, author or starts."""

    file = "bench.json"
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table, and how it was measured."""
        part = self.arguments[0]
        if part not in DRAWN:
            raise self.error(f"There is no measurement that is called {part}.")
        figures = self.read()
        return [DRAWN[part](figures), versions(figures)]


def draw_pages(figures: Figures) -> nodes.table:
    """Return what each page costs, in units of a bare query."""
    rows = figures["pages"]
    most = max(max(row["units"], row["high"]) for row in rows)
    return table(
        ["program", "page", "units", ""],
        [
            nodes.row(
                "",
                *who(row),
                labeled("units", number(row["units"])),
                bar(row["units"], most, (row["low"], row["high"]), is_ours(row)),
            )
            for row in rows
        ],
        "bars",
    )


def depth_of(name: str) -> Callable[[Figures], nodes.table]:
    """Return what draws the depth of a list."""

    def draw(figures: Figures) -> nodes.table:
        """Return what each place costs, in units of page 1 of the shortest list."""
        rows = [row for row in figures["depth"] if row["list"] == name]
        found = {(key_of(row), row["posts"]): row for row in rows}
        depths = list(dict.fromkeys(row["posts"] for row in rows))
        most = max(max(row["ratio"], row["high"]) for row in rows)
        return table(
            ["site", "page", *(f"{posts:,} posts" for posts in depths), ""],
            [
                nodes.row(
                    "",
                    *where(*key),
                    *(
                        labeled(f"{posts:,} posts", number(found[key, posts]["ratio"]))
                        for posts in depths
                    ),
                    bar_of(found[key, depths[-1]], most),
                )
                for key in dict.fromkeys(key_of(row) for row in rows)
            ],
            "bars",
        )

    return draw


def draw_starts(figures: Figures) -> nodes.table:
    """Return how much longer a process takes to its first answer, and its memory."""
    rows = figures["starts"]
    (unit,) = (row["seconds"] for row in rows if (row["who"], row["what"]) == UNIT)
    most = max(row["seconds"] for row in rows) / unit
    return table(
        ["program", "page", "start", "memory, MB", ""],
        [
            nodes.row(
                "",
                *who(row),
                labeled("start", number(row["seconds"] / unit)),
                labeled("memory, MB", f"{row['megabytes']:.0f}"),
                bar(row["seconds"] / unit, most, None, is_ours(row)),
            )
            for row in rows
        ],
        "bars",
    )


DRAWN = {
    "pages": draw_pages,
    "home": depth_of("home"),
    "author": depth_of("author"),
    "starts": draw_starts,
}


def who(row: Row) -> list[nodes.entry]:
    """Return the cells that name a program and its page."""
    what = WHAT.get((row["who"], row["what"])) or WHAT[row["what"]]
    return [labeled("program", WHO[row["who"]]), labeled("page", what)]


def is_ours(row: Row) -> bool:
    """Say whether a page is one of the sites' own."""
    return row["who"] != BARE and row["what"] not in OF_OTHERS


def key_of(row: Row) -> tuple[str, str, str]:
    """Return of which site, database and place a row is."""
    return row["site"], row["database"], row["place"]


def where(site: str, database: str, place: str) -> list[nodes.entry]:
    """Return the cells that name a site, its database and a place."""
    of = f"{SITES[site]}, {DATABASES[database]}"
    return [labeled("site", of), labeled("page", PLACES[place])]


def number(value: float) -> str:
    """Write a ratio with as many digits as it is worth."""
    return (
        f"{value:.0f}"
        if value >= 20
        else f"{value:.1f}"
        if value >= 2
        else f"{value:.2f}"
    )


def bar_of(row: Row, most: float) -> nodes.entry:
    """Return the bar of a place in a list."""
    return bar(row["ratio"], most, (row["low"], row["high"]), is_ours=True)


def bar(
    value: float, most: float, spread: tuple[float, float] | None, is_ours: bool
) -> nodes.entry:
    """Return a cell with a bar, and a line over it from quartile to quartile.

    The number stands beside it: who listens to the page hears that alone.
    """
    parts = [f'<rect width="{place(value, most)}" height="10"/>']
    if spread:
        low, high = (place(end, most) for end in spread)
        parts.append(f'<path d="M {low} 5 H {high}"/>')
    html = (
        f'<svg class="bar{" ours" if is_ours else ""}" viewBox="0 0 {WIDTH} 10" '
        f'preserveAspectRatio="none" aria-hidden="true">{"".join(parts)}</svg>'
    )
    return nodes.entry("", nodes.raw("", html, format="html"), classes=["drawn"])


def place(value: float, most: float) -> int:
    """Return where on the drawing a value is."""
    return round(value / most * WIDTH)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and its style."""
    app.add_directive("bench", Bench)
    app.add_css_file("bench.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
