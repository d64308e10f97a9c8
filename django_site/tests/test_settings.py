"""The settings: what a start refuses, and how the environment is read."""

import importlib.util
import os
from unittest.mock import patch

import pytest
from django.core.exceptions import ImproperlyConfigured
from environs import EnvError

from django_site.checks import check_public

from .factories import make_post

GOOD_KEY = "k" * 50
PRODUCTION = {
    "SECRET_KEY": GOOD_KEY,
    "ALLOWED_HOSTS": "blog.example",
    "MAIL_URL": "smtp://nowhere.example",
}


def load_settings(**environment):
    """Run the settings module anew, in an environment of these variables alone."""
    spec = importlib.util.find_spec("django_site.settings")
    module = importlib.util.module_from_spec(spec)
    with patch.dict(os.environ, environment, clear=True):
        spec.loader.exec_module(module)
    return module


def test_safe_settings_are_accepted():
    """A production start with a key and with named hosts is one."""
    assert load_settings(**PRODUCTION)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "k" * 31}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + GOOD_KEY}, "SECRET_KEY"),
        ({"SECRET_KEY": "change-me-" + GOOD_KEY}, "SECRET_KEY"),
        ({"SECRET_KEY": "", "DEMO": "1"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": "blog.example,*"}, "ALLOWED_HOSTS"),
        ({"CHEAP_PASSWORDS": "1"}, "CHEAP_PASSWORDS"),
        ({"MAIL_URL": ""}, "MAIL_URL"),
        ({"TASKS": "celery"}, "REDIS_URL"),
    ],
)
def test_unsafe_settings_are_refused(change, name):
    """The sentence that ends the start names the setting."""
    with pytest.raises(ImproperlyConfigured, match=name):
        load_settings(**PRODUCTION | change)


@pytest.mark.parametrize(
    "change",
    [
        {"DEBUG": "1", "SECRET_KEY": "dev"},
        {"DEBUG": "1", "ALLOWED_HOSTS": "*"},
        {"DEMO": "1", "CHEAP_PASSWORDS": "1"},
    ],
)
def test_development_and_demo_may_do_more(change):
    """What would harm the public harms nobody here."""
    assert load_settings(**PRODUCTION | change)


def test_debug_is_not_for_the_public():
    """The module that a WSGI server imports refuses DEBUG."""
    settings = load_settings(DEBUG="1")
    with pytest.raises(ImproperlyConfigured, match="DEBUG"):
        check_public(settings)


def test_page_length_is_read_when_it_is_needed(client, user, settings):
    """A setting that changes changes the next page, of functions and of classes."""
    for _ in range(3):
        make_post(user)
    settings.POSTS_PER_PAGE = 2

    assert client.get("/?page=2").content.count(b"h-entry") == 1
    assert client.get("/authors/ann/?page=2").content.count(b"h-entry") == 1


def test_defaults_need_no_environment():
    """Where no variable says otherwise, the site is a production start."""
    # Only these two are needed: without them this module refuses to load.
    settings = load_settings(SECRET_KEY=GOOD_KEY, MAIL_URL="smtp://nowhere.example")

    assert not settings.DEBUG
    assert not settings.DEMO
    assert settings.POSTS_PER_PAGE == 5
    assert settings.ALLOWED_HOSTS == ["localhost", "127.0.0.1"]
    assert settings.DEFAULT_FROM_EMAIL == "noreply@localhost"
    assert (settings.SESSION_STORE, settings.TASKS) == ("server", "thread")


@pytest.mark.parametrize(
    "environment",
    [
        {"POSTS_PER_PAGE": "many"},
        {"POSTS_PER_PAGE": "0"},
        {"DEBUG": "perhaps"},
        {"DATABASE_URL": "blog.sqlite3"},
        {"SESSION_STORE": "both"},
        {"SESSION_COOKIE_AGE": "0"},
        {"REDIS_URL": "localhost:6379"},
        {"MAIL_URL": "pigeon://roof"},
        {"TASKS": "cron"},
        {"PASSWORD_RESET_TIMEOUT": "0"},
    ],
)
def test_unreadable_settings_are_refused(environment):
    """The sentence names the variable."""
    with pytest.raises(EnvError, match=next(iter(environment))):
        load_settings(**PRODUCTION | environment)


def test_default_database_stands_beside_the_package():
    """SQLite needs no server and no variable."""
    settings = load_settings(**PRODUCTION)

    path = settings.BASE_DIR / "django.sqlite3"
    assert settings.DATABASES["default"]["NAME"] == path


@pytest.mark.parametrize(
    ("url", "path"), [("sqlite:////srv/blog.db", "/srv/blog.db"), ("sqlite:///b.db", 0)]
)
def test_relative_database_stands_there_too(url, path):
    """A relative path does not depend on the folder where somebody starts."""
    settings = load_settings(**PRODUCTION, DATABASE_URL=url)

    path = path or str(settings.BASE_DIR / "b.db")
    assert str(settings.DATABASES["default"]["NAME"]) == path


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgresql_is_reached_through_psycopg(scheme):
    """Both names of the scheme mean the same driver."""
    url = f"{scheme}://me:pw@db:5433/blog"
    database = load_settings(**PRODUCTION, DATABASE_URL=url).DATABASES["default"]

    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["USER"], database["PASSWORD"]) == ("me", "pw")
    assert (database["HOST"], database["PORT"]) == ("db", 5433)
    assert database["NAME"] == "blog"


@pytest.mark.parametrize(("url", "secure"), [("https://a", True), ("http://a", False)])
def test_cookies_are_for_https_where_the_site_is(url, secure):
    """One variable says how the site is reached."""
    settings = load_settings(**PRODUCTION, SITE_URL=url)

    assert settings.SESSION_COOKIE_SECURE is secure
    assert settings.CSRF_COOKIE_SECURE is secure
