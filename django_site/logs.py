"""What stands in every line of the log."""

import logging
import re
from contextvars import ContextVar

SECRET = re.compile(r"/reset/\S+")

# Whoever logs has no request at hand; this is what Flask's globals are made of.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def hide_secrets(text):
    """Return a text without the keys of links to a new password: logs are read."""
    return SECRET.sub("/reset/...", text)


class RequestIdFilter(logging.Filter):
    """Adds the id of the request that a line belongs to, or None; hides secrets."""

    def filter(self, record):
        """Find the id, wherever in the request somebody logs."""
        record.request_id = request_id.get()
        record.msg, record.args = hide_secrets(record.getMessage()), None
        return True
