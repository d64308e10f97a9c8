"""What stands in every line of the log."""

import logging
import re
from uuid import uuid4

from flask import has_request_context, request

SECRET = re.compile(r"/reset/\S+")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
ENVIRON_KEY = "flask_site.request_id"


def get_request_id():
    """Return the id of the request: its client's, if fit for a log, or a new one.

    It is kept in the environ, for a copied context has this request, but a `g` of
    its own; and it is made when first asked for, for a session that cannot be
    opened fails, and is logged, before any hook is called.
    """
    if ENVIRON_KEY not in request.environ:
        request_id = request.headers.get("X-Request-ID", "")
        if not REQUEST_ID.fullmatch(request_id):
            request_id = uuid4().hex
        request.environ[ENVIRON_KEY] = request_id
    return request.environ[ENVIRON_KEY]


def hide_secrets(text):
    """Return a text without the keys of links to a new password: logs are read."""
    return SECRET.sub("/reset/...", text)


class RequestIdFilter(logging.Filter):
    """Adds the id of the request that a line belongs to, or None; hides secrets."""

    def filter(self, record):
        """Find the id, wherever in the request somebody logs."""
        record.request_id = get_request_id() if has_request_context() else None
        record.msg, record.args = hide_secrets(record.getMessage()), None
        return True
