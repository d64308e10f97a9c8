"""What stands in every line of the log."""

import logging
from contextvars import ContextVar

# Whoever logs has no request at hand; this is what Flask's globals are made of.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class RequestIdFilter(logging.Filter):
    """Adds the id of the request that a line belongs to, or None."""

    def filter(self, record):
        """Find the id, wherever in the request somebody logs."""
        record.request_id = request_id.get()
        return True
