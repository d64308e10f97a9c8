"""The site as a WSGI server takes it: `gunicorn flask_site.wsgi:app`."""

import sys
from logging.config import dictConfig
from time import sleep

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from . import create_app
from .checks import ImproperlyConfigured, check_database, check_public
from .extensions import db
from .mail.tasks import start_sweeping


def limit_statements(connection, record):
    """Have PostgreSQL end what takes longer than a visitor would wait."""
    seconds = app.config["STATEMENT_TIMEOUT"]
    connection.execute(f"SET statement_timeout = '{seconds}s'")
    connection.execute(f"SET idle_in_transaction_session_timeout = '{seconds}s'")
    connection.commit()


try:
    app = create_app()
    dictConfig(app.config["LOGGING"])
    check_public(app)
    with app.app_context():
        check_database(db)
        if db.engine.dialect.name == "postgresql":
            event.listen(db.engine, "connect", limit_statements)
    if app.config["TASKS"] == "thread":
        start_sweeping(app)
except ImproperlyConfigured as error:
    print(f"Error: {error}", file=sys.stderr)
    sys.exit(3)  # gunicorn takes it that another try would be in vain
except OperationalError as error:  # Flask-Session asks for its table at once
    print(f"Error: {error}", file=sys.stderr)
    sleep(1)
    sys.exit(1)  # gunicorn tries again
