"""The site as a WSGI server takes it: `gunicorn flask_site.wsgi:app`."""

from . import create_app
from .checks import ImproperlyConfigured

app = create_app()
if app.debug:
    raise ImproperlyConfigured("DEBUG is for the development server: `flask run`.")
