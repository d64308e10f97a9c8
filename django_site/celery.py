"""The site as Celery takes it: `celery --app django_site.celery worker --beat`."""

import os
import sys
from logging.config import dictConfig

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from environs import EnvError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings")
os.environ["TASKS"] = "celery"  # whoever comes by here means it

app = Celery("django_site", include=["django_site.mail.celery"])
app.config_from_object("django.conf:settings", namespace="CELERY")
try:
    settings.TASKS  # noqa: B018 - reads the settings, which may be wrong
except (EnvError, ImproperlyConfigured) as error:
    sys.exit(f"Error: {error}")


@setup_logging.connect
def set_up_logging(**kwargs):
    """Log as the web server does, not in Celery's own way."""
    dictConfig(settings.LOGGING)
