"""The triggers that keep the bookmarks true, whoever writes."""

from pathlib import Path

BLOG = Path(__file__).parent


def make_triggers(connection):
    """Make the triggers that are missing, and count all posts anew."""
    path = BLOG / f"triggers.{connection.vendor}.sql"
    with connection.cursor() as cursor:
        for statement in path.read_text(encoding="utf-8").split("\n\n"):
            cursor.execute(statement)


def find_wrong_bookmarks(connection):
    """Return the bookmarks that do not say what the posts say."""
    query = (BLOG / "wrong_bookmarks.sql").read_text(encoding="utf-8")
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()
