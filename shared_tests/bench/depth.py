"""What the place of a page costs: the first, the middle and the last of ever more."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from ..servers import SITES
from .blogs import POSTGRESQL, SQLITE, Blogs, busiest_author, middle_post
from .workers import Page, Subject, measure_in_turn, start

DEPTHS = [1_000, 10_000, 100_000, 1_000_000]
POSTS_ON_A_PAGE = 5

# What must hold between the shortest list and the longest one.
MOST_RATIO = 1.15
MOST_BYTES = 1.05
MOST_MILLISECONDS = {SQLITE: 10, POSTGRESQL: 35}
LISTS = ["home", "author"]
PLACES = ["first", "middle", "last"]


def pages_of(url: str, posts: int) -> dict[tuple[str, str], Page]:
    """Return the pages that are asked for, by the list and the place in it."""
    author = f"/authors/{busiest_author(url)}/"
    found = {}
    for name, address, of_list in (
        ("home", "/", posts),
        ("author", author, posts // 2),
    ):
        last = -(-of_list // POSTS_ON_A_PAGE)
        for place, number in zip(PLACES, (1, (last + 1) // 2, last), strict=True):
            found[name, place] = Page(f"{address}?page={number}")
    found["post", "middle"] = Page(f"/posts/{middle_post(url)}/")
    return found


def measure(
    blogs: Blogs,
    depths: list[int],
    rounds: int,
    seconds: float,
    say: Callable[[str, float], None],
) -> list[Subject]:
    """Measure all places of all lists in turn; they all are in one run."""
    databases = {SQLITE: blogs.sqlite}
    if blogs.server:
        databases[POSTGRESQL] = blogs.postgresql
    cases = [
        (site, database, posts)
        for posts in depths
        for database in databases
        for site in SITES
        if "wsgi" in SITES[site]
    ]
    urls = {}
    for number, (site, database, posts) in enumerate(cases):
        say(f"{posts} posts, {site}, {database}", number / len(cases))
        urls[site, database, posts] = databases[database](site, posts)
    with ExitStack() as stack:
        say("depth", 0)
        made = [
            (SITES[site]["wsgi"], blogs.environment(url))
            for (site, _, _), url in urls.items()
        ]
        subjects = [
            Subject((*case, *place), worker, page, "wall")
            for (case, url), worker in zip(
                urls.items(), start(stack, made), strict=True
            )
            for place, page in pages_of(url, case[-1]).items()
        ]
        measure_in_turn(subjects, rounds, seconds, lambda part: say("depth", part))
    return subjects


def figures(subjects: list[Subject]) -> list[dict[str, Any]]:
    """Return what was measured; times are compared with page 1 of the shortest list."""
    shortest = min(subject.key[2] for subject in subjects)
    by_key = {subject.key: subject for subject in subjects}
    found = []
    for subject in subjects:
        site, database, posts, name, place = subject.key
        same = by_key[site, database, shortest, name, place]
        first = by_key.get((site, database, shortest, name, "first"), same)
        low, high = subject.quartiles(first)
        found.append(
            {
                "site": site,
                "database": database,
                "posts": posts,
                "list": name,
                "place": place,
                "milliseconds": round(subject.seconds * 1000, 3),
                "ratio": round(subject.seconds / first.seconds, 3),
                "low": round(low, 3),
                "high": round(high, 3),
                "noise": round(subject.noise, 3),
                "bytes": subject.bytes,
                "bytes_ratio": round(subject.bytes / same.bytes, 3),
            }
        )
    return found


def find_faults(found: list[dict[str, Any]]) -> list[str]:
    """Name what costs more than it may, a sentence each."""
    shortest, longest = (choose(row["posts"] for row in found) for choose in (min, max))
    faults = []
    for row in found:
        if row["posts"] != longest or row["list"] not in LISTS:
            continue
        name = (
            f"{row['site']}, {row['database']}: the {row['place']} page of "
            f"{row['list']} at {longest:,} posts"
        )
        most = MOST_MILLISECONDS[row["database"]]
        if row["place"] == "middle" and row["milliseconds"] > most:
            faults.append(f"{name} takes {row['milliseconds']:.1f} ms, and not {most}.")
        if row["place"] != "middle" and row["ratio"] > MOST_RATIO:
            faults.append(f"{name} takes {row['ratio']} times page 1 at {shortest:,}.")
        if row["bytes_ratio"] > MOST_BYTES:
            faults.append(f"{name} is {row['bytes_ratio']} times as long.")
    return faults
