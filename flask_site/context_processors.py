"""What every template knows besides what its view hands it."""

from importlib.metadata import version
from urllib.parse import quote

from flask import current_app, request
from flask_login import current_user

FRAMEWORK = f"Flask {version('flask')}"


def site():
    """Describe the site, for the header and the footer."""
    view = current_app.view_functions.get(request.endpoint or "")
    view = getattr(view, "view_class", view)
    config = current_app.config
    other_site_url = config["OTHER_SITE_URL"]
    query = request.query_string.decode("latin-1")
    page = quote(request.path) + (f"?{query}" if query else "")
    return {
        "current_user": current_user,
        "framework": FRAMEWORK,
        "view_name": view and f"{view.__module__}.{view.__qualname__}",
        "other_page_url": other_site_url and other_site_url + page,
        "guide_page_url": get_guide_page_url(view, config["GUIDE_URL"]),
        "demo_account": config["DEMO"]
        and {"username": config["DEMO_USERNAME"], "password": config["DEMO_PASSWORD"]},
    }


def get_guide_page_url(view, guide_url):
    """Return the guide's page about a view of this site, or nothing."""
    package, _, module = view.__module__.partition(".") if view else ("", "", "")
    if not guide_url or package != __package__:
        return ""  # what the framework serves by itself is in no file here
    return f"{guide_url}/side-by-side/{module}.html#{view.__qualname__}"
