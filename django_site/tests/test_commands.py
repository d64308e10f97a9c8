"""The command that loads the demo content."""

import json
from io import StringIO

import pytest
from django.core.management import BaseCommand, CommandError, call_command
from django.urls import reverse

from django_site.blog.models import Comment, Post
from django_site.users.models import User

pytestmark = pytest.mark.django_db
CONTENT = {
    "users": [
        {"username": "demo", "email": "demo@example.org"},
        {"username": "zoe", "email": "zoe@example.org"},
    ],
    "posts": [
        {
            "author": "zoe",
            "title": "First",
            "date_posted": "2026-01-05T09:00:00Z",
            "body": "*Hello*",
        }
    ],
    "comments": [
        {
            "post": 0,
            "author": "demo",
            "body": "Good.",
            "date_posted": "2026-01-05T10:00:00Z",
        },
        {
            "post": 0,
            "name": "Kim",
            "email": "kim@example.org",
            "body": "Well\nsaid.",
            "date_posted": "2026-01-05T11:00:00Z",
        },
    ],
}


@pytest.fixture(autouse=True)
def demo_content(tmp_path, monkeypatch):
    """Put a small file in the place of the demo content."""
    path = tmp_path / "demo.json"
    path.write_text(json.dumps(CONTENT), encoding="utf-8")
    command = "django_site.blog.management.commands.load_demo"
    monkeypatch.setattr(f"{command}.DEMO_CONTENT", path)
    return path


def load_demo():
    """Run the command, and return what came of it."""
    output = StringIO()
    call_command("load_demo", stdout=output)
    return output.getvalue()


def count_rows():
    """Return the numbers of users, posts and comments."""
    return tuple(model.objects.count() for model in (User, Post, Comment))


def test_demo_content_is_loaded():
    """Posts are rendered and comments stand where they belong."""
    output = load_demo()
    post = Post.objects.get()

    assert output == "Loaded 1 posts and 2 comments.\n"
    assert (post.title, post.author.username, post.summary) == ("First", "zoe", "Hello")
    assert post.date_posted.isoformat() == "2026-01-05T09:00:00+00:00"
    demo, kim = post.comments.all()
    assert (demo.author.username, demo.name) == ("demo", "")
    assert (kim.author, kim.name) == (None, "Kim")


def test_demo_account_opens_and_no_other(settings):
    """The password that the log-in page shows is for the demo account alone."""
    load_demo()
    users = {user.username: user for user in User.objects.all()}

    assert users["demo"].check_password(settings.DEMO_PASSWORD)
    assert not users["zoe"].check_password(settings.DEMO_PASSWORD)


def test_second_loading_changes_nothing():
    """It says so, and that is no error."""
    load_demo()
    output = load_demo()

    assert output == "The blog has content already; nothing was changed.\n"
    assert count_rows() == (2, 1, 2)


def test_production_is_not_filled(settings):
    """Without DEMO and DEBUG the command refuses."""
    settings.DEMO = False
    with pytest.raises(CommandError, match="The demo content is for DEMO=1 or DEBUG"):
        load_demo()

    assert count_rows() == (0, 0, 0)


def test_broken_content_leaves_nothing(demo_content):
    """All of it is stored or nothing."""
    broken = CONTENT | {"comments": [CONTENT["comments"][0] | {"post": 1}]}
    demo_content.write_text(json.dumps(broken), encoding="utf-8")
    with pytest.raises(IndexError):
        load_demo()

    assert count_rows() == (0, 0, 0)


class Tell(BaseCommand):
    """Tell where the first page is."""

    def handle(self, **options):
        """Ask as a view would."""
        self.stdout.write(reverse("blog:site_home"))


def test_address_in_a_command():
    """A command has no request, so nobody knows the host."""
    output = StringIO()
    call_command(Tell(), stdout=output)

    assert output.getvalue() == "/\n"
