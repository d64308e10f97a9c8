"""The pages for what templates alone cannot answer."""

import sys

from django.db import OperationalError
from django.http import HttpResponseBadRequest
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults
from redis import RedisError


def bad_request(request, exception):
    """Show the page without a look at the request; Django's own view reads it again."""
    return HttpResponseBadRequest(render_to_string("400.html"))


def server_error(request):
    """Show the page of a failure; a database or Redis that is away has its own."""
    # From here, for a session that cannot be opened or saved fails outside of views.
    if not isinstance(sys.exc_info()[1], (OperationalError, RedisError)):
        return defaults.server_error(request)
    response = render(request, "503.html", status=503)
    response["Retry-After"] = "10"
    return response
