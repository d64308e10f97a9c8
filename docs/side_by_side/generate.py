"""The pages of docs/side-by-side/: one a pair of files, one an idea, the figures."""

from collections.abc import Iterator

from .blocks import compare, count_fates
from .concepts import Concept, load_concepts
from .figures import code_pairs, count_lines, count_statements, dependencies
from .pairs import ROOT, Pair, load_pairs

FOLDER = ROOT / "docs/side-by-side"


def pair_page(pair: Pair) -> str:
    """Return the page of a pair of files, or of one that has no twin."""
    title = f"# {pair.title}\n\n"
    if pair.reason or pair.identical:
        text = pair.reason or "Both sites have the same file, to the last byte."
        name = pair.names[0]
        if pair.paths[0].suffix == ".gz":
            return f"{title}`{name}`\n\n{text}\n"
        language = {".html": "html+jinja", ".xml": "xml+jinja", ".py": "python"}
        kind = language.get(pair.paths[0].suffix, "text")
        include = f"```{{literalinclude}} ../../{name}\n:language: {kind}\n```"
        return f"{title}`{name}`\n\n{text}\n\n{include}\n"
    counts = count_fates(compare(pair))
    counted = (
        f"{counts['identical']} statements are the same on both sides, "
        f"{counts['equivalent']} say it in other words, "
        f"{counts['flask']} stand only with Flask, {counts['django']} only with Django."
    )
    return f"{title}{counted}\n\n```{{side-by-side-page}} {pair.flask}\n```\n"


def concept_page(concept: Concept) -> str:
    """Return the page that shows an idea across the files."""
    parts = [f"# {concept.title}: the code"]
    parts.append(f"The chapter is {{concept}}`{concept.id}`.")
    words = [*concept.words, *concept.template_words]
    rows = [
        "| {} | {} |".format(
            *(", ".join(f"`{word}`" for word in side) or "–" for side in twins.words)
        )
        for twins in words
    ]
    parts.append("\n".join(["| Flask says | Django says |", "|---|---|", *rows]))
    for flask, django in concept.symbols:
        if flask == django:
            parts.append(f"## {flask}\n\n```{{side-by-side}} {flask}\n```")
        else:
            parts.append(
                f"## {flask} ↔ {django}\n\n"
                f"```{{side-by-side}}\n:flask: {flask}\n:django: {django}\n```"
            )
    return "\n\n".join(parts) + "\n"


def index_page() -> str:
    """Return the list of all pages."""
    parts = ["# All files side by side"]
    parts.append(
        "The same: statements that read alike on both sides.\n"
        "Other words: statements that do the same job.\n"
        "The rest stands on one side only."
    )
    lines = [
        "| Pair | the same | other words | Flask only | Django only |",
        "|---|--:|--:|--:|--:|",
    ]
    for pair in load_pairs():
        if not pair.reason and not pair.identical:
            counts = " | ".join(map(str, count_fates(compare(pair)).values()))
            lines.append(f"| [{pair.title}]({pair.page}.md) | {counts} |")
    parts.append("\n".join(lines))
    parts.append("## The same to the last byte")
    parts.append(
        "\n".join(
            f"- [{pair.title}]({pair.page}.md)"
            for pair in load_pairs()
            if pair.identical
        )
    )
    for name, side in (("Flask", 0), ("Django", 1)):
        parts.append(f"## {name} alone")
        parts.append(
            "\n".join(
                f"- [{pair[side]}]({pair.page}.md): {pair.reason}"
                for pair in load_pairs()
                if pair.reason and pair[side]
            )
        )
    pages = [f"concept.{id}" for id in load_concepts()] + [
        pair.page for pair in load_pairs()
    ]
    parts.append(
        "```{toctree}\n:hidden:\n\n" + "\n".join(["figures", *pages]) + "\n```"
    )
    return "\n\n".join(parts) + "\n"


def figures_page() -> str:
    """Return the figures, with the rules by which they are counted."""
    counts = count_statements(code_pairs())
    total = sum(counts.values())
    parts = ["# Figures"]
    parts.append(
        "Counted from the code when this guide was built.\n"
        "They describe this one blog; neither side wins anything."
    )
    parts.append("## Statements")
    parts.append(
        "A statement over several lines counts once; so do a decorator, the head of a "
        "function, class, loop or condition, and a line of a template.\n"
        "Tests, migrations and data are left out.\n"
        "Files without a twin count as one-sided."
    )
    titles = {
        "identical": "the same on both sides",
        "equivalent": "paired, in other words",
        "flask": "Flask only",
        "django": "Django only",
    }
    lines = ["| | rows | share |", "|---|--:|--:|"]
    lines += [
        f"| {title} | {counts[fate]} | {100 * counts[fate] / total:.0f} % |"  # type: ignore[index]
        for fate, title in titles.items()
    ]
    parts.append("\n".join(lines))
    parts.append("## Lines an idea")
    parts.append(
        "Lines of code and templates in which a word of the idea stands; comments and "
        "docstrings do not count.\n"
        "A line with words of two ideas counts for both."
    )
    lines = ["| Idea | Flask | Django |", "|---|--:|--:|"]
    for concept in load_concepts().values():
        flask, django = count_lines(concept)
        lines.append(f"| {{concept}}`{concept.id}` | {flask} | {django} |")
    parts.append("\n".join(lines))
    parts.append("## Dependencies")
    parts.append(
        "What `requirements/run.in` asks for, without what these bring along.\n"
        "Django's package holds much of what Flask's users choose themselves."
    )
    lines = ["| | number | packages |", "|---|--:|---|"]
    for group, names in dependencies().items():
        lines.append(f"| {group} | {len(names)} | {', '.join(names)} |")
    parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


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
