"""Blogs with as many posts as a measurement wants."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ..servers import Launcher


def make_blog(launcher: Launcher, site: str, posts: int) -> Path:
    """Make an SQLite database of a site with so many posts."""
    folder = launcher.new_folder(f"{site}-{posts}")
    environment = launcher.environment(folder, CHEAP_PASSWORDS=None)
    launcher.run(site, "migrate", folder, environment)
    fill(folder / "site.sqlite3", posts)
    return folder / "site.sqlite3"


def fill(path: Path, posts: int) -> None:
    """Write made-up posts; every other one is by the first author."""
    body = " ".join(["This post was made up, like its neighbors."] * 12)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO users_user (username, email, password, date_joined)"
            " VALUES (?, '', '!', '2026-01-05 09:00:00')",
            [(f"writer-{number}",) for number in range(1, 6)],
        )
        connection.executemany(
            "INSERT INTO blog_post"
            " (id, author_id, title, body, body_html, summary, date_posted)"
            " VALUES (?, ?, ?, ?, ?, ?, datetime('2000-01-01', ?))",
            (
                (
                    number,
                    1 if number % 2 else 2 + number // 2 % 4,
                    f"Made-up post {number}",
                    body,
                    f"<p>{body}</p>",
                    body[:199] + "…",
                    f"+{number} minutes",
                )
                for number in range(1, posts + 1)
            ),
        )
        connection.executemany(
            "INSERT INTO blog_comment"
            " (post_id, author_id, name, email, body, date_posted)"
            " VALUES (?, ?, '', '', 'Well said.', '2026-01-05 09:00:00')",
            (
                (number, 1 + number % 5)
                for number in range(1, posts + 1)
                for reply in range((0, 1, 0, 0, 2, 0, 0, 3, 0, 0)[number % 10])
            ),
        )


def busiest_author(path: Path) -> str:
    """Find who has written most."""
    with closing(sqlite3.connect(path)) as connection:
        (name,) = connection.execute(
            "SELECT username"
            " FROM users_user JOIN blog_post ON author_id = users_user.id"
            " GROUP BY username ORDER BY count(*) DESC LIMIT 1"
        ).fetchone()
    return str(name)
