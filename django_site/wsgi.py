"""The site as a WSGI server takes it: `gunicorn django_site.wsgi:application`."""

import os
import sys

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import connection
from environs import EnvError

from .checks import check_database, check_public, check_static_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings")

try:
    application = get_wsgi_application()
    check_public(settings)
    check_static_files(staticfiles_storage)
    check_database(connection)
    if settings.TASKS == "thread":
        from .mail.tasks import start_sweeping  # not before there are apps

        start_sweeping()
except (EnvError, ImproperlyConfigured) as error:
    print(f"Error: {error}", file=sys.stderr)
    sys.exit(3)  # gunicorn takes it that another try would be in vain
