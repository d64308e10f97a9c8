"""What changes sides badly: what a request is asked, and what a view may answer."""

from io import BytesIO

import pytest
from flask import abort, make_response, redirect, request, url_for
from werkzeug.exceptions import BadRequest, BadRequestKeyError, UnsupportedMediaType


def test_the_query(app):
    """What stands behind the question mark is a dictionary of texts."""
    with app.test_request_context("/?page=2"):
        assert request.args["page"] == "2"
        assert request.args.get("page", type=int) == 2
        assert request.args.get("nope") is None


def test_a_key_that_is_missing(app, answer):
    """Square brackets are for what must be there; the answer to a visitor differs."""
    # KeyError and 400 in one: the visitor is told that the request was wrong.
    assert issubclass(BadRequestKeyError, KeyError)
    assert answer(lambda: request.args["nope"]).status_code == 400


def test_a_form(app):
    """A form's fields have their own place, apart from the query."""
    with app.test_request_context("/?page=2", method="POST", data={"title": "A"}):
        assert request.form["title"] == "A"
        assert "page" not in request.form


def test_query_and_form_in_one(app):
    """One dictionary of both exists, or does not."""
    # Where a name stands in both, the query comes first.
    form = {"title": "A", "page": "9"}
    with app.test_request_context("/?page=2", method="POST", data=form):
        assert request.values["title"] == "A"
        assert request.values["page"] == "2"


def test_two_values_of_one_name(app):
    """One value is asked for, and one of two is given; a list gives both."""
    with app.test_request_context("/?tag=a&tag=b"):
        assert request.args["tag"] == "a"
        assert request.args.getlist("tag") == ["a", "b"]


def test_a_header(app):
    """Headers are found in any letter case."""
    with app.test_request_context(headers={"X-Mark": "here"}):
        assert request.headers["x-mark"] == "here"
        assert request.environ["HTTP_X_MARK"] == "here"


def test_a_body_of_json(app):
    """JSON is no form: whoever wants it parses the body."""
    with app.test_request_context(method="POST", json={"title": "A"}):
        assert request.json == {"title": "A"}
        assert not request.form


def test_a_body_of_wrong_json(app):
    """What cannot be read is an error of the request, or one of the view."""
    # Of the request: 400, and 415 where it is not said to be JSON.
    with (
        app.test_request_context(data="{", content_type="application/json"),
        pytest.raises(BadRequest),
    ):
        request.get_json()
    with app.test_request_context(data="{}"), pytest.raises(UnsupportedMediaType):
        request.get_json()


def test_a_file(app):
    """A file that is sent with a form has a place of its own, and a name."""
    form = {"picture": (BytesIO(b"..."), "a.png")}
    with app.test_request_context(method="POST", data=form):
        assert request.files["picture"].filename == "a.png"
        assert request.files["picture"].read() == b"..."
        assert "picture" not in request.form


@pytest.mark.parametrize(
    ("returned", "status", "mark", "body"),
    [
        ("Books.", 200, None, b"Books."),
        (("Gone.", 410), 410, None, b"Gone."),
        (("Gone.", 410, {"X-Mark": "1"}), 410, "1", b"Gone."),
        ({"books": 2}, 200, None, b'{"books":2}'),
        ([1, 2], 200, None, b"[1,2]"),
    ],
)
def test_what_a_view_may_return(answer, returned, status, mark, body):
    """A view returns a response, or what can be made into one."""
    response = answer(lambda: returned)

    assert response.status_code == status
    assert response.headers.get("X-Mark") == mark
    assert response.data.strip() == body


def test_a_view_that_returns_nothing(answer):
    """A forgotten `return` is an error, and the message names the view."""

    def shelf():
        pass

    with pytest.raises(TypeError, match=r"'shelf' did not return a valid response"):
        answer(shelf)


def test_a_view_that_gives_up(answer):
    """An exception ends a view, and becomes the page of its number."""
    response = answer(lambda: abort(404))

    assert response.status_code == 404
    assert "There is nothing here" in response.text


def test_an_error_of_any_number(answer):
    """Less usual numbers are an exception too, or a response that is returned."""
    assert answer(lambda: abort(410)).status_code == 410


def test_a_redirect_to_a_view(app, answer):
    """A redirect goes to an address; somebody has to make it from a name."""
    # redirect() takes what it gets for an address, even the name of a view.
    response = answer(lambda: redirect("blog.site_home"))
    with app.test_request_context():
        address = url_for("blog.site_home")

    assert response.location == "blog.site_home"
    assert address == "/"


def test_a_header_of_the_response(answer):
    """A response that a view has made takes headers and cookies."""

    def shelf():
        response = make_response("Books.")
        response.headers["X-Mark"] = "here"
        response.set_cookie("mark", "here")
        return response

    response = answer(shelf)

    assert response.headers["X-Mark"] == "here"
    assert response.headers["Set-Cookie"] == "mark=here; Path=/"
