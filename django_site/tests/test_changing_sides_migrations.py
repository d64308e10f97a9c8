"""What changes sides badly: who writes a migration, who applies it, what is seen."""

from functools import partial
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import (
    MigrationQuestioner,
    NonInteractiveMigrationQuestioner,
)
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.functions import Lower

TRIGGER = "CREATE TRIGGER counted AFTER INSERT ON book BEGIN SELECT 1; END"
TRIGGERS = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
FOLDER = Path(apps.get_app_config("blog").path) / "migrations"


@pytest.fixture
def empty_database(tmp_path, django_db_blocker):
    """Connect to a second database, which has no tables."""
    default = connections["default"].settings_dict
    connections.settings["empty"] = default | {"NAME": tmp_path / "empty.sqlite3"}
    with django_db_blocker.unblock():
        yield "empty"
        connections["empty"].close()
    del connections["empty"], connections.settings["empty"]


def title(name="title", length=200, **options):
    """Declare a column with text."""
    return name, models.CharField(max_length=length, **options)


def compare(stored, declared, questioner=MigrationQuestioner, **meta):
    """Return the steps from a table of books as it is stored to its model."""
    # What is stored is what the migrations say; no database is asked.
    then, now = ProjectState(), ProjectState()
    then.add_model(ModelState("shelf", "Book", stored))
    now.add_model(ModelState("shelf", "Book", declared, options=meta))
    detector = MigrationAutodetector(then, now, questioner({"ask_initial": True}))
    migrations = detector.changes(MigrationGraph()).get("shelf", [])
    return [type(step).__name__ for each in migrations for step in each.operations]


def test_the_word_migrate(empty_database):
    """`flask db migrate` writes a migration; `manage.py migrate` applies them."""
    files = set(FOLDER.glob("*.py"))
    call_command("migrate", database=empty_database, verbosity=0)
    tables = connections[empty_database].introspection.table_names()

    assert "blog_comment" in tables
    assert set(FOLDER.glob("*.py")) == files


def test_what_the_models_are_compared_with():
    """Something must tell what the models were: the database, or the migrations."""
    # This test may not even open the database: the migrations are enough.
    loader = MigrationLoader(None)
    now = ProjectState.from_apps(apps)
    detector = MigrationAutodetector(loader.project_state(), now)

    assert detector.changes(loader.graph) == {}


def test_a_table_without_a_model(db):
    """A table may be another program's; somebody must know that it is not ours."""
    # Nobody looks for tables, so nobody finds it.
    connection.cursor().execute("CREATE TABLE book (title varchar(200))")
    loader = MigrationLoader(None)
    now = ProjectState.from_apps(apps)
    detector = MigrationAutodetector(loader.project_state(), now)

    assert "book" in connection.introspection.table_names()
    assert detector.changes(loader.graph) == {}


def test_the_order_of_migrations():
    """A migration names the ones that it comes after."""
    # Each app has a chain of its own, and chains meet where models do.
    graph = MigrationLoader(None).graph
    bookmarks = ("blog", "0003_bookmarks")
    attempts = ("users", "0003_attempt")
    needed = graph.forwards_plan(("blog", "0002_versions_and_submissions"))

    assert graph.leaf_nodes("blog") == [bookmarks]
    assert graph.leaf_nodes("users") == [attempts]
    assert ("blog", "0001_initial") in needed
    assert ("users", "0001_initial") in needed
    assert attempts not in needed
    assert attempts in graph.forwards_plan(bookmarks)


def test_a_renamed_column():
    """A column under another name looks like one dropped and one added."""

    # `makemigrations` asks, and believes the answer.
    class Yes(MigrationQuestioner):
        def ask_rename(self, *names):
            return True

    assert compare([title()], [title("headline")]) == ["RemoveField", "AddField"]
    assert compare([title()], [title("headline")], Yes) == ["RenameField"]


def test_a_changed_length():
    """The length of a text is part of what is compared."""
    assert compare([title()], [title(length=100)]) == ["AlterField"]


def test_a_default_of_the_model():
    """A default that Python fills in is nothing that a database knows."""
    # A migration keeps it all the same: it holds the field, not the column.
    assert compare([title()], [title(default="None yet")]) == ["AlterField"]


def test_a_word_about_a_column():
    """What explains a column to people is nothing that a database knows."""
    # A migration keeps it, for the same reason.
    assert compare([title()], [title(help_text="Shown to all.")]) == ["AlterField"]


def test_a_check_that_is_added():
    """A constraint is stored only where a migration says so."""
    check = models.CheckConstraint(condition=~models.Q(title=""), name="has_title")

    assert compare([title()], [title()], constraints=[check]) == ["AddConstraint"]


def test_an_index_on_an_expression():
    """Whoever reads the model finds it; not every database shows it."""
    index = models.Index(Lower("title"), name="lower_title")

    assert compare([title()], [title()], indexes=[index]) == ["AddIndex"]


def test_a_new_column_that_must_be_filled(capsys):
    """Rows that are there already need a value, and somebody must say which."""
    # `makemigrations` asks for it, and writes nothing where nobody can answer.
    questioner = partial(NonInteractiveMigrationQuestioner, verbosity=1, log=print)
    pages = "pages", models.IntegerField()
    with pytest.raises(SystemExit):
        compare([title()], [title(), pages], questioner)

    assert "impossible to add a non-nullable field" in capsys.readouterr().out


@pytest.mark.parametrize(("made_anew", "left"), [(False, 1), (True, 0)])
def test_a_table_that_is_made_anew(empty_database, made_anew, left):
    """SQLite changes few tables in place; one that is made anew has no triggers."""
    # Most changes do it, also a new column that must be filled.
    state = ProjectState()
    state.add_model(ModelState("shelf", "Book", [title()], {"db_table": "book"}))
    book = state.apps.get_model("shelf", "Book")
    pages = models.IntegerField(null=not made_anew, default=0 if made_anew else None)
    pages.set_attributes_from_name("pages")
    connection = connections[empty_database]
    with connection.schema_editor() as editor:
        editor.create_model(book)
        editor.execute(TRIGGER)
        editor.add_field(book, pages)
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)

        assert len(cursor.fetchall()) == left
