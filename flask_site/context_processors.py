"""What every template knows besides what its view hands it."""

from importlib.metadata import version

from flask import current_app, request
from flask_login import current_user


def site():
    """Describe the site, for the header and the footer."""
    view = current_app.view_functions.get(request.endpoint or "")
    view = getattr(view, "view_class", view)
    config = current_app.config
    other_site_url = config["OTHER_SITE_URL"]
    return {
        "current_user": current_user,
        "framework": f"Flask {version('flask')}",
        "view_name": view and f"{view.__module__}.{view.__qualname__}",
        "other_page_url": other_site_url
        and other_site_url + request.full_path.rstrip("?"),
        "demo_account": config["DEMO"]
        and {"username": config["DEMO_USERNAME"], "password": config["DEMO_PASSWORD"]},
    }
