"""What changes sides badly: what is found by itself, and what asks too early."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.db import models

from django_site.blog.models import Post
from django_site.users.models import User

ROOT = Path(__file__).resolve().parents[2]


def run(code):
    """Run some lines in a Python of its own, and return what it says."""
    command = [sys.executable, "-c", code]
    settings = {"DJANGO_SETTINGS_MODULE": "django_site.tests.settings"}
    return subprocess.run(  # noqa: S603 - our own lines
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | settings,
    )


def test_a_model_of_a_package_that_nobody_lists():
    """A model has to be made known: by being imported, or by its app in a list."""
    # The list is INSTALLED_APPS; Django imports what stands in it by itself.
    with pytest.raises(RuntimeError, match="isn't in an application in INSTALLED_APPS"):
        type("Book", (models.Model,), {"__module__": "shelf.models"})


def test_a_command_is_found():
    """A command is there once it is registered, or stands in the right folder."""
    # The folder is management/commands/ of an installed app.
    assert get_commands()["load_demo"] == "django_site.blog"


def test_a_view_that_nobody_registers(client):
    """A view without an address answers nothing."""

    def shelf(request):
        raise NotImplementedError

    assert client.get("/shelf/").status_code == 404


def test_models_are_imported_alone():
    """A module of models can be imported before anything else, or it cannot."""
    # It cannot: django.setup() reads INSTALLED_APPS first, then the models.
    early = run("import django_site.blog.models")
    late = run("import django; django.setup(); import django_site.blog.models")

    assert "AppRegistryNotReady: Apps aren't loaded yet." in early.stderr
    assert late.returncode == 0


def test_a_query_before_everything_is_set_up():
    """A query needs to know which database, and says so in its own words."""
    # The settings know, but nobody has said which settings.
    python = run(
        "import os; del os.environ['DJANGO_SETTINGS_MODULE']\n"
        "from django.db import connection; connection.cursor()"
    )

    assert "ImproperlyConfigured: Requested setting DATABASES" in python.stderr


def test_two_modules_that_import_each_other():
    """Neither can be imported first; a third one, or a name in quotes, helps."""
    # A relation takes the name of its model, and finds the class when all are there.
    author = Post._meta.get_field("author")

    assert author.related_model is User
    assert "User" not in vars(sys.modules[Post.__module__])
