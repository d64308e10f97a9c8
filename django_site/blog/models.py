"""Posts and their comments."""

from contextlib import suppress
from functools import cache

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from . import text

validate_plain_text = RegexValidator(
    text.PLAIN_TEXT, "Control characters are not allowed."
)


@cache
def count_comments():
    """Count the comments of a post."""
    # A join and GROUP BY would count for all posts before the page is cut.
    comments = Comment.objects.filter(post=OuterRef("pk")).order_by()
    count = comments.values("post").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(count), 0)


class PostQuerySet(models.QuerySet):
    """Queries for posts."""

    def newest(self):
        """Select the posts, newest first, with author and number of comments."""
        return (
            self.select_related("author")
            .annotate(comment_count=count_comments())
            .order_by("-date_posted", "-id")
        )

    def headlines(self):
        """Select what a list of posts shows of them."""
        return self.values(
            "id",
            "title",
            "summary",
            "date_posted",
            "comment_count",
            username=F("author__username"),
        )


class Post(models.Model):
    """A text with a title, by a user."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    title = models.CharField(max_length=200, validators=[validate_plain_text])
    body = models.TextField(
        "text",
        max_length=50_000,
        help_text="Markdown is welcome.",
        validators=[validate_plain_text],
    )
    body_html = models.TextField(editable=False)
    summary = models.CharField(max_length=200, editable=False)
    date_posted = models.DateTimeField(default=timezone.now)
    version = models.BigIntegerField(default=1, db_default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-date_posted", "-id"], name="blog_post_newest"),
            models.Index(
                fields=["author", "-date_posted", "-id"], name="blog_post_author"
            ),
        ]

    def __str__(self):
        return self.title

    def save(self, **kwargs):
        """Render the text first; update() and bulk_create() do not come by here."""
        self.render_body()
        super().save(**kwargs)

    def get_absolute_url(self):
        """Return the address of the post."""
        return reverse("blog:show_post", args=[self.pk])

    def render_body(self):
        """Keep the text rendered."""
        self.body_html = text.render(self.body)
        self.summary = text.summarize(self.body_html)

    def save_changes(self):
        """Save title and text; return whether nobody else has done so since."""
        self.render_body()
        unchanged = Post.objects.filter(pk=self.pk, version=self.version)
        changed = unchanged.update(
            title=self.title,
            body=self.body,
            body_html=self.body_html,
            summary=self.summary,
            version=F("version") + 1,
        )
        return changed == 1

    def newer(self):
        """Return the next newer post, or None."""
        # With a limit of its own the index is searched, else it is read to the place.
        with suppress(Post.DoesNotExist):
            return self.get_next_by_date_posted(date_posted__gte=self.date_posted)

    def older(self):
        """Return the next older post, or None."""
        with suppress(Post.DoesNotExist):
            return self.get_previous_by_date_posted(date_posted__lte=self.date_posted)


class Comment(models.Model):
    """A reply to a post, by a user or by somebody with a name."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    name = models.CharField(max_length=80)
    email = models.EmailField("e-mail", help_text="Never shown to anybody.")
    body = models.TextField("text", max_length=5000)
    date_posted = models.DateTimeField(default=timezone.now)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        ordering = ["date_posted", "id"]

    def __str__(self):
        return self.body[:50]


class Bookmark(models.Model):
    """A place in a list of posts, and how many posts stand at or before it.

    Triggers keep these true: triggers.sqlite.sql and triggers.postgresql.sql.
    """

    pk = models.CompositePrimaryKey("author_id", "date_posted", "post_id")
    author_id = models.BigIntegerField()  # whose posts; 0 is the list of all
    date_posted = models.DateTimeField()
    post_id = models.BigIntegerField()
    rank = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["author_id", "rank"], name="blog_bookmark_rank")
        ]

    def __str__(self):
        return f"{self.rank} posts to {self.date_posted}"


class Edition(models.Model):
    """The state that readers see: each write of what they see changes the token."""

    id = models.BigIntegerField(primary_key=True)
    token = models.CharField(max_length=36)

    def __str__(self):
        return self.token
