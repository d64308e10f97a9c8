"""Accounts: what a session keeps of them, and what log-in changes."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from flask_site.users import views
from flask_site.users.forms import RegisterForm
from flask_site.users.models import User, load_user

from .factories import PASSWORD


def test_session_names_user_and_password(user, db):
    """What a session keeps counts as long as the password is the same."""
    kept = user.get_id()

    assert load_user(kept).id == user.id
    user.set_password("another one")
    assert user.get_id() != kept


def test_changed_password_closes_sessions(user, db):
    """The session opens nothing once the stored password is another."""
    kept = user.get_id()
    db.session.get(User, user.id).set_password("another one")

    assert load_user(kept) is None


@pytest.mark.parametrize("forged", ["{0}", "{0}-", "{0}-00", "99-{1}", "{0}-{1}0"])
def test_forged_session_opens_nothing(user, db, forged):
    """The number of a user without the right text beside it names nobody."""
    fingerprint = user.get_id().partition("-")[2]

    assert load_user(forged.format(user.id, fingerprint)) is None


def test_session_depends_on_the_key(app, user, db):
    """With another SECRET_KEY all are signed out."""
    kept = user.get_id()
    app.secret_key = "y" * 50

    assert load_user(kept) is None


def test_log_in_changes_the_csrf_token(client, auth, user):
    """Who planted or knew the token before knows it no longer."""
    with client.session_transaction() as session:
        session["csrf_token"] = "known"
    auth.login(user)

    with client.session_transaction() as session:
        assert session["_user_id"]
        assert session.get("csrf_token") != "known"


def test_log_in_is_remembered_for_thirty_days(client, user):
    """The log-in outlives the browser where the visitor asked for it."""
    # The session does.
    form = {"username": "ann", "password": PASSWORD}
    client.post("/login/", data=form)
    forgotten = client.get_cookie("flask_session")
    client.post("/login/", data=form | {"remember": "y"})
    left = client.get_cookie("flask_session").expires - datetime.now(UTC)

    assert not forgotten.expires
    assert timedelta(29.9) < left <= timedelta(30)


def test_log_out_empties_the_session(client, auth, user):
    """Nothing of it is left."""
    auth.login(user)
    auth.logout()

    with client.session_transaction() as session:
        assert not session


def test_unknown_user_name_costs_a_hash(client, monkeypatch):
    """The time that an answer takes does not tell whether a name exists."""
    hashed = []
    monkeypatch.setattr(views, "make_password", hashed.append)
    client.post("/login/", data={"username": "nobody", "password": PASSWORD})

    assert hashed == [PASSWORD]


def test_user_name_taken_a_moment_ago(client, user, monkeypatch):
    """The database has the last word, and the form says it."""
    monkeypatch.setattr(RegisterForm, "validate_username", lambda form, field: None)
    form = {"username": "ann", "email": "a@example.org"}
    form |= {"password1": PASSWORD, "password2": PASSWORD}
    response = client.post("/register/", data=form)

    assert response.status_code == 400
    assert "A user with that user name already exists." in response.text


def test_file_is_no_user_name(client):
    """A file where a name should be is as good as nothing."""
    file = (BytesIO(b"Kim"), "kim.txt")
    response = client.post("/login/", data={"username": file})

    assert response.status_code == 400
