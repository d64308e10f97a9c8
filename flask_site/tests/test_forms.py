"""The forms: what they mend, what they refuse, and at which field."""

import pytest
from werkzeug.datastructures import MultiDict

from flask_site.blog.forms import CommentForm, PostForm, UserCommentForm
from flask_site.users.forms import AccountForm, RegisterForm

from .factories import PASSWORD

POST = {"title": "A title", "body": "A text."}
COMMENT = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}
ACCOUNT = {
    "username": "ben",
    "email": "ben@example.org",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


@pytest.fixture(autouse=True)
def _context(app):
    """Push a request context, which Flask-WTF's forms need. Django's need none."""
    with app.test_request_context("/", method="POST"):
        yield


def make_form(form_class, data):
    """Make a form with these fields sent."""
    return form_class(MultiDict(data))


def wrong_fields(form_class, data):
    """Return the names of the fields that are refused."""
    form = make_form(form_class, data)
    form.validate()
    return list(form.errors)


@pytest.mark.parametrize(
    ("form_class", "data"),
    [
        (PostForm, POST),
        (CommentForm, COMMENT),
        (UserCommentForm, {"body": "Well said."}),
        (RegisterForm, ACCOUNT),
        (AccountForm, {"email": "ben@example.org"}),
    ],
)
def test_good_forms_are_accepted(form_class, data):
    """Nothing is wrong with what the other tests begin with."""
    assert wrong_fields(form_class, data) == []


@pytest.mark.parametrize(
    ("form_class", "data", "change"),
    [
        (PostForm, POST, {"title": ""}),
        (PostForm, POST, {"title": " \t"}),
        (PostForm, POST, {"title": "x" * 201}),
        (PostForm, POST, {"title": "nul \0"}),
        (PostForm, POST, {"title": "bell \a"}),
        (PostForm, POST, {"body": "\n\n"}),
        (PostForm, POST, {"body": "nul \0"}),
        (PostForm, POST, {"body": "escape \x1b"}),
        (PostForm, POST, {"body": "x" * 50_001}),
        (CommentForm, COMMENT, {"name": " "}),
        (CommentForm, COMMENT, {"name": "x" * 81}),
        (CommentForm, COMMENT, {"name": "nul \0"}),
        (CommentForm, COMMENT, {"email": ""}),
        (CommentForm, COMMENT, {"email": "kim"}),
        (CommentForm, COMMENT, {"email": "kim@"}),
        (CommentForm, COMMENT, {"email": "kim@example"}),
        (CommentForm, COMMENT, {"email": "kim kim@example.org"}),
        (CommentForm, COMMENT, {"email": "kim@example.org\nBcc: a@example.org"}),
        (CommentForm, COMMENT, {"email": "k" * 250 + "@example.org"}),
        (CommentForm, COMMENT, {"body": " \n "}),
        (CommentForm, COMMENT, {"body": "x" * 5001}),
        (CommentForm, COMMENT, {"body": "nul \0"}),
        (RegisterForm, ACCOUNT, {"username": ""}),
        (RegisterForm, ACCOUNT, {"username": "x" * 31}),
        (RegisterForm, ACCOUNT, {"username": "-ben"}),
        (RegisterForm, ACCOUNT, {"username": ".."}),
        (RegisterForm, ACCOUNT, {"username": "ben ben"}),
        (RegisterForm, ACCOUNT, {"username": "bén"}),
        (RegisterForm, ACCOUNT, {"username": "b/n"}),
        (RegisterForm, ACCOUNT, {"username": "nul\0"}),
        (RegisterForm, ACCOUNT, {"email": "ben@"}),
        (RegisterForm, ACCOUNT, {"password2": PASSWORD + "?"}),
    ],
)
def test_wrong_field_is_refused(form_class, data, change):
    """The message stands at the field that is wrong, and at no other."""
    assert wrong_fields(form_class, data | change) == list(change)


@pytest.mark.parametrize(
    ("form_class", "data", "change"),
    [
        (PostForm, POST, {"title": "x" * 200}),
        (PostForm, POST, {"title": " " * 99 + "x" * 200}),
        (PostForm, POST, {"body": "tab \t and two\r\nlines"}),
        (PostForm, POST, {"body": "x" * 50_000}),
        (CommentForm, COMMENT, {"name": "x" * 80}),
        (CommentForm, COMMENT, {"name": "日本語 <b>"}),
        (CommentForm, COMMENT, {"email": "k+1@sub.example.org"}),
        (CommentForm, COMMENT, {"body": "x" * 5000}),
        (RegisterForm, ACCOUNT, {"username": "x" * 30}),
        (RegisterForm, ACCOUNT, {"username": "_1.@+-"}),
    ],
)
def test_unusual_field_is_accepted(form_class, data, change):
    """The rules stop where they say, and at no earlier point."""
    assert wrong_fields(form_class, data | change) == []


def test_white_space_at_the_ends_is_dropped():
    """It goes before anything is checked, and stays within the text."""
    form = make_form(CommentForm, COMMENT | {"name": " Kim  K\t", "body": "\na\n\nb "})

    assert form.data["name"] == "Kim  K"
    assert form.data["body"].splitlines() == ["a", "", "b"]


def test_fault_of_a_password_stands_at_its_field():
    """It is told where the password is typed again."""
    data = ACCOUNT | {"password1": "12345678", "password2": "12345678"}

    assert wrong_fields(RegisterForm, data) == ["password2"]


@pytest.mark.parametrize(
    ("form_class", "data"),
    [(PostForm, POST), (CommentForm, COMMENT), (RegisterForm, ACCOUNT)],
)
def test_missing_fields_are_refused(form_class, data):
    """A form that lacks a field altogether is told so at that field."""
    assert wrong_fields(form_class, {}) == list(data)
