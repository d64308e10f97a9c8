"""The command that fills the blog with the demo content."""

import json
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from django_site.blog.models import Comment, Post

DEMO_CONTENT = Path(__file__).parents[2] / "demo.json"


class Command(BaseCommand):
    """Fill an empty blog with the demo content."""

    help = __doc__

    def handle(self, **options):
        """Load users, posts and comments, all or nothing."""
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("The demo content is for DEMO=1 or DEBUG=1.")
        if get_user_model().objects.exists():
            self.stdout.write("The blog has content already; nothing was changed.")
            return
        content = json.loads(DEMO_CONTENT.read_text(encoding="utf-8"))
        with transaction.atomic():
            load(content)
        self.stdout.write(
            f"Loaded {len(content['posts'])} posts and "
            f"{len(content['comments'])} comments."
        )


def load(content):
    """Store the users, posts and comments of the demo content."""
    users = {}
    for fields in content["users"]:
        username = fields["username"]
        is_demo_user = username == settings.DEMO_USERNAME
        password = settings.DEMO_PASSWORD if is_demo_user else None
        users[username] = get_user_model().objects.create_user(
            **fields, password=password
        )
    posts = [
        Post.objects.create(
            author=users[fields["author"]],
            title=fields["title"],
            body=fields["body"],
            date_posted=datetime.fromisoformat(fields["date_posted"]),
        )
        for fields in content["posts"]
    ]
    for fields in content["comments"]:
        Comment.objects.create(
            post=posts[fields["post"]],
            author=users.get(fields.get("author")),
            name=fields.get("name", ""),
            email=fields.get("email", ""),
            body=fields["body"],
            date_posted=datetime.fromisoformat(fields["date_posted"]),
        )
