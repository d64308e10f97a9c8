"""The settings: what a start refuses, and how the environment is read."""

import importlib.util
import os
import subprocess
import sys
from unittest.mock import MagicMock, patch

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from environs import EnvError

from django_site.checks import check_database, check_public

from .factories import PASSWORD, make_post

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
    assert (settings.LOGIN_TRIES, settings.LOGIN_TRIES_PER_ADDRESS) == (10, 100)
    assert (settings.LOGIN_TRIES_WINDOW, settings.TRUSTED_PROXIES) == (300, 0)
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
        {"LOGIN_TRIES": "0"},
        {"LOGIN_TRIES_PER_ADDRESS": "-1"},
        {"LOGIN_TRIES_WINDOW": "86401"},
        {"TRUSTED_PROXIES": "-1"},
        {"DATABASE_TIMEOUT": "0"},
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


def test_postgresql_is_reached_as_its_address_says():
    """Whoever asks for TLS gets it, or no connection."""
    url = "postgresql://me@db/blog?sslmode=require"
    options = load_settings(**PRODUCTION, DATABASE_URL=url).DATABASES["default"][
        "OPTIONS"
    ]

    assert options["sslmode"] == "require"


def test_a_production_start_passes_the_checks_of_deployment():
    """What Django's `check --deploy` looks at is as it shall be, for the public."""
    # The command itself, in a process of its own; the settings name what they silence.
    environment = PRODUCTION | {
        "SECRET_KEY": "0123456789" * 5,
        "SITE_URL": "https://blog.example",
    }
    command = [sys.executable, "manage.py", "check", "--deploy"]
    checked = subprocess.run(  # noqa: S603 - our own command
        [*command, "--fail-level", "WARNING"],
        cwd=load_settings(**PRODUCTION).BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    silenced = load_settings(**environment).SILENCED_SYSTEM_CHECKS
    assert silenced == ["security.W005", "security.W008", "security.W021"]
    assert checked.stdout == "System check identified no issues (3 silenced).\n"
    assert checked.returncode == 0


@pytest.mark.parametrize(("url", "secure"), [("https://a", True), ("http://a", False)])
def test_cookies_are_for_https_where_the_site_is(url, secure):
    """One variable says how the site is reached."""
    settings = load_settings(**PRODUCTION, SITE_URL=url)

    assert settings.SESSION_COOKIE_SECURE is secure
    assert settings.CSRF_COOKIE_SECURE is secure


def test_names_of_cookies_over_https(client, user, settings):
    """A browser takes such a name from this host alone, and for all of it."""
    site = load_settings(**PRODUCTION, SITE_URL="https://blog.example")
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME"):
        setattr(settings, name, getattr(site, name))
    settings.SESSION_COOKIE_SECURE = site.SESSION_COOKIE_SECURE
    settings.CSRF_COOKIE_SECURE = site.CSRF_COOKIE_SECURE
    form = {"username": "ann", "password": PASSWORD}
    cookies = client.post("/login/", form, secure=True).cookies

    assert set(cookies) == {"__Host-django_sessionid", "__Host-django_csrftoken"}
    for cookie in cookies.values():
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


@pytest.fixture
def postgresql():
    """Make a database that answers as PostgreSQL does."""
    connection = MagicMock()
    connection.vendor = "postgresql"
    return connection


def ask(connection):
    """Return the method that asks this database."""
    return connection.cursor.return_value.__enter__.return_value.execute


def answer_with(connection, value):
    """Let this database answer with a value."""
    cursor = connection.cursor.return_value.__enter__.return_value
    cursor.fetchone.return_value = (value,)


@pytest.mark.parametrize("value", ["on", "local", "remote_write", "remote_apply"])
def test_database_that_keeps_its_word(postgresql, value):
    """What it has confirmed is on its disk."""
    answer_with(postgresql, value)
    check_database(postgresql)

    assert "synchronous_commit" in ask(postgresql).call_args.args[0]
    assert postgresql.close.called


def test_database_that_may_forget(postgresql):
    """A crash would lose what visitors were told is saved: that is no start."""
    answer_with(postgresql, "off")
    with pytest.raises(ImproperlyConfigured, match="synchronous_commit"):
        check_database(postgresql)


def test_database_that_is_away_at_the_start(postgresql):
    """It may come later; the site starts."""
    postgresql.cursor.side_effect = OperationalError("away")

    assert check_database(postgresql) is None


def test_database_that_need_not_be_asked(postgresql):
    """SQLite is told by the site itself what to do."""
    postgresql.vendor = "sqlite"
    check_database(postgresql)

    assert not postgresql.cursor.called


def test_sqlite_waits_for_the_disk(db):
    """What was confirmed survives a loss of power."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")

        assert cursor.fetchone() == (2,)
