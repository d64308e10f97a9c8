"""The page for a request that cannot be read; for the others templates are enough."""

from django.http import HttpResponseBadRequest
from django.template.loader import render_to_string


def bad_request(request, exception):
    """Show the page without a look at the request; Django's own view reads it again."""
    return HttpResponseBadRequest(render_to_string("400.html"))
