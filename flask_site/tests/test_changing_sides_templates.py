"""What changes sides badly: the same braces, and another language between them."""

import pytest
from jinja2 import DictLoader, StrictUndefined, TemplateSyntaxError, UndefinedError


@pytest.fixture
def render(app):
    """Render a text as the templates of the site are rendered."""

    def render(source, **context):
        return app.jinja_env.from_string(source).render(context)

    return render


def render_files(app, name, files, **context):
    """Render one of several templates that are no files."""
    environment = app.jinja_env.overlay(loader=DictLoader(files))
    return environment.get_template(name).render(context)


def test_a_method_is_called(render):
    """A template calls methods too, each language in its way."""
    # The parentheses are Python's, and without them nothing is called.
    assert render("{{ name.upper() }}", name="ann") == "ANN"
    assert "built-in method" in render("{{ name.upper }}", name="ann")
    assert render("{% if name.isupper %}upper{% endif %}", name="ann") == "upper"


def test_a_method_with_an_argument(render):
    """What needs an argument is called in the template, or made ready in the view."""
    assert render("{{ name.replace('a', 'A') }}", name="ann") == "Ann"


def test_a_sum(render):
    """Arithmetic is part of an expression, or the job of a filter."""
    assert render("{{ number + 1 }}", number=1) == "2"


def test_an_item_of_a_list(render):
    """A dot reaches into lists and dictionaries; brackets are Python's."""
    assert render("{{ names.0 }}{{ names[0] }}", names=["ann"]) == "annann"
    assert render("{{ ages.ann }}{{ ages['ann'] }}", ages={"ann": 7}) == "77"


def test_an_empty_list(render):
    """A loop has a branch for nothing, under two names."""
    loop = "{% for name in names %}{{ name }}{% else %}nobody{% endfor %}"

    assert render(loop, names=[]) == "nobody"
    with pytest.raises(TemplateSyntaxError, match="unknown tag 'empty'"):
        render(loop.replace("else", "empty"))


def test_the_number_of_a_turn(render):
    """A loop counts its turns, under two names; the wrong one fails or is empty."""
    loop = "{% for name in names %}{{ loop.index }}{% endfor %}"

    assert render(loop, names="ab") == "12"
    with pytest.raises(UndefinedError, match="'forloop' is undefined"):
        render(loop.replace("loop.index", "forloop.counter"), names="ab")


def test_a_block_that_is_extended(app):
    """A block can show the one that it replaces."""
    files = {
        "base.html": "{% block title %}Diptych{% endblock %}",
        "page.html": "{% extends 'base.html' %}"
        "{% block title %}Home, {{ super() }}{% endblock %}",
    }

    assert render_files(app, "page.html", files) == "Home, Diptych"


def test_a_piece_with_arguments(app):
    """A piece of a page that is used again takes what it shows."""
    # A macro is a function: it knows its arguments, and not the page around it.
    files = {
        "pieces.html": "{% macro mark(text) %}"
        "<b>{{ text }}{{ other }}</b>{% endmacro %}",
        "page.html": "{% from 'pieces.html' import mark %}{{ mark('Read') }}",
    }

    assert render_files(app, "page.html", files, other="!") == "<b>Read</b>"


def test_a_name_for_a_value(render):
    """A template can name a value for itself."""
    # The name stays until the block, the loop or the file ends.
    assert render("{% set a = 1 %}{{ a }}") == "1"
    assert render("{% for i in '12' %}{% set a = i %}{% endfor %}[{{ a }}]") == "[]"


def test_a_name_that_nobody_gave(render):
    """A name that is missing shows nothing, and what is asked of it may fail."""
    assert render("[{{ nobody }}]") == "[]"
    with pytest.raises(UndefinedError, match="'nobody' is undefined"):
        render("[{{ nobody.name }}]")


def test_a_missing_name_can_be_told(app):
    """A setting of the engine makes a missing name seen."""
    environment = app.jinja_env.overlay(undefined=StrictUndefined)
    with pytest.raises(UndefinedError, match="'nobody' is undefined"):
        environment.from_string("{{ nobody }}").render()


def test_a_filter_with_an_argument(render):
    """A filter takes its arguments as a call, or one behind a colon."""
    assert render("{{ nobody|default('-') }}") == "-"
    assert render("{{ names|join(', ') }}", names=["ann", "bob"]) == "ann, bob"
    with pytest.raises(TemplateSyntaxError):
        render("{{ nobody|default:'-' }}")


@pytest.mark.parametrize("value", ["", None, 0])
def test_a_default_for_what_is_empty(render, value):
    """The filter `default` is for missing names, or for all that counts as false."""
    # For missing names; a second argument makes it for the rest too.
    assert render("{{ value|default('-') }}", value=value) == str(value)
    assert render("{{ value|default('-', true) }}", value=value) == "-"


@pytest.mark.parametrize(("name", "shown"), [("a.html", "&lt;b&gt;"), ("a.txt", "<b>")])
def test_markup_is_escaped(app, name, shown):
    """Text from visitors becomes harmless; whether in every file is another matter."""
    # By the ending of the file's name.
    assert render_files(app, name, {name: "{{ text }}"}, text="<b>") == shown
