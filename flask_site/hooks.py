"""What happens around every view."""

import logging
from time import perf_counter

from flask import current_app, g, request, session
from flask_login import current_user
from werkzeug.exceptions import BadRequest, HTTPException

from .logs import get_request_id, hide_secrets

logger = logging.getLogger("flask_site.requests")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def start_request():
    """Note when the request came, and its id where views find it."""
    g.started = perf_counter()
    g.request_id = get_request_id()


def refuse_unreadable_form():
    """Answer 400 to a form that Flask-WTF could not look through for its token."""
    if request.method == "POST" and request.endpoint:
        try:
            names = request.form.keys()
        except HTTPException:
            raise
        except Exception as error:  # each server has its own for broken chunks
            raise BadRequest from error
        if None in names:  # a part of a multipart body has no name
            raise BadRequest


def log_request(response):
    """Write the line of the request, and tell the client its id."""
    if "request_id" not in g:  # no session could be opened, so no hook was called
        start_request()
    response.headers["X-Request-ID"] = g.request_id
    path = hide_secrets(request.path)
    logger.info(
        "%s %s %s",
        request.method,
        path,
        response.status_code,
        extra={
            "method": request.method,
            "path": path,
            "status": response.status_code,
            "milliseconds": round((perf_counter() - g.started) * 1000),
        },
    )
    return response


def load_read_posts():
    """Put the ids of the posts that this visitor has read where views find them."""
    if request.endpoint == "static":
        return  # a style sheet needs no user, and no database
    if "_user_id" in session and current_user.is_anonymous:
        session.clear()  # a copy from before a log-out opens nothing at all
    g.read_posts = session.get("read_posts", [])


def never_store(response):
    """Keep pages that name a user out of every cache."""
    is_static = request.endpoint == "static" and response.status_code < 400
    # Pages of failures name nobody, and there may be no session to look at.
    if response.status_code < 500 and not is_static and "_user_id" in session:
        response.cache_control.no_store = True
    return response


def add_security_headers(response):
    """Tell the browser what no page of this site needs."""
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.is_secure and current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
