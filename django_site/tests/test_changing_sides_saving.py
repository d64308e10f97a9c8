"""What changes sides badly: when a row is stored, and what a mistake leaves behind."""

from contextlib import nullcontext, suppress

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from django_site.blog.models import Comment, Post
from django_site.users.models import User

from .factories import make_comment, make_post, make_user


@pytest.mark.django_db(transaction=True)
def test_a_forgotten_commit():
    """A row that nobody commits is lost, unless storing it commits by itself."""
    # save() does, outside of atomic(): there is nothing left to take back.
    Post(author=make_user(), title="A title", body="A text.").save()
    connection.rollback()

    assert Post.objects.count() == 1


def test_a_query_before_the_commit(user):
    """A query finds what was sent to the database, and nothing else."""
    # Nothing but save() sends an object.
    post = Post(author=user, title="A title", body="A text.")

    assert Post.objects.count() == 0
    assert post.pk is None


def test_a_change_that_nobody_saves(user):
    """A change is stored by whoever looks after the object."""
    # Nobody does: the object has its own save(), and waits for it.
    post = make_post(user, title="Before")
    post.title = "After"

    assert Post.objects.get().title == "Before"


@pytest.mark.parametrize(("one_transaction", "left"), [(False, 1), (True, 0)])
@pytest.mark.django_db(transaction=True)
def test_a_failure_between_two_writes(one_transaction, left):
    """What is one transaction is stored whole or not at all."""
    # Each save() is one, unless atomic() makes one of several.
    user = make_user()
    around = transaction.atomic() if one_transaction else nullcontext()
    with suppress(ZeroDivisionError), around:
        make_post(user)
        raise ZeroDivisionError

    assert Post.objects.count() == left


def test_a_query_after_an_integrity_error(user):
    """After a refused row a transaction takes no more until it is rolled back."""
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            User(username=user.username).save()
        with pytest.raises(TransactionManagementError):
            User.objects.count()
        transaction.set_rollback(True)

    assert User.objects.count() == 1


def test_a_savepoint_keeps_the_rest(user):
    """Only what was written inside of the savepoint is taken back."""
    with transaction.atomic():
        User(username="bob").save()
        with pytest.raises(IntegrityError), transaction.atomic():
            User(username=user.username).save()

    assert list(User.objects.values_list("username", flat=True)) == ["ann", "bob"]


def test_attributes_after_the_commit(db, django_assert_num_queries):
    """An object is as good as the session behind it, where it has one."""
    # It has none, and keeps what it was given.
    user = User(username="bob")
    with transaction.atomic():
        user.save()

    with django_assert_num_queries(0):
        assert user.username == "bob"


def test_a_relation_of_an_object_that_was_kept(user, django_assert_num_queries):
    """What was not loaded has to be loaded by somebody."""
    # The object does it, wherever it is read, with a query that nobody sees.
    comment = Comment.objects.get(pk=make_comment(make_post(user)).pk)

    with django_assert_num_queries(1):
        assert comment.post.title == "A title"


def test_one_row_loaded_twice(user):
    """Whether a row is one object or two depends on who remembers it."""
    # Nobody does: they are equal, and know nothing of each other.
    one, two = User.objects.get(), User.objects.get()
    one.email = "new@example.org"

    assert one == two
    assert one is not two
    assert two.email == "ann@example.org"


def test_an_update_statement_goes_past_the_model(user):
    """One statement changes many rows, and no code of the model sees them."""
    post = make_post(user, body="*one*")
    Post.objects.update(body="*two*")
    post.refresh_from_db()

    assert post.body == "*two*"
    assert post.body_html == "<p><em>one</em></p>\n"
