"""Sessions: what ends them, and what either store keeps where."""

import json
from unittest.mock import Mock

import pytest
from flask import session

from flask_site import create_app
from flask_site.extensions import db as database
from flask_site.users.cookies import read_cookie
from flask_site.users.models import User, load_user

from .conftest import SETTINGS, AuthActions
from .factories import make_user

# Flask-Session dates its rows with it; Python 3.12 warns.
pytestmark = pytest.mark.filterwarnings(
    "ignore:datetime.datetime.utcnow:DeprecationWarning:flask_session"
)


def grow(told):
    """Add to a list in the session, and tell the session or not."""
    session.setdefault("list", []).append(1)
    session.modified = session.modified or told == "told"
    return session["list"]


@pytest.fixture(scope="module")
def server_app(tmp_path_factory):
    """Make an application whose sessions are rows of a table."""
    # Flask-Session makes a model with each application, and SQLAlchemy takes it once
    # a process: so this module has one application, and takes its table away again.
    path = tmp_path_factory.mktemp("sessions") / "db.sqlite3"
    stored = {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{path}"}
    app = create_app(SETTINGS | stored | {"SESSION_STORE": "server"})
    app.add_url_rule("/grow/<told>/", view_func=grow, methods=["GET", "POST"])
    with app.app_context():
        database.create_all()
        app.config["ANN"] = make_user()
    yield app
    with app.app_context():
        database.engine.dispose()
    database.metadata.remove(database.metadata.tables["sessions"])


@pytest.fixture
def open_browser(server_app):
    """Open browsers that visit the site."""

    def open_browser(cookie=None):
        client = server_app.test_client()
        if cookie:
            client.set_cookie("flask_session", cookie)
        return client

    return open_browser


def log_in(client):
    """Sign ann in."""
    AuthActions(client).login(client.application.config["ANN"])


def read_key(client):
    """Return the cookie of the session."""
    return client.get_cookie("flask_session").value


def count_rows(app):
    """Return how many sessions the table holds."""
    with app.app_context():
        return app.session_interface.sql_session_model.query.count()


def is_signed_in(client):
    """Return whether the account opens."""
    return client.get("/account/").status_code == 200


def test_epoch_is_a_part_of_a_session(user, db):
    """What a session keeps of its user counts until somebody ends all sessions."""
    user = db.session.merge(user)
    kept = user.get_id()
    user.end_sessions()
    db.session.commit()

    assert user.session_epoch == 1
    assert user.get_id() != kept
    assert load_user(kept) is None


def test_two_log_outs_at_once(user, db):
    """They count as two, whatever each of them has seen."""
    user = db.session.merge(user)
    other = db.update(User).values(session_epoch=1)
    db.session.execute(other.execution_options(synchronize_session=False))
    user.end_sessions()
    db.session.commit()

    assert user.session_epoch == 2


def test_sessions_of_others_go_on(user, db):
    """Only the sessions of the one user end."""
    kept = make_user("zoe").get_id()
    db.session.merge(user).end_sessions()
    db.session.commit()

    assert load_user(kept).username == "zoe"


def test_log_out_with_the_cookie_store(app, auth, client, user):
    """No server can take a cookie back, so log-out makes all of them stale."""
    other = app.test_client()
    AuthActions(other).login(user)
    auth.login(user)
    copied = read_key(client)
    before = is_signed_in(other)
    auth.logout()
    client.set_cookie("flask_session", copied)

    assert before
    assert not is_signed_in(client)
    assert not is_signed_in(other)


def test_log_out_with_the_server_store(server_app, open_browser):
    """The row is deleted: a copied key opens nothing, and other browsers stay."""
    client, other = open_browser(), open_browser()
    log_in(client)
    log_in(other)
    copied = read_key(client)
    rows = count_rows(server_app)
    client.post("/logout/")

    assert count_rows(server_app) == rows - 1
    assert not is_signed_in(open_browser(copied))
    assert is_signed_in(other)


@pytest.mark.parametrize(
    ("content", "compressed"), [({"mark": "é"}, False), ({"mark": [7] * 200}, True)]
)
def test_a_cookie_is_read_without_the_key(client, content, compressed):
    """A signature hides nothing, whether what is signed is compressed or not."""
    with client.session_transaction() as kept:
        kept.update(content)
    cookie = read_key(client)

    assert cookie.startswith(".") is compressed
    assert json.loads(read_cookie(cookie)) == content


def test_a_key_says_nothing(server_app, open_browser):
    """With the server store the cookie is a key, and a row has the rest."""
    client = open_browser()
    rows = count_rows(server_app)
    with client.session_transaction() as kept:
        kept["mark"] = "here"

    assert count_rows(server_app) == rows + 1
    assert len(read_key(client)) < 50
    with open_browser(read_key(client)).session_transaction() as kept:
        assert kept["mark"] == "here"


def test_a_visitor_of_whom_nothing_is_kept(server_app, open_browser):
    """Whoever has nothing to be remembered gets neither a cookie nor a row."""
    client = open_browser()
    rows = count_rows(server_app)
    page = client.get("/session/")

    assert "This site remembers nothing about you." in page.text
    assert "Set-Cookie" not in page.headers
    assert count_rows(server_app) == rows


@pytest.mark.parametrize("name", ["mark", "csrf_token"])
def test_who_planted_the_key_gets_nothing(open_browser, name):
    """Log-in changes the key of the session, whatever was in it."""
    # A token of a form is all there is in it for one who came for the log-in page.
    client = open_browser()
    with client.session_transaction() as planted:
        planted[name] = "known"
    key = read_key(client)
    log_in(client)

    assert is_signed_in(client)
    assert read_key(client) != key
    assert not is_signed_in(open_browser(key))


@pytest.mark.parametrize(("told", "kept"), [("", [1, 1]), ("told", [1, 1, 1])])
def test_change_within_a_value_on_the_server(open_browser, told, kept):
    """A list that grows is kept where the session is told, as in a cookie."""
    # Django's row is the default; claim 23 of the article has it.
    client = open_browser()
    client.get(f"/grow/{told or 'silent'}/")
    client.get(f"/grow/{told or 'silent'}/")

    assert client.get(f"/grow/{told or 'silent'}/").json == kept


@pytest.mark.parametrize("statement", ["SELECT sessions", "UPDATE sessions"])
def test_store_that_does_not_answer(
    server_app, open_browser, break_database, monkeypatch, statement
):
    """A session that cannot be opened, or not be saved, is a page too: come again."""
    monkeypatch.setitem(server_app.config, "PROPAGATE_EXCEPTIONS", False)
    # Flask-Session asks three times, and sleeps in between.
    monkeypatch.setattr("flask_session._utils.time", Mock())
    client = open_browser()
    client.post("/grow/told/")
    with break_database(server_app, statement):
        response = client.post("/grow/told/")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert "our database does not answer" in response.text
    assert client.post("/grow/told/").json == [1, 1]
