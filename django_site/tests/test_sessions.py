"""Sessions: what ends them, and what either store keeps where."""

import json

import pytest
from django.contrib.sessions.models import Session
from django.http import JsonResponse
from django.test import Client

from django_site.users.cookies import read_cookie
from django_site.users.models import User

from .factories import make_user

COOKIE = "django_sessionid"


@pytest.fixture
def cookie_store(settings):
    """Keep sessions in signed cookies."""
    settings.SESSION_STORE = "cookie"
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"


@pytest.fixture
def open_browser(user):
    """Open browsers that visit the site."""

    def open_browser(cookie=None):
        client = Client()
        if cookie:
            client.cookies[COOKIE] = cookie
        return client

    return open_browser


def log_in(client):
    """Sign ann in."""
    form = {"username": "ann", "password": "correct horse battery"}
    client.post("/login/", form)


def read_key(client):
    """Return the cookie of the session."""
    return client.cookies[COOKIE].value


def is_signed_in(client):
    """Return whether the account opens."""
    return client.get("/account/").status_code == 200


def test_epoch_is_a_part_of_a_session(user):
    """What a session keeps of its user counts until somebody ends all sessions."""
    kept = user.get_session_auth_hash()
    user.end_sessions()
    user.refresh_from_db()

    assert user.session_epoch == 1
    assert user.get_session_auth_hash() != kept


def test_two_log_outs_at_once(user):
    """They count as two, whatever each of them has seen."""
    User.objects.update(session_epoch=1)
    user.end_sessions()
    user.refresh_from_db()

    assert user.session_epoch == 2


def test_sessions_of_others_go_on(user):
    """Only the sessions of the one user end."""
    zoe = make_user("zoe")
    kept = zoe.get_session_auth_hash()
    user.end_sessions()
    zoe.refresh_from_db()

    assert zoe.get_session_auth_hash() == kept


def test_log_out_with_the_cookie_store(cookie_store, open_browser):
    """No server can take a cookie back, so log-out makes all of them stale."""
    client, other = open_browser(), open_browser()
    log_in(client)
    log_in(other)
    copied = read_key(client)
    before = is_signed_in(other)
    client.post("/logout/")

    assert before
    assert not is_signed_in(open_browser(copied))
    assert not is_signed_in(other)


def test_log_out_with_the_server_store(open_browser):
    """The row is deleted: a copied key opens nothing, and other browsers stay."""
    client, other = open_browser(), open_browser()
    log_in(client)
    log_in(other)
    copied = read_key(client)
    rows = Session.objects.count()
    client.post("/logout/")

    assert Session.objects.count() == rows - 1
    assert not is_signed_in(open_browser(copied))
    assert is_signed_in(other)


@pytest.mark.parametrize(
    ("content", "compressed"), [({"mark": "é"}, False), ({"mark": [7] * 200}, True)]
)
def test_a_cookie_is_read_without_the_key(cookie_store, client, content, compressed):
    """A signature hides nothing, whether what is signed is compressed or not."""
    kept = client.session
    kept.update(content)
    kept.save()
    cookie = kept.session_key

    assert cookie.startswith(".") is compressed
    assert json.loads(read_cookie(cookie)) == content


def test_a_key_says_nothing(client, open_browser):
    """With the server store the cookie is a key, and a row has the rest."""
    rows = Session.objects.count()
    kept = client.session
    kept["mark"] = "here"
    kept.save()

    assert Session.objects.count() == rows + 1
    assert len(read_key(client)) < 50
    assert open_browser(read_key(client)).session["mark"] == "here"


def test_a_visitor_of_whom_nothing_is_kept(open_browser):
    """Whoever has nothing to be remembered gets neither a cookie nor a row."""
    page = open_browser().get("/session/")

    assert "This site remembers nothing about you." in page.text
    assert COOKIE not in page.cookies
    assert not Session.objects.exists()


@pytest.mark.parametrize("name", ["mark", "read_posts"])
def test_who_planted_the_key_gets_nothing(open_browser, name):
    """Log-in changes the key of the session, whatever was in it."""
    client = open_browser()
    planted = client.session
    planted[name] = "known"
    planted.save()
    key = read_key(client)
    log_in(client)

    assert is_signed_in(client)
    assert read_key(client) != key
    assert not is_signed_in(open_browser(key))


@pytest.fixture
def growing(answer, client):
    """Put a view at /view/ that adds to a list in the session, and visit it once."""

    def view(request):
        request.session["list"] = [*request.session.get("list", []), 1]
        return JsonResponse(request.session["list"], safe=False)

    answer(view)
    client.raise_request_exception = False


@pytest.mark.parametrize(
    "statement", ['SELECT "django_session"', 'UPDATE "django_session"']
)
def test_store_that_does_not_answer(user, growing, client, break_database, statement):
    """A session that cannot be opened, or not be saved, is a page too: come again."""
    with break_database(statement):
        response = client.post("/view/")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert "our database does not answer" in response.text
    assert client.post("/view/").json() == [1, 1]


@pytest.mark.parametrize("is_new", [True, False])
def test_page_that_is_only_read_needs_no_saving(
    user, growing, client, break_database, is_new
):
    """While somebody holds the lock, pages are read, and read marks are not kept."""
    # By default Flask keeps them in a cookie, which waits for nobody.
    if is_new:
        client.cookies.clear()
    with break_database("INSERT"), break_database("UPDATE"):
        response = client.get("/view/")

    assert response.status_code == 200
    assert response.json() == ([1] if is_new else [1, 1])
