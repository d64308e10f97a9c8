"""What the terminal says about measurements."""

from typing import Any

from .depth import MOST_BYTES, MOST_MILLISECONDS, MOST_RATIO

Row = dict[str, Any]
NAMES = {
    "flask": "Flask",
    "django": "Django",
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
}
PAGES = (
    f"{'':22}{'units':>8}{'from':>8}{'to':>8}{'noise':>7}{'us':>8}{'bytes':>8}"
    f"{'queries':>9}"
)
HEADS = {
    ("home", "first"): "home",
    ("home", "middle"): "middle",
    ("home", "last"): "last",
    ("author", "first"): "author",
    ("author", "middle"): "middle",
    ("author", "last"): "last",
    ("post", "middle"): "post",
}
STARTS = f"{'':22}{'seconds':>8}{'MB':>8}"
LEGEND_OF_PAGES = """\
units: of a bare WSGI function with one query; from, to: half of the rounds
noise: how many times the best round fits into the second-best, which counts
kept: asked for without a cookie, so that a page may come that was made before"""
MS = MOST_MILLISECONDS
LEGEND_OF_DEPTH = f"""\
ratio: of the longest list to page 1 of the shortest; for the first and the last
page at most {MOST_RATIO}; a middle page takes at most {MS["sqlite"]} ms on SQLite,
{MS["postgresql"]} ms on PostgreSQL
bytes: of the longest list to the same page of the shortest, at most {MOST_BYTES}"""


def tables(found: dict[str, list[Row]]) -> str:
    """Write all figures for a terminal."""
    written = {
        "pages": table_of_pages,
        "depth": tables_of_depth,
        "starts": table_of_starts,
    }
    return "\n\n".join(written[part](rows) for part, rows in found.items())


def table_of_pages(rows: list[Row]) -> str:
    """Write what pages cost."""
    lines = [
        f"{name(row):22}{row['units']:8.1f}{row['low']:8.1f}{row['high']:8.1f}"
        f"{row['noise']:7.2f}{row['microseconds']:8.0f}{row['bytes']:8}"
        f"{row['queries']:9}"
        for row in rows
    ]
    return "\n".join([PAGES, *lines, "", LEGEND_OF_PAGES])


def name(row: Row) -> str:
    """Name a program and what it does."""
    return f"{row['who']}: {row['what']}"


def tables_of_depth(rows: list[Row]) -> str:
    """Write what places in a list cost."""
    kinds = list(dict.fromkeys((row["site"], row["database"]) for row in rows))
    parts = [
        table_of_depth(
            f"{NAMES[site]}, {NAMES[database]}, milliseconds",
            [row for row in rows if (row["site"], row["database"]) == (site, database)],
        )
        for site, database in kinds
    ]
    return "\n\n".join([*parts, LEGEND_OF_DEPTH])


def table_of_depth(title: str, rows: list[Row]) -> str:
    """Write what places in the lists of a site on a database cost."""
    cells = {(row["posts"], row["list"], row["place"]): row for row in rows}
    columns = list(dict.fromkeys((row["list"], row["place"]) for row in rows))
    heads = [HEADS[column] for column in columns]
    longest = max(row["posts"] for row in rows)
    lines = [
        (f"{posts:,}", posts, "milliseconds")
        for posts in dict.fromkeys(row["posts"] for row in rows)
    ]
    lines += [("ratio", longest, "ratio"), ("bytes", longest, "bytes_ratio")]
    written = [title, f"{'posts':>9}" + "".join(f"{head:>10}" for head in heads)]
    for head, posts, key in lines:
        numbers = [cells[posts, *column][key] for column in columns]
        written.append(f"{head:>9}" + "".join(f"{cell:10.2f}" for cell in numbers))
    return "\n".join(written)


def table_of_starts(rows: list[Row]) -> str:
    """Write what processes cost before their first page."""
    lines = [
        f"{name(row):22}{row['seconds']:8.2f}{row['megabytes']:8.0f}" for row in rows
    ]
    return "\n".join([STARTS, *lines])
