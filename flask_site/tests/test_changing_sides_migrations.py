"""What changes sides badly: who writes a migration, who applies it, what is seen."""

import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    func,
    inspect,
    text,
)
from sqlalchemy.exc import OperationalError

from flask_site.extensions import db as database

TRIGGER = "CREATE TRIGGER counted AFTER INSERT ON book BEGIN SELECT 1; END"
TRIGGERS = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"


@pytest.fixture
def folder(app, tmp_path):
    """Copy the migrations, so that a test can add to them."""
    return Path(shutil.copytree(f"{app.root_path}/migrations", tmp_path / "copy"))


def title(name="title", length=200, **options):
    """Declare a column with text."""
    return Column(name, String(length), **options)


def compare(stored, declared):
    """Return the steps from a table of books as it is stored to its model."""
    # What is stored is the table itself, in the database.
    engine = create_engine("sqlite://")
    model = MetaData()
    Table("book", model, *declared)
    with engine.connect() as connection:
        Table("book", MetaData(), *stored).create(connection)
        steps = compare_metadata(MigrationContext.configure(connection), model)
    engine.dispose()
    return [step[0][0] if isinstance(step, list) else step[0] for step in steps]


@pytest.mark.filterwarnings(
    "ignore:autogenerate skipping", "ignore:Skipped unsupported reflection"
)
def test_the_word_migrate(make_app, folder):
    """`flask db migrate` writes a migration; `manage.py migrate` applies them."""
    app = make_app()
    files = set(folder.glob("versions/*.py"))
    run = app.test_cli_runner().invoke
    run(args=["db", "upgrade", "-d", str(folder)])
    with app.app_context(), database.engine.begin() as connection:
        connection.execute(text("DROP TABLE blog_comment"))
        written = run(args=["db", "migrate", "-d", str(folder)])
        missing = not inspect(connection).has_table("blog_comment")
    run(args=["db", "upgrade", "-d", str(folder)])

    assert written.exit_code == 0
    assert len(set(folder.glob("versions/*.py")) - files) == 1
    assert missing
    with app.app_context():
        assert inspect(database.engine).has_table("blog_comment")


@pytest.mark.filterwarnings(
    "ignore:autogenerate skipping", "ignore:Skipped unsupported reflection"
)
def test_what_the_models_are_compared_with(make_app):
    """Something must tell what the models were: the database, or the migrations."""
    # The migrations are all there, but this database has no tables.
    app = make_app()
    arguments = ["db", "check", "-d", f"{app.root_path}/migrations"]
    refused = app.test_cli_runner().invoke(args=arguments)
    with app.app_context(), database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        steps = compare_metadata(context, database.metadata)
        database.create_all()
        made = compare_metadata(context, database.metadata)

    assert refused.exit_code == 1
    assert [step for step in made if step[0] == "add_table"] == []
    assert {step[1].name for step in steps if step[0] == "add_table"} == {
        "users_user",
        "users_attempt",
        "blog_post",
        "blog_comment",
        "blog_bookmark",
        "blog_edition",
        "mail_message",
    }


def test_a_table_without_a_model():
    """A table may be another program's; somebody must know that it is not ours."""
    # To Alembic it looks like one to be dropped.
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        Table("book", MetaData(), title()).create(connection)
        context = MigrationContext.configure(connection)
        steps = compare_metadata(context, MetaData())
    engine.dispose()

    assert [step[0] for step in steps] == ["remove_table"]


def test_the_order_of_migrations(runner, folder):
    """A migration names the ones that it comes after."""
    # There is one chain for the whole site; with two ends nothing is applied.
    script = ScriptDirectory(str(folder))
    end = script.get_current_head()
    for revision in ("a", "b"):
        script.generate_revision(revision, None, head=end, splice=True)
    upgrade = runner.invoke(args=["db", "upgrade", "-d", str(folder)])

    assert script.get_bases() == ["0001"]
    assert sorted(script.get_heads()) == ["a", "b"]
    assert upgrade.exit_code == 1


def test_a_renamed_column():
    """A column under another name looks like one dropped and one added."""
    assert compare([title()], [title("headline")]) == ["add_column", "remove_column"]


def test_a_changed_length():
    """The length of a text is part of what is compared."""
    assert compare([title()], [title(length=100)]) == ["modify_type"]


def test_a_default_of_the_model():
    """A default that Python fills in is nothing that a database knows."""
    assert compare([title()], [title(default="None yet")]) == []


def test_a_word_about_a_column():
    """What explains a column to people is nothing that a database knows."""
    assert compare([title()], [title(doc="Shown to all.")]) == []


def test_a_check_that_is_added():
    """A constraint is stored only where a migration says so."""
    check = CheckConstraint("title <> ''", name="has_title")

    assert compare([title()], [title(), check]) == []


def test_an_index_on_an_expression():
    """Whoever reads the model finds it; not every database shows it."""
    # SQLite shows none to Alembic, which says at least that it skips it.
    column = title()
    index = Index("lower_title", func.lower(column))
    with pytest.warns(UserWarning, match="can't be compared"):
        steps = compare([title()], [column, index])

    assert steps == []


def test_a_new_column_that_must_be_filled():
    """Rows that are there already need a value, and somebody must say which."""
    # `flask db migrate` writes it as it is; `flask db upgrade` fails.
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        book = Table("book", MetaData(), title())
        book.create(connection)
        connection.execute(book.insert())
        operations = Operations(MigrationContext.configure(connection))
        with pytest.raises(OperationalError, match="Cannot add a NOT NULL column"):
            operations.add_column("book", Column("pages", Integer, nullable=False))
    engine.dispose()


@pytest.mark.parametrize(("made_anew", "left"), [(False, 1), (True, 0)])
def test_a_table_that_is_made_anew(made_anew, left):
    """SQLite changes few tables in place; one that is made anew has no triggers."""
    # `batch_alter_table` does it, and does nothing but that on SQLite.
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        Table("book", MetaData(), title()).create(connection)
        connection.execute(text(TRIGGER))
        operations = Operations(MigrationContext.configure(connection))
        if made_anew:
            with operations.batch_alter_table("book") as book:
                book.alter_column("title", type_=String(100))
        else:
            operations.add_column("book", Column("pages", Integer, server_default="0"))
        triggers = connection.execute(text(TRIGGERS)).all()
    engine.dispose()

    assert len(triggers) == left
