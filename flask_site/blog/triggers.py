"""The triggers that keep the bookmarks true, whoever writes."""

from pathlib import Path

from sqlalchemy import event

from flask_site.extensions import db

BLOG = Path(__file__).parent


@event.listens_for(db.metadata, "after_create")
def make_triggers(target, connection, **options):
    """Make the triggers that are missing, and count all posts anew."""
    path = BLOG / f"triggers.{connection.dialect.name}.sql"
    for statement in path.read_text(encoding="utf-8").split("\n\n"):
        connection.exec_driver_sql(statement)


def find_wrong_bookmarks(connection):
    """Return the bookmarks that do not say what the posts say."""
    query = (BLOG / "wrong_bookmarks.sql").read_text(encoding="utf-8")
    return connection.exec_driver_sql(query).all()
