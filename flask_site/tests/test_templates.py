"""Templates: what they make of markup, and of names that nobody handed over."""

import pytest
from flask import render_template, render_template_string
from jinja2 import DictLoader, UndefinedError

TEMPLATES = {"page.html": "{{ title }}", "mail.txt": "{{ title }}"}


@pytest.fixture(autouse=True)
def _context(app):
    """Push a request context, which Flask's templates want. Django's need none."""
    app.jinja_env.loader = DictLoader(TEMPLATES)
    with app.test_request_context("/"):
        yield


def render(source):
    """Render a template that is handed nothing."""
    return render_template_string(source)


def test_name_that_nobody_handed_over():
    """It is empty; what it would bring along is not so harmless everywhere."""
    assert render("{{ author }}") == ""
    with pytest.raises(UndefinedError, match="'author' is undefined"):
        render("{{ author.username }}")
    with pytest.raises(UndefinedError, match="'author' is undefined"):
        render("{% if author.username %}by{% endif %}")


@pytest.mark.parametrize(
    ("name", "text"), [("page.html", "Fish &amp; chips"), ("mail.txt", "Fish & chips")]
)
def test_escaping_follows_the_name_of_the_file(name, text):
    """One side escapes HTML and XML alone, the other everything."""
    assert render_template(name, title="Fish & chips") == text
