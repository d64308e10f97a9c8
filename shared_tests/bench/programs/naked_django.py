"""Django with nothing in it: no middleware, no app, no database."""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

BODY = Path(os.environ["HELLO"]).read_bytes()

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
)


def hello(request: HttpRequest) -> HttpResponse:
    """Send the same bytes every time."""
    return HttpResponse(BODY)


urlpatterns = [path("", hello)]
app = get_wsgi_application()
