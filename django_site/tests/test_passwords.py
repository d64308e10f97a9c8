"""Passwords: the stored form, and what is no good password."""

import hashlib
import re

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    validate_password,
)
from django.core.exceptions import ValidationError

from django_site.users.models import User

from .factories import PASSWORD

TOO_SHORT = "This password is too short. It must contain at least 8 characters."
TOO_COMMON = "This password is too common."
LIKE_NAME = "The password is too similar to the user name."
LIKE_EMAIL = "The password is too similar to the e-mail."

# The same password, hashed by Flask's half and by Django's.
FLASK_HASH = (
    "argon2$argon2id$v=19$m=8,t=1,p=1$nJlo+bZPyqvIGL5krTgk/981pYPX2A"
    "$OeVXzWudnHeEax0xeAkZfVcqJJGa8dg83R6RTTZpABU"
)
DJANGO_HASH = (
    "argon2$argon2id$v=19$m=8,t=1,p=1$MVd1M2pzakwwbHIzWXRJMHFNbmloNg"
    "$qEMq6E68hvyXVpzLwApfoZqtLTQcKC55ETvhiwt+afM"
)


def find_faults(password, user):
    """Return what is wrong with a new password for a user, in words."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return error.messages
    return []


def test_stored_form():
    """It is Argon2id with the cheap parameters of tests, as Django writes it."""
    encoded = make_password(PASSWORD)

    form = r"argon2\$argon2id\$v=19\$m=8,t=1,p=1\$[\w+/]{30}\$[\w+/]{43}"
    assert re.fullmatch(form, encoded)


def test_stored_form_outside_of_tests(settings):
    """Without CHEAP_PASSWORDS it costs what Django's default costs."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    encoded = make_password(PASSWORD)

    assert encoded.startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")


@pytest.mark.parametrize("encoded", [FLASK_HASH, DJANGO_HASH])
def test_hashes_of_both_sites_open(encoded):
    """An account made on one site signs in on the other."""
    assert check_password("correct horse", encoded)
    assert not check_password("correct horsf", encoded)


def test_unusable_password_opens_nothing():
    """An account without a password has no way in."""
    encoded = make_password(None)

    assert encoded.startswith("!")
    assert not any(check_password(text, encoded) for text in ("", "!", encoded))


@pytest.mark.parametrize(
    ("password", "faults"),
    [
        (PASSWORD, []),
        ("x" * 200, []),
        ("пароль пароль", []),
        ("  8 spaces", []),
        ("sevenxx", [TOO_SHORT]),
        ("password1", [TOO_COMMON]),
        ("PassWord1", [TOO_COMMON]),
        (" password1 ", [TOO_COMMON]),
        ("friend of emily", [TOO_COMMON]),
        ("123", [TOO_SHORT, TOO_COMMON]),
        ("benjamin", [LIKE_NAME, TOO_COMMON]),
        ("Benjamin.F", [LIKE_NAME]),
        ("nimajneb", [LIKE_NAME]),
        ("benja", [LIKE_NAME, TOO_SHORT]),
        ("benjamin and much more besides", []),
        ("wonderland", [LIKE_EMAIL, TOO_COMMON]),
        ("wonderland1", [LIKE_EMAIL]),
        ("", [TOO_SHORT]),
    ],
)
def test_faults_of_passwords(password, faults):
    """Each rule speaks for itself, in Django's words."""
    user = User(username="Benjamin.F", email="zoe@wonderland.example")

    assert find_faults(password, user) == faults


def test_common_passwords_are_the_same():
    """Both sites refuse the same list."""
    listed = "\n".join(sorted(CommonPasswordValidator().passwords)).encode()

    assert hashlib.sha256(listed).hexdigest() == (
        "b07157b3926b3e61f4c09c178aabaf4adff31d90a2314be35a0cae5b53e8e03e"
    )
