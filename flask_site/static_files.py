"""Static files, under addresses that change with their content."""

from hashlib import sha256
from pathlib import Path

from flask import current_app, request, session

YEAR = 365 * 24 * 60 * 60  # seconds


def init_app(app):
    """Let browsers keep static files until their content changes."""
    app.extensions["static_versions"] = find_versions(Path(app.static_folder))
    app.url_defaults(add_version)
    app.after_request(keep_for_a_year)


def find_versions(folder):
    """Make a short name of the content of each file of a folder."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()[:12]
        for path in folder.rglob("*")
        if path.is_file()
    }


def get_version(filename):
    """Return what names the content of a file, or None where it may change."""
    versions = current_app.extensions["static_versions"]
    return None if current_app.debug else versions.get(filename)


def add_version(endpoint, values):
    """Put the version of a static file into its address."""
    if endpoint == "static":
        values["v"] = get_version(values["filename"])


def keep_for_a_year(response):
    """Let a static file be kept where its address names its content."""
    if request.endpoint == "static" and response.status_code < 400:
        version = get_version(request.view_args["filename"])
        if version and version == request.args.get("v"):
            response.cache_control.no_cache = None
            response.cache_control.public = True
            response.cache_control.max_age = YEAR
            response.cache_control.immutable = True
        # Flask-Login has looked there; the file is the same for everybody.
        session.accessed = False
    return response
