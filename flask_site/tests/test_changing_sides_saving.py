"""What changes sides badly: when a row is stored, and what a mistake leaves behind."""

from contextlib import suppress

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError, PendingRollbackError
from sqlalchemy.orm.exc import DetachedInstanceError

from flask_site.blog.models import Comment, Post
from flask_site.users.models import User

from .factories import make_comment, make_post


def count(db, model):
    """Return how many rows a table has."""
    return db.session.scalar(select(func.count(model.id)))


def test_a_forgotten_commit(app, db, user):
    """A row that nobody commits is lost, unless storing it commits by itself."""
    # add() makes a note of it; commit() stores it.
    with app.app_context():
        db.session.add(Post(author_id=user.id, title="A title", body="A text."))

    assert count(db, Post) == 0


def test_a_query_before_the_commit(db, user):
    """A query finds what was sent to the database, and nothing else."""
    # SQLAlchemy sends what waits before each query, and can still take it back.
    db.session.add(Post(author_id=user.id, title="A title", body="A text."))
    found = count(db, Post)
    db.session.rollback()

    assert found == 1
    assert count(db, Post) == 0


def test_a_change_that_nobody_saves(db, user):
    """A change is stored by whoever looks after the object."""
    # The session watches what it loaded, and commit() writes every change.
    post = make_post(user, title="Before")
    post.title = "After"
    db.session.commit()

    assert db.session.scalar(select(Post.title)) == "After"


def test_a_failure_between_two_writes(app, db, user):
    """What is one transaction is stored whole or not at all."""
    # There is one until commit(), whoever wrote in it.
    with suppress(ZeroDivisionError), app.app_context():
        post = Post(author_id=user.id, title="A title", body="A text.")
        db.session.add(post)
        db.session.flush()
        db.session.add(Comment(post=post, name="Kim", body="Well said."))
        raise ZeroDivisionError

    assert count(db, Post) == 0
    assert count(db, Comment) == 0


def test_a_query_after_an_integrity_error(db, user):
    """After a refused row a transaction takes no more until it is rolled back."""
    db.session.add(User(username=user.username, email="", password=""))
    with pytest.raises(IntegrityError):
        db.session.commit()
    with pytest.raises(PendingRollbackError):
        count(db, User)
    db.session.rollback()

    assert count(db, User) == 1


def test_a_savepoint_keeps_the_rest(db, user):
    """Only what was written inside of the savepoint is taken back."""
    db.session.add(User(username="bob", email="", password=""))
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.add(User(username=user.username, email="", password=""))
    db.session.commit()

    assert db.session.scalars(select(User.username)).all() == ["ann", "bob"]


def test_attributes_after_the_commit(app, db):
    """An object is as good as the session behind it, where it has one."""
    # commit() lets go of the values; the session would load them again.
    with app.app_context():
        user = User(username="bob", email="", password="")
        db.session.add(user)
        db.session.commit()

    with pytest.raises(DetachedInstanceError, match="not bound to a Session"):
        user.username  # noqa: B018 - reading it is the test


def test_a_relation_of_an_object_that_was_kept(app, db, user):
    """What was not loaded has to be loaded by somebody."""
    # The session could, and is gone with its context.
    comment_id = make_comment(make_post(user)).id
    with app.app_context():
        comment = db.session.get(Comment, comment_id)

    assert comment.body == "Well said."
    with pytest.raises(DetachedInstanceError, match="lazy load operation"):
        comment.post  # noqa: B018 - reading it is the test


def test_one_row_loaded_twice(db, user):
    """Whether a row is one object or two depends on who remembers it."""
    # A session has one object for each row.
    one, two = db.session.get(User, user.id), db.session.scalar(select(User))
    one.email = "new@example.org"

    assert one is two
    assert two.email == "new@example.org"


def test_an_update_statement_goes_past_the_model(db, user):
    """One statement changes many rows, and no code of the model sees them."""
    post = make_post(user, body="*one*")
    db.session.execute(update(Post).values(body="*two*"))
    db.session.commit()

    assert post.body == "*two*"
    assert post.body_html == "<p><em>one</em></p>\n"
