"""The request and the settings: what they are, who has them, how long they live."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject


def test_globals_outside_of_a_context():
    """The one global, `settings`, is there from the start and stays."""
    assert django_settings.POSTS_PER_PAGE == 5


def test_user_of_a_made_request(rf):
    """`request.user` is loaded from the session, and this one is empty."""
    request = rf.get("/")
    request.session = {}
    AuthenticationMiddleware(lambda request: None)(request)

    assert request.user.is_anonymous
    assert isinstance(request.user, AnonymousUser)


def test_globals_are_proxies(rf):
    """The settings are one, and the user; the request is the real object."""
    request = rf.get("/home/")
    request.session = {}
    AuthenticationMiddleware(lambda request: None)(request)

    assert type(request) is WSGIRequest
    assert type(request.user) is SimpleLazyObject
    assert type(django_settings) is LazySettings


def test_writes_reach_the_real_object(client, db):
    """An attribute written on the proxy is on the object behind it."""
    user = client.get("/login/").wsgi_request.user
    user.mark = "here"

    assert user._wrapped.mark == "here"


def test_made_request_is_bare(rf):
    """A made request has no session, no user and no read marks."""
    request = rf.get("/home/")

    assert not hasattr(request, "session")
    assert not hasattr(request, "user")
    assert not hasattr(request, "read_posts")


def test_made_request_may_lead_nowhere(rf):
    """Nobody looks for a view until somebody resolves the address."""
    request = rf.get("/nothing-here/")

    assert request.resolver_match is None
    with pytest.raises(Resolver404):
        resolve(request.path)


def test_place_of_the_session(rf):
    """It is part of the request, set by SessionMiddleware, and no dictionary."""
    request = rf.get("/")
    SessionMiddleware(lambda request: None).process_request(request)
    request.session["mark"] = 1

    assert not isinstance(request.session, dict)
    assert request.session.modified


def test_request_wide_state_is_an_attribute(rf):
    """The request takes attributes and no items."""
    request = rf.get("/")
    request.mark = 1

    assert hasattr(request, "mark")
    with pytest.raises(TypeError):
        request["mark"] = 2


def test_request_wide_state_is_new_for_each_request(client, db):
    """What one request leaves on `request` the next does not find."""
    client.get("/").wsgi_request.mark = 1
    request = client.get("/").wsgi_request

    assert not hasattr(request, "mark")


def test_settings_in_a_thread():
    """There is one `settings` in the process, and every thread sees it."""
    with ThreadPoolExecutor() as pool:
        alone = pool.submit(lambda: django_settings.POSTS_PER_PAGE)

        assert alone.result() == django_settings.POSTS_PER_PAGE


def test_second_configuration_in_one_process():
    """Settings are made once; another site needs another process."""
    with pytest.raises(RuntimeError, match="already configured"):
        django_settings.configure(POSTS_PER_PAGE=99)


def test_changed_setting_is_seen_at_once(settings):
    """What the fixture changes is changed for the one object that all import."""
    settings.POSTS_PER_PAGE = 99

    assert django_settings.POSTS_PER_PAGE == 99
