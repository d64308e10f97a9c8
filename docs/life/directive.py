"""The directive `{life} /home/?page=2`: what both sites do for an address.

The sites are recorded while the guide is built, so that every line is true.
"""

from functools import cache

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from docs.directives.ledger import words
from shared_tests.running import ROOT, StartError

from .both import Record, place, record, rows, stages, summary, title
from .record import Event, load_steps

SITES = {"flask": "Flask", "django": "Django"}
DEEPEST = 20  # life.css knows no deeper one


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and its style."""
    app.add_directive("life", Life)
    app.add_css_file("life.css")
    app.connect("builder-inited", lambda app: recorded.cache_clear())
    return {"parallel_read_safe": True, "parallel_write_safe": True}


@cache
def recorded(url: str) -> dict[str, Record]:
    """Record both sites with the demo content, once in a build."""
    with stages() as made:
        return record(made, url)


class Life(SphinxDirective):
    """Draws what both sites do for an address, phase by phase."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the drawing."""
        for folder in ("docs/life", "flask_site", "django_site"):
            for path in sorted((ROOT / folder).rglob("*.*")):
                if path.suffix in {".py", ".toml", ".html", ".xml"}:
                    self.env.note_dependency(str(path))
        try:
            records = recorded(self.arguments[0])
        except StartError as error:
            raise self.error(str(error)) from None
        return [draw(records)]


def draw(records: dict[str, Record]) -> nodes.container:
    """Return both sites in columns, a row for each phase."""
    drawing = nodes.container(classes=["life"])
    heads = nodes.container(classes=["life-heads"])
    for name, done in records.items():
        head = nodes.paragraph()
        head += nodes.strong("", SITES[name])
        head += nodes.Text(f" {summary(done)}")
        heads += head
    drawing += heads
    phases = load_steps()["phases"]
    for row in rows(records):
        drawn = nodes.container(classes=["life-row"])
        drawn += nodes.paragraph("", phases[row.phase], classes=["life-phase"])
        drawn += side("flask", row.flask)
        drawn += side("django", row.django)
        drawing += drawn
    return drawing


def side(name: str, events: list[Event]) -> nodes.container:
    """Return what one site does in a phase."""
    drawn = nodes.container(classes=["life-side", f"life-{name}"])
    if events:
        drawn += nodes.paragraph("", SITES[name], classes=["life-site"])
        drawn += nodes.bullet_list("", *map(step, events), bullet="-")
    return drawn


def step(event: Event) -> nodes.list_item:
    """Return one step: its name and place, and what it does."""
    classes = [f"life-{min(event['depth'], DEEPEST)}"]
    item = nodes.list_item(classes=classes + ["life-own"] * event["own"])
    head = nodes.paragraph(classes=["life-step"])
    head += nodes.inline("", title(event), classes=["life-name"])
    head += nodes.Text(" ")
    head += nodes.inline("", place(event), classes=["life-place"])
    item += head
    for part in ("shows", "sql"):
        if part in event:
            item += nodes.paragraph("", "", nodes.literal("", event[part]))
    if event["says"]:
        item += nodes.paragraph("", "", *words(event["says"]), classes=["life-says"])
    return item
