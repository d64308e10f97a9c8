"""The site as a WSGI server takes it: `gunicorn flask_site.wsgi:app`."""

import sys
from logging.config import dictConfig

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
except (ImproperlyConfigured, OperationalError) as error:
    print(f"Error: {error}", file=sys.stderr)
    sys.exit(3)  # gunicorn takes it that another try would be in vain
