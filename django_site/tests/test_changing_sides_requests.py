"""What changes sides badly: what a request is asked, and what a view may answer."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDictKeyError


def test_the_query(rf):
    """What stands behind the question mark is a dictionary of texts."""
    request = rf.get("/?page=2")

    assert request.GET["page"] == "2"
    assert int(request.GET.get("page")) == 2
    assert request.GET.get("nope") is None


def test_a_key_that_is_missing(client, answer):
    """Square brackets are for what must be there; the answer to a visitor differs."""
    # KeyError and nothing else: the visitor is told that the site is broken.
    client.raise_request_exception = False

    assert issubclass(MultiValueDictKeyError, KeyError)
    assert answer(lambda request: request.GET["nope"]).status_code == 500


def test_a_form(rf):
    """A form's fields have their own place, apart from the query."""
    request = rf.post("/?page=2", {"title": "A"})

    assert request.POST["title"] == "A"
    assert "page" not in request.POST
    assert request.GET["page"] == "2"


def test_query_and_form_in_one(rf):
    """One dictionary of both exists, or does not."""
    # `GET` is the query of every method, and there is no third.
    request = rf.post("/?page=2", {"title": "A"})

    assert request.GET | request.POST == {"page": ["2"], "title": ["A"]}


def test_two_values_of_one_name(rf):
    """One value is asked for, and one of two is given; a list gives both."""
    request = rf.get("/?tag=a&tag=b")

    assert request.GET["tag"] == "b"
    assert request.GET.getlist("tag") == ["a", "b"]


def test_a_header(rf):
    """Headers are found in any letter case."""
    request = rf.get("/", headers={"X-Mark": "here"})

    assert request.headers["x-mark"] == "here"
    assert request.META["HTTP_X_MARK"] == "here"


def test_a_body_of_json(rf):
    """JSON is no form: whoever wants it parses the body."""
    request = rf.post("/", {"title": "A"}, content_type="application/json")

    assert json.loads(request.body) == {"title": "A"}
    assert not request.POST


def test_a_body_of_wrong_json(rf):
    """What cannot be read is an error of the request, or one of the view."""
    # Of the view: nobody catches it, and nobody looks at the content type.
    request = rf.post("/", "{", content_type="application/json")
    with pytest.raises(json.JSONDecodeError):
        json.loads(request.body)


def test_a_file(rf):
    """A file that is sent with a form has a place of its own, and a name."""
    request = rf.post("/", {"picture": SimpleUploadedFile("a.png", b"...")})

    assert request.FILES["picture"].name == "a.png"
    assert request.FILES["picture"].read() == b"..."
    assert "picture" not in request.POST


@pytest.mark.parametrize(
    ("returned", "status", "mark", "body"),
    [
        (HttpResponse("Books."), 200, None, b"Books."),
        (HttpResponse("Gone.", status=410), 410, None, b"Gone."),
        (
            HttpResponse("Gone.", status=410, headers={"X-Mark": "1"}),
            410,
            "1",
            b"Gone.",
        ),
        (JsonResponse({"books": 2}), 200, None, b'{"books": 2}'),
        (JsonResponse([1, 2], safe=False), 200, None, b"[1, 2]"),
    ],
)
def test_what_a_view_may_return(answer, returned, status, mark, body):
    """A view returns a response, or what can be made into one."""
    response = answer(lambda request: returned)

    assert response.status_code == status
    assert response.headers.get("X-Mark") == mark
    assert response.content == body


@pytest.mark.parametrize("returned", ["Books.", ("Gone.", 410), {"books": 2}])
def test_what_a_view_may_not_return(answer, returned):
    """Whoever hands the answer on asks for its status, and these have none."""
    with pytest.raises(AttributeError, match="no attribute 'status_code'"):
        answer(lambda request: returned)


def test_a_view_that_returns_nothing(answer):
    """A forgotten `return` is an error, and the message names the view."""

    def shelf(request):
        pass

    with pytest.raises(ValueError, match=r"shelf didn't return an HttpResponse"):
        answer(shelf)


def test_a_view_that_gives_up(answer):
    """An exception ends a view, and becomes the page of its number."""

    def shelf(request):
        raise Http404

    response = answer(shelf)

    assert response.status_code == 404
    assert "There is nothing here" in response.text


def test_an_error_of_any_number(answer):
    """Less usual numbers are an exception too, or a response that is returned."""
    assert answer(lambda request: HttpResponse(status=410)).status_code == 410


def test_a_redirect_to_a_view(answer):
    """A redirect goes to an address; somebody has to make it from a name."""
    # redirect() tries the name of a view first, and a model's own address.
    response = answer(lambda request: redirect("blog:site_home"))

    assert response.headers["Location"] == "/"


def test_a_header_of_the_response(answer):
    """A response that a view has made takes headers and cookies."""

    def shelf(request):
        response = HttpResponse("Books.")
        response.headers["X-Mark"] = "here"
        response.set_cookie("mark", "here")
        return response

    response = answer(shelf)

    assert response.headers["X-Mark"] == "here"
    assert response.cookies["mark"].OutputString() == "mark=here; Path=/"
