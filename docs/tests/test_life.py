"""The recorded life of a request is true, and the same on every run."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import CodeType

import pytest

from docs.life import directive, trace
from docs.life.both import Record, Stage, place, record, rows, stages
from docs.life.record import Event, fold, load_steps, shorten_sql
from shared_tests.running import ROOT, StartError

HOME = "/home/?page=2"
SITES = ["flask", "django"]
STEPS = load_steps()
Records = dict[str, Record]


@pytest.fixture(scope="module")
def made() -> Iterator[list[Stage]]:
    """Both sites with the demo content."""
    with stages() as made:
        yield made


@pytest.fixture(scope="module")
def home(made) -> Records:
    """What both do for a page of the home page."""
    return record(made, HOME)


@pytest.fixture(scope="module")
def nowhere(made) -> Records:
    """What both do for an address that nobody has."""
    return record(made, "/nowhere/")


def names(events: list[Event], way: str = "") -> list[str]:
    """Return the names of the steps, or of the ways into a middleware or out."""
    return [event["name"] for event in events if event.get("way", "") == way]


def find(events: list[Event], name: str) -> Event:
    """Return the first step of that name."""
    return next(event for event in events if event["name"] == name)


def line_of(path: Path, name: str) -> int:
    """Return the line where a function of a file begins, with its decorators."""
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    decorators = functions[0].decorator_list
    return decorators[0].lineno if decorators else functions[0].lineno


def middleware() -> list[str]:
    """Return the names of Django's middleware, as the settings list them."""
    path = ROOT / "django_site/settings.py"
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "MIDDLEWARE"
        ):
            return [path.rpartition(".")[2] for path in ast.literal_eval(node.value)]
    raise AssertionError("The settings have no MIDDLEWARE.")


def functions(code: CodeType) -> Iterator[CodeType]:
    """Yield all functions that a code holds."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from functions(constant)


def find_function(where: str) -> CodeType | None:
    """Return the function that steps.toml calls so, or nothing."""
    file, name = where.split(" ")
    spec = find_spec(file.partition("/")[0])
    assert spec
    path = Path(str(spec.origin)).parents[1] / file
    code = compile(path.read_bytes(), str(path), "exec")
    return next((found for found in functions(code) if found.co_qualname == name), None)


def test_a_record_is_the_same_every_time(made, home):
    again = record(made, HOME)

    assert again == home


@pytest.mark.parametrize("name", SITES)
def test_the_view_stands_where_the_record_says(home, name):
    view = find(home[name].events, "site_home")

    file = f"{name}_site/blog/views.py"
    assert place(view) == f"{file}:{line_of(ROOT / file, 'site_home')}"
    assert view["says"] == "Show a page of all posts, newest first."


@pytest.mark.parametrize(
    ("name", "file", "way"),
    [("flask", "hooks.py", ""), ("django", "middleware.py", "in")],
)
def test_load_read_posts_comes_before_the_view(home, name, file, way):
    events = home[name].events
    hook = find(events, "load_read_posts")

    assert hook["file"] == f"{name}_site/{file}"
    assert hook.get("way", "") == way
    assert events.index(hook) < events.index(find(events, "site_home"))


@pytest.mark.parametrize("name", SITES)
def test_queries_are_as_many_as_the_tests_of_the_site_say(home, name):
    path = ROOT / f"{name}_site/tests/test_queries.py"
    pinned = re.search(r'collect_queries\("/"\)\) == (\d+)', path.read_text("utf-8"))

    assert pinned
    assert len(home[name].queries) == int(pinned[1])


def test_flask_pushes_before_it_matches_and_pops_at_the_end(home):
    events = names(home["flask"].events)
    order = [
        "RequestContext.push",
        "AppContext.push",
        "SecureCookieSessionInterface.open_session",
        "RequestContext.match_request",
        "site_home",
        "start_response",
        "RequestContext.pop",
        "AppContext.pop",
        "Response.close",
    ]

    assert sorted(order, key=events.index) == order
    assert events[-1] == "Response.close"


def test_middleware_is_nested_in_the_order_of_the_settings(home):
    events = home["django"].events
    inward = [event for event in events if event.get("way") == "in"]
    outward = [event for event in events if event.get("way") == "out"]

    assert names(inward, "in") == middleware()
    assert names(outward, "out") == middleware()[::-1]
    depths = [event["depth"] for event in inward]
    assert depths == list(range(depths[0], depths[0] + len(depths)))
    assert [event["depth"] for event in outward] == depths[::-1]
    assert events.index(inward[-1]) < events.index(find(events, "site_home"))
    assert events.index(find(events, "site_home")) < events.index(outward[0])


def test_what_a_middleware_calls_behind_the_view_is_on_the_way_back(home):
    events = home["django"].events
    logged = find(events, "RequestIdFilter.filter")

    assert logged["phase"] == "after"
    assert events.index(logged) > events.index(find(events, "site_home"))


def test_django_finds_the_view_within_the_innermost_middleware(home):
    events = home["django"].events
    match = find(events, "BaseHandler.resolve_request")

    assert events[events.index(match) - 1]["name"] == middleware()[-1]
    assert match["depth"] == events[events.index(match) - 1]["depth"] + 1


def test_flask_has_the_rows_before_the_template_and_django_within_it(home):
    flask, django = (
        [event["phase"] for event in home[name].events if "sql" in event]
        for name in SITES
    )

    assert flask == ["view"]
    assert django == ["view", "view", "template"]


def test_django_keeps_its_connection(home):
    assert names(home["django"].events[-2:]) == [
        "signal request_finished",
        "close_old_connections",
    ]
    assert "a connection" not in names(home["django"].events)


def test_an_address_that_nobody_has_ends_in_404_after_the_hooks(nowhere):
    flask, django = (nowhere[name].events for name in SITES)

    assert [nowhere[name].status[:3] for name in SITES] == ["404", "404"]
    for events, error in (
        (flask, "Flask.raise_routing_exception"),
        (django, "response_for_exception"),
    ):
        hook = find(events, "load_read_posts")
        assert events.index(hook) < events.index(find(events, error))


def test_rows_keep_the_order_of_each_side(home):
    laid = rows(home)

    assert [event for row in laid for event in row.flask] == home["flask"].events
    assert [event for row in laid for event in row.django] == home["django"].events
    assert {row.phase for row in laid} <= set(STEPS["phases"])


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_printed_line_is_longer_than_the_terminal(home, width):
    drawn = list(trace.draw(home, width))
    lines = [trace.join(texts, width, colors=False) for texts in drawn]

    assert max(map(len, lines)) <= width
    assert any(len(texts) == 2 for texts in drawn) == (width >= trace.TWO_COLUMNS)


def test_the_guide_draws_every_step(home):
    text = directive.draw(home).astext()

    for done in home.values():
        assert [event for event in done.events if place(event) not in text] == []


@pytest.mark.parametrize("words", [[], [""], ["foo"], ["/home/", "/"]])
def test_what_is_no_address_is_refused_with_one_line(words, capsys):
    with pytest.raises(SystemExit) as ended:
        trace.main(words)

    assert ended.value.code == 2
    assert capsys.readouterr().err == f"{trace.USAGE}\n"


def test_a_site_that_fails_says_so_in_one_line(made):
    with pytest.raises(StartError) as error:
        made[0].run([sys.executable, "-c", "raise ValueError('no database')"])

    said = "Flask cannot be recorded: ValueError: no database"
    assert str(error.value) == said


def test_the_content_of_the_reader_is_copied_and_left_alone(
    made, monkeypatch, tmp_path
):
    theirs = made[0].database
    before = theirs.read_bytes()
    monkeypatch.setattr(Stage, "own", theirs)
    stage = Stage(made[0].site, tmp_path)

    stage.fill(own_content=True)

    assert stage.record("/posts/1/").status == "200 OK"
    assert theirs.read_bytes() == before


@pytest.mark.parametrize("framework", SITES)
def test_every_step_is_a_function_of_the_framework(framework):
    assert [
        where for where in STEPS[framework] if not find_function(where.split(" > ")[0])
    ] == []


def test_every_middleware_has_the_method_that_is_described():
    assert [where for where in STEPS["middleware"] if not find_function(where)] == []


@pytest.mark.parametrize("framework", SITES)
def test_every_variable_that_is_shown_exists(framework):
    for where, step in STEPS[framework].items():
        code = find_function(where) if " > " not in where else None
        shown = {
            step[key].partition(".")[0]
            for key in ("shows", "sql", "layer")
            if key in step
        }

        assert not code or shown <= {*code.co_varnames, *code.co_freevars}, where


@pytest.mark.parametrize("name", SITES)
def test_every_call_that_is_told_by_its_place_happens(home, name):
    told = {
        step.get("name", where.rpartition(" ")[2])
        for where, step in STEPS[name].items()
        if " > " in where
    }

    assert told <= set(names(home[name].events))


def test_neither_site_has_a_line_for_the_recorder():
    texts = [
        path.read_text(encoding="utf-8")
        for name in SITES
        for path in (ROOT / f"{name}_site").rglob("*.py")
    ]

    assert not any("setprofile" in text or "docs.life" in text for text in texts)


def test_repeated_steps_are_said_once():
    one, two = ({"name": name, "depth": 1} for name in "ab")

    folded = fold([one, two, one, two, one, two, one])

    assert folded == [one | {"times": 3}, two | {"times": 3}, one]


@pytest.mark.parametrize(
    ("statement", "short"),
    [
        ("SELECT count(*)\nFROM t", "SELECT count(*) FROM t"),
        (
            "SELECT t.a, t.b, t.c, t.d, t.e, t.f, (SELECT f(count(*)) FROM u) FROM t",
            "SELECT … FROM t",
        ),
        ("SELECT a FROM t WHERE a IN (f(1), 2)", "SELECT a FROM t WHERE a IN (…)"),
    ],
)
def test_a_statement_is_shortened(statement, short):
    assert shorten_sql(statement) == short
