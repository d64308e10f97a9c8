"""The addresses of the blog."""

from django.urls import path, re_path
from django.views.decorators.http import require_safe

from . import views
from .feeds import PostFeed

app_name = "blog"
urlpatterns = [
    path("", views.site_home, name="site_home"),
    path("home/", views.site_home),
    # Not <str:username>: that would let a NUL through to the database.
    re_path(
        r"^authors/(?P<username>[\w.@+-]+)/$",
        views.AuthorPosts.as_view(),
        name="author_posts",
    ),
    path("posts/new/", views.new_post, name="new_post"),
    path("posts/<int:post_id>/", views.show_post, name="show_post"),
    path("posts/<int:post_id>/edit/", views.edit_post, name="edit_post"),
    path("posts/<int:post_id>/delete/", views.delete_post, name="delete_post"),
    path("posts/<int:post_id>/comments/", views.add_comment, name="add_comment"),
    path(
        "comments/<int:comment_id>/delete/",
        views.delete_comment,
        name="delete_comment",
    ),
    path("feed.atom", require_safe(PostFeed()), name="feed"),
]
