"""Pages that are kept until the next write, for visitors without a cookie."""

from functools import wraps

from flask import make_response, request

from flask_site.extensions import cache, db

EDITION = "SELECT token FROM blog_edition"


def keep(view):
    """Keep a page until the next write; a request with a cookie never gets it."""
    kept = cache.cached(make_cache_key=make_key, response_filter=is_page)(view)

    @wraps(view)
    def wrapper(*args, **kwargs):
        if request.cookies:
            return view(*args, **kwargs)
        response = make_response(kept(*args, **kwargs))
        response.add_etag()
        return response.make_conditional(request)

    return wrapper


def is_page(response):
    """Say whether this is a page, and no failure."""
    return make_response(response).status_code == 200


def make_key(*args, **kwargs):
    """Name a page and its edition, which each write changes: triggers.*.sql."""
    with db.engine.connect() as connection:  # a session does more than is needed here
        edition = connection.exec_driver_sql(EDITION).scalar()
    site = f"{request.scheme}://{request.host}"
    return f"{edition} {site}{request.path}?{request.query_string!r}"
