"""The settings: what a start refuses, and how the environment is read."""

import importlib.util
import os
import sys
from unittest.mock import MagicMock, patch

import pytest
from environs import EnvError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from flask_site import create_app
from flask_site.checks import ImproperlyConfigured, check_database, check_public

from .conftest import SETTINGS
from .factories import make_post

GOOD_KEY = "k" * 50
PRODUCTION = SETTINGS | {
    "DEMO": False,
    "CHEAP_PASSWORDS": False,
    "SECRET_KEY": GOOD_KEY,
    "TRUSTED_HOSTS": ["blog.example"],
}


def load_settings(**environment):
    """Run the settings module anew, in an environment of these variables alone."""
    spec = importlib.util.find_spec("flask_site.settings")
    module = importlib.util.module_from_spec(spec)
    with patch.dict(os.environ, environment, clear=True):
        spec.loader.exec_module(module)
    return module


def test_safe_settings_are_accepted():
    """A production start with a key and with named hosts is one."""
    assert create_app(PRODUCTION)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "k" * 31}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + GOOD_KEY}, "SECRET_KEY"),
        ({"SECRET_KEY": "change-me-" + GOOD_KEY}, "SECRET_KEY"),
        ({"SECRET_KEY": "", "DEMO": True}, "SECRET_KEY"),
        ({"TRUSTED_HOSTS": ["blog.example", "*"]}, "ALLOWED_HOSTS"),
        ({"CHEAP_PASSWORDS": True}, "CHEAP_PASSWORDS"),
        ({"MAIL_URL": ""}, "MAIL_URL"),
        ({"TASKS": "celery"}, "REDIS_URL"),
    ],
)
def test_unsafe_settings_are_refused(change, name):
    """The sentence that ends the start names the setting."""
    with pytest.raises(ImproperlyConfigured, match=name):
        create_app(PRODUCTION | change)


@pytest.mark.parametrize(
    "change",
    [
        {"DEBUG": True, "SECRET_KEY": "dev"},
        {"DEBUG": True, "TRUSTED_HOSTS": ["*"]},
        {"DEMO": True, "CHEAP_PASSWORDS": True},
    ],
)
def test_development_and_demo_may_do_more(change):
    """What would harm the public harms nobody here."""
    assert create_app(PRODUCTION | change)


def test_debug_is_not_for_the_public():
    """The module that a WSGI server imports refuses DEBUG."""
    app = create_app(PRODUCTION | {"DEBUG": True})
    with pytest.raises(ImproperlyConfigured, match="DEBUG"):
        check_public(app)


def test_page_length_is_read_when_it_is_needed(app, client, user):
    """A setting that changes changes the next page, of functions and of classes."""
    with app.app_context():
        for _ in range(3):
            make_post(user)
    app.config["POSTS_PER_PAGE"] = 2

    assert client.get("/?page=2").text.count("h-entry") == 1
    assert client.get("/authors/ann/?page=2").text.count("h-entry") == 1


def test_defaults_need_no_environment():
    """Where no variable says otherwise, the site is a production start."""
    # The key and MAIL_URL are missing too; create_app() refuses that.
    settings = load_settings()

    assert not settings.DEBUG
    assert not settings.DEMO
    assert settings.SECRET_KEY == ""
    assert settings.MAIL_URL == ""
    assert settings.POSTS_PER_PAGE == 5
    assert settings.TRUSTED_HOSTS == ["localhost", "127.0.0.1"]
    assert settings.MAIL_FROM == "noreply@localhost"
    assert (settings.LOGIN_TRIES, settings.LOGIN_TRIES_PER_ADDRESS) == (10, 100)
    assert (settings.LOGIN_TRIES_WINDOW, settings.TRUSTED_PROXIES) == (300, 0)
    assert (settings.SESSION_STORE, settings.TASKS) == ("cookie", "thread")


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
        load_settings(**environment)


def test_unreadable_settings_end_the_start(monkeypatch):
    """The factory says it as it says the rest. In Django nothing wraps the settings."""
    monkeypatch.delitem(sys.modules, "flask_site.settings", raising=False)
    monkeypatch.setenv("POSTS_PER_PAGE", "many")
    with pytest.raises(ImproperlyConfigured, match="POSTS_PER_PAGE"):
        create_app(PRODUCTION)


def test_default_database_stands_beside_the_package():
    """SQLite needs no server and no variable."""
    settings = load_settings()

    path = settings.BASE_DIR / "flask.sqlite3"
    assert settings.SQLALCHEMY_DATABASE_URI.database == str(path)


@pytest.mark.parametrize(
    ("url", "path"), [("sqlite:////srv/blog.db", "/srv/blog.db"), ("sqlite:///b.db", 0)]
)
def test_relative_database_stands_there_too(url, path):
    """A relative path does not depend on the folder where somebody starts."""
    settings = load_settings(DATABASE_URL=url)

    path = path or str(settings.BASE_DIR / "b.db")
    assert settings.SQLALCHEMY_DATABASE_URI.database == path


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgresql_is_reached_through_psycopg(scheme):
    """Both names of the scheme mean the same driver."""
    url = load_settings(DATABASE_URL=f"{scheme}://me:pw@db:5433/blog")
    url = url.SQLALCHEMY_DATABASE_URI

    assert url.drivername == "postgresql+psycopg"
    assert (url.username, url.password, url.host) == ("me", "pw", "db")
    assert (url.port, url.database) == (5433, "blog")


def test_postgresql_is_reached_as_its_address_says():
    """Whoever asks for TLS gets it, or no connection."""
    url = "postgresql://me@db/blog?sslmode=require"
    options = dict(load_settings(DATABASE_URL=url).SQLALCHEMY_DATABASE_URI.query)

    assert options["sslmode"] == "require"


def test_a_production_start_passes_the_checks_of_deployment(tmp_path):
    """What Django's `check --deploy` looks at is as it shall be, for the public."""
    # Flask has no such command: one line for each check, by Django's number.
    settings = load_settings(
        SECRET_KEY=GOOD_KEY,
        ALLOWED_HOSTS="blog.example",
        MAIL_URL="smtp://nowhere.example",
        SITE_URL="https://blog.example",
        DATABASE_URL=f"sqlite:///{tmp_path}/blog.sqlite3",
    )
    app = create_app({name: getattr(settings, name) for name in dir(settings)})
    answer = app.test_client().get("/login/", base_url="https://blog.example")
    refused = app.test_client().post("/login/", base_url="https://blog.example")
    plain = app.test_client().get("/login/", base_url="http://blog.example")
    headers, cookie = answer.headers, answer.headers["Set-Cookie"].split("; ")

    assert answer.status_code == 200
    assert headers["X-Content-Type-Options"] == "nosniff"  # W001, W006
    assert headers["X-Frame-Options"] == "DENY"  # W002, W019
    assert refused.status_code == 403  # W003, E101, E102
    # W004; nothing about other hosts or the browsers' lists, as in Django: W005, W021
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    # W008: as in Django, it is the proxy that leads http to https.
    assert plain.status_code == 200
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):  # W009
        create_app(PRODUCTION | {"SECRET_KEY": "k" * 31})
    assert not app.config["SECRET_KEY_FALLBACKS"]  # W025: no old key, and no weak one
    assert "Secure" in cookie  # W010, W011, W012
    assert "HttpOnly" in cookie  # W013, W014, W015
    assert len(headers.getlist("Set-Cookie")) == 1  # W016: the token is in there too
    assert not app.debug  # W018
    assert app.config["TRUSTED_HOSTS"] == ["blog.example"]  # W020
    assert headers["Referrer-Policy"] == "same-origin"  # W022, E023
    # E024
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(("url", "secure"), [("https://a", True), ("http://a", False)])
def test_cookies_are_for_https_where_the_site_is(url, secure):
    """One variable says how the site is reached."""
    settings = load_settings(SITE_URL=url)

    assert settings.SESSION_COOKIE_SECURE is secure


def test_names_of_cookies_over_https(make_app):
    """A browser takes such a name from this host alone, and for all of it."""
    settings = load_settings(SITE_URL="https://blog.example")
    changed = ["SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE"]
    app = make_app(**{name: getattr(settings, name) for name in changed})
    app.config["WTF_CSRF_ENABLED"] = True
    response = app.test_client().get("/login/", base_url="https://localhost")
    cookies = response.headers.getlist("Set-Cookie")

    assert [cookie.partition("=")[0] for cookie in cookies] == ["__Host-flask_session"]
    for cookie in cookies:
        assert {"Secure", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


@pytest.fixture
def postgresql():
    """Make a database that answers as PostgreSQL does."""
    db = MagicMock()
    db.engine.dialect.name = "postgresql"
    return db


def ask(db):
    """Return the method that asks this database."""
    return db.engine.connect.return_value.__enter__.return_value.scalar


@pytest.mark.parametrize("value", ["on", "local", "remote_write", "remote_apply"])
def test_database_that_keeps_its_word(postgresql, value):
    """What it has confirmed is on its disk."""
    ask(postgresql).return_value = value
    check_database(postgresql)

    assert "synchronous_commit" in str(ask(postgresql).call_args.args[0])


def test_database_that_may_forget(postgresql):
    """A crash would lose what visitors were told is saved: that is no start."""
    ask(postgresql).return_value = "off"
    with pytest.raises(ImproperlyConfigured, match="synchronous_commit"):
        check_database(postgresql)


def test_database_that_is_away_at_the_start(postgresql):
    """It may come later; the site starts."""
    postgresql.engine.connect.side_effect = OperationalError("", {}, Exception("away"))

    assert check_database(postgresql) is None


def test_database_that_need_not_be_asked(postgresql):
    """SQLite is told by the site itself what to do."""
    postgresql.engine.dialect.name = "sqlite"
    check_database(postgresql)

    assert not postgresql.engine.connect.called


def test_sqlite_waits_for_the_disk(db):
    """What was confirmed survives a loss of power."""
    assert db.session.scalar(text("PRAGMA synchronous")) == 2
