"""Users, posts, comments and mails for tests."""

from django_site.blog.models import Comment, Post
from django_site.mail.models import Message
from django_site.users.models import User

PASSWORD = "correct horse battery"


def make_user(username="ann"):
    """Store a user whose password is PASSWORD."""
    return User.objects.create_user(username, f"{username}@example.org", PASSWORD)


def make_post(author, **fields):
    """Store a post."""
    fields = {"title": "A title", "body": "A text."} | fields
    return Post.objects.create(author=author, **fields)


def make_comment(post, **fields):
    """Store a comment of somebody with a name, unless the fields say otherwise."""
    fields = {"name": "Kim", "email": "kim@example.org", "body": "Well said."} | fields
    return Comment.objects.create(post=post, **fields)


def make_message(kind="comment", object_id=0, **fields):
    """Store a mail that is owed."""
    return Message.objects.create(kind=kind, object_id=object_id, **fields)
