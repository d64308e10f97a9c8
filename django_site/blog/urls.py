"""The addresses of the blog."""

from django.urls import path, register_converter
from django.views.decorators.http import require_safe

from django_site.converters import UsernameConverter

from . import views
from .feeds import PostFeed
from .kept import keep

register_converter(UsernameConverter, "username")

app_name = "blog"
urlpatterns = [
    path("", views.site_home, name="site_home"),
    path("home/", views.site_home),
    path(
        "authors/<username:username>/",
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
    path("feed.atom", require_safe(keep(PostFeed())), name="feed"),
]
