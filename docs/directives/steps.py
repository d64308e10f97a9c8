"""The directives `{step}`, `{steps}` and `{deep-steps}`: what each step saves.

`python -m shared_tests.bench.steps --json docs/figures/steps.json` measures them. All
figures are ratios to the bare query that was measured in turn with them.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from docs.side_by_side.blocks import covers, make_block, pair_symbols
from docs.side_by_side.sphinx_ext import View
from docs.side_by_side.units import Symbol, split
from shared_tests.bench.step_list import program_of, read_steps

from .bench import bar, number
from .figures import SITES, Figures, Measured, versions
from .tables import labeled, table

Found = dict[tuple[str, str], Figures]  # rows by site and step
LAST = "Kept"
OURS = {
    "site": "our site, which also writes its log and sends its headers",
    "site, kept": "our site, a kept page",
}


class Steps(Measured):
    """Shows every step of both sides with its figure."""

    file = "steps.json"

    def run(self) -> list[nodes.Node]:
        """Return the table, and how it was measured."""
        figures = self.read()
        return [draw(first_pages(figures)), versions(figures)]


class DeepSteps(Measured):
    """Shows what both ends of a long list cost."""

    file = "steps.json"

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        return [draw_deep([row for row in self.read()["steps"] if is_deep(row)])]


class Step(View, Measured):
    """Shows the code of a step on both sides, and what it saves."""

    file = "steps.json"
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the code, and a line for each side."""
        names = self.arguments[0].split()
        flask, django = (symbols_of(site, names) for site in SITES)
        if not flask and not django:
            raise self.error(f"There is no step that is called {names[0]}.")
        if flask and django:
            blocks = pair_symbols(flask, django, {})
        else:
            blocks = [make_block(flask, django)]
        sides = [side for side, found in enumerate((flask, django)) if found]
        found = first_pages(self.read())
        lines = [
            saved(found, site, names[0])
            for site in SITES
            if names[0] in read_steps(site)
        ]
        return [*self.show(blocks, legend=False, sides=sides), *lines]


def symbols_of(site: str, names: list[str]) -> list[Symbol]:
    """Return the parts of a program that have one of these names."""
    every = split(program_of(site))
    return [each for each in every if any(covers(name, each.name) for name in names)]


def is_deep(row: Figures) -> bool:
    """Say whether a figure is of the long list."""
    return bool(row["posts"] > 1000)


def first_pages(figures: Figures) -> Found:
    """Return the figures of the short list."""
    return {
        (row["site"], row["step"]): row for row in figures["steps"] if not is_deep(row)
    }


def saved(found: Found, site: str, name: str) -> nodes.paragraph:
    """Return what a step costs, and the one before it."""
    row, before = found[site, name], found.get((site, read_steps(site)[name].after))
    spread = f"{number(row['low'])} to {number(row['high'])}"
    units = f"{number(row['units'])} units ({spread})"
    sql = statements(row["queries"])
    if before:
        units = f"from {number(before['units'])} to {units}"
        if before["queries"] != row["queries"]:
            sql = f"{before['queries']} statements before, {row['queries']} now"
    line = nodes.paragraph("", "", classes=["saved"])
    line += [nodes.strong("", SITES[site]), nodes.Text(f": {units}; {sql}.")]
    return line


def statements(count: int) -> str:
    """Write how many statements the database is asked."""
    return {0: "no statement", 1: "one statement"}.get(count, f"{count} statements")


def draw(found: Found) -> nodes.table:
    """Return all steps, with a bar for each side."""
    most = max(row["units"] for row in found.values())
    rows = [
        nodes.row(
            "",
            labeled("step", what),
            *(cell for site in SITES for cell in measured(found, site, name, most)),
        )
        for name, what in ordered().items()
    ]
    return table(["step", "Flask", "", "Django", ""], rows, "bars steps")


def ordered() -> dict[str, str]:
    """Return what each step is: the way to the sites, these, and what is not ours."""
    steps = max((read_steps(site) for site in SITES), key=len)
    way = [LAST]
    while after := steps[way[0]].after:
        way.insert(0, after)
    what = {name: step.what.removesuffix(".") for name, step in steps.items()}
    aside = {name: f"not ours: {what[name]}" for name in what if name not in way}
    return {name: what[name] for name in way} | OURS | aside


def measured(found: Found, site: str, name: str, most: float) -> list[nodes.entry]:
    """Return the cells of a step on one side."""
    row = found.get((site, name))
    if not row:
        return [labeled(SITES[site], units_of(row)), nodes.entry("")]
    spread = row["low"], row["high"]
    return [
        labeled(SITES[site], units_of(row)),
        bar(row["units"], most, spread, name in OURS),
    ]


def draw_deep(rows: list[Figures]) -> nodes.table:
    """Return what page 1 and the last page of the long list cost."""
    last = max(row["page"] for row in rows)
    found = {(row["site"], row["step"], row["page"]): row for row in rows}
    heads = {
        (site, page): f"{SITES[site]}, {'page 1' if page == 1 else f'page {page:,}'}"
        for site in SITES
        for page in (1, last)
    }
    what = ordered()
    return table(
        ["step", *heads.values()],
        [
            nodes.row(
                "",
                labeled("step", what[name]),
                *(
                    labeled(head, units_of(found.get((site, name, page))))
                    for (site, page), head in heads.items()
                ),
            )
            for name in dict.fromkeys(row["step"] for row in rows)
        ],
        "figures",
    )


def units_of(row: Figures | None) -> str:
    """Write a figure, where there is one."""
    return number(row["units"]) if row else "–"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives; their style is that of all such tables."""
    app.add_directive("step", Step)
    app.add_directive("steps", Steps)
    app.add_directive("deep-steps", DeepSteps)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
