"""The keys in links to a new password."""

from datetime import timedelta

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.auth.tokens import default_token_generator as tokens
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from .factories import PASSWORD, make_user

NEW_PASSWORD = {
    "new_password1": "another long one",
    "new_password2": "another long one",
}


@pytest.fixture
def pass_seconds(monkeypatch):
    """Set the clock of the keys forward."""
    now = tokens._now()

    def pass_seconds(seconds):
        later = now + timedelta(seconds=seconds)
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: later)

    pass_seconds(0)
    return pass_seconds


def make_address(user):
    """Return the address of a new password."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return f"/reset/{uid}/{tokens.make_token(user)}/"


def test_a_key_opens(user):
    """It is for the user whom it was made for."""
    assert tokens.check_token(user, tokens.make_token(user))


def test_a_key_works_once(user):
    """Whoever has set a password with it, or without it, has used it up."""
    token = tokens.make_token(user)
    user.set_password("another one")

    assert not tokens.check_token(user, token)


def test_a_key_of_another_address(user):
    """A key that was mailed to an address that is no longer the user's is worthless."""
    token = tokens.make_token(user)
    user.email = "elsewhere@example.org"

    assert not tokens.check_token(user, token)


def test_log_out_uses_no_key_up(user):
    """The end of all sessions is not the end of the link on its way."""
    token = tokens.make_token(user)
    user.end_sessions()
    user.refresh_from_db()

    assert tokens.check_token(user, token)


@pytest.mark.parametrize(("seconds", "opens"), [(0, True), (3600, True), (3601, False)])
def test_a_key_gets_old(user, pass_seconds, seconds, opens):
    """PASSWORD_RESET_TIMEOUT is the last second of its life."""
    token = tokens.make_token(user)
    pass_seconds(seconds)

    assert tokens.check_token(user, token) is opens


def test_a_key_gets_old_sooner(settings, user, pass_seconds):
    """What counts is the setting of today, not of the day when the key was made."""
    token = tokens.make_token(user)
    settings.PASSWORD_RESET_TIMEOUT = 10
    pass_seconds(11)

    assert not tokens.check_token(user, token)


def test_a_key_of_somebody_else(user):
    """Nobody comes from their own key to that of another user."""
    # A key does not name its user; the address does, beside it.
    assert not tokens.check_token(make_user("zoe"), tokens.make_token(user))


@pytest.mark.parametrize("forged", ["", "x", "{0}x", "x{0}", "é", "..", "{0}.{0}"])
def test_a_forged_key(user, forged):
    """What nobody has made opens nothing, and breaks nothing."""
    assert not tokens.check_token(user, forged.format(tokens.make_token(user)))


def test_a_key_depends_on_the_secret(user, settings, monkeypatch):
    """With another SECRET_KEY all links are dead."""
    token = tokens.make_token(user)
    settings.SECRET_KEY = "y" * 50
    monkeypatch.setattr(tokens, "_secret", None)  # it keeps the one of its first use

    assert not tokens.check_token(user, token)


def test_a_key_of_nobody(client, user):
    """The account may be gone when its link is opened."""
    address = make_address(user)
    user.delete()

    assert client.get(address).status_code == 400


def test_a_new_password_signs_out(client, user):
    """Whoever knew the old password is out, and the new one opens."""
    client.force_login(user)
    address, other = make_address(user), Client()
    form_address = other.get(address).url
    answers = [other.post(form_address, NEW_PASSWORD), Client().get(address)]

    assert [answer.status_code for answer in answers] == [302, 400]
    assert client.get("/account/").status_code == 302
    form = {"username": "ann", "password": PASSWORD}
    assert other.post("/login/", form).status_code == 400
    form["password"] = NEW_PASSWORD["new_password1"]
    assert other.post("/login/", form).status_code == 302
