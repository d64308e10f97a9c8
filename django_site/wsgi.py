"""The site as a WSGI server takes it: `gunicorn django_site.wsgi:application`."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings")

application = get_wsgi_application()
if settings.DEBUG:
    raise ImproperlyConfigured(
        "DEBUG is for the development server: `manage.py runserver`."
    )
