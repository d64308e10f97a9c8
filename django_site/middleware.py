"""What happens around every view."""

from django.conf import settings
from django.shortcuts import render

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def load_read_posts(get_response):
    """Put the ids of the posts that this visitor has read where views find them."""

    def middleware(request):
        request.read_posts = request.session.get("read_posts", [])
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


def limit_body(get_response):
    """Refuse a long body before anything reads it; Django limits fields alone."""

    def middleware(request):
        length = request.META.get("CONTENT_LENGTH", "")
        if length.isdecimal() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return render(request, "413.html", status=413)
        return get_response(request)

    return middleware
