"""One form that is sent twice makes one thing."""

import re

import pytest

from django_site.blog import views
from django_site.blog.models import Comment, Post
from django_site.blog.submissions import make_key, new_submission
from django_site.mail.models import Message

from .factories import make_post

POST = {"title": "A title", "body": "A text.", "submission": "one"}
COMMENT = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}


@pytest.fixture
def handed_over(monkeypatch):
    """Collect the ids of messages that would be sent in the background."""
    ids = []
    monkeypatch.setattr(views, "send_soon", lambda id, request_id: ids.append(id))
    return ids


@pytest.fixture
def post_id(user):
    """Store a post."""
    return make_post(user).pk


@pytest.fixture
def comment(client, post_id):
    """Send the form of a comment."""

    def comment(**fields):
        fields = COMMENT | {"submission": "one"} | fields
        return client.post(f"/posts/{post_id}/comments/", fields)

    return comment


def read_submission(page):
    """Return what the form on a page carries."""
    return re.search(r'name="submission" value="([^"]*)"', page.text)[1]


def test_each_form_is_marked_anew(client, post_id):
    """A browser that opens the page twice has two forms."""
    pages = [client.get(f"/posts/{post_id}/") for _ in range(2)]
    marks = {read_submission(page) for page in pages}

    assert len(marks) == 2
    assert all(len(mark) == len(new_submission()) == 43 for mark in marks)


def test_key_is_of_the_form_and_its_text():
    """Only the same form with the same text has the same key, field by field."""
    keys = [
        make_key("one", "ab", "c"),
        make_key("one", "a", "bc"),
        make_key("one", "abc", ""),
        make_key("two", "ab", "c"),
    ]

    assert len(set(keys)) == len(keys)
    assert make_key("one", "ab", "c") == keys[0]
    assert "one" not in str(keys[0])


@pytest.mark.parametrize("submission", ["", None])
def test_key_without_a_form(submission):
    """What no form of this site has marked is new each time."""
    assert make_key(submission, "a") != make_key(submission, "a")


def test_new_post_twice(client, user):
    """Both answers lead to the one post."""
    client.force_login(user)
    responses = [client.post("/posts/new/", POST) for _ in range(2)]
    first, second = [response.headers["Location"] for response in responses]

    assert [response.status_code for response in responses] == [302, 302]
    assert first == second
    assert client.get(first).status_code == 200
    assert Post.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"title": "Another"}, {"body": "Another."}, {"submission": "two"}]
)
def test_new_post_that_differs(client, user, change):
    """With another text the form makes another post, and so does another form."""
    client.force_login(user)
    for form in (POST, POST | change):
        client.post("/posts/new/", form)

    assert Post.objects.count() == 2


def test_new_post_without_a_mark(client, user):
    """Who writes without the form of the site may say a thing twice."""
    client.force_login(user)
    for _ in range(2):
        client.post("/posts/new/", {"title": "A title", "body": "A text."})

    assert Post.objects.count() == 2


def test_refused_form_keeps_its_mark(client, user, comment):
    """It is the same form, now with other words."""
    client.force_login(user)
    page = client.post("/posts/new/", POST | {"title": ""})

    assert (page.status_code, read_submission(page)) == (400, "one")
    page = comment(body="")
    assert (page.status_code, read_submission(page)) == (400, "one")


def test_comment_twice(comment, handed_over, django_capture_on_commit_callbacks):
    """It stands there once, and one mail is owed for it."""
    with django_capture_on_commit_callbacks(execute=True):
        responses = [comment() for _ in range(2)]

    assert [response.status_code for response in responses] == [302, 302]
    counts = (Comment.objects.count(), Message.objects.count(), len(handed_over))
    assert counts == (1, 1, 1)


def test_comment_of_a_user_twice(client, user, comment):
    """So it is with the shorter form of those who are signed in."""
    client.force_login(user)
    for _ in range(2):
        comment()

    assert Comment.objects.count() == 1


@pytest.mark.parametrize("change", [{"body": "Or not."}, {"submission": "two"}])
def test_comment_that_differs(comment, change):
    """With another text the form makes another comment, and so does another form."""
    comment()
    comment(**change)

    assert Comment.objects.count() == 2


def test_comment_on_another_post(client, comment, user):
    """The same words elsewhere are another comment."""
    comment()
    other = make_post(user).pk
    form = COMMENT | {"submission": "one"}
    client.post(f"/posts/{other}/comments/", form)

    assert Comment.objects.count() == 2


@pytest.mark.django_db(transaction=True)  # keys to other tables are checked at a commit
def test_comment_on_what_is_deleted_meanwhile(comment, monkeypatch):
    """There is nothing to comment on, and nobody is mailed."""
    get_form = views.get_comment_form

    def erase_then_get_form(request):
        Post.objects.all().delete()
        return get_form(request)

    monkeypatch.setattr(views, "get_comment_form", erase_then_get_form)

    assert comment().status_code == 404
    assert not Comment.objects.exists()
    assert not Message.objects.exists()


def test_comment_on_what_is_deleted_a_moment_later(comment, monkeypatch):
    """The answer needs nothing that is gone."""

    def erase(*args):
        Post.objects.all().delete()

    monkeypatch.setattr(views.messages, "success", erase)

    assert comment().status_code == 302
