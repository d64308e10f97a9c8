"""Posts that nobody had to write: put into a database before its site starts."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

MOMENT = "2026-01-05 09:00:00"


def add_old_posts(database: Path, ids: Iterable[int]) -> None:
    """Add posts with these ids, by one author, to a migrated SQLite database."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO users_user (id, username, email, password, date_joined)"
            " VALUES (1, 'maria', 'maria@example.org', '!', ?)",
            [MOMENT],
        )
        connection.executemany(
            "INSERT INTO blog_post"
            " (id, title, body, body_html, summary, date_posted, author_id)"
            " VALUES (?, 'Old', 'Text', '<p>Text</p>', 'Text', ?, 1)",
            [(id, MOMENT) for id in ids],
        )
