"""The side-by-side view: what it pairs, how it reads, and what it may not forget."""

import ast
import colorsys
import os
import re
import subprocess
import sys

import pytest

from docs.side_by_side import blocks, concepts, measure, page, proof, terminal
from docs.side_by_side.pairs import ROOT, SITES, UnknownNameError, find, load_pairs
from docs.side_by_side.units import split
from shared_tests.contract import load_contract
from shared_tests.differences import LEDGER

CONCEPTS = list(concepts.load_concepts().values())
PAIRS = [pair for pair in load_pairs() if not pair.identical]
TWINS = [pair for pair in PAIRS if not pair.reason]
AA = 4.5  # WCAG 2.2, 1.4.3


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run what `make diff` runs."""
    return subprocess.run(
        [sys.executable, "-m", "docs.side_by_side", *arguments],
        cwd=ROOT,
        env={"COLUMNS": "120", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def show(width: int, *arguments: str) -> list[str]:
    """Return some functions of a file as the terminal shows them, without colors."""
    screen = terminal.Screen(width, colors=False)
    return list(screen.blocks(blocks.compare_symbols(arguments[0], arguments[1:])))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.title)
def test_every_line_belongs_to_one_unit(pair):
    for path in pair.paths:
        if path.suffix not in {".py", ".html"} or "/migrations/" in str(path):
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        wanted = {number for number, line in enumerate(lines, 1) if line.strip()}
        shown = [
            number
            for symbol in split(path)
            for unit in symbol.units
            for number, line in enumerate(unit.lines, unit.first)
            if line.strip()
        ]

        assert sorted(shown) == sorted(wanted)


@pytest.mark.parametrize("pair", TWINS, ids=lambda pair: pair.title)
def test_no_unit_is_lost_or_moved_within_its_function(pair):
    for block in blocks.compare(pair):
        for side, symbols in enumerate((block.flask, block.django)):
            units = [unit for symbol in symbols for unit in symbol.units]

            assert [row[side] for row in block.rows if row[side]] == units


def test_words_of_a_concept_are_equal():
    (block,) = blocks.compare_symbols("hooks.py", ["load_read_posts"])
    texts = [[unit and unit.head for unit in row] for row in block.rows]

    assert [
        'g.read_posts = session.get("read_posts", [])',
        'request.read_posts = request.session.get("read_posts", [])',
    ] in texts


def test_a_call_over_several_lines_is_one_unit():
    (symbol,) = blocks.symbols_of(1, "blog/views.py site_home")

    assert [len(unit.lines) for unit in symbol.units if len(unit.lines) > 1] == [5]


def test_words_in_strings_and_comments_are_no_words():
    text = 'x = request  # the request\ny = "the request"\nz = "request.user"\n'

    masked = concepts.mask_python(text, {'"request.user"'})

    assert masked.count("request") == 2


def test_alignment_finds_what_people_paired():
    measures = measure.measure_all()

    assert measure.share(measures, "found") >= 0.95
    assert measure.share(measures, "plain") < measure.share(measures, "found")


def test_every_kind_of_pair_was_judged():
    names = [each.name for each in measure.measure_all()]
    templates = [name for name in names if ".html" in name]

    assert len(templates) >= 4
    assert len(names) - len(templates) >= 12


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda concept: concept.id)
def test_what_a_concept_names_exists(concept):
    article = (ROOT / "docs/article.md").read_text(encoding="utf-8")
    for reference in concept.symbols:
        assert blocks.reference_blocks(*reference)

    assert set(concept.rows) - {row.id for row in load_contract()} == set()
    assert set(concept.ledger) - {entry.id for entry in LEDGER} == set()
    assert [each for each in concept.claims if f"(claim-{each})=" not in article] == []
    assert (ROOT / f"docs/concepts/{concept.id}.md").is_file()


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda concept: concept.id)
def test_every_word_of_a_concept_is_somewhere_in_the_code(concept):
    spoken = {
        (side, line[word.start : word.end])
        for pair in load_pairs()
        for path in pair.paths
        for side in [concepts.side_of(path)]
        for number, words in concepts.words_of(path).items()
        for line in [path.read_text(encoding="utf-8").splitlines()[number - 1]]
        for word in words
        if word.twins.concept == concept.id
    }
    listed = {
        (side, word)
        for twins in (*concept.words, *concept.template_words)
        for side in (0, 1)
        for word in twins.words[side]
    }

    assert listed - spoken == set()


def test_letters_and_colors_tell_concepts_apart():
    letters = [concept.letter for concept in CONCEPTS]
    looks = [
        (concept.hue, page.LINES[number % len(page.LINES)])
        for number, concept in enumerate(CONCEPTS)
    ]

    assert len(set(letters)) == len(letters)
    assert len(set(looks)) == len(looks)


def luminance(hue: int, saturation: float, lightness: float) -> float:
    """Return the relative luminance of a color, as WCAG defines it."""
    parts = colorsys.hls_to_rgb(hue / 360, lightness, saturation)
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda concept: concept.id)
def test_words_can_be_read_on_their_color(concept):
    css = (ROOT / "docs/_static/side-by-side.css").read_text(encoding="utf-8")
    color = r": hsl\(var\(--hue\) (\d+)% (\d+)%\)"
    grounds = re.findall("--ground" + color, css)
    inks = re.findall("--ink" + color, css)

    assert len(inks) == 3  # light, dark by choice, dark by the system
    for both in zip(grounds, inks, strict=True):
        low, high = sorted(
            luminance(concept.hue, int(color[0]) / 100, int(color[1]) / 100)
            for color in both
        )
        assert (high + 0.05) / (low + 0.05) >= AA


def views(site: str, app: str) -> list[str]:
    """Return the names of the views of an app, as its addresses name them."""
    module = ast.parse((ROOT / site / app / "views.py").read_text(encoding="utf-8"))
    if site == SITES[1]:
        urls = (ROOT / site / app / "urls.py").read_text(encoding="utf-8")
        return re.findall(r"(?<!\.)\bviews\.(\w+)", urls)
    return [
        node.name
        for node in module.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and (
            isinstance(node, ast.ClassDef)
            or re.search(r"bp\.(get|post|route)", ast.unparse(node.decorator_list))  # type: ignore[arg-type]
        )
    ]


@pytest.mark.parametrize("app", ["blog", "users"])
@pytest.mark.parametrize("side", [0, 1])
def test_every_view_belongs_to_a_concept(side, app):
    named = {
        symbol.name
        for concept in CONCEPTS
        for reference in concept.symbols
        if f"{app}/views.py" in reference[side]
        for block in blocks.reference_blocks(*reference)
        for symbol in (block.flask, block.django)[side]
    }

    assert set(views(SITES[side], app)) - named == set()


@pytest.mark.parametrize("app", ["blog", "users"])
@pytest.mark.parametrize("side", [0, 1])
def test_the_footer_of_every_view_finds_its_place(side, app):
    pair = find(f"{app}/views.py")
    headed = {
        name for block in blocks.compare(pair) if block.headed for name in block.names
    }

    assert pair.page == f"{app}.views"  # as both sites write it in their footers
    assert set(views(SITES[side], app)) - headed == set()


def test_every_view_has_its_proof():
    named = proof.load_proofs()
    found = {
        (app, view)
        for app in ("blog", "users")
        for view in views(SITES[0], app)
        if view in named[f"{app}/views.py"]
    }

    assert found == {
        (app, view) for app in ("blog", "users") for view in views(SITES[0], app)
    }


def test_an_unknown_name_leads_to_the_nearest_ones():
    with pytest.raises(UnknownNameError, match=r"blog/views\.py"):
        find("blog/view.py")
    with pytest.raises(UnknownNameError, match="pagination"):
        concepts.find_concept("paginaton")
    with pytest.raises(UnknownNameError, match="site_home"):
        blocks.compare_symbols("blog/views.py", ["site_hom"])


@pytest.mark.parametrize("width", [100, 120, 200])
def test_two_columns_fit_the_terminal(width):
    for pair in PAIRS:
        screen = terminal.Screen(width, colors=False)
        lines = list(terminal.show_pair(screen, pair))

        assert max(map(len, lines)) <= width or pair.reason


def test_two_columns_stand_beside_each_other():
    lines = show(120, "blog/views.py", "site_home")

    (line,) = [line for line in lines if "def site_home():" in line]
    assert line.endswith("def site_home(request):")


def test_under_100_columns_the_sides_stand_below_each_other():
    lines = show(80, "blog/views.py", "get_own_post_or_403")

    assert "fl R   def get_own_post_or_403(post_id):" in lines
    assert "dj R   def get_own_post_or_403(request, post_id):" in lines
    assert "=          return post" in lines
    assert max(map(len, lines)) <= 80


def test_letters_mark_the_concepts():
    lines = show(120, "blog/views.py", "get_own_post_or_403")

    (line,) = [line for line in lines if "if current_user" in line]
    assert re.search(r" U +if request\.user", line)
    assert any("U The current user" in line for line in lines)


def test_a_painted_line_is_as_wide_as_a_plain_one():
    text = "    return " + ", ".join(["request.args"] * 12)
    painted = text.replace("request", "\033[1;4mrequest\033[0m")

    plain = terminal.fold_line(text, 40)
    folded = terminal.fold_line(painted, 40)

    assert [terminal.ESCAPE.sub("", line) for line in folded] == plain
    assert max(map(len, plain)) <= 40


def test_no_colors_where_there_is_no_terminal():
    done = run("--file", "blog/views.py")

    assert done.returncode == 0
    assert "\033" not in done.stdout


def test_the_list_fits_80_columns():
    assert max(map(len, run(COLUMNS="80").stdout.splitlines())) <= 80


def test_the_list_names_every_pair_and_reason():
    lines = run(COLUMNS="300").stdout
    names = {name for pair in load_pairs() for name in pair[:2]}

    assert [name for name in names if name not in lines] == []
    assert [pair.reason for pair in load_pairs() if pair.reason not in lines] == []


def test_concepts_are_listed_and_shown():
    listed = run("--concept", "").stdout
    shown = run("--concept", "pagination").stdout

    assert [each.id for each in CONCEPTS if each.id not in listed] == []
    assert "PAGE-3" in shown
    assert "InvalidPage" in shown


def test_plain_is_a_unified_diff():
    lines = run(
        "--plain", "--file", "blog/views.py", PATH="/usr/bin"
    ).stdout.splitlines()

    assert "-def site_home():" in lines
    assert "+def site_home(request):" in lines


@pytest.mark.parametrize(
    ("options", "near"),
    [
        (["--file", "blog/view.py"], "blog/views.py"),
        (["--file", "blog/views.py site_hom"], "site_home"),
        (["--concept", "sesion"], "session"),
    ],
)
def test_an_unknown_name_ends_with_2_and_one_line(options, near):
    done = run(*options)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert near in done.stderr


@pytest.mark.parametrize("name", ["show_post", "blog/views.py:show_post"])
def test_a_function_is_found_by_its_name(name):
    assert "def show_post(request, post_id):" in run("--file", name).stdout


def test_a_concept_is_found_by_its_letter():
    assert run("--concept", "U").stdout == run("--concept", "user").stdout


def test_a_file_and_an_idea_are_too_much():
    done = run("--concept", "user", "--file", "blog/views.py")

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_a_file_without_a_twin_says_why():
    assert "INSTALLED_APPS" in run("--file", "extensions.py").stdout


def test_the_page_holds_every_line_once_and_escaped():
    text = page.render(blocks.compare_symbols("templates/base.html", []), "{}.html")
    words = re.sub(r"<[^>]+>", "", text)

    assert '&lt;form method="post"' in words
    assert words.count("{% block nav %}") == 2


def test_a_word_links_to_its_chapter_and_names_its_twin():
    text = page.render(
        blocks.compare_symbols("blog/views.py", ["delete_comment"]), "{}.html"
    )

    twins = set(re.findall(r'c-user (t-[\w-]+)" href="user.html"', text))
    assert f".{next(iter(twins))}:is(:hover" in page.stylesheet()


def test_each_side_of_the_page_is_whole_and_in_order():
    text = page.render(
        blocks.compare_symbols("blog/views.py", ["edit_post"]), "{}.html"
    )
    flask, django = text.index('class="side flask"'), text.index('class="side django"')
    lines = [
        int(number) for number in re.findall(r'data-n="(\d+)"', text[flask:django])
    ]

    assert lines == sorted(set(lines))
    assert flask < django


@pytest.mark.parametrize("name", ["F", "C", "URL"])
@pytest.mark.parametrize("value", ["$(shell touch {})", "$$(touch {})", "`touch {}`"])
def test_make_runs_nothing_that_a_reader_types(name, value, tmp_path):
    canary = tmp_path / "canary"
    target = "trace" if name == "URL" else "diff"

    done = subprocess.run(
        ["make", "--silent", target, f"{name}={value.format(canary)}"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert not canary.exists()


ODD = '''\
def one(a="#"): return a  # one line
if one(): two = 1; three = 2
else : four = 4
try:
    pass
finally: five = 5
class Six(Exception): ...
async def seven():
    async with six as s, \\
            seven() as t:
        """A text

        with a blank line."""
for eight in [
    8]:
    pass
else:
    nine = [9,
        10]
match nine:
    case [1, *_]: pass
    case _:
        eleven = f"{one('a')!r:>{two}} # {'x'}"
@one(
    "twelve"
)
class Twelve:
    """Doc."""; thirteen = {
        "a": [
            1],
    }
'''


def test_odd_code_is_split_too(tmp_path):
    path = tmp_path / "odd.py"
    path.write_text(ODD, encoding="utf-8")

    lines = [
        line
        for symbol in split(path)
        for unit in symbol.units
        for line in unit.lines
        if line.strip()
    ]

    assert lines == [line for line in ODD.split("\n") if line.strip()]
