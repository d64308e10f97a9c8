"""The id of a request, and the lines of the log."""

import json
import logging
import re
from io import StringIO
from logging.config import DictConfigurator

import pytest
from flask import g
from sqlalchemy.exc import OperationalError

from flask_site.logs import RequestIdFilter

NEW_ID = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def lines(app):
    """Collect what the settings of the log write, a list of texts."""
    log, settings = StringIO(), app.config["LOGGING"]
    configurator = DictConfigurator(settings)
    handler = logging.StreamHandler(log)
    formatter = dict(settings["formatters"]["json"])
    handler.setFormatter(configurator.configure_formatter(formatter))
    handler.addFilter(RequestIdFilter())
    logger = logging.getLogger("flask_site")
    level = logger.level
    logger.setLevel("INFO")
    logger.addHandler(handler)
    yield lambda: log.getvalue().splitlines()
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.mark.parametrize("id", ["a", "7-._Z", "x" * 64])
def test_id_that_a_client_brings(client, id):
    """An id that is fit for a log is the request's, and the answer carries it."""
    response = client.get("/healthz", headers={"X-Request-ID": id})

    assert response.headers["X-Request-ID"] == id


@pytest.mark.parametrize("id", [None, "", "x" * 65, "two words", "a,b", "a\t", "é"])
def test_id_that_is_made(client, id):
    """Where there is none, or none that a log can take, the request gets a new one."""
    headers = {} if id is None else {"X-Request-ID": id}
    ids = [client.get("/healthz", headers=headers).headers["X-Request-ID"]]
    ids += [client.get("/healthz", headers=headers).headers["X-Request-ID"]]

    assert all(NEW_ID.fullmatch(each) for each in ids)
    assert ids[0] != ids[1]


@pytest.mark.parametrize("address", ["/nothing-here/", "/static/style.css", "/logout/"])
def test_every_answer_carries_the_id(client, address):
    """A file does, and so does an error."""
    response = client.get(address, headers={"X-Request-ID": "mine"})

    assert response.headers["X-Request-ID"] == "mine"
    response.close()


def test_where_a_view_finds_the_id(answer):
    """It is where the other state of a request is."""
    response = answer(lambda: g.request_id)

    assert response.text == response.headers["X-Request-ID"]


def test_filter_outside_of_a_request():
    """A line that belongs to no request says so."""
    record = logging.makeLogRecord({})

    assert RequestIdFilter().filter(record)
    assert record.request_id is None


def test_filter_inside_of_a_request(answer):
    """Whoever logs does not name the request, and the line does."""
    records = [logging.makeLogRecord({}) for _ in range(2)]

    def view():
        RequestIdFilter().filter(records[0])
        return g.request_id

    response = answer(view)
    RequestIdFilter().filter(records[1])

    assert records[0].request_id == response.headers["X-Request-ID"]
    assert records[1].request_id is None


def test_a_request_is_one_line(client, caplog):
    """It says what was asked and answered, and how long it took; no query."""
    caplog.set_level("INFO")
    client.get("/nothing-here/?key=secret")
    (record,) = caplog.records

    assert (record.name, record.levelname) == ("flask_site.requests", "INFO")
    assert record.message == "GET /nothing-here/ 404"
    assert (record.method, record.path, record.status) == ("GET", "/nothing-here/", 404)
    assert 0 <= record.milliseconds < 10_000


def test_a_line_is_json(client, lines):
    """One object a line, with the fields that every line has."""
    client.get("/healthz", headers={"X-Request-ID": "mine"})
    logging.getLogger("flask_site.mail").warning("Two\nlines “%s”", 7)
    first, second = (json.loads(line) for line in lines())

    assert {"method", "path", "status", "milliseconds", "time"} < first.keys()
    assert first["request_id"] == "mine"
    assert second.pop("time").endswith("+00:00")
    assert second == {
        "level": "WARNING",
        "logger": "flask_site.mail",
        "message": "Two\nlines “7”",
        "request_id": None,
    }


def test_a_traceback_has_the_id(app, answer, lines):
    """Who reads of an error in the log finds its request."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    response = answer(lambda: 1 / 0)
    error, of_the_request = (json.loads(line) for line in lines())

    assert "ZeroDivisionError" in error["exc_info"]
    assert of_the_request["status"] == 500
    assert response.headers["X-Request-ID"] == error["request_id"]
    assert error["request_id"] == of_the_request["request_id"]


def test_a_database_that_is_busy_has_a_traceback_too(answer, lines):
    """What is answered by 503 can be looked into as well."""

    def view():
        raise OperationalError("", {}, Exception("database is locked"))

    response = answer(view)
    error, of_the_request = (json.loads(line) for line in lines())

    assert "database is locked" in error["exc_info"]
    assert (error["level"], of_the_request["status"]) == ("ERROR", 503)
    assert response.headers["X-Request-ID"] == error["request_id"]
