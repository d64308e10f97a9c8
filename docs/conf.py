"""How Sphinx builds the guide: `make docs` turns this folder into build/docs."""

import os
import platform
import sys
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

project = "Diptych"
extensions = [
    "myst_parser",
    "docs.side_by_side.sphinx_ext",
    "docs.directives.bench",
    "docs.directives.contract",
    "docs.directives.figures",
    "docs.directives.ledger",
    "docs.directives.rosetta",
    "docs.directives.steps",
    "docs.directives.stores",
    "docs.life.directive",
]
exclude_patterns = ["README.md", "tests"]
nitpicky = True

# The running sites: a link to `flask:/home/` leads to that page of the Flask site.
SITES = {
    "flask": os.environ.get("FLASK_URL", "http://localhost:8001"),
    "django": os.environ.get("DJANGO_URL", "http://localhost:8002"),
}
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
myst_url_schemes = {"http": None, "https": None} | {
    name: f"{url}{{{{path}}}}" for name, url in SITES.items()
}

html_theme = "furo"
html_title = "Diptych"
html_logo = html_favicon = "../flask_site/static/icon.svg"
html_static_path = ["_static"]
html_css_files = ["guide.css"]
templates_path = ["_templates"]
html_copy_source = False
html_show_copyright = False
html_use_index = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#1c5c4b",
        "color-brand-content": "#1c5c4b",
        "color-brand-visited": "#6a3f72",
    },
    "dark_css_variables": {
        "color-brand-primary": "#83cbb3",
        "color-brand-content": "#83cbb3",
        "color-brand-visited": "#cda6d4",
    },
}

# For the foot of every page.
_now = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
html_context = {
    "verified_on": datetime.fromtimestamp(_now, UTC).date().isoformat(),
    "verified_with": [
        f"Flask {metadata.version('flask')}",
        f"Django {metadata.version('django')}",
        f"Python {'.'.join(platform.python_version_tuple()[:2])}",
    ],
}
