"""What changes sides badly: files, error pages and logs, here and on a server."""

import logging

import pytest
from flask import Flask, url_for
from flask.logging import default_handler
from werkzeug.debug import DebuggedApplication
from werkzeug.test import Client


def fail():
    """Raise what no view of the site raises."""
    return 1 / 0


@pytest.mark.parametrize("debug", [False, True])
def test_a_static_file(app, client, debug):
    """The style sheet is served in production as while debugging."""
    # By Flask itself, under every server.
    app.debug = debug
    with client.head("/static/style.css") as response:
        assert response.status_code == 200
        assert response.mimetype == "text/css"


def test_who_serves_static_files():
    """A server that nobody has set up for it serves static files, or does not."""
    # A bare application has the route from the beginning.
    rules = [rule.rule for rule in Flask("shelf").url_map.iter_rules()]

    assert rules == ["/static/<path:filename>"]


def test_the_address_of_a_static_file(app):
    """A template asks for the address, and does not write it."""
    # The query is this site's own, and names the content.
    with app.test_request_context():
        address = url_for("static", filename="style.css")

    assert address.startswith("/static/style.css?v=")


def test_a_failure_while_debugging(app):
    """The page of the debugger shows the exception and the code."""
    # It is a layer of the development server, around the application.
    app.debug = True
    app.add_url_rule("/view/", view_func=fail)
    page = Client(DebuggedApplication(app, evalex=False)).get("/view/").text

    assert "ZeroDivisionError" in page
    assert "return 1 / 0" in page


def test_a_failure_in_production(app, answer):
    """The page says that it is our fault, and nothing about the code."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    response = answer(fail)

    assert response.status_code == 500
    assert "Something broke on our side" in response.text
    assert "ZeroDivisionError" not in response.text


def test_a_failure_is_logged(app, answer, caplog):
    """What the visitor does not read stands in the log, with its traceback."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer(fail)
    record = caplog.records[0]

    assert (record.name, record.levelname) == ("flask_site", "ERROR")
    assert record.getMessage() == "Exception on /view/ [GET]"
    assert record.exc_info[0] is ZeroDivisionError


def test_a_missing_page_is_logged(client, caplog):
    """Whether a 404 is worth a line is a matter of the framework."""
    # It is not. This site has a line of its own for every request.
    caplog.set_level("INFO")
    client.get("/nothing-here/")

    line = ("flask_site.requests", logging.INFO, "GET /nothing-here/ 404")
    assert caplog.record_tuples == [line]


@pytest.mark.parametrize("debug", [False, True])
def test_where_a_log_goes_by_default(monkeypatch, capsys, debug):
    """Without any setting errors go to the server's log, or to nobody there."""
    # Flask brings this handler along where there is none, whatever the mode.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    app = Flask(f"quiet-{debug}")
    app.debug = debug
    app.logger.error("Broken.")

    assert app.logger.handlers == [default_handler]
    assert "Broken." in capsys.readouterr().err


@pytest.mark.parametrize("debug", [False, True])
def test_a_note_of_our_own(debug):
    """An INFO of the site itself vanishes where nobody has set a level."""
    # Here the debug mode sets one.
    app = Flask(f"shelf-{debug}")
    app.debug = debug

    assert app.logger.isEnabledFor(logging.INFO) is debug
