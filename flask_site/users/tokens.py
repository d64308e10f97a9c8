"""The keys in links to a new password, as Django brings them."""

import hmac

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from flask_site.extensions import db

from .models import User


def make_token(user):
    """Return a key that a user can set one new password with."""
    return get_serializer().dumps([user.id, get_state(user)])


def get_user(token):
    """Return the user of a key, or None where it is used, too old or made up."""
    max_age = current_app.config["PASSWORD_RESET_TIMEOUT"]
    try:
        user_id, state = get_serializer().loads(token, max_age=max_age)
    except BadData:
        return None
    user = db.session.get(User, user_id)
    return user if user and hmac.compare_digest(get_state(user), state) else None


def get_serializer():
    """Return what signs the keys, and dates them."""
    key = current_app.config["SECRET_KEY"]
    return URLSafeTimedSerializer(key, salt="password reset")


def get_state(user):
    """Return what no longer fits once the password or the address has changed."""
    key = current_app.config["SECRET_KEY"].encode()
    state = f"password reset\n{user.password}\n{user.email}"
    return hmac.digest(key, state.encode(), "sha256").hex()
