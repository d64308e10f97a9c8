"""The site as a WSGI server takes it: `gunicorn flask_site.wsgi:app`."""

import sys

from . import create_app
from .checks import ImproperlyConfigured, check_public

try:
    app = create_app()
    check_public(app)
except ImproperlyConfigured as error:
    print(f"Error: {error}", file=sys.stderr)
    sys.exit(3)  # gunicorn takes it that another try would be in vain
