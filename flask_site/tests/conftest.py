"""Fixtures: an application with a database of its own for each test.

A test that uses `client` must not use `db`: a context that is pushed already
would serve all its requests, and they would share one `g`.
"""

from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from flask_site import blog, create_app, extensions, users

from .factories import PASSWORD, make_user

SETTINGS = {
    "TESTING": True,
    "DEBUG": False,
    "DEMO": True,
    "CHEAP_PASSWORDS": True,
    "SECRET_KEY": "x" * 50,
    "MAIL_URL": "smtp://nowhere.example",
    "POSTS_PER_PAGE": 5,
    "SQLALCHEMY_DATABASE_URI": "sqlite://",
    "SQLALCHEMY_ENGINE_OPTIONS": {},
    "WTF_CSRF_ENABLED": False,
}


class AuthActions:
    """Signs a client in and out, as a visitor would."""

    def __init__(self, client):
        self._client = client

    def login(self, user):
        """Sign in."""
        form = {"username": user.username, "password": PASSWORD}
        return self._client.post("/login/", data=form)

    def logout(self):
        """Sign out."""
        return self._client.post("/logout/")


@pytest.fixture
def make_app():
    """Make applications with settings of their own, and close their databases."""
    apps = []

    def make_app(**settings):
        apps.append(create_app(SETTINGS | settings))
        return apps[-1]

    yield make_app
    for app in apps:
        with app.app_context():
            extensions.db.engine.dispose()


@pytest.fixture(autouse=True)
def handed_over(monkeypatch):
    """Collect the ids of messages that would be sent in the background."""
    ids = []
    for views in (blog.views, users.views):
        monkeypatch.setattr(views, "send_soon", ids.append)
    return ids


@pytest.fixture
def app(make_app):
    """Make an application with empty tables."""
    app = make_app()
    with app.app_context():
        extensions.db.create_all()
    return app


@pytest.fixture
def client(app):
    """Make a browser."""
    return app.test_client()


@pytest.fixture
def auth(client):
    """Sign that browser in and out."""
    return AuthActions(client)


@pytest.fixture
def answer(app, client):
    """Put a view of the test's own at /view/, and ask for it."""

    def answer(view):
        app.add_url_rule("/view/", view_func=view)
        return client.get("/view/")

    return answer


@pytest.fixture
def break_database():
    """Let statements with a word in them fail as if somebody held the lock."""

    @contextmanager
    def break_database(app, word="", error=OperationalError):
        def fail(connection, cursor, statement, *rest):
            if word in statement:
                raise error(statement, {}, Exception("database is locked"))

        with app.app_context():
            engine = extensions.db.engine
        event.listen(engine, "before_cursor_execute", fail)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", fail)

    return break_database


@pytest.fixture
def runner(app):
    """Run commands."""
    return app.test_cli_runner()


@pytest.fixture
def db(app):
    """Open the database: push an application context until the test ends."""
    with app.app_context():
        yield extensions.db


@pytest.fixture
def user(app):
    """Store a user."""
    with app.app_context():
        return make_user()
