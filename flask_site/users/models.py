"""Accounts."""

import hmac
from datetime import datetime

from flask import current_app
from flask_login import UserMixin
from sqlalchemy import Identity, Index, String, func, true
from sqlalchemy.orm import Mapped, mapped_column

from flask_site.columns import now
from flask_site.extensions import db, login_manager

from . import passwords


class User(UserMixin, db.Model):
    """Somebody who can sign in and write."""

    __tablename__ = "users_user"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    username: Mapped[str] = mapped_column(String(30), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    password: Mapped[str] = mapped_column(String(128))
    date_joined: Mapped[datetime] = mapped_column(default=now)
    comment_mail: Mapped[bool] = mapped_column(default=True, server_default=true())
    session_epoch: Mapped[int] = mapped_column(default=0, server_default="0")

    def set_password(self, password):
        """Keep the hash of a password."""
        self.password = passwords.make_password(password)

    def set_unusable_password(self):
        """Keep what no password matches."""
        self.password = passwords.make_password(None)

    def has_usable_password(self):
        """Return whether any password can match."""
        return not self.password.startswith("!")

    def check_password(self, password):
        """Return whether this is the password."""
        return passwords.check_password(password, self.password)

    def get_id(self):
        """Return what a session keeps; with password or epoch it opens nothing more."""
        key = current_app.config["SECRET_KEY"].encode()
        fingerprint = hmac.digest(key, self.password.encode(), "sha256").hex()
        return f"{self.id}-{self.session_epoch}-{fingerprint}"

    def end_sessions(self):
        """Sign the user out everywhere: what cannot be deleted is made stale."""
        self.session_epoch = User.session_epoch + 1


class Attempt(db.Model):
    """A try to log in, until it succeeds or is old."""

    __tablename__ = "users_attempt"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    address: Mapped[str] = mapped_column(String(45))
    name: Mapped[str] = mapped_column(String(64))
    date_tried: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        Index("users_attempt_recent", address, date_tried),
        {"sqlite_autoincrement": True},
    )


# Names that differ in letter case only would be taken for one another.
Index("users_user_username_lower", func.lower(User.username), unique=True)


@login_manager.user_loader
def load_user(session_id):
    """Return the user whom a session names, or None."""
    user = db.session.get(User, int(session_id.partition("-")[0]))
    if user and hmac.compare_digest(user.get_id(), session_id):
        return user
    return None
