"""What every template knows besides what its view hands it."""

import django
from django.conf import settings

FRAMEWORK = f"Django {django.get_version()}"


def site(request):
    """Describe the site, for the header and the footer."""
    view = request.resolver_match and request.resolver_match.func
    view = getattr(view, "view_class", view)
    other_site_url = settings.OTHER_SITE_URL
    return {
        "framework": FRAMEWORK,
        "view_name": view and f"{view.__module__}.{view.__qualname__}",
        "other_page_url": other_site_url and other_site_url + request.get_full_path(),
        "guide_page_url": get_guide_page_url(view, settings.GUIDE_URL),
        "demo_account": settings.DEMO
        and {"username": settings.DEMO_USERNAME, "password": settings.DEMO_PASSWORD},
    }


def get_guide_page_url(view, guide_url):
    """Return the guide's page about a view of this site, or nothing."""
    package, _, module = view.__module__.partition(".") if view else ("", "", "")
    if not guide_url or package != __package__:
        return ""  # what the framework serves by itself is in no file here
    return f"{guide_url}/side-by-side/{module}.html#{view.__qualname__}"
