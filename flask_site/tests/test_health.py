"""The answer to a monitor."""

import pytest


def test_health_with_a_database(client):
    """The database answers, and has tables."""
    response = client.get("/healthz")

    assert (response.status_code, response.text) == (200, "ok")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:////nowhere/blog.sqlite3"])
def test_health_without_a_database(make_app, url):
    """Without a database the monitor is told when to come again."""
    # One has no tables, the other no file.
    client = make_app(SQLALCHEMY_DATABASE_URI=url).test_client()
    response = client.get("/healthz")

    assert (response.status_code, response.text) == (503, "no database")
    assert response.headers["Retry-After"] == "10"
