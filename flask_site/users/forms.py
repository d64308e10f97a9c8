"""The forms of accounts."""

import re

from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import func, select
from wtforms import BooleanField
from wtforms.validators import (
    DataRequired,
    Email,
    EqualTo,
    InputRequired,
    Length,
    Regexp,
    ValidationError,
)

from flask_site.extensions import db
from flask_site.forms import EmailField, HiddenField, PasswordField, TextField

from . import passwords
from .models import User

USERNAME_TAKEN = "A user with that user name already exists."
PASSWORDS_DIFFER = "The two password fields didn’t match."
PASSWORD_HELP = (
    "At least 8 characters, not like your user name, not a common password. "
    "A long sentence is welcome."
)
# What Django's own forms tell a browser about these fields.
USERNAME = {"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
OLD_PASSWORD = {"autocomplete": "current-password"}
NEW_PASSWORD = {"autocomplete": "new-password"}


class RegisterForm(FlaskForm):
    """Make an account."""

    username = TextField(
        "User name",
        [
            DataRequired(),
            Length(max=30),
            Regexp(
                r"^[A-Za-z0-9_][A-Za-z0-9_.@+-]*\Z",
                message="Enter letters, digits and @/./+/-/_ only, and begin with a "
                "letter or a digit.",
            ),
        ],
        description="Shown to everybody.",
        render_kw=USERNAME,
    )
    email = EmailField(
        "E-mail",
        [DataRequired(), Email("Enter a valid email address."), Length(max=254)],
        description="Never shown to anybody else.",
    )
    password1 = PasswordField(
        "Password",
        [InputRequired()],
        description=PASSWORD_HELP,
        render_kw=NEW_PASSWORD,
    )
    password2 = PasswordField(
        "Password again",
        [InputRequired(), EqualTo("password1", PASSWORDS_DIFFER)],
        render_kw=NEW_PASSWORD,
    )

    def validate_username(self, field):
        """Refuse a name that exists, in other letter case too."""
        taken = func.lower(User.username) == field.data.lower()
        if db.session.scalar(select(User.id).where(taken)):
            raise ValidationError(USERNAME_TAKEN)

    def validate_password2(self, field):
        """Refuse a password that is easy to guess."""
        if not field.errors:
            user = User(username=self.username.data, email=self.email.data)
            field.errors.extend(passwords.find_faults(field.data, user))


class AccountForm(FlaskForm):
    """Change the e-mail address, and which mails come there."""

    email = RegisterForm.email
    comment_mail = BooleanField("Mail me when somebody replies to a post of mine")


def safe_url(url):
    """Return an address where it stays on this site, else None."""
    return url if re.fullmatch(r"/(?![/\\])[^\x00-\x20\x7f]*", url or "") else None


class LoginForm(FlaskForm):
    """Sign in."""

    username = TextField(
        "User name",
        [DataRequired()],
        render_kw=USERNAME | {"maxlength": 30},
    )
    password = PasswordField("Password", [InputRequired()], render_kw=OLD_PASSWORD)
    remember = BooleanField("Remember me for 30 days")
    next = HiddenField(filters=[safe_url])


class PasswordChangeForm(FlaskForm):
    """Change the password."""

    old_password = PasswordField(
        "Old password",
        [InputRequired()],
        render_kw=OLD_PASSWORD | {"autofocus": True},
    )
    new_password1 = PasswordField(
        "New password",
        [InputRequired()],
        description=PASSWORD_HELP,
        render_kw=NEW_PASSWORD,
    )
    new_password2 = PasswordField(
        "New password again",
        [InputRequired(), EqualTo("new_password1", PASSWORDS_DIFFER)],
        render_kw=NEW_PASSWORD,
    )

    def validate_old_password(self, field):
        """Refuse a wrong one."""
        if not current_user.check_password(field.data):
            raise ValidationError(
                "Your old password was entered incorrectly. Please enter it again."
            )

    def validate_new_password2(self, field):
        """Refuse a password that is easy to guess."""
        if not field.errors:
            field.errors.extend(passwords.find_faults(field.data, current_user))


class PasswordResetForm(FlaskForm):
    """Ask for a link to a new password."""

    email = EmailField(
        "E-mail",
        [DataRequired(), Email("Enter a valid email address."), Length(max=254)],
        render_kw={"autocomplete": "email"},
    )

    def get_users(self):
        """Return who has this address and can sign in with a password."""
        same_address = func.lower(User.email) == func.lower(self.email.data)
        users = db.session.scalars(select(User).where(same_address))
        return [user for user in users if user.has_usable_password()]


class SetPasswordForm(FlaskForm):
    """Set a new password without the old one."""

    new_password1 = PasswordChangeForm.new_password1
    new_password2 = PasswordChangeForm.new_password2

    def __init__(self, user):
        super().__init__()
        self.user = user

    def validate_new_password2(self, field):
        """Refuse a password that is easy to guess."""
        if not field.errors:
            field.errors.extend(passwords.find_faults(field.data, self.user))
