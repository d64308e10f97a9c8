"""What stands in every line of the log."""

import logging

from flask import has_request_context, request


class RequestIdFilter(logging.Filter):
    """Adds the id of the request that a line belongs to, or None."""

    def filter(self, record):
        """Find the id, wherever in the request somebody logs."""
        # Not on `g`: a copied context has this request, but a `g` of its own.
        record.request_id = (
            request.environ.get("REQUEST_ID") if has_request_context() else None
        )
        return True
