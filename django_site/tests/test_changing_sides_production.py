"""What changes sides badly: files, error pages and logs, here and on a server."""

import logging

import pytest
from django.conf import settings as site
from django.template import engines
from django.utils.log import DEFAULT_LOGGING


def fail(request):
    """Raise what no view of the site raises."""
    return 1 / 0


@pytest.mark.parametrize("debug", [False, True])
def test_a_static_file(client, settings, debug):
    """The style sheet is served in production as while debugging."""
    # By WhiteNoise, which is a middleware.
    settings.DEBUG = debug
    response = client.head("/static/style.css")

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize("debug", [False, True])
def test_who_serves_static_files(client, settings, debug):
    """A server that nobody has set up for it serves static files, or does not."""
    # Nobody does without WhiteNoise; `runserver` brings a layer of its own.
    settings.DEBUG = debug
    settings.MIDDLEWARE = [name for name in site.MIDDLEWARE if "whitenoise" not in name]

    assert client.head("/static/style.css").status_code == 404


def test_the_address_of_a_static_file():
    """A template asks for the address, and does not write it."""
    # In production it names the content; for tests nobody has collected the files.
    template = engines["django"].from_string(
        "{% load static %}{% static 'style.css' %}"
    )

    assert template.render() == "/static/style.css"


def test_a_failure_while_debugging(client, settings, answer):
    """The page of the debugger shows the exception and the code."""
    # A setting makes it, whatever the server.
    settings.DEBUG = True
    client.raise_request_exception = False
    page = answer(fail).text

    assert "ZeroDivisionError" in page
    assert "return 1 / 0" in page


def test_a_failure_in_production(client, answer):
    """The page says that it is our fault, and nothing about the code."""
    client.raise_request_exception = False
    response = answer(fail)

    assert response.status_code == 500
    assert "Something broke on our side" in response.text
    assert "ZeroDivisionError" not in response.text


def test_a_missing_page_while_debugging(client, settings):
    """The debug page of a 404 lists the addresses that were tried."""
    settings.DEBUG = True
    response = client.get("/nothing-here/")

    assert response.status_code == 404
    assert "Using the URLconf defined in" in response.text


def test_a_failure_is_logged(client, answer, caplog):
    """What the visitor does not read stands in the log, with its traceback."""
    client.raise_request_exception = False
    answer(fail)
    record = caplog.records[0]

    assert (record.name, record.levelname) == ("django.request", "ERROR")
    assert record.getMessage() == "Internal Server Error: /view/"
    assert record.exc_info[0] is ZeroDivisionError


def test_a_missing_page_is_logged(client, caplog):
    """Whether a 404 is worth a line is a matter of the framework."""
    # It is, as a warning; LOGGING of this site asks Django for errors alone. This
    # site has a line of its own for every request.
    client.get("/nothing-here/")
    caplog.set_level("WARNING", "django.request")
    client.get("/nothing-here/")

    line = ("django_site.requests", logging.INFO, "GET /nothing-here/ 404")
    warning = ("django.request", logging.WARNING, "Not Found: /nothing-here/")
    assert caplog.record_tuples == [line, warning]


def test_where_a_log_goes_by_default():
    """Without any setting errors go to the server's log, or to nobody there."""
    # While debugging to the console, in production to ADMINS by mail alone.
    django = DEFAULT_LOGGING["loggers"]["django"]
    handlers = DEFAULT_LOGGING["handlers"]

    assert django["handlers"] == ["console", "mail_admins"]
    assert handlers["console"]["filters"] == ["require_debug_true"]
    assert handlers["mail_admins"]["filters"] == ["require_debug_false"]
    assert site.ADMINS == []


@pytest.mark.parametrize("debug", [False, True])
def test_a_note_of_our_own(settings, debug):
    """An INFO of the site itself vanishes where nobody has set a level."""
    # In either mode: LOGGING of this site sets one for its own logger.
    settings.DEBUG = debug

    assert not logging.getLogger("shelf").isEnabledFor(logging.INFO)
    assert logging.getLogger("django_site.blog").isEnabledFor(logging.INFO)
