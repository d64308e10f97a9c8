"""The Atom feed."""

from django.contrib.syndication.views import Feed
from django.urls import reverse_lazy
from django.utils.feedgenerator import Atom1Feed

from .models import Post

FEED_LENGTH = 20


class PostFeed(Feed):
    """Show the newest posts to feed readers."""

    feed_type = Atom1Feed
    title = "Diptych blog"
    language = "en"
    link = reverse_lazy("blog:site_home")

    def __call__(self, request, *args, **kwargs):
        """Leave out the date of the newest post: an older one may change as well."""
        response = super().__call__(request, *args, **kwargs)
        del response["Last-Modified"]
        return response

    def items(self):
        """Return the newest posts."""
        return Post.objects.newest()[:FEED_LENGTH]

    def item_title(self, post):
        """Return the title, which the feed escapes."""
        return post.title

    def item_description(self, post):
        """Return the rendered text."""
        return post.body_html

    def item_author_name(self, post):
        """Return who wrote the post."""
        return post.author.username

    def item_guid(self, post):
        """Return an id that lasts."""
        return f"tag:diptych.example,2026:post-{post.pk}"

    def item_pubdate(self, post):
        """Return when the post was published."""
        return post.date_posted

    def item_updateddate(self, post):
        """Return when the post was published; nothing keeps when it was changed."""
        return post.date_posted
