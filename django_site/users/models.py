"""Accounts."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.utils import timezone

USERNAME_TAKEN = "A user with that user name already exists."
validate_username = RegexValidator(
    r"^[A-Za-z0-9_][A-Za-z0-9_.@+-]*\Z",
    "Enter letters, digits and @/./+/-/_ only, and begin with a letter or a digit.",
)


class UserManager(BaseUserManager["User"]):
    """Makes users and finds them by name."""

    def create_user(self, username, email, password=None):
        """Store a user; without a password nobody can sign in."""
        user = self.model(username=username, email=email)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who can sign in and write."""

    last_login = None  # nothing shows it, so nothing stores it
    username = models.CharField(
        "user name",
        max_length=30,
        unique=True,
        validators=[validate_username],
        help_text="Shown to everybody.",
        error_messages={"unique": USERNAME_TAKEN},
    )
    email = models.EmailField("e-mail", help_text="Never shown to anybody else.")
    date_joined = models.DateTimeField(default=timezone.now)
    comment_mail = models.BooleanField(
        "Mail me when somebody replies to a post of mine", default=True, db_default=True
    )
    session_epoch = models.BigIntegerField(default=0, db_default=0)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        constraints = [
            # Names that differ in letter case only would be taken for one another.
            models.UniqueConstraint(
                Lower("username"),
                name="users_user_username_lower",
                violation_error_message=USERNAME_TAKEN,
            )
        ]

    def get_session_auth_hash(self):
        """Return what a session keeps; with password or epoch it opens nothing more."""
        return f"{super().get_session_auth_hash()}-{self.session_epoch}"

    def end_sessions(self):
        """Sign the user out everywhere: what cannot be deleted is made stale."""
        self.session_epoch = F("session_epoch") + 1
        self.save(update_fields=["session_epoch"])


class Attempt(models.Model):
    """A try to log in, until it succeeds or is old."""

    address = models.CharField(max_length=45)
    name = models.CharField(max_length=64)
    date_tried = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["address", "date_tried"], name="users_attempt_recent")
        ]

    def __str__(self):
        return f"{self.address} at {self.date_tried}"
