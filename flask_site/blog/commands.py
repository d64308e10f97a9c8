"""The commands of the blog."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import func, insert, select

from flask_site.extensions import db
from flask_site.users.models import User

from . import filler
from .models import Comment, Post
from .triggers import find_wrong_bookmarks, make_triggers
from .views import bp

DEMO_CONTENT = Path(__file__).with_name("demo.json")


@bp.cli.command("load-demo")
def load_demo():
    """Fill an empty blog with the demo content."""
    if not (current_app.config["DEMO"] or current_app.config["DEBUG"]):
        raise click.ClickException("The demo content is for DEMO=1 or DEBUG=1.")
    if db.session.scalar(select(User.id).limit(1)):
        click.echo("The blog has content already; nothing was changed.")
        return
    content = json.loads(DEMO_CONTENT.read_text(encoding="utf-8"))
    users = {}
    for fields in content["users"]:
        user = users[fields["username"]] = User(**fields)
        if user.username == current_app.config["DEMO_USERNAME"]:
            user.set_password(current_app.config["DEMO_PASSWORD"])
        else:
            user.set_unusable_password()
    posts = [
        Post(
            author=users[fields["author"]],
            title=fields["title"],
            body=fields["body"],
            date_posted=datetime.fromisoformat(fields["date_posted"]),
        )
        for fields in content["posts"]
    ]
    comments = [
        Comment(
            post=posts[fields["post"]],
            author=users.get(fields.get("author")),
            name=fields.get("name", ""),
            email=fields.get("email", ""),
            body=fields["body"],
            date_posted=datetime.fromisoformat(fields["date_posted"]),
        )
        for fields in content["comments"]
    ]
    db.session.add_all([*users.values(), *posts, *comments])
    db.session.commit()
    click.echo(f"Loaded {len(posts)} posts and {len(comments)} comments.")


@bp.cli.command("check-pages")
@click.option("--mend", is_flag=True, help="count all posts anew")
def check_pages(mend):
    """Check that pages are found where they are, and mend what is wrong."""
    with db.engine.begin() as connection:
        if mend:
            make_triggers(None, connection)
            click.echo("All bookmarks are counted anew.")
        elif wrong := find_wrong_bookmarks(connection):
            raise click.ClickException(
                f"{len(wrong)} bookmarks are wrong: mend with --mend."
            )
        else:
            click.echo("All bookmarks are right.")


@bp.cli.command("load-posts")
@click.argument("count", type=click.IntRange(1, filler.MOST))
def load_posts(count):
    """Add made-up posts, all older than the demo content."""
    if not (current_app.config["DEMO"] or current_app.config["DEBUG"]):
        raise click.ClickException("Made-up posts are for DEMO=1 or DEBUG=1.")
    newest = db.session.scalar(
        select(func.max(Post.date_posted)).where(Post.date_posted < filler.END)
    )
    numbers = filler.next_numbers(newest, count)
    authors = get_authors()
    texts = [render(body) for body in filler.BODIES]
    done = 0
    try:
        with click.progressbar(length=count, hidden=not sys.stdout.isatty()) as bar:
            while batch := numbers[done : done + filler.BATCH]:
                add_posts(batch, authors, texts)
                done += len(batch)
                bar.update(len(batch))
    finally:
        # Said after Ctrl-C too: the batches before it are there.
        click.echo(f"Loaded {done} of {count} posts.")


def add_posts(numbers, authors, texts):
    """Store the posts with these numbers, and their comments, in one transaction."""
    rows = filler.make_posts(numbers, authors, texts)
    # With RETURNING many rows go into one statement, without it each into its own.
    query = insert(Post).returning(Post.id, Post.date_posted)
    posts = db.session.execute(query, rows).all()
    if comments := filler.make_comments(posts, authors):
        db.session.execute(insert(Comment).returning(Comment.id), comments)
    db.session.commit()


def get_authors():
    """Return the ids of the authors, first the one of every other post."""
    username = current_app.config["DEMO_USERNAME"]
    demo = db.session.scalar(select(User.id).where(User.username == username))
    first, *others = filler.WRITERS
    return [demo or get_writer(first), *[get_writer(name) for name in others]]


def get_writer(name):
    """Return the id of that user, who is made, without a password, where missing."""
    user = db.session.scalar(select(User).where(func.lower(User.username) == name))
    if user is None:
        user = User(username=name, email=f"{name}@example.org")
        user.set_unusable_password()
        db.session.add(user)
        db.session.commit()
    return user.id


def render(body):
    """Return a text with what a post keeps of it."""
    post = Post(body=body)
    return {"body": body, "body_html": post.body_html, "summary": post.summary}
