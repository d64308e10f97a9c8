"""The Atom feed."""

from flask import make_response, render_template

from flask_site.extensions import db

from .kept import keep
from .models import Post
from .views import bp

FEED_LENGTH = 20


@bp.get("/feed.atom")
@keep
def feed():
    """Show the newest posts to feed readers."""
    posts = db.session.scalars(Post.newest().limit(FEED_LENGTH)).all()
    response = make_response(render_template("blog/feed.xml", posts=posts))
    response.content_type = "application/atom+xml; charset=utf-8"
    return response
