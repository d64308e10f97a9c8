"""The keys in links to a new password."""

import pytest
from itsdangerous import TimestampSigner

from flask_site.users.models import User
from flask_site.users.tokens import get_user, make_token

from .factories import PASSWORD, make_user

NEW_PASSWORD = {
    "new_password1": "another long one",
    "new_password2": "another long one",
}


@pytest.fixture
def stored(user, db):
    """Read the user from the database of this test."""
    return db.session.get(User, user.id)


@pytest.fixture
def pass_seconds(monkeypatch):
    """Set the clock of the keys forward."""
    now = TimestampSigner("any").get_timestamp()

    def pass_seconds(seconds):
        monkeypatch.setattr(
            TimestampSigner, "get_timestamp", lambda signer: now + seconds
        )

    pass_seconds(0)
    return pass_seconds


def test_a_key_opens(stored):
    """It is for the user whom it was made for."""
    make_user("zoe")

    assert get_user(make_token(stored)) == stored


def test_a_key_works_once(stored, db):
    """Whoever has set a password with it, or without it, has used it up."""
    token = make_token(stored)
    stored.set_password("another one")
    db.session.commit()

    assert get_user(token) is None


def test_a_key_of_another_address(stored, db):
    """A key that was mailed to an address that is no longer the user's is worthless."""
    token = make_token(stored)
    stored.email = "elsewhere@example.org"
    db.session.commit()

    assert get_user(token) is None


def test_log_out_uses_no_key_up(stored, db):
    """The end of all sessions is not the end of the link on its way."""
    token = make_token(stored)
    stored.end_sessions()
    db.session.commit()

    assert get_user(token) == stored


@pytest.mark.parametrize(("seconds", "opens"), [(0, True), (3600, True), (3601, False)])
def test_a_key_gets_old(stored, pass_seconds, seconds, opens):
    """PASSWORD_RESET_TIMEOUT is the last second of its life."""
    token = make_token(stored)
    pass_seconds(seconds)

    assert (get_user(token) is not None) is opens


def test_a_key_gets_old_sooner(app, stored, pass_seconds):
    """What counts is the setting of today, not of the day when the key was made."""
    token = make_token(stored)
    app.config["PASSWORD_RESET_TIMEOUT"] = 10
    pass_seconds(11)

    assert get_user(token) is None


def test_a_key_of_somebody_else(stored):
    """Nobody comes from their own key to that of another user."""
    # A key names its user under the signature.
    name = make_token(make_user("zoe")).rsplit(".", 2)[0]
    signature = make_token(stored).rsplit(".", 2)[1:]

    assert get_user(".".join([name, *signature])) is None


@pytest.mark.parametrize("forged", ["", "x", "{0}x", "x{0}", "é", "..", "{0}.{0}"])
def test_a_forged_key(stored, forged):
    """What nobody has made opens nothing, and breaks nothing."""
    assert get_user(forged.format(make_token(stored))) is None


def test_a_key_depends_on_the_secret(app, stored):
    """With another SECRET_KEY all links are dead."""
    token = make_token(stored)
    app.config["SECRET_KEY"] = "y" * 50

    assert get_user(token) is None


def test_a_key_of_nobody(stored, db):
    """The account may be gone when its link is opened."""
    token = make_token(stored)
    db.session.delete(stored)
    db.session.commit()

    assert get_user(token) is None


def test_a_new_password_signs_out(app, auth, client, user):
    """Whoever knew the old password is out, and the new one opens."""
    auth.login(user)
    with app.app_context():
        address = f"/reset/{make_token(user)}/"
    other = app.test_client()
    answers = [other.post(address, data=NEW_PASSWORD) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 400]
    assert client.get("/account/").status_code == 302
    form = {"username": "ann", "password": PASSWORD}
    assert other.post("/login/", data=form).status_code == 400
    form["password"] = NEW_PASSWORD["new_password1"]
    assert other.post("/login/", data=form).status_code == 302
