"""Templates: what they make of markup, and of names that nobody handed over."""

import pytest
from django.template import Context, Engine

TEMPLATES = {"page.html": "{{ title }}", "mail.txt": "{{ title }}"}
LOADER = ("django.template.loaders.locmem.Loader", TEMPLATES)


def render(source):
    """Render a template that is handed nothing."""
    return Engine().from_string(source).render(Context())


def test_name_that_nobody_handed_over():
    """It is empty; what it would bring along is not so harmless everywhere."""
    assert render("{{ author }}") == ""
    assert render("{{ author.username }}") == ""
    assert render("{% if author.username %}by{% endif %}") == ""


@pytest.mark.parametrize("name", ["page.html", "mail.txt"])
def test_escaping_follows_the_name_of_the_file(name):
    """One side escapes HTML and XML alone, the other everything."""
    template = Engine(loaders=[LOADER]).get_template(name)

    assert template.render(Context({"title": "Fish & chips"})) == "Fish &amp; chips"
