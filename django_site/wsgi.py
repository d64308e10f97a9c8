"""The site as a WSGI server takes it: `gunicorn django_site.wsgi:application`."""

import os
import sys

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.backends.signals import connection_created
from environs import EnvError

from .checks import check_database, check_public, check_static_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings")


def limit_statements(connection, **kwargs):
    """Have PostgreSQL end what takes longer than a visitor would wait."""
    if connection.vendor == "postgresql":
        seconds = settings.STATEMENT_TIMEOUT
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = '{seconds}s'")
            cursor.execute(f"SET idle_in_transaction_session_timeout = '{seconds}s'")


try:
    application = get_wsgi_application()
    check_public(settings)
    check_static_files(staticfiles_storage)
    check_database(connection)
    connection_created.connect(limit_statements)
    if settings.TASKS == "thread":
        from .mail.tasks import start_sweeping  # not before there are apps

        start_sweeping()
except (EnvError, ImproperlyConfigured) as error:
    print(f"Error: {error}", file=sys.stderr)
    sys.exit(3)  # gunicorn takes it that another try would be in vain
