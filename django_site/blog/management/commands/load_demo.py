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

    @transaction.atomic
    def handle(self, **options):
        """Load users, posts and comments, all or nothing."""
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("The demo content is for DEMO=1 or DEBUG=1.")
        if get_user_model().objects.exists():
            self.stdout.write("The blog has content already; nothing was changed.")
            return
        content = json.loads(DEMO_CONTENT.read_text(encoding="utf-8"))
        users = {}
        for fields in content["users"]:
            user = users[fields["username"]] = get_user_model()(**fields)
            if user.username == settings.DEMO_USERNAME:
                user.set_password(settings.DEMO_PASSWORD)
            else:
                user.set_unusable_password()
            user.save()
        posts = [
            Post.objects.create(
                author=users[fields["author"]],
                title=fields["title"],
                body=fields["body"],
                date_posted=datetime.fromisoformat(fields["date_posted"]),
            )
            for fields in content["posts"]
        ]
        comments = [
            Comment.objects.create(
                post=posts[fields["post"]],
                author=users.get(fields.get("author")),
                name=fields.get("name", ""),
                email=fields.get("email", ""),
                body=fields["body"],
                date_posted=datetime.fromisoformat(fields["date_posted"]),
            )
            for fields in content["comments"]
        ]
        self.stdout.write(f"Loaded {len(posts)} posts and {len(comments)} comments.")
