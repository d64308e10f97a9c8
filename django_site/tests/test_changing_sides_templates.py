"""What changes sides badly: the same braces, and another language between them."""

import pytest
from django.template import Context, Engine, TemplateSyntaxError, engines


@pytest.fixture
def render():
    """Render a text as the templates of the site are rendered."""

    def render(source, **context):
        return engines["django"].from_string(source).render(context)

    return render


def render_files(name, files, **context):
    """Render one of several templates that are no files."""
    engine = Engine(loaders=[("django.template.loaders.locmem.Loader", files)])
    return engine.get_template(name).render(Context(context))


def test_a_method_is_called(render):
    """A template calls methods too, each language in its way."""
    # Whatever can be called is called; parentheses are not known.
    assert render("{{ name.upper }}", name="ann") == "ANN"
    with pytest.raises(TemplateSyntaxError, match="Could not parse the remainder"):
        render("{{ name.upper() }}", name="ann")


def test_a_method_with_an_argument(render):
    """What needs an argument is called in the template, or made ready in the view."""
    with pytest.raises(TemplateSyntaxError, match="Could not parse"):
        render("{{ name.replace('a', 'A') }}", name="ann")


def test_a_sum(render):
    """Arithmetic is part of an expression, or the job of a filter."""
    assert render("{{ number|add:1 }}", number=1) == "2"
    with pytest.raises(TemplateSyntaxError, match="Could not parse the remainder"):
        render("{{ number + 1 }}", number=1)


def test_an_item_of_a_list(render):
    """A dot reaches into lists and dictionaries; brackets are Python's."""
    assert render("{{ names.0 }}", names=["ann"]) == "ann"
    assert render("{{ ages.ann }}", ages={"ann": 7}) == "7"
    with pytest.raises(TemplateSyntaxError, match="Could not parse the remainder"):
        render("{{ names[0] }}", names=["ann"])


def test_an_empty_list(render):
    """A loop has a branch for nothing, under two names."""
    loop = "{% for name in names %}{{ name }}{% empty %}nobody{% endfor %}"

    assert render(loop, names=[]) == "nobody"
    with pytest.raises(TemplateSyntaxError, match="'else', expected 'empty'"):
        render(loop.replace("empty", "else"))


def test_the_number_of_a_turn(render):
    """A loop counts its turns, under two names; the wrong one fails or is empty."""
    loop = "{% for name in names %}{{ forloop.counter }}{% endfor %}"

    assert render(loop, names="ab") == "12"
    assert render(loop.replace("forloop.counter", "loop.index"), names="ab") == ""


def test_a_block_that_is_extended():
    """A block can show the one that it replaces."""
    files = {
        "base.html": "{% block title %}Diptych{% endblock %}",
        "page.html": "{% extends 'base.html' %}"
        "{% block title %}Home, {{ block.super }}{% endblock %}",
    }

    assert render_files("page.html", files) == "Home, Diptych"


def test_a_piece_with_arguments():
    """A piece of a page that is used again takes what it shows."""
    # An include is a file: it knows all of the page, unless `only` says no.
    files = {
        "mark.html": "<b>{{ text }}{{ other }}</b>",
        "page.html": "{% include 'mark.html' with text='Read' only %}",
        "open.html": "{% include 'mark.html' with text='Read' %}",
    }

    assert render_files("page.html", files, other="!") == "<b>Read</b>"
    assert render_files("open.html", files, other="!") == "<b>Read!</b>"


def test_a_name_for_a_value(render):
    """A template can name a value for itself."""
    # The name stays until the tag is closed.
    assert render("{% with a=1 %}{{ a }}{% endwith %}[{{ a }}]") == "1[]"


def test_a_name_that_nobody_gave(render):
    """A name that is missing shows nothing, and what is asked of it may fail."""
    assert render("[{{ nobody }}]") == "[]"
    assert render("[{{ nobody.name }}]") == "[]"


def test_a_missing_name_can_be_told():
    """A setting of the engine makes a missing name seen."""
    engine = Engine(string_if_invalid="(no %s)")

    assert engine.from_string("{{ nobody }}").render(Context()) == "(no nobody)"


def test_a_filter_with_an_argument(render):
    """A filter takes its arguments as a call, or one behind a colon."""
    assert render("{{ nobody|default:'-' }}") == "-"
    assert render("{{ names|join:', ' }}", names=["ann", "bob"]) == "ann, bob"
    with pytest.raises(TemplateSyntaxError):
        render("{{ nobody|default('-') }}")


@pytest.mark.parametrize("value", ["", None, 0])
def test_a_default_for_what_is_empty(render, value):
    """The filter `default` is for missing names, or for all that counts as false."""
    # For both; `default_if_none` is for None alone.
    shown = "-" if value is None else str(value)

    assert render("{{ value|default:'-' }}", value=value) == "-"
    assert render("{{ value|default_if_none:'-' }}", value=value) == shown


@pytest.mark.parametrize("name", ["a.html", "a.txt"])
def test_markup_is_escaped(name):
    """Text from visitors becomes harmless; whether in every file is another matter."""
    # In every one; `{% autoescape off %}` ends it.
    assert render_files(name, {name: "{{ text }}"}, text="<b>") == "&lt;b&gt;"
