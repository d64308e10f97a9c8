"""The site as Celery takes it: `celery --app flask_site.worker worker --beat`."""

import sys

from . import create_app
from .checks import ImproperlyConfigured

try:
    app = create_app({"TASKS": "celery"}).extensions["celery"]
except ImproperlyConfigured as error:
    sys.exit(f"Error: {error}")
