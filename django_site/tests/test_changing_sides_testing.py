"""What changes sides badly: what a test begins with, and what its client does."""

import pytest
from django.db import connection, transaction
from django.http import JsonResponse
from django.test import Client

from django_site.users.models import User

from .factories import make_user


def test_rows_of_another_test(db):
    """A test begins without rows, and leaves none."""
    # It runs in a transaction that is never committed; the database is one for all.
    make_user()

    assert connection.in_atomic_block
    assert User.objects.count() == 1


def test_what_waits_for_the_commit(db, django_capture_on_commit_callbacks):
    """Work that waits for the commit is done when it comes, and not before."""
    # It never comes; a fixture does the work for it.
    done = []
    transaction.on_commit(lambda: done.append(1))
    before = list(done)
    with django_capture_on_commit_callbacks(execute=True):
        transaction.on_commit(lambda: done.append(2))

    assert before == []
    assert done == [2]


def test_a_client_that_is_signed_in(client, user):
    """A client can begin signed in, without the page and without a password."""
    client.force_login(user)

    assert client.get("/account/").status_code == 200


def test_an_exception_in_a_view(answer):
    """The client hands on what a view raises, so that a test sees the reason."""
    with pytest.raises(ZeroDivisionError):
        answer(lambda request: 1 / 0)


def test_an_exception_that_a_visitor_would_see(client, answer):
    """One switch, and the client shows the page instead."""
    client.raise_request_exception = False

    assert answer(lambda request: 1 / 0).status_code == 500


def test_a_redirect(client):
    """The client stops at a redirect, unless it is told to follow."""
    stopped = client.get("/account/")
    followed = client.get("/account/", follow=True)

    assert stopped.status_code == 302
    assert followed.status_code == 200
    assert followed.request["PATH_INFO"] == "/login/"
    assert [status for address, status in followed.redirect_chain] == [302]


def test_a_form_without_a_token(client, db):
    """Whether a test needs a token is decided in one place."""
    # In the client, and the settings know nothing of it.
    allowed = client.post("/logout/")
    refused = Client(enforce_csrf_checks=True).post("/logout/")

    assert allowed.status_code == 302
    assert refused.status_code == 403


def test_a_session_that_is_prepared(client, db):
    """A test can write into the session of its client."""
    # The row is written by save(); each look at `client.session` is another copy.
    client.session["lost"] = [7]
    prepared = client.session
    prepared["read_posts"] = [7]
    prepared.save()
    request = client.get("/").wsgi_request

    assert dict(request.session) == {"read_posts": [7]}


def test_a_look_behind_the_answer(client, user):
    """After a request a test can see what the view had."""
    # The answer carries the request, and what the template was given.
    response = client.get("/authors/ann/")

    assert response.resolver_match.view_name == "blog:author_posts"
    assert response.wsgi_request.read_posts == []
    assert response.context["author"] == user
    assert response.templates[0].name == "blog/author_posts.html"


def test_a_dictionary_that_is_posted(rf):
    """A dictionary becomes a form; JSON has to be asked for."""
    form = rf.post("/", {"title": "A"})
    body = rf.post("/", {"title": "A"}, content_type="application/json")

    assert form.content_type == "multipart/form-data"
    assert body.content_type == "application/json"


def test_the_body_of_an_answer(answer):
    """The client reads an answer as bytes, as text or as JSON."""
    response = answer(lambda request: JsonResponse({"books": 2}))

    assert response.content == b'{"books": 2}'
    assert response.text == '{"books": 2}'
    assert response.json() == {"books": 2}
