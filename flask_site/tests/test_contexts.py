"""The context globals: what they are, where they are bound, how long they live."""

from concurrent.futures import ThreadPoolExecutor

import flask
import pytest
from flask import Flask, Request, current_app, g, request, session
from flask_login import current_user
from werkzeug.local import LocalProxy


@pytest.mark.parametrize("name", ["request", "session", "current_app", "g"])
def test_globals_outside_of_a_context(name):
    """They stand for nothing, not even for the settings."""
    with pytest.raises(RuntimeError, match="Working outside of"):
        getattr(flask, name)._get_current_object()


def test_request_is_bound_where_a_request_is(app):
    """An application context has no `request`. Django has no contexts."""
    with app.app_context():
        assert current_app
        assert list(g) == []
        with pytest.raises(RuntimeError, match="request context"):
            request.path  # noqa: B018 - reading it is the test


def test_user_outside_of_a_request(app):
    """`current_user` stands for nothing. Django has no such global."""
    with app.app_context():
        assert current_user._get_current_object() is None


def test_user_of_a_made_request(app):
    """`current_user` is loaded from the session, and this one is empty."""
    with app.test_request_context("/"):
        assert current_user.is_anonymous
        assert "_login_user" in g


def test_globals_are_proxies(app):
    """The names are proxies; what they stand for is the real object."""
    with app.test_request_context("/home/"):
        assert type(request) is LocalProxy
        assert type(request._get_current_object()) is Request
        assert isinstance(request, Request)
        assert type(current_app._get_current_object()) is Flask
        assert current_app._get_current_object() is app


def test_writes_reach_the_real_object(app):
    """An attribute written on the proxy is on the object behind it."""
    with app.test_request_context("/home/"):
        request.mark = "here"

        assert request._get_current_object().mark == "here"


def test_made_request_is_bare(app):
    """test_request_context() matches the address and opens the session, no more."""
    with app.test_request_context("/home/"):
        assert request.endpoint == "blog.site_home"
        assert not session
        assert list(g) == []


def test_made_request_may_lead_nowhere(app):
    """An address that no view has is told later, when somebody dispatches."""
    with app.test_request_context("/nothing-here/"):
        assert request.url_rule is None
        assert request.routing_exception.code == 404


def test_place_of_the_session(app):
    """It is a global of its own, opened with the request context, and a dictionary."""
    with app.test_request_context("/"):
        session["mark"] = 1

        assert not hasattr(request, "session")
        assert isinstance(session, dict)
        assert session.modified


def test_request_wide_state_is_an_attribute(app):
    """`g` takes attributes and no items."""
    with app.app_context():
        g.mark = 1

        assert "mark" in g
        with pytest.raises(TypeError):
            g["mark"] = 2


def test_request_wide_state_is_new_for_each_request(client):
    """What one request leaves on `g` the next does not find."""
    with client:
        client.get("/")
        g.mark = 1
        client.get("/")

        assert "mark" not in g


def test_request_wide_state_is_shared_in_a_pushed_context(app, client):
    """A context around two requests serves both. Django has nothing to push."""
    with app.app_context():
        client.get("/")
        g.mark = 1
        client.get("/")

        assert g.mark == 1


def test_settings_in_a_thread(app):
    """A thread begins without contexts, so it must be handed the application."""

    def read(app):
        with app.app_context():
            return current_app.config["POSTS_PER_PAGE"]

    with app.app_context(), ThreadPoolExecutor() as pool:
        alone = pool.submit(lambda: current_app.config)
        handed = pool.submit(read, current_app._get_current_object())

        assert handed.result() == app.config["POSTS_PER_PAGE"]
        assert isinstance(alone.exception(), RuntimeError)


def test_second_configuration_in_one_process(app, make_app):
    """Two applications live side by side, and `current_app` follows the context."""
    other = make_app(POSTS_PER_PAGE=99)

    with app.app_context():
        with other.app_context():
            assert current_app.config["POSTS_PER_PAGE"] == 99
        assert current_app.config["POSTS_PER_PAGE"] != 99


def test_changed_setting_is_seen_at_once(app):
    """What changes in `app.config` is changed wherever this application is current."""
    app.config["POSTS_PER_PAGE"] = 99

    with app.app_context():
        assert current_app.config["POSTS_PER_PAGE"] == 99
