"""What changes sides badly: what runs around a view, and in which order."""

import pytest
from flask import Blueprint, Flask, abort, request


@pytest.fixture
def steps():
    """Note what runs, in its order."""
    return []


@pytest.fixture
def shelf(steps):
    """Serve a view with two layers around it."""
    app = Flask("shelf")

    @app.before_request
    def before():
        steps.append("before")
        return "Stopped." if "stop" in request.args else None

    @app.before_request
    def before_too():
        steps.append("before too")

    @app.after_request
    def after(response):
        steps.append(f"after: {response.status_code}")
        return response

    @app.after_request
    def after_too(response):
        steps.append(f"after too: {response.status_code}")
        return response

    @app.teardown_request
    def teardown(error):
        steps.append(f"teardown: {error!r}")

    @app.get("/")
    def view():
        steps.append("view")
        return str(1 // int("fail" not in request.args))

    return app


def test_the_order_of_layers(shelf, steps):
    """What stands first comes first on the way in, and last on the way out."""
    # Hooks are three lists, and no hook sees both ways.
    shelf.test_client().get("/")

    assert steps == [
        "before",
        "before too",
        "view",
        "after too: 200",
        "after: 200",
        "teardown: None",
    ]


def test_an_early_answer(shelf, steps):
    """A layer can answer for the view; who else still sees the answer differs."""
    # Every after_request hook does, also that of a layer which was not reached.
    response = shelf.test_client().get("/?stop")

    assert response.text == "Stopped."
    assert steps == ["before", "after too: 200", "after: 200", "teardown: None"]


def test_a_view_that_fails(shelf, steps):
    """The layers see a response of 500, and only some of them the exception."""
    # teardown_request is told the exception.
    shelf.test_client().get("/?fail")

    assert steps[2:5] == ["view", "after too: 500", "after: 500"]
    assert "ZeroDivisionError" in steps[5]


def test_an_address_that_leads_nowhere(shelf, steps):
    """The layers run for an address without a view too."""
    shelf.test_client().get("/nothing-here")

    assert steps[:3] == ["before", "before too", "after too: 404"]


def test_a_layer_of_one_part(shelf, steps):
    """A layer for the views of one part says which part that is."""
    # A hook of a blueprint runs for its views alone, after those of the application.
    bp = Blueprint("attic", __name__)
    bp.before_request(lambda: steps.append("before attic"))
    bp.get("/attic")(lambda: "Boxes.")
    shelf.register_blueprint(bp)
    for address in ("/attic", "/attic/nothing-here", "/"):
        shelf.test_client().get(address)

    assert steps[:3] == ["before", "before too", "before attic"]
    assert steps.count("before attic") == 1


def test_an_early_answer_by_an_exception(shelf, steps):
    """A layer that raises an HTTP error has answered, or has failed."""
    # It has answered: the page of the error goes the whole way out.
    shelf.before_request(lambda: abort(403))
    response = shelf.test_client().get("/")

    assert response.status_code == 403
    assert steps[2:4] == ["after too: 403", "after: 403"]
