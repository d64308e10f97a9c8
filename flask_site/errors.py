"""The pages for what goes wrong."""

from flask import render_template
from flask_wtf.csrf import CSRFError


def init_app(app):
    """Register a page for each error that a visitor can meet."""
    for code in (400, 403, 404, 413, 500):
        app.register_error_handler(code, show_error)
    app.register_error_handler(CSRFError, show_csrf_error)


def show_error(error):
    """Show the page of an HTTP error, with its code."""
    return render_template(f"{error.code}.html"), error.code


def show_csrf_error(error):
    """Show the page for a form that this site did not hand out."""
    return render_template("403_csrf.html"), 403
