"""Passwords: Django's hash format, and three of the rules that Django brings."""

import gzip
import re
import secrets
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

# Django stores "argon2" in front of what the library makes.
PREFIX = "argon2"
MIN_LENGTH = 8
MAX_SIMILARITY = 0.7


def get_hasher():
    """Return the hasher: Django's parameters, or next to no work in tests."""
    if current_app.config["CHEAP_PASSWORDS"]:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, salt_len=22)
    return PasswordHasher(time_cost=2, memory_cost=102400, parallelism=8, salt_len=22)


def make_password(password):
    """Return the hash of a password; of None, what no password matches."""
    if password is None:
        return f"!{secrets.token_hex(20)}"
    return PREFIX + get_hasher().hash(password)


def check_password(password, encoded):
    """Return whether a password has this hash."""
    try:
        return get_hasher().verify(encoded.removeprefix(PREFIX), password)
    except VerificationError:
        return False
    except InvalidHashError:  # unusable; it must take as long to say so
        make_password(password)
        return False


def needs_rehash(encoded):
    """Return whether a hash was made with other parameters than today's."""
    return get_hasher().check_needs_rehash(encoded.removeprefix(PREFIX))


@cache
def common_passwords():
    """Return the 20,000 passwords that are tried first, in lower case."""
    path = Path(__file__).with_name("common-passwords.txt.gz")
    return frozenset(gzip.decompress(path.read_bytes()).decode().splitlines())


def find_faults(password, user):
    """Return what is wrong with a new password for a user, in words."""
    faults = []
    for name, value in {"user name": user.username, "e-mail": user.email}.items():
        words = [value, *re.split(r"\W+", value)] if value else []
        if any(is_similar(password.lower(), word.lower()) for word in words if word):
            faults.append(f"The password is too similar to the {name}.")
            break
    if len(password) < MIN_LENGTH:
        faults.append(
            f"This password is too short. It must contain at least {MIN_LENGTH} "
            "characters."
        )
    if password.lower().strip() in common_passwords():
        faults.append("This password is too common.")
    return faults


def is_similar(password, word):
    """Return whether a password has too much of a word in it."""
    # A text ten times as long cannot be similar, and takes long to compare.
    if len(password) >= 10 * len(word):
        return False
    return SequenceMatcher(a=password, b=word).quick_ratio() >= MAX_SIMILARITY
