"""Posts that nobody had to write: put into the database of a site."""

from collections.abc import Iterable

from sqlalchemy import text

from .databases import opened
from .servers import Server

MOMENT = "2026-01-05 09:00:00"


def add_old_posts(site: Server, ids: Iterable[int]) -> None:
    """Add posts with these ids, by one author, to a site without users."""
    user = text(
        "INSERT INTO users_user (username, email, password, date_joined)"
        " VALUES ('maria', 'maria@example.org', '!', :moment)"
    )
    post = text(
        "INSERT INTO blog_post"
        " (id, title, body, body_html, summary, date_posted, author_id)"
        " VALUES (:id, 'Old', 'Text', '<p>Text</p>', 'Text', :moment, 1)"
    )
    with opened(site) as database:
        database.execute(user, {"moment": MOMENT})
        database.execute(post, [{"id": id, "moment": MOMENT} for id in ids])
        if database.dialect.name == "postgresql":
            # There a key that was given is not counted.
            key = "pg_get_serial_sequence('blog_post', 'id')"
            database.execute(text(f"SELECT setval({key}, {max(ids)})"))
