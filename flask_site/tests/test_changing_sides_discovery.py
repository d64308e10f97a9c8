"""What changes sides badly: what is found by itself, and what asks too early."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Blueprint, Flask

from flask_site.extensions import db as database
from flask_site.users.models import User

ROOT = Path(__file__).resolve().parents[2]


def run(code):
    """Run some lines in a Python of its own, and return what it says."""
    command = [sys.executable, "-c", code]
    return subprocess.run(  # noqa: S603 - our own lines
        command, capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_a_model_of_a_package_that_nobody_lists(tmp_path):
    """A model has to be made known: by being imported, or by its app in a list."""
    # Here importing is all; without it `flask db migrate` sees no such table.
    (tmp_path / "shelf.py").write_text(
        "from flask_site.extensions import db\n"
        "class Book(db.Model):\n"
        "    id = db.Column(db.Integer, primary_key=True)\n"
    )
    python = run(
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from flask_site.extensions import db\n"
        "print('book' in db.metadata.tables)\n"
        "import shelf\n"
        "print('book' in db.metadata.tables)"
    )

    assert python.stdout == "False\nTrue\n"


def test_a_command_is_found(app):
    """A command is there once it is registered, or stands in the right folder."""
    # It came with its blueprint.
    assert "load-demo" in app.cli.commands
    assert "load-demo" not in Flask("bare").cli.commands


def test_a_view_that_nobody_registers(app, client):
    """A view without an address answers nothing."""
    bp = Blueprint("shelf", __name__)
    bp.get("/shelf/")(lambda: "Books.")

    assert client.get("/shelf/").status_code == 404
    with pytest.raises(AssertionError, match="already handled its first request"):
        app.register_blueprint(bp)


def test_models_are_imported_alone():
    """A module of models can be imported before anything else, or it cannot."""
    # It can: it needs `db`, and `db` needs no application yet.
    python = run("from flask_site.blog.models import Post; print(Post.__tablename__)")

    assert python.stdout == "blog_post\n"


def test_a_query_before_everything_is_set_up():
    """A query needs to know which database, and says so in its own words."""
    # Which one is a matter of the application, and no context names one.
    with pytest.raises(RuntimeError, match="Working outside of application context"):
        database.session.get(User, 1)


def test_the_database_is_chosen_late(app, make_app, user):
    """What models import stands apart from what it will be bound to."""
    # One `db` serves two applications, each with its own database.
    other = make_app()
    with other.app_context():
        database.create_all()

        assert database.session.get(User, user.id) is None
    with app.app_context():
        assert database.session.get(User, user.id)


def test_two_modules_that_import_each_other(tmp_path):
    """Neither can be imported first; a third one, or a name in quotes, helps."""
    # The application made in the one, the views in the other.
    (tmp_path / "one.py").write_text("from two import view\napp = 1\n")
    (tmp_path / "two.py").write_text("from one import app\nview = 2\n")
    python = run(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import one")

    assert "most likely due to a circular import" in python.stderr
