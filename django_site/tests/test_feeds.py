"""The Atom feed: what it asks for."""

from datetime import UTC, datetime, timedelta

import pytest

from django_site.blog.feeds import FEED_LENGTH

from .factories import make_post

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def post_id(user):
    """Store one post more than a feed holds, and return the newest."""
    for day in range(FEED_LENGTH + 1):
        post = make_post(user, date_posted=NOON + timedelta(day))
    return post.pk


def test_feed_has_a_length(client, post_id):
    """It holds the newest posts, and not the oldest one."""
    feed = client.get("/feed.atom").text

    assert feed.count("<entry>") == FEED_LENGTH
    assert f"tag:diptych.example,2026:post-{post_id}</id>" in feed
    assert "2024-01-01" not in feed


def test_feed_is_known_by_its_tag(client, post_id):
    """The date of the newest post would stay where another post is changed."""
    response = client.get("/feed.atom")

    assert "ETag" in response.headers
    assert "Last-Modified" not in response.headers


def test_feed_of_nothing(client, db):
    """It has no entry, and a date nevertheless."""
    feed = client.get("/feed.atom").text

    assert "<entry>" not in feed
    assert "<updated>" in feed
