"""What must be right before the site starts."""

from contextlib import suppress

from click import ClickException
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

MIN_KEY_LENGTH = 32
# Keys that stand in documentation, and how those of `startproject` begin.
KNOWN_SECRET_KEYS = (
    "django-insecure-",
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    "change-me",
)


class ImproperlyConfigured(ClickException):
    """The site cannot start with these settings; one sentence says why."""


def check_settings(config):
    """Raise ImproperlyConfigured for settings that would harm the public."""
    key = config["SECRET_KEY"]
    weak = len(key) < MIN_KEY_LENGTH or key.startswith(KNOWN_SECRET_KEYS)
    if weak and not config["DEBUG"]:
        raise ImproperlyConfigured(
            f"SECRET_KEY must be a random text of at least {MIN_KEY_LENGTH} "
            "characters that nobody else knows."
        )
    if not config["TRUSTED_HOSTS"]:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of the site.")
    if config["TASKS"] == "celery" and not config["REDIS_URL"]:
        raise ImproperlyConfigured("TASKS=celery needs REDIS_URL, where tasks wait.")
    if not (config["DEBUG"] or config["DEMO"]):
        if "*" in config["TRUSTED_HOSTS"]:
            raise ImproperlyConfigured(
                "ALLOWED_HOSTS must name the hosts of the site, not '*'."
            )
        if not config["MAIL_URL"]:
            raise ImproperlyConfigured(
                "MAIL_URL must say where mail goes: smtp://host:port, for one."
            )
        if config["CHEAP_PASSWORDS"]:
            raise ImproperlyConfigured(
                "CHEAP_PASSWORDS is for tests: passwords would be easy to guess."
            )


def check_public(app):
    """Raise ImproperlyConfigured where the debugger would answer the public."""
    if app.debug:
        raise ImproperlyConfigured("DEBUG is for `flask run` alone.")


def check_database(db):
    """Raise ImproperlyConfigured where PostgreSQL may lose what it has confirmed."""
    if db.engine.dialect.name != "postgresql":
        return
    with suppress(OperationalError), db.engine.connect() as connection:  # away for now
        if connection.scalar(text("SHOW synchronous_commit")) == "off":
            raise ImproperlyConfigured(
                "PostgreSQL must run with synchronous_commit on: a crash of it would "
                "lose what visitors were told is saved."
            )
    db.engine.dispose()
