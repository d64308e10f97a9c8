"""Static files, under addresses that change with their content."""

import pytest
from flask import url_for

from flask_site import static_files


@pytest.fixture
def address(app):
    """Ask for the address of the style sheet, as a template does."""
    with app.test_request_context():
        return url_for("static", filename="style.css")


def test_a_name_changes_with_the_content(tmp_path):
    (tmp_path / "fonts").mkdir()
    for name in ("style.css", "fonts/a.woff2"):
        (tmp_path / name).write_text("old")
    old = static_files.find_versions(tmp_path)
    (tmp_path / "style.css").write_text("new")
    new = static_files.find_versions(tmp_path)

    assert old.keys() == {"style.css", "fonts/a.woff2"}
    assert new["style.css"] != old["style.css"]
    assert new["fonts/a.woff2"] == old["fonts/a.woff2"]


def test_a_file_is_kept_for_a_year(client, address):
    with client.get(address) as response:
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == (
            "public, max-age=31536000, immutable"
        )


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789ab", "?w=1"])
def test_a_file_is_not_kept_at_any_other_address(client, query):
    with client.get(f"/static/style.css{query}") as response:
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-cache"


def test_addresses_are_plain_while_debugging(app):
    app.debug = True
    with app.test_request_context():
        address = url_for("static", filename="style.css")

    assert address == "/static/style.css"


def test_what_an_older_address_shows(client, address):
    """An address of before the last change still shows a file."""
    # The one of today.
    old = "/static/style.css?v=0123456789ab"
    with client.get(old) as today, client.get(address) as new:
        assert today.data == new.data


def test_a_file_that_is_missing_has_no_version(app, client):
    with app.test_request_context():
        address = url_for("static", filename="missing.css")

    assert address == "/static/missing.css"
    assert client.get(f"{address}?v=None").status_code == 404


def test_a_file_is_the_same_for_everybody(client, auth, user, address):
    auth.login(user)
    with client.get(address) as response:
        assert "Vary" not in response.headers
        assert "Set-Cookie" not in response.headers
