"""A site's own application, with one more address that always sends the same bytes.

The view stands inside the framework, so that a request to it passes all that the
site puts around its views: hooks, middleware, extensions, the line of the log.
"""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from ..worker import load

BODY = Path(os.environ["HELLO"]).read_bytes()
ADDRESS = "hello/"


def add_to_flask(application: Any) -> None:
    """Add the view as a decorator would."""
    application.add_url_rule(f"/{ADDRESS}", "hello", lambda: BODY)


def add_to_django(application: Any) -> None:
    """Add the view to the addresses of the site."""
    from django.conf import settings  # noqa: PLC0415 - nothing that Flask would need
    from django.http import HttpResponse  # noqa: PLC0415
    from django.urls import path  # noqa: PLC0415

    addresses = import_module(settings.ROOT_URLCONF).urlpatterns
    addresses.append(path(ADDRESS, lambda request: HttpResponse(BODY)))


app = load(os.environ["SITE"])
{"flask": add_to_flask, "django": add_to_django}[
    type(app).__module__.partition(".")[0]
](app)
