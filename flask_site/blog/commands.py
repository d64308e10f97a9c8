"""The commands of the blog."""

import json
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import select

from flask_site.extensions import db
from flask_site.users.models import User

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
