"""What must be right before the site starts."""

from contextlib import suppress

from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

MIN_KEY_LENGTH = 32
# Keys that stand in documentation, and how those of `startproject` begin.
KNOWN_SECRET_KEYS = (
    "django-insecure-",
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    "change-me",
)


def check_settings(settings):
    """Raise ImproperlyConfigured for settings that would harm the public."""
    key = settings["SECRET_KEY"]
    weak = len(key) < MIN_KEY_LENGTH or key.startswith(KNOWN_SECRET_KEYS)
    if weak and not settings["DEBUG"]:
        raise ImproperlyConfigured(
            f"SECRET_KEY must be a random text of at least {MIN_KEY_LENGTH} "
            "characters that nobody else knows."
        )
    if not settings["ALLOWED_HOSTS"]:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of the site.")
    if settings["TASKS"] == "celery" and not settings["REDIS_URL"]:
        raise ImproperlyConfigured("TASKS=celery needs REDIS_URL, where tasks wait.")
    if not (settings["DEBUG"] or settings["DEMO"]):
        if "*" in settings["ALLOWED_HOSTS"]:
            raise ImproperlyConfigured(
                "ALLOWED_HOSTS must name the hosts of the site, not '*'."
            )
        if not settings["MAIL_URL"]:
            raise ImproperlyConfigured(
                "MAIL_URL must say where mail goes: smtp://host:port, for one."
            )
        if settings["CHEAP_PASSWORDS"]:
            raise ImproperlyConfigured(
                "CHEAP_PASSWORDS is for tests: passwords would be easy to guess."
            )


def check_public(settings):
    """Raise ImproperlyConfigured where the debugger would answer the public."""
    if settings.DEBUG:
        raise ImproperlyConfigured("DEBUG is for `manage.py runserver` alone.")


def check_static_files(storage):
    """Raise ImproperlyConfigured where pages would ask for files that have no name."""
    ignored = StaticFilesConfig.ignore_patterns
    names = {name for finder in get_finders() for name, _ in finder.list(ignored)}
    if not names <= storage.hashed_files.keys():
        raise ImproperlyConfigured(
            "Static files wait to be collected: run `manage.py collectstatic`."
        )


def check_database(connection):
    """Raise ImproperlyConfigured where PostgreSQL may lose what it has confirmed."""
    if connection.vendor != "postgresql":
        return
    with suppress(OperationalError), connection.cursor() as cursor:  # away for now
        cursor.execute("SHOW synchronous_commit")
        if cursor.fetchone() == ("off",):
            raise ImproperlyConfigured(
                "PostgreSQL must run with synchronous_commit on: a crash of it would "
                "lose what visitors were told is saved."
            )
    connection.close()
