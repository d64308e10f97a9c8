"""The commands that load content."""

import json
from itertools import pairwise
from unittest.mock import Mock

import click
import pytest
from flask import url_for
from sqlalchemy import func, select

from flask_site.blog import filler, text
from flask_site.blog.models import Comment, Post
from flask_site.users.models import User

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
    monkeypatch.setattr("flask_site.blog.commands.DEMO_CONTENT", path)
    return path


def load_demo(runner):
    """Run the command, and return what came of it."""
    return runner.invoke(args=["load-demo"])


def load_posts(runner, count):
    """Run the other command, and return what came of it."""
    return runner.invoke(args=["load-posts", str(count)])


def count_rows(db):
    """Return the numbers of users, posts and comments."""
    return tuple(
        db.session.scalar(select(func.count(model.id)))
        for model in (User, Post, Comment)
    )


def test_demo_content_is_loaded(runner, db):
    """Posts are rendered and comments stand where they belong."""
    output = load_demo(runner).output
    post = db.session.scalar(select(Post))

    assert output == "Loaded 1 posts and 2 comments.\n"
    assert (post.title, post.author.username, post.summary) == ("First", "zoe", "Hello")
    assert post.date_posted.isoformat() == "2026-01-05T09:00:00+00:00"
    demo, kim = post.comments
    assert (demo.author.username, demo.name) == ("demo", "")
    assert (kim.author, kim.name) == (None, "Kim")


def test_demo_account_opens_and_no_other(app, runner, db):
    """The password that the log-in page shows is for the demo account alone."""
    load_demo(runner)
    users = {user.username: user for user in db.session.scalars(select(User))}

    assert users["demo"].check_password(app.config["DEMO_PASSWORD"])
    assert not users["zoe"].check_password(app.config["DEMO_PASSWORD"])


def test_second_loading_changes_nothing(runner, db):
    """It says so, and that is no error."""
    load_demo(runner)
    result = load_demo(runner)

    assert result.exit_code == 0
    assert result.output == "The blog has content already; nothing was changed.\n"
    assert count_rows(db) == (2, 1, 2)


def test_production_is_not_filled(app, runner, db):
    """Without DEMO and DEBUG the command refuses."""
    app.config["DEMO"] = False
    result = load_demo(runner)

    assert result.exit_code == 1
    assert "The demo content is for DEMO=1 or DEBUG=1." in result.output
    assert count_rows(db) == (0, 0, 0)


def test_broken_content_leaves_nothing(runner, db, demo_content):
    """All of it is stored or nothing."""
    broken = CONTENT | {"comments": [CONTENT["comments"][0] | {"post": 1}]}
    demo_content.write_text(json.dumps(broken), encoding="utf-8")
    result = load_demo(runner)

    assert isinstance(result.exception, IndexError)
    assert count_rows(db) == (0, 0, 0)


def test_made_up_posts_are_numbered_by_their_dates(runner, db):
    """Each is a minute newer than the one before, and all are older than the rest."""
    load_demo(runner)
    result = load_posts(runner, 12)
    *made_up, last = db.session.scalars(select(Post).order_by(Post.date_posted))

    assert result.output == "Loaded 12 of 12 posts.\n"
    assert last.title == "First"
    assert [post.title for post in made_up] == [
        f"Made-up post {number}" for number in range(1, 13)
    ]
    steps = {new.date_posted - old.date_posted for old, new in pairwise(made_up)}
    assert steps == {filler.STEP}


def test_next_load_goes_on(runner, db):
    """No number comes twice."""
    load_posts(runner, 3)
    load_posts(runner, 2)

    assert set(db.session.scalars(select(Post.title))) == {
        f"Made-up post {number}" for number in range(1, 6)
    }


def test_made_up_posts_are_rendered(runner, db):
    """A bulk load does not come by where a single post is rendered."""
    load_posts(runner, 5)

    for post in db.session.scalars(select(Post)):
        assert post.body_html == text.render(post.body)
        assert post.summary == text.summarize(post.body_html)


def test_half_of_the_made_up_posts_is_by_the_demo_user(runner, db):
    """Some others share the rest; nobody can sign in as one of them."""
    load_demo(runner)
    load_posts(runner, 16)
    query = select(User, func.count(Post.id)).join(Post).group_by(User.id)
    posts = {user.username: count for user, count in db.session.execute(query)}
    writers = db.session.scalars(select(User).where(User.username.like("writer-%")))

    assert posts.pop("demo") == 8
    assert posts == {"zoe": 1} | {f"writer-{number}": 2 for number in (2, 3, 4, 5)}
    assert not any(user.has_usable_password() for user in writers)


def test_some_made_up_posts_have_comments(runner, db):
    """Every page of a few posts has something to count."""
    load_posts(runner, 10)
    query = select(Post).order_by(Post.id)

    counts = [len(post.comments) for post in db.session.scalars(query)]
    assert counts == [1, 0, 0, 0, 0, 2, 0, 0, 0, 0]


def test_interrupted_load_keeps_whole_batches(runner, db, monkeypatch):
    """What was not done leaves nothing, and the command says how far it came."""
    monkeypatch.setattr(filler, "BATCH", 2)
    answers = iter([[], [], KeyboardInterrupt])
    monkeypatch.setattr(filler, "make_comments", Mock(side_effect=answers))
    result = load_posts(runner, 9)

    assert result.exit_code == 1
    assert result.output.startswith("Loaded 4 of 9 posts.\n")
    db.session.rollback()  # as at the end of a context that is the command's own
    assert db.session.scalar(select(func.count(Post.id))) == 4


@pytest.mark.parametrize("count", [0, -1, filler.MOST + 1, "many"])
def test_impossible_number_of_posts_is_refused(runner, db, count):
    """Nothing is made."""
    result = load_posts(runner, count)

    assert result.exit_code == 2
    assert count_rows(db) == (0, 0, 0)


def test_production_gets_no_made_up_posts(app, runner, db):
    """Without DEMO and DEBUG the command refuses."""
    app.config["DEMO"] = False
    result = load_posts(runner, 1)

    assert result.exit_code == 1
    assert "Made-up posts are for DEMO=1 or DEBUG=1." in result.output
    assert count_rows(db) == (0, 0, 0)


def test_address_in_a_command(app, runner):
    """A command has no request, so nobody knows the host."""
    app.cli.command("tell")(lambda: click.echo(url_for("blog.site_home")))
    result = runner.invoke(args=["tell"])

    assert isinstance(result.exception, RuntimeError)
    assert "SERVER_NAME" in str(result.exception)


def test_address_in_a_command_with_a_host(app, runner):
    """A setting stands in for the host; only one side writes it into each address."""
    app.config["SERVER_NAME"] = "blog.example"
    app.cli.command("tell")(lambda: click.echo(url_for("blog.site_home")))
    result = runner.invoke(args=["tell"])

    assert result.output == "http://blog.example/\n"
