"""Fixtures; pytest-django brings `client`, `rf`, `db` and `settings`."""

import pytest

from .factories import make_user


@pytest.fixture
def user(db):
    """Store a user."""
    return make_user()
