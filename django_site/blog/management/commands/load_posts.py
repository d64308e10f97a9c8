"""The command that fills the blog with as many posts as it is told."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import reset_queries, transaction
from django.db.models import Max

from django_site.blog import filler
from django_site.blog.models import Comment, Post


class Command(BaseCommand):
    """Add made-up posts, all older than the demo content."""

    help = __doc__

    def add_arguments(self, parser):
        """Ask for the number of posts."""
        parser.add_argument("count", type=int, help=f"from 1 to {filler.MOST}")

    def handle(self, count, **options):
        """Load whole batches, in the order of their dates, until it is done."""
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("Made-up posts are for DEMO=1 or DEBUG=1.")
        if count not in range(1, filler.MOST + 1):
            raise CommandError(f"COUNT must be from 1 to {filler.MOST}.")
        made_up = Post.objects.filter(date_posted__lt=filler.END)
        newest = made_up.aggregate(newest=Max("date_posted"))["newest"]
        numbers = filler.next_numbers(newest, count)
        authors = get_authors()
        texts = [render(body) for body in filler.BODIES]
        done = 0
        try:
            while batch := numbers[done : done + filler.BATCH]:
                self.show_progress(done, count)
                add_posts(batch, authors, texts)
                done += len(batch)
        except KeyboardInterrupt as error:
            raise CommandError("Aborted!") from error
        finally:
            # Said after Ctrl-C too: the batches before it are there.
            self.show_progress(done, count, ending="\n")
            self.stdout.write(f"Loaded {done} of {count} posts.")

    def show_progress(self, done, count, ending=""):
        """Draw a bar over the one before, on a terminal."""
        if self.stdout.isatty():
            bar = "#" * (36 * done // count)
            percent = 100 * done // count
            self.stdout.write(f"\r  [{bar:-<36}]  {percent:3}%", ending=ending)
            self.stdout.flush()


def add_posts(numbers, authors, texts):
    """Store the posts with these numbers, and their comments, in one transaction."""
    posts = [Post(**fields) for fields in filler.make_posts(numbers, authors, texts)]
    with transaction.atomic():
        Post.objects.bulk_create(posts)
        stored = [(post.pk, post.date_posted) for post in posts]
        comments = filler.make_comments(stored, authors)
        Comment.objects.bulk_create([Comment(**fields) for fields in comments])
    reset_queries()  # with DEBUG Django keeps every statement


def get_authors():
    """Return the ids of the authors, first the one of every other post."""
    users = get_user_model().objects
    demo = users.filter(username=settings.DEMO_USERNAME).first()
    first, *others = filler.WRITERS
    return [
        demo.pk if demo else get_writer(first),
        *[get_writer(name) for name in others],
    ]


def get_writer(name):
    """Return the id of that user, who is made, without a password, where missing."""
    users = get_user_model().objects
    user = users.filter(username__iexact=name).first()
    return (user or users.create_user(name, f"{name}@example.org")).pk


def render(body):
    """Return a text with what a post keeps of it."""
    post = Post(body=body)
    post.render_body()
    return {"body": body, "body_html": post.body_html, "summary": post.summary}
