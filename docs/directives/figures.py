"""The directives `{storm}`, `{losses}` and `{crowd}`: what was measured.

The numbers depend on the machine, so a measurement is written down once, with its
circumstances, in docs/figures; `python -m shared_tests.storm` does it, and likewise
`shared_tests.losses` and `shared_tests.crowd`.
"""

import json
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from shared_tests.losses import words

from .ledger import paragraph
from .tables import labeled, table

FOLDER = Path(__file__).resolve().parents[1] / "figures"
SITES = {"flask": "Flask", "django": "Django"}
SENDERS = {
    "thread": "outbox and threads",
    "celery": "outbox and Celery",
    "bare": "a bare thread",
}
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
VERSIONS = {
    "python": "Python",
    "flask": "Flask",
    "django": "Django",
    "gunicorn": "gunicorn",
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
}
STORES = {"cookie": "in a cookie", "server": "on the server", "default": "its own"}
Figures = dict[str, Any]

# Heads of columns, and the keys of what stands there.
COUNTS = {
    "comments promised": "comments_acknowledged",
    "of these lost": "comments_acknowledged_and_lost",
    "stored": "comments_stored",
    "mailed": "comments_mailed",
    "never mailed": "comments_never_mailed",
    "mailed twice": "comments_mailed_twice_or_more",
}
WHILE_AWAY = {
    "stored": "comments_stored",
    "never mailed": "comments_never_mailed",
    "mailed twice": "comments_mailed_twice_or_more",
}
TIMES = {
    "answer before, ms": "milliseconds_of_an_answer_with_mail_server",
    "answer while away, ms": "milliseconds_of_an_answer_without_mail_server",
}
CROWD = {"visitors": "visitors", "requests": "requests"}


class Measured(SphinxDirective):
    """What all these directives share."""

    file: ClassVar[str]

    def read(self) -> Figures:
        """Read the figures; without them there is nothing to show."""
        path = FOLDER / self.file
        self.env.note_dependency(str(path))
        try:
            figures: Figures = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise self.error(f"docs/figures/{self.file} is not there.") from error
        return figures


class Storm(Measured):
    """Shows what comments and mails survived, in one of the two storms."""

    file = "storm.json"
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table of a scenario, and how it was measured."""
        figures = self.read()
        scenario = self.arguments[0]
        if scenario not in DRAWN:
            raise self.error(f"There is no storm that is called {scenario}.")
        runs = [run for run in figures["runs"] if run["scenario"] == scenario]
        return [DRAWN[scenario](runs), circumstances(figures, runs)]


class Losses(Measured):
    """Shows what each site lost on each database, whatever went wrong."""

    file = "losses.json"

    def run(self) -> list[nodes.Node]:
        """Return the table, and how it was measured."""
        self.env.note_dependency(words.__file__)
        figures = self.read()
        return [draw_losses(figures["runs"]), versions(figures)]


class Crowd(Measured):
    """Shows what visitors at once saw of each other."""

    file = "crowd.json"

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        return [draw_crowd(self.read())]


class Mutants(Measured):
    """Shows faults that were put into the sites, and which rows noticed."""

    file = "mutants.json"

    def run(self) -> list[nodes.Node]:
        """Return the table, and when it was measured."""
        figures = self.read()
        python = figures["versions"]["python"]
        when = f"Tried on {figures['date']} with Python {python}."
        return [draw_mutants(figures["mutants"]), paragraph(when, "measured")]


def draw_kills(runs: list[Figures]) -> nodes.table:
    """Return what is left when a site was killed again and again."""
    rows = [
        nodes.row(
            "",
            *who(run),
            *(labeled(head, str(run[key])) for head, key in COUNTS.items()),
        )
        for run in runs
    ]
    return table(["site", "who sends", *COUNTS], rows, "figures")


def draw_mail_server_away(runs: list[Figures]) -> nodes.table:
    """Return what visitors noticed while there was no mail server."""
    rows = [
        nodes.row(
            "",
            *who(run),
            *(labeled(head, str(run[key])) for head, key in WHILE_AWAY.items()),
            *(labeled(head, times(run[key])) for head, key in TIMES.items()),
        )
        for run in runs
    ]
    return table(["site", "who sends", *WHILE_AWAY, *TIMES], rows, "figures")


DRAWN = {"kill": draw_kills, "smtp-down": draw_mail_server_away}


def who(run: Figures) -> list[nodes.entry]:
    """Return which site a run is of, and who sends its mails."""
    site, sender = SITES[run["site"]], SENDERS[run["sender"]]
    return [labeled("site", site), labeled("who sends", sender)]


def times(answers: Figures) -> str:
    """Write what half of the answers took, and 99 of 100."""
    return " / ".join(str(round(milliseconds)) for milliseconds in answers.values())


def circumstances(figures: Figures, runs: list[Figures]) -> nodes.paragraph:
    """Return when, where and with what it was measured."""
    machine, versions = figures["machine"], figures["versions"]
    posted = ", ".join(str(n) for n in sorted({run["comments_posted"] for run in runs}))
    where = f"on {machine['system']} with {machine['cores']} cores"
    seconds = figures["mail_server_seconds_a_mail"]
    parts = [
        f"Measured on {figures['date']}, {where}, Python {versions['python']}",
        f"{posted} comments a run by {figures['clients']} visitors at once",
        f"a mail server that takes {seconds} s a mail",
    ]
    return paragraph("; ".join(parts) + ".", "measured")


def draw_losses(runs: list[Figures]) -> nodes.table:
    """Return a row for all that went wrong, with a cell for each site and database."""
    told = {
        (run["scenario"], run["site"], run["database"]): words.tell(run) for run in runs
    }
    heads = {
        (site, database): f"{SITES[site]}, {DATABASES[database]}"
        for site in SITES
        for database in DATABASES
    }
    rows = [
        nodes.row(
            "",
            labeled("what goes wrong", title),
            *(
                labeled(head, told.get((scenario, *place), "–"))
                for place, head in heads.items()
            ),
        )
        for scenario, title in words.SCENARIOS.items()
    ]
    return table(["what goes wrong", *heads.values()], rows, "figures")


def versions(figures: Figures) -> nodes.paragraph:
    """Return when, where and with which versions it was measured."""
    machine, found = figures["machine"], figures["versions"]
    named = ", ".join(f"{name} {found[key]}" for key, name in VERSIONS.items())
    where = f"on {machine['system']} with {machine['cores']} cores"
    return paragraph(f"Measured on {figures['date']}, {where}: {named}.", "measured")


def draw_crowd(figures: Figures) -> nodes.table:
    """Return what a crowd has done on each site, and what it saw of others."""
    rows = [
        nodes.row(
            "",
            labeled("site", SITES[site]),
            labeled("sessions", STORES[found["store"]]),
            *(labeled(head, str(found[key])) for head, key in CROWD.items()),
            labeled("leaks", str(len(found["leaks"]))),
        )
        for site, found in figures.items()
    ]
    return table(["site", "sessions", *CROWD, "leaks"], rows, "figures")


def draw_mutants(mutants: Figures) -> nodes.table:
    """Return who noticed which fault; where only one site can have it, why."""
    rows = [
        nodes.row(
            "",
            labeled("fault", f"`{name}`"),
            labeled("what it breaks", fault["breaks"]),
            *(labeled(SITES[site], noticed(fault, site)) for site in SITES),
        )
        for name, fault in mutants.items()
    ]
    return table(["fault", "what it breaks", *SITES.values()], rows, "figures")


def noticed(fault: Figures, site: str) -> str:
    """Return the rows that noticed a fault on a site, or why it cannot be there."""
    if site not in fault:
        return str(fault["elsewhere"])
    return ", ".join(fault[site]["noticed_by"]) or "nobody"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives; their style is that of all such tables."""
    app.add_directive("storm", Storm)
    app.add_directive("losses", Losses)
    app.add_directive("crowd", Crowd)
    app.add_directive("mutants", Mutants)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
