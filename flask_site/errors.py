"""The pages for what goes wrong."""

from contextlib import suppress

from flask import current_app, g, render_template, session
from flask_wtf.csrf import CSRFError
from redis import RedisError
from sqlalchemy.exc import OperationalError

from .extensions import db


def init_app(app):
    """Register a page for each error that a visitor can meet."""
    for code in (400, 403, 404, 413, 500):
        app.register_error_handler(code, show_error)
    app.register_error_handler(CSRFError, show_csrf_error)
    app.register_error_handler(OperationalError, show_unavailable)
    app.register_error_handler(RedisError, show_unavailable)
    app.teardown_appcontext(forget_lost_connection)


def show_error(error):
    """Show the page of an HTTP error, with its code."""
    # A session that cannot be opened or saved fails outside of all handlers.
    original = getattr(error, "original_exception", None)
    if isinstance(original, (OperationalError, RedisError)):
        return show_unavailable(original)
    return render_template(f"{error.code}.html"), error.code


def show_csrf_error(error):
    """Show the page for a form that this site did not hand out."""
    return render_template("403_csrf.html"), 403


def show_unavailable(error):
    """Show the page for a database or Redis that is away, full or too busy."""
    if current_app.debug:
        raise error  # for the debugger
    current_app.logger.error("The database does not answer.", exc_info=error)
    db.session.rollback()
    if "read_posts" in g:  # there is a session
        session.modified = False  # to save it would fail again, after as long a wait
    return render_template("503.html"), 503, {"Retry-After": "10"}


def forget_lost_connection(error):
    """Let go of a connection that was lost after the answer was made."""
    with suppress(OperationalError):  # it would take the answer with it
        db.session.remove()
