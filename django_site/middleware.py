"""What happens around every view."""

import logging
import re
from time import perf_counter
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions import middleware as sessions
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import BadRequest
from django.db import OperationalError
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from redis import RedisError

from . import logs

logger = logging.getLogger("django_site.requests")

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def log_request(get_response):
    """Write the line of the request, and tell the client its id."""

    def middleware(request):
        started = perf_counter()
        request.request_id = request.headers.get("X-Request-ID", "")
        if not REQUEST_ID.fullmatch(request.request_id):
            request.request_id = uuid4().hex
        logs.request_id.set(request.request_id)
        response = get_response(request)
        response["X-Request-ID"] = request.request_id
        path = logs.hide_secrets(request.path)
        logger.info(
            "%s %s %s",
            request.method,
            path,
            response.status_code,
            extra={
                "method": request.method,
                "path": path,
                "status": response.status_code,
                "milliseconds": round((perf_counter() - started) * 1000),
            },
        )
        logs.request_id.set(None)
        return response

    return middleware


class SessionMiddleware(sessions.SessionMiddleware):
    """Answers a page that was only read, though its session cannot be saved."""

    def process_response(self, request, response):
        """Save the session; a page that was only read can do without."""
        try:
            return super().process_response(request, response)
        # No INSERT, no Redis, no UPDATE.
        except (OperationalError, RedisError, SessionInterrupted) as error:
            failure = get_failure(error)
            if failure is None:
                raise
            if request.method not in {"GET", "HEAD"}:
                raise failure from None
            logger.warning("The session is not saved.", exc_info=True)
            return response


def get_failure(error):
    """Return the failure of the database or Redis behind an error, if there is one."""
    # A row that cannot be changed looks to Django like one that was deleted.
    while error is not None and not isinstance(error, (OperationalError, RedisError)):
        error = error.__context__
    return error


def load_read_posts(get_response):
    """Put the ids of the posts that this visitor has read where views find them."""

    def middleware(request):
        if SESSION_KEY in request.session and request.user.is_anonymous:
            request.session.flush()  # a copy from before a log-out opens nothing at all
        request.read_posts = request.session.get("read_posts", [])
        return get_response(request)

    return middleware


def never_store(get_response):
    """Keep pages that name a user out of every cache."""

    def middleware(request):
        response = get_response(request)
        # A session that could not be opened is not asked a second time.
        if response.status_code < 500 and SESSION_KEY in request.session:
            patch_cache_control(response, no_store=True)
        return response

    return middleware


def read_forwarded_for(get_response):
    """Take the visitor's address from the last proxy that the settings trust."""

    def middleware(request):
        parts = request.headers.get("X-Forwarded-For", "").split(",")
        addresses = [part.strip() for part in parts if part.strip()]
        if 0 < settings.TRUSTED_PROXIES <= len(addresses):
            request.META["REMOTE_ADDR"] = addresses[-settings.TRUSTED_PROXIES]
        return get_response(request)

    return middleware


def add_security_headers(get_response):
    """Tell the browser what no page of this site needs."""
    # SecurityMiddleware and XFrameOptionsMiddleware add their headers by themselves.

    def middleware(request):
        response = get_response(request)
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return middleware


def refuse_charset(get_response):
    """Refuse forms in another charset than UTF-8; Django lets multipart through."""

    def middleware(request):
        charset = request.encoding or "utf-8"
        if request.method == "POST" and charset.lower() != "utf-8":
            raise BadRequest("Forms must be in UTF-8.")
        return get_response(request)

    return middleware


def limit_body(get_response):
    """Refuse a long body before anything reads it; Django limits fields alone."""

    def middleware(request):
        length = request.META.get("CONTENT_LENGTH", "")
        if length.isdecimal() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return render(request, "413.html", status=413)
        return get_response(request)

    return middleware
