"""The request and the settings: what they are, who has them, how long they live."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.views.generic import ListView


def test_globals_outside_of_a_context():
    """What belongs to the process is there, what belongs to a context is not."""
    # The one global, `settings`, is there from the start and stays.
    assert django_settings.POSTS_PER_PAGE == 5


def test_user_of_a_made_request(rf):
    """The user is loaded from the session, and this one is empty."""
    request = rf.get("/")
    request.session = {}
    AuthenticationMiddleware(lambda request: None)(request)

    assert request.user.is_anonymous
    assert isinstance(request.user, AnonymousUser)


def test_globals_are_proxies(rf):
    """What is imported is a proxy, and stands for the real object."""
    # So is the user; the request is handed over, and is the real object.
    request = rf.get("/home/")
    request.session = {}
    AuthenticationMiddleware(lambda request: None)(request)

    assert type(request) is WSGIRequest
    assert type(request.user) is SimpleLazyObject
    assert type(django_settings) is LazySettings


def test_request_kept_for_later(client, db):
    """What was kept of one request is read during another."""
    kept = client.get("/home/").wsgi_request
    client.get("/login/")

    assert kept.path == "/home/"


def test_made_request_is_bare(rf):
    """Neither a hook nor a middleware has touched a made request."""
    # So it has no session, no user and no read marks.
    request = rf.get("/home/")

    assert not hasattr(request, "session")
    assert not hasattr(request, "user")
    assert not hasattr(request, "read_posts")


def test_made_request_may_lead_nowhere(rf):
    """That no view has this address is told later, to whoever wants the view."""
    # Nobody looks for a view until somebody resolves the address.
    request = rf.get("/nothing-here/")

    assert request.resolver_match is None
    with pytest.raises(Resolver404):
        resolve(request.path)


def test_place_of_the_session(rf):
    """It has one place, and knows when something was put in."""
    # A part of the request, set by SessionMiddleware, and no dictionary.
    request = rf.get("/")
    SessionMiddleware(lambda request: None).process_request(request)
    request.session["mark"] = 1

    assert not isinstance(request.session, dict)
    assert request.session.modified


def test_change_inside_the_session(answer, client, db):
    """A list in the session grows, and the session does not notice."""

    def grow(request):
        request.session["marks"].append(2)
        return HttpResponse()

    before = client.session
    before["marks"] = [1]
    before.save()
    answer(grow)

    assert client.session["marks"] == [1]


def test_request_wide_state_is_an_attribute(rf):
    """What holds it takes attributes and no items."""
    request = rf.get("/")
    request.mark = 1

    assert hasattr(request, "mark")
    with pytest.raises(TypeError):
        request["mark"] = 2


def test_request_wide_state_is_new_for_each_request(client, db):
    """What one request keeps for itself the next does not find."""
    client.get("/").wsgi_request.mark = 1
    request = client.get("/").wsgi_request

    assert not hasattr(request, "mark")


def test_user_of_a_second_browser(user):
    """Two browsers visit, and only one of them has signed in."""
    first, second = Client(), Client()
    first.force_login(user)  # there is no context that both could share

    assert b"ann@example.org" in first.get("/account/").content
    assert second.get("/account/").url.startswith("/login/")


def test_settings_in_a_thread():
    """A thread sees what the process has; what a context has it must be handed."""
    # There is one `settings` in the process, and every thread sees it.
    with ThreadPoolExecutor() as pool:
        alone = pool.submit(lambda: django_settings.POSTS_PER_PAGE)

        assert alone.result() == django_settings.POSTS_PER_PAGE


def test_setting_read_when_a_class_is_made(settings):
    """A class body runs once, when its module is imported."""

    class Early(ListView):
        paginate_by = django_settings.POSTS_PER_PAGE

    settings.POSTS_PER_PAGE = 99

    assert Early.paginate_by == 5


def test_request_in_a_thread(rf):
    """A thread can read a request that it was handed, if it was the object."""

    def read(request):
        return request.path

    with ThreadPoolExecutor() as pool:
        real = pool.submit(read, rf.get("/home/"))

        assert real.result() == "/home/"


@pytest.mark.usefixtures("languages")
def test_request_wide_state_in_a_thread(rf):
    """What stands on the request goes along; what stands beside it does not."""
    request = rf.get("/home/")
    request.mark = 1
    with ThreadPoolExecutor() as pool, translation.override("de"):
        read = pool.submit(lambda: (request.mark, translation.get_language()))

        assert read.result() == (1, "en-us")


def test_database_in_a_thread(db):
    """A thread needs a way to the database of its own, which somebody ends."""

    def work():
        connection.ensure_connection()
        return connection.connection

    with ThreadPoolExecutor(1) as pool:
        handed = pool.submit(connection.cursor)
        first, second = (pool.submit(work).result() for _ in range(2))
        first.close()

    assert isinstance(handed.exception(), DatabaseError)
    assert first is not connection.connection
    assert first is second  # the end of the work was not its end


@pytest.mark.usefixtures("languages")
def test_leftovers_in_a_thread():
    """A thread that works again finds what was left there, or nothing."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(translation.activate, "de").result()
        found = pool.submit(translation.get_language)

        assert found.result() == "de"


def test_second_configuration_in_one_process():
    """There is room for it where settings are an application's, not the process's."""
    # Settings are made once; another site needs another process.
    with pytest.raises(RuntimeError, match="already configured"):
        django_settings.configure(POSTS_PER_PAGE=99)


def test_changed_setting_is_seen_at_once(settings):
    """Whoever reads it next reads what it is now."""
    # What the fixture changes is changed for the one object that all import.
    settings.POSTS_PER_PAGE = 99

    assert django_settings.POSTS_PER_PAGE == 99
