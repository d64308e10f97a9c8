"""Accounts: what a session keeps of them, and what log-in changes."""

from datetime import timedelta

import pytest
from django.contrib.auth import HASH_SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile

from django_site.users.forms import RegisterForm
from django_site.users.hashers import CheapArgon2PasswordHasher
from django_site.users.models import User

from .factories import PASSWORD


def log_in(client, **fields):
    """Sign in with the form, as a visitor would."""
    form = {"username": "ann", "password": PASSWORD} | fields
    return client.post("/login/", form)


def test_session_names_user_and_password(client, user):
    """What a session keeps counts as long as the password is the same."""
    client.force_login(user)
    kept = client.session[HASH_SESSION_KEY]

    assert user.get_session_auth_hash() == kept
    user.set_password("another one")
    assert user.get_session_auth_hash() != kept


def test_changed_password_closes_sessions(client, user):
    """The session opens nothing once the stored password is another."""
    client.force_login(user)
    user.set_password("another one")
    user.save()

    assert client.get("/login/").wsgi_request.user.is_anonymous


@pytest.mark.parametrize("forged", ["", "00", "{0}0"])
def test_forged_session_opens_nothing(client, user, forged):
    """The number of a user without the right text beside it names nobody."""
    client.force_login(user)
    session = client.session
    session[HASH_SESSION_KEY] = forged.format(session[HASH_SESSION_KEY])
    session.save()

    assert client.get("/login/").wsgi_request.user.is_anonymous


def test_session_depends_on_the_key(client, user, settings):
    """With another SECRET_KEY all are signed out."""
    client.force_login(user)
    settings.SECRET_KEY = "y" * 50

    assert client.get("/login/").wsgi_request.user.is_anonymous


def test_log_in_changes_the_csrf_token(client, user):
    """Who planted or knew the token before knows it no longer."""
    client.get("/login/")
    known = client.cookies["django_csrftoken"].value
    log_in(client)

    assert client.cookies["django_csrftoken"].value != known


def test_log_in_changes_the_session_key(client, user):
    """Who planted the key is left with an empty session."""
    # Flask's cookie has no key; with SESSION_STORE=server see test_sessions.py.
    session = client.session
    session["mark"] = 1
    session.save()
    client.cookies["django_sessionid"] = session.session_key
    log_in(client)

    assert client.session["mark"] == 1
    assert client.session.session_key != session.session_key


def test_log_in_is_remembered_for_thirty_days(client, user):
    """The log-in outlives the browser where the visitor asked for it."""
    # The session does.
    log_in(client)
    forgotten = client.session.get_expire_at_browser_close()
    log_in(client, remember="on")

    assert forgotten
    assert not client.session.get_expire_at_browser_close()
    assert timedelta(29.9) < timedelta(seconds=client.session.get_expiry_age())


def test_log_out_empties_the_session(client, user):
    """Nothing of it is left."""
    # Its key is gone too.
    client.force_login(user)
    key = client.session.session_key
    client.post("/logout/")

    assert not client.session.exists(key)
    assert client.session.is_empty()


def test_unknown_user_name_costs_a_hash(client, db, monkeypatch):
    """The time that an answer takes does not tell whether a name exists."""
    hashed = []
    encode = CheapArgon2PasswordHasher.encode

    def note(self, password, salt):
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(CheapArgon2PasswordHasher, "encode", note)
    log_in(client, username="nobody")

    assert hashed == [PASSWORD]


def test_user_name_taken_a_moment_ago(client, user, monkeypatch):
    """The database has the last word, and the form says it."""
    monkeypatch.setattr(RegisterForm, "clean_username", lambda form: "ann")
    monkeypatch.setattr(RegisterForm, "validate_unique", lambda form: None)
    monkeypatch.setattr(User, "validate_constraints", lambda user, exclude: None)
    form = {"username": "ann", "email": "a@example.org"}
    form |= {"password1": PASSWORD, "password2": PASSWORD}
    response = client.post("/register/", form)

    assert response.status_code == 400
    assert "A user with that user name already exists." in response.text


def test_file_is_no_user_name(client, db):
    """A file where a name should be is as good as nothing."""
    file = SimpleUploadedFile("kim.txt", b"Kim")
    response = client.post("/login/", {"username": file})

    assert response.status_code == 400
