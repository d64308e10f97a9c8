"""The answer to a monitor."""

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from .blog.models import Post
from .extensions import db


def healthz():
    """Say whether the database answers."""
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        db.session.execute(select(Post.id).limit(1))
    except SQLAlchemyError:
        return "no database", 503, headers | {"Retry-After": "10"}
    return "ok", 200, headers
