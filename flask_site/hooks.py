"""What happens around every view."""

import logging
import re
from time import perf_counter
from uuid import uuid4

from flask import current_app, g, request, session

logger = logging.getLogger("flask_site.requests")

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def start_request():
    """Give the request its id: the client's, if fit for a log, or a new one."""
    g.started = perf_counter()
    g.request_id = request.headers.get("X-Request-ID", "")
    if not REQUEST_ID.fullmatch(g.request_id):
        g.request_id = uuid4().hex
    request.environ["REQUEST_ID"] = g.request_id  # where background work finds it


def log_request(response):
    """Write the line of the request, and tell the client its id."""
    if "request_id" not in g:  # no session could be opened, so no hook was called
        start_request()
    response.headers["X-Request-ID"] = g.request_id
    logger.info(
        "%s %s %s",
        request.method,
        request.path,
        response.status_code,
        extra={
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "milliseconds": round((perf_counter() - g.started) * 1000),
        },
    )
    return response


def load_read_posts():
    """Put the ids of the posts that this visitor has read where views find them."""
    g.read_posts = session.get("read_posts", [])


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
