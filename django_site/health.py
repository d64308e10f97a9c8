"""The answer to a monitor."""

from django.db import Error
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from .blog.models import Post


@require_safe
def healthz(request):
    """Say whether the database answers."""
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        Post.objects.exists()
    except Error:
        return HttpResponse(
            "no database", status=503, headers=headers | {"Retry-After": "10"}
        )
    return HttpResponse("ok", headers=headers)
