"""The answer to a monitor."""

from django.db import OperationalError, connection


def break_database(*args):
    """Fail as a database does that is not there."""
    raise OperationalError


def test_health_with_a_database(client, db):
    """The database answers, and has tables."""
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


def test_health_without_a_database(client, db):
    """Without a database the monitor is told when to come again."""
    with connection.execute_wrapper(break_database):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (503, b"no database")
    assert response.headers["Retry-After"] == "10"
