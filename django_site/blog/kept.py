"""Pages that are kept until the next write, for visitors without a cookie."""

import logging
from functools import wraps
from hashlib import sha256

from django.core.cache import caches
from django.db import connection
from django.views.decorators.http import conditional_page
from redis import RedisError

cache = caches["pages"]
logger = logging.getLogger(__name__)


def keep(view):
    """Keep a page until the next write; a request with a cookie never gets it."""

    @conditional_page
    def kept(request, *args, **kwargs):
        key = make_key(request)
        try:
            response = cache.get(key)
            if response is None:
                response = render(view, request, *args, **kwargs)
                if response.status_code == 200:
                    cache.set(key, response)
        except RedisError:
            logger.warning("No page is kept.", exc_info=True)
            response = render(view, request, *args, **kwargs)
        return response

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        if request.COOKIES or request.method not in {"GET", "HEAD"}:
            return view(request, *args, **kwargs)
        return kept(request, *args, **kwargs)

    return wrapper


def render(view, request, *args, **kwargs):
    """Call a view, and fill in its template now."""
    response = view(request, *args, **kwargs)
    return response.render() if hasattr(response, "render") else response


def make_key(request):
    """Name a page and its edition, which each write changes: triggers.*.sql."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM blog_edition")
        edition = cursor.fetchone()
    address = request.build_absolute_uri()
    return sha256(f"{edition} {address}".encode()).hexdigest()
