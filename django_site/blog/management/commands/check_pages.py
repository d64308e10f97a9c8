"""The command that checks the bookmarks in the list of posts."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from django_site.blog.triggers import find_wrong_bookmarks, make_triggers


class Command(BaseCommand):
    """Check that pages are found where they are, and mend what is wrong."""

    help = __doc__

    def add_arguments(self, parser):
        """Add the option that mends."""
        parser.add_argument("--mend", action="store_true", help="count all posts anew")

    @transaction.atomic
    def handle(self, *, mend, **options):
        """Count the posts before each bookmark; with --mend make all of them anew."""
        if mend:
            make_triggers(connection)
            self.stdout.write("All bookmarks are counted anew.")
        elif wrong := find_wrong_bookmarks(connection):
            raise CommandError(f"{len(wrong)} bookmarks are wrong: mend with --mend.")
        else:
            self.stdout.write("All bookmarks are right.")
