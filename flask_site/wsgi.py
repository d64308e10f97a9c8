"""The site as a WSGI server takes it: `gunicorn flask_site.wsgi:app`."""

import sys
from logging.config import dictConfig
from time import sleep

from sqlalchemy.exc import OperationalError

from . import create_app
from .checks import ImproperlyConfigured, check_database, check_public
from .extensions import db
from .mail.tasks import start_sweeping

try:
    app = create_app()
    dictConfig(app.config["LOGGING"])
    check_public(app)
    with app.app_context():
        check_database(db)
    if app.config["TASKS"] == "thread":
        start_sweeping(app)
except ImproperlyConfigured as error:
    print(f"Error: {error}", file=sys.stderr)
    sys.exit(3)  # gunicorn takes it that another try would be in vain
except OperationalError as error:  # Flask-Session asks for its table at once
    print(f"Error: {error}", file=sys.stderr)
    sleep(1)
    sys.exit(1)  # gunicorn tries again
