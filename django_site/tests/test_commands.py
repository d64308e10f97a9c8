"""The commands that load content."""

import json
from io import StringIO
from itertools import pairwise
from unittest.mock import Mock

import pytest
from django.core.management import BaseCommand, CommandError, call_command
from django.db.models import Count
from django.urls import reverse

from django_site.blog import filler, text
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


def load_posts(count):
    """Run the other command, and return what came of it."""
    output = StringIO()
    call_command("load_posts", count, stdout=output)
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


def test_made_up_posts_are_numbered_by_their_dates():
    """Each is a minute newer than the one before, and all are older than the rest."""
    load_demo()
    output = load_posts(12)
    *made_up, last = Post.objects.order_by("date_posted")

    assert output == "Loaded 12 of 12 posts.\n"
    assert last.title == "First"
    assert [post.title for post in made_up] == [
        f"Made-up post {number}" for number in range(1, 13)
    ]
    steps = {new.date_posted - old.date_posted for old, new in pairwise(made_up)}
    assert steps == {filler.STEP}


def test_next_load_goes_on():
    """No number comes twice."""
    load_posts(3)
    load_posts(2)

    assert set(Post.objects.values_list("title", flat=True)) == {
        f"Made-up post {number}" for number in range(1, 6)
    }


def test_made_up_posts_are_rendered():
    """A bulk load does not come by where a single post is rendered."""
    load_posts(5)

    for post in Post.objects.all():
        assert post.body_html == text.render(post.body)
        assert post.summary == text.summarize(post.body_html)


def test_half_of_the_made_up_posts_is_by_the_demo_user():
    """Some others share the rest; nobody can sign in as one of them."""
    load_demo()
    load_posts(16)
    counted = User.objects.annotate(count=Count("post")).filter(count__gt=0)
    posts = dict(counted.values_list("username", "count"))
    writers = User.objects.filter(username__startswith="writer-")

    assert posts.pop("demo") == 8
    assert posts == {"zoe": 1} | {f"writer-{number}": 2 for number in (2, 3, 4, 5)}
    assert not any(user.has_usable_password() for user in writers)


def test_some_made_up_posts_have_comments():
    """Every page of a few posts has something to count."""
    load_posts(10)

    counts = [post.comments.count() for post in Post.objects.order_by("id")]
    assert counts == [1, 0, 0, 0, 0, 2, 0, 0, 0, 0]


def test_interrupted_load_keeps_whole_batches(monkeypatch):
    """What was not done leaves nothing, and the command says how far it came."""
    monkeypatch.setattr(filler, "BATCH", 2)
    answers = iter([[], [], KeyboardInterrupt])
    monkeypatch.setattr(filler, "make_comments", Mock(side_effect=answers))
    output = StringIO()
    with pytest.raises(CommandError, match="Aborted!"):
        call_command("load_posts", 9, stdout=output)

    assert output.getvalue() == "Loaded 4 of 9 posts.\n"
    assert Post.objects.count() == 4


@pytest.mark.parametrize("count", [0, -1, filler.MOST + 1, "many"])
def test_impossible_number_of_posts_is_refused(count):
    """Nothing is made."""
    with pytest.raises(CommandError, match=r"COUNT must be from 1|invalid int value"):
        load_posts(count)

    assert count_rows() == (0, 0, 0)


def test_production_gets_no_made_up_posts(settings):
    """Without DEMO and DEBUG the command refuses."""
    settings.DEMO = False
    with pytest.raises(CommandError, match="Made-up posts are for DEMO=1 or DEBUG"):
        load_posts(1)

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
