"""The context globals: what they are, where they are bound, how long they live."""

from concurrent.futures import ThreadPoolExecutor

import flask
import pytest
from flask import (
    Flask,
    Request,
    copy_current_request_context,
    current_app,
    g,
    request,
    session,
)
from flask_login import current_user
from werkzeug.local import LocalProxy

from flask_site.extensions import db

from .conftest import AuthActions


@pytest.mark.parametrize("name", ["request", "session", "current_app", "g"])
def test_globals_outside_of_a_context(name):
    """What belongs to the process is there, what belongs to a context is not."""
    # Not even the settings are: `current_app` is one of the names.
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
    """The user is loaded from the session, and this one is empty."""
    with app.test_request_context("/"):
        assert current_user.is_anonymous
        assert "_login_user" in g


def test_globals_are_proxies(app):
    """What is imported is a proxy, and stands for the real object."""
    with app.test_request_context("/home/"):
        assert type(request) is LocalProxy
        assert type(request._get_current_object()) is Request
        assert isinstance(request, Request)
        assert type(current_app._get_current_object()) is Flask
        assert current_app._get_current_object() is app


def test_request_kept_for_later(app):
    """What was kept of one request is read during another."""
    with app.test_request_context("/home/"):
        kept, real = request, request._get_current_object()

    with app.test_request_context("/login/"):
        assert kept.path == "/login/"
        assert real.path == "/home/"


def test_made_request_is_bare(app):
    """Neither a hook nor a middleware has touched a made request."""
    # The context matches the address and opens the session, no more.
    with app.test_request_context("/home/"):
        assert request.endpoint == "blog.site_home"
        assert not session
        assert list(g) == []


def test_made_request_may_lead_nowhere(app):
    """That no view has this address is told later, to whoever wants the view."""
    # The address is matched at once; dispatching raises what was found.
    with app.test_request_context("/nothing-here/"):
        assert request.url_rule is None
        assert request.routing_exception.code == 404


def test_place_of_the_session(app):
    """It has one place, and knows when something was put in."""
    # A global of its own, opened with the request context, and a dictionary.
    with app.test_request_context("/"):
        session["mark"] = 1

        assert not hasattr(request, "session")
        assert isinstance(session, dict)
        assert session.modified


def test_change_inside_the_session(answer, client):
    """A list in the session grows, and the session does not notice."""

    def grow():
        session["marks"].append(2)
        return ""

    with client.session_transaction() as before:
        before["marks"] = [1]
    answer(grow)

    with client.session_transaction() as after:
        assert after["marks"] == [1]


def test_request_wide_state_is_an_attribute(app):
    """What holds it takes attributes and no items."""
    with app.app_context():
        g.mark = 1

        assert "mark" in g
        with pytest.raises(TypeError):
            g["mark"] = 2


def test_request_wide_state_is_new_for_each_request(client):
    """What one request keeps for itself the next does not find."""
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


def test_user_of_a_second_browser(app, user):
    """Two browsers visit, and only one of them has signed in."""
    first, second = app.test_client(), app.test_client()
    with app.app_context():  # holds one `g`, and so one user, for both
        AuthActions(first).login(user)
        together = second.get("/account/")
    alone = second.get("/account/")

    assert "ann@example.org" in together.text
    assert alone.location.startswith("/login/")


def test_settings_in_a_thread(app):
    """A thread sees what the process has; what a context has it must be handed."""
    # It begins without contexts, so it is handed the application.

    def read(app):
        with app.app_context():
            return current_app.config["POSTS_PER_PAGE"]

    with app.app_context(), ThreadPoolExecutor() as pool:
        alone = pool.submit(lambda: current_app.config)
        handed = pool.submit(read, current_app._get_current_object())

        assert handed.result() == app.config["POSTS_PER_PAGE"]
        assert isinstance(alone.exception(), RuntimeError)


def test_setting_read_when_a_class_is_made():
    """A class body runs once, when its module is imported."""

    def make_class():
        class Early:
            per_page = current_app.config["POSTS_PER_PAGE"]

    with pytest.raises(RuntimeError, match="application context"):
        make_class()


def test_request_in_a_thread(app):
    """A thread can read a request that it was handed, if it was the object."""

    def read(request):
        return request.path

    with app.test_request_context("/home/"), ThreadPoolExecutor() as pool:
        proxy = pool.submit(read, request)
        real = pool.submit(read, request._get_current_object())

        assert real.result() == "/home/"
        assert isinstance(proxy.exception(), RuntimeError)


def test_request_wide_state_in_a_thread(app):
    """What stands on the request goes along; what stands beside it does not."""
    with app.test_request_context("/home/"), ThreadPoolExecutor() as pool:
        g.mark = 1
        read = copy_current_request_context(lambda: (request.path, list(g)))

        assert pool.submit(read).result() == ("/home/", [])


def test_database_in_a_thread(app):
    """A thread needs a way to the database of its own, which somebody ends."""

    def work(app):
        with app.app_context():
            return db.session()

    with app.app_context(), ThreadPoolExecutor(1) as pool:
        bare = pool.submit(db.session)
        first, second = (pool.submit(work, app).result() for _ in range(2))

        assert isinstance(bare.exception(), RuntimeError)
        assert first is not db.session()
        assert first is not second  # the end of the context was its end


def test_leftovers_in_a_thread(app):
    """A thread that works again finds what was left there, or nothing."""

    def work(app):
        with app.app_context():
            found = list(g)
            g.mark = 1
            return found

    with ThreadPoolExecutor(1) as pool:
        found = [pool.submit(work, app).result() for _ in range(2)]

    assert found == [[], []]


def test_second_configuration_in_one_process(app, make_app):
    """There is room for it where settings are an application's, not the process's."""
    # Two applications live side by side, and `current_app` follows the context.
    other = make_app(POSTS_PER_PAGE=99)

    with app.app_context():
        with other.app_context():
            assert current_app.config["POSTS_PER_PAGE"] == 99
        assert current_app.config["POSTS_PER_PAGE"] != 99


def test_changed_setting_is_seen_at_once(app):
    """Whoever reads it next reads what it is now."""
    # What changes in `app.config` is changed wherever this application is current.
    app.config["POSTS_PER_PAGE"] = 99

    with app.app_context():
        assert current_app.config["POSTS_PER_PAGE"] == 99
