"""What changes sides badly: what runs around a view, and in which order."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import include, path


@pytest.fixture
def steps(monkeypatch):
    """Note what runs, in its order."""
    monkeypatch.setattr(Layer, "steps", [])
    return Layer.steps


class Layer:
    """A middleware that notes what it sees."""

    name = "outer"
    steps: list[str] = []

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Stand around all that is further in."""
        self.steps.append(f"{self.name} in")
        if request.GET.get("stop") == self.name:
            return HttpResponse("Stopped.")
        if request.GET.get("forbid") == self.name:
            raise PermissionDenied
        response = self.get_response(request)
        self.steps.append(f"{self.name} out: {response.status_code}")
        return response


class InnerLayer(Layer):
    """One further in, with the methods that see views and exceptions."""

    name = "inner"

    def process_view(self, request, view, args, kwargs):
        """See which view it will be."""
        if request.resolver_match.app_name == "attic":
            self.steps.append("inner sees the attic")

    def process_exception(self, request, error):
        """See what the view raised."""
        self.steps.append(f"inner sees {error!r}")


@pytest.fixture
def shelf(client, settings):
    """Serve a view with two layers around it."""

    def view(request):
        Layer.steps.append("view")
        return HttpResponse(1 // int("fail" not in request.GET))

    settings.MIDDLEWARE = [f"{__name__}.Layer", f"{__name__}.InnerLayer"]
    attic = include(([path("", view)], "attic"))
    settings.ROOT_URLCONF = (path("", view), path("attic/", attic))
    settings.TEMPLATES = []
    client.raise_request_exception = False
    return client


def test_the_order_of_layers(shelf, steps):
    """What stands first comes first on the way in, and last on the way out."""
    # A middleware is one function, which sees both ways.
    shelf.get("/")

    assert steps == ["outer in", "inner in", "view", "inner out: 200", "outer out: 200"]


def test_an_early_answer(shelf, steps):
    """A layer can answer for the view; who else still sees the answer differs."""
    # Only the layers further out do.
    response = shelf.get("/?stop=inner")

    assert response.text == "Stopped."
    assert steps == ["outer in", "inner in", "outer out: 200"]


def test_a_view_that_fails(shelf, steps):
    """The layers see a response of 500, and only some of them the exception."""
    # process_exception() is told the exception; no `except` in a layer catches it.
    shelf.get("/?fail")

    assert steps[2:] == [
        "view",
        "inner sees ZeroDivisionError('integer division or modulo by zero')",
        "inner out: 500",
        "outer out: 500",
    ]


def test_an_address_that_leads_nowhere(shelf, steps):
    """The layers run for an address without a view too."""
    shelf.get("/nothing-here/")

    assert steps == ["outer in", "inner in", "inner out: 404", "outer out: 404"]


def test_a_layer_of_one_part(shelf, steps):
    """A layer for the views of one part says which part that is."""
    # All middleware is for all views; process_view() can ask where it is.
    for address in ("/attic/", "/attic/nothing-here/", "/"):
        shelf.get(address)

    assert steps[:3] == ["outer in", "inner in", "inner sees the attic"]
    assert steps.count("inner sees the attic") == 1


def test_an_early_answer_by_an_exception(shelf, steps):
    """A layer that raises an HTTP error has answered, or has failed."""
    # It has answered, for the layers further out: the error is made a page for them.
    response = shelf.get("/?forbid=inner")

    assert response.status_code == 403
    assert steps == ["outer in", "inner in", "outer out: 403"]
