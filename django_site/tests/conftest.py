"""Fixtures; pytest-django brings `client`, `rf`, `db` and `settings`."""

from contextlib import contextmanager
from types import ModuleType

import pytest
from django.db import OperationalError, connection
from django.urls import path
from django.utils import translation

from django_site import urls
from django_site.blog import kept

from .factories import make_user


@pytest.fixture(autouse=True)
def nothing_kept():
    """Forget the pages of other tests: a rollback brings their edition back."""
    kept.cache.clear()


@pytest.fixture
def user(db):
    """Store a user."""
    return make_user()


@pytest.fixture
def languages(settings, monkeypatch):
    """Let Django translate, which the site does not ask for."""
    settings.USE_I18N = True
    monkeypatch.setattr(translation, "_trans", type(translation._trans)())


@pytest.fixture
def answer(client, settings):
    """Put a view of the test's own at /view/, and ask for it."""

    def answer(view):
        urlconf = ModuleType("urls")
        vars(urlconf).update(vars(urls))  # the handlers of errors too
        urlconf.urlpatterns = [path("view/", view), *urls.urlpatterns]
        settings.ROOT_URLCONF = urlconf
        return client.get("/view/")

    return answer


@pytest.fixture
def break_database():
    """Let statements with a word in them fail as if somebody held the lock."""

    @contextmanager
    def break_database(word="", error=OperationalError):
        def fail(execute, sql, *args):
            if word in sql:
                raise error("database is locked")
            return execute(sql, *args)

        with connection.execute_wrapper(fail):
            yield

    return break_database
