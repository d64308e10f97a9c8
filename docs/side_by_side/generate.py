"""The pages of docs/side-by-side/: one a pair of files, one an idea, the figures."""

from collections.abc import Iterable, Iterator

from .blocks import compare, count_fates
from .concepts import TEMPLATES, Concept, load_concepts
from .figures import code_pairs, count_lines, count_statements, dependencies
from .measure import measure_all, share
from .pairs import ROOT, Pair, load_pairs

FOLDER = ROOT / "docs/side-by-side"
# They are too many for the list beside every page of the guide.
ORPHAN = "---\norphan: true\n---\n\n"
SHOWN = {".py", *TEMPLATES}  # other files have no statements to be paired
FATES = {
    "identical": "the same on both sides",
    "equivalent": "paired, in other words",
    "flask": "Flask only",
    "django": "Django only",
}


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table in Markdown."""
    lines = [list(heads), *([str(cell) for cell in row] for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def plain(name: str) -> str:
    """Return the name of a file so that Markdown leaves its underscores alone."""
    return name.replace("_", r"\_")


def pair_page(pair: Pair) -> str:
    """Return the page of a pair of files, or of one that has no twin."""
    parts = [f"{ORPHAN}# {plain(pair.title)}"]
    name, suffix = pair.names[0], pair.paths[0].suffix
    view = f"```{{side-by-side-page}} {pair.flask or pair.django}\n```"
    if pair.identical:
        parts.append("Both sites have the same file, to the last byte.")
    elif pair.reason:
        parts.append(f"`{name}` has no twin.\n{pair.reason}")
    else:
        counts = count_fates(compare(pair))
        parts.append(
            f"{counts['identical']} statements are the same on both sides, "
            f"{counts['equivalent']} say it in other words, "
            f"{counts['flask']} stand only with Flask, "
            f"{counts['django']} only with Django."
        )
    if suffix in SHOWN and not pair.identical:
        parts.append(view)
    elif suffix != ".gz":
        parts.append(f"```{{literalinclude}} ../../{name}\n:language: text\n```")
    return "\n\n".join(parts) + "\n"


def concept_page(concept: Concept) -> str:
    """Return the page that shows an idea across the files."""
    parts = [f"{ORPHAN}# {concept.title}: the code"]
    parts.append(f"The chapter is {{concept}}`{concept.id}`.")
    words = [
        [", ".join(f"`{word}`" for word in side) or "–" for side in twins.words]
        for twins in (*concept.words, *concept.template_words)
    ]
    parts.append(table(["Flask says", "Django says"], words))
    for flask, django in concept.symbols:
        if flask == django:
            parts.append(f"## {plain(flask)}\n\n```{{side-by-side}} {flask}\n```")
        else:
            parts.append(
                f"## {plain(flask)} ↔ {plain(django)}\n\n"
                f"```{{side-by-side}}\n:flask: {flask}\n:django: {django}\n```"
            )
    return "\n\n".join(parts) + "\n"


def kind(pair: Pair) -> str:
    """Return the heading under which a pair stands in the list."""
    for folder, heading in (("tests/", "Tests"), ("templates/", "Templates")):
        if pair.flask.startswith(folder):
            return heading
    return "Code"


def index_page() -> str:
    """Return the list of all pages."""
    parts = ["# All files side by side"]
    parts.append(
        "Statements are paired by what they do, and counted by what became of them.\n"
        "The same: they read alike on both sides.\n"
        "Other words: they do the same job.\n"
        "The rest stands on one side only.\n"
        "What each idea looks like across the files: "
        + ", ".join(
            f"[{concept.title}](concept.{concept.id}.md)"
            for concept in load_concepts().values()
        )
        + "."
    )
    twins = [pair for pair in load_pairs() if not pair.reason and not pair.identical]
    for heading in ("Code", "Templates", "Tests"):
        rows = [
            [
                f"[{plain(pair.title)}]({pair.page}.md)",
                *count_fates(compare(pair)).values(),
            ]
            for pair in twins
            if kind(pair) == heading
        ]
        heads = ["Pair", "the same", "other words", "Flask only", "Django only"]
        parts += [f"## {heading}", table(heads, rows)]
    alone = {
        "The same to the last byte": [each for each in load_pairs() if each.identical],
        "Flask alone": [each for each in load_pairs() if each.reason and each.flask],
        "Django alone": [each for each in load_pairs() if each.reason and each.django],
    }
    for heading, pairs in alone.items():
        lines = (
            f"- [{plain(each.title)}]({each.page}.md) {each.reason}".rstrip()
            for each in pairs
        )
        parts += [f"## {heading}", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def figures_page() -> str:
    """Return the figures, with the rules by which they are counted."""
    counts = count_statements(code_pairs())
    total = sum(counts.values())
    statements = [
        [FATES[fate], number, f"{100 * number / total:.0f} %"]
        for fate, number in counts.items()
    ]
    ideas = [
        [f"{{concept}}`{concept.id}`", *count_lines(concept)]
        for concept in load_concepts().values()
    ]
    packages = [
        [group, len(names), ", ".join(names)] for group, names in dependencies().items()
    ]
    measures = measure_all()
    judged = sum(len(each.judged) for each in measures)
    return f"""\
# Figures

Counted from the code when this guide was built.
They describe this one blog; neither side wins anything.

## Statements

A statement over several lines counts once, and so do two that are paired.
So do a decorator, a line of a template, and the head of a function, class or condition.
Tests, migrations and data are left out; files without a twin count as one-sided.

{table(["Kind", "statements", "share"], statements)}

## Lines for each idea

Lines of code and templates in which a word of the idea stands.
Comments and docstrings do not count; a line with words of two ideas counts for both.
Two of the ideas live in the tests alone.

{table(["Idea", "Flask", "Django"], ideas)}

## Dependencies

What `requirements/run.in` asks for, without what these bring along.
Django's package holds much of what Flask's users choose themselves.

{table(["For", "number", "packages"], packages)}

## How well statements are paired

In {len(measures)} functions and templates, {judged} pairs were judged by hand.
They stand in `docs/tests/alignment.toml`.
The tool finds {share(measures, "found"):.1%} of them.
A plain line diff (Python's `difflib`) finds {share(measures, "plain"):.1%}.
"""


def pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every page."""
    yield "index", index_page()
    yield "figures", figures_page()
    for concept in load_concepts().values():
        yield f"concept.{concept.id}", concept_page(concept)
    for pair in load_pairs():
        yield pair.page, pair_page(pair)


def write() -> None:
    """Write every page that changed, and delete those that no file has any more."""
    FOLDER.mkdir(exist_ok=True)
    kept = set()
    for name, text in pages():
        path = FOLDER / f"{name}.md"
        kept.add(path)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in set(FOLDER.glob("*.md")) - kept:
        path.unlink()
