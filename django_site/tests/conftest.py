"""Fixtures; pytest-django brings `client`, `rf`, `db` and `settings`."""

import pytest
from django.urls import path

from django_site.urls import urlpatterns

from .factories import make_user


@pytest.fixture
def user(db):
    """Store a user."""
    return make_user()


@pytest.fixture
def answer(client, settings):
    """Put a view of the test's own at /view/, and ask for it."""

    def answer(view):
        settings.ROOT_URLCONF = (path("view/", view), *urlpatterns)
        return client.get("/view/")

    return answer
