"""Static files, under addresses that change with their content."""

import shutil

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.templatetags.static import static

from django_site import settings as site
from django_site.checks import check_static_files


@pytest.fixture
def collect(settings, tmp_path):
    """Collect static files as for the public, from a folder of the test's own."""
    settings.STORAGES = site.STORAGES
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_DIRS = [
        shutil.copytree(site.SITE_DIR / "static", tmp_path / "static")
    ]
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False

    def collect(style):
        (tmp_path / "static/style.css").write_text(style)
        call_command("collectstatic", interactive=False, verbosity=0)

    return collect


def test_a_name_changes_with_the_content(collect):
    collect("old")
    old = staticfiles_storage.hashed_files
    collect("new")
    new = staticfiles_storage.hashed_files

    assert old.keys() == {"style.css", "icon.svg"}
    assert new["style.css"] != old["style.css"]
    assert new["icon.svg"] == old["icon.svg"]


def test_a_file_is_kept_for_a_year(client, collect):
    collect("old")
    response = client.head(static("style.css"))

    assert response.status_code == 200
    # WhiteNoise says ten.
    assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"


def test_a_file_is_not_kept_at_any_other_address(client, collect):
    collect("old")
    response = client.head("/static/style.css")

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "max-age=60, public"
    assert client.head("/static/style.0123456789ab.css").status_code == 404


def test_addresses_are_plain_while_debugging(collect, settings):
    collect("old")
    settings.DEBUG = True

    assert static("style.css") == "/static/style.css"


def test_what_an_older_address_shows(client, collect):
    """An address of before the last change still shows a file."""
    # The one of then, as long as nobody clears STATIC_ROOT.
    collect("old")
    address = static("style.css")
    collect("new")
    response = client.get(address)

    assert response.getvalue() == b"old"
    assert response.headers["Cache-Control"] == "max-age=60, public"


def test_a_file_is_the_same_for_everybody(client, user, collect):
    collect("old")
    client.force_login(user)
    response = client.head(static("style.css"))

    assert "Vary" not in response.headers
    assert not response.cookies


def test_a_start_needs_a_name_for_every_file(collect, tmp_path):
    collect("old")
    check_static_files(staticfiles_storage)
    (tmp_path / "static/style.css~").write_text("an editor's copy, never collected")
    check_static_files(staticfiles_storage)
    (tmp_path / "static/other.css").write_text("new")

    with pytest.raises(ImproperlyConfigured, match="collectstatic"):
        check_static_files(staticfiles_storage)
