"""Users, posts, comments and mails for tests; all need an application context."""

from flask_site.blog.models import Comment, Post
from flask_site.extensions import db
from flask_site.mail.models import Message
from flask_site.users.models import User

PASSWORD = "correct horse battery"


def make_user(username="ann"):
    """Store a user whose password is PASSWORD."""
    user = User(username=username, email=f"{username}@example.org")
    user.set_password(PASSWORD)
    return save(user)


def make_post(author, **fields):
    """Store a post."""
    fields = {"title": "A title", "body": "A text."} | fields
    return save(Post(author_id=author.id, **fields))


def make_comment(post, **fields):
    """Store a comment of somebody with a name, unless the fields say otherwise."""
    fields = {"name": "Kim", "email": "kim@example.org", "body": "Well said."} | fields
    return save(Comment(post_id=post.id, **fields))


def make_message(kind="comment", object_id=0, **fields):
    """Store a mail that is owed."""
    return save(Message(kind=kind, object_id=object_id, **fields))


def save(row):
    """Store a row, and load it so that it can be read after its context is gone."""
    db.session.add(row)
    db.session.commit()
    db.session.refresh(row)
    return row
