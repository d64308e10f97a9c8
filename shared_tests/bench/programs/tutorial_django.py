"""The home page of a blog as the tutorials of Django write it.

A query for each author, a query for each number of comments, every row counted for
the page numbers, an address built in the loop, and all settings as `startproject`
writes them.
"""

import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime

from django.conf import settings
from django.core.management import call_command
from django.core.paginator import Paginator
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.shortcuts import render
from django.urls import path

LAYOUT = """\
{% load static %}
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{% block title %}{% endblock %} · A blog</title>
  <link rel="stylesheet" href="{% static 'style.css' %}">
</head>
<body>
  <header class="site-header">
    <a class="brand" href="{% url 'blog-home' %}">A blog</a>
    <nav class="site-nav" aria-label="Site">
      {% if user.is_authenticated %}
        <a href="{% url 'page' 'new' %}">Write</a>
        <a href="{% url 'page' 'account' %}">Account</a>
        <a href="{% url 'page' 'logout' %}">Log out</a>
      {% else %}
        <a href="{% url 'page' 'login' %}">Log in</a>
        <a href="{% url 'page' 'register' %}">Register</a>
      {% endif %}
    </nav>
  </header>
  <main id="content">
    {% if messages %}
      {% for message in messages %}
        <p class="message {{ message.tags }}">{{ message }}</p>
      {% endfor %}
    {% endif %}
    {% block content %}{% endblock %}
  </main>
  <footer class="site-footer"><p>Written while following a tutorial</p></footer>
</body>
</html>
"""
HOME = """\
{% extends "layout.html" %}
{% block title %}Home{% endblock %}
{% block content %}
  <h1>A blog</h1>
  {% for post in page_obj %}
    <article class="h-entry">
      <h2 class="p-name"><a class="u-url" href="{% url 'post-detail' post.id %}">{{ post.title }}</a></h2>
      <p class="byline">
        by <a class="p-author h-card" href="{% url 'user-posts' post.author.username %}">{{ post.author.username }}</a> ·
        <time class="dt-published" datetime="{{ post.date_posted|date:'c' }}">{{ post.date_posted|date:'Y-m-d H:i' }}</time> ·
        <a href="{% url 'post-detail' post.id %}#comments">{{ post.comments.count }} comments</a>
      </p>
      <p class="p-summary">{{ post.content|truncatechars:200 }}</p>
    </article>
  {% endfor %}
  {% if page_obj.has_other_pages %}
    <nav class="pagination" aria-label="Pages">
      {% if page_obj.has_previous %}
        <a href="?page=1">First</a>
        <a href="?page={{ page_obj.previous_page_number }}">Previous</a>
      {% endif %}
      {% for num in page_obj.paginator.page_range %}
        {% if page_obj.number == num %}
          <a class="current" href="?page={{ num }}">{{ num }}</a>
        {% elif num > page_obj.number|add:'-3' and num < page_obj.number|add:'3' %}
          <a href="?page={{ num }}">{{ num }}</a>
        {% endif %}
      {% endfor %}
      {% if page_obj.has_next %}
        <a href="?page={{ page_obj.next_page_number }}">Next</a>
        <a href="?page={{ page_obj.paginator.num_pages }}">Last</a>
      {% endif %}
    </nav>
  {% endif %}
{% endblock %}
"""  # noqa: E501 - a line of a template is as long as it is

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [
                            (
                                "django.template.loaders.locmem.Loader",
                                {"layout.html": LAYOUT, "home.html": HOME},
                            )
                        ],
                    )
                ],
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["DATABASE_URL"].removeprefix("sqlite:///"),
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    STATIC_URL="static/",
    USE_TZ=True,
    TIME_ZONE="UTC",
)
app = get_wsgi_application()


class Post(models.Model):
    """A text with a title."""

    title = models.CharField(max_length=100)
    content = models.TextField()
    date_posted = models.DateTimeField(db_index=True)
    author = models.ForeignKey("auth.User", on_delete=models.CASCADE)

    objects: models.Manager["Post"] = models.Manager()

    class Meta:
        app_label = "blog"

    def __str__(self):
        return self.title


class Comment(models.Model):
    """A reply to a post."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="comments")
    content = models.TextField()

    objects: models.Manager["Comment"] = models.Manager()

    class Meta:
        app_label = "blog"

    def __str__(self):
        return self.content


def home(request):
    """Show a page of posts."""
    paginator = Paginator(Post.objects.order_by("-date_posted"), 5)
    page_obj = paginator.get_page(request.GET.get("page"))
    return render(request, "home.html", {"page_obj": page_obj})


def page(request, **named):
    """Stand for the pages that home links to."""


urlpatterns = [
    path("", home, name="blog-home"),
    path("post/<int:pk>/", page, name="post-detail"),
    path("user/<str:username>/", page, name="user-posts"),
    path("<str:name>/", page, name="page"),
]


def copy(source):
    """Make the tables and fill them from a site's database."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - not before `app`

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Post)
        editor.create_model(Comment)
    with closing(sqlite3.connect(source)) as site:
        site.row_factory = sqlite3.Row
        users = site.execute("SELECT id, username, email FROM users_user")
        User.objects.bulk_create(User(**row) for row in users)
        posts = site.execute(
            "SELECT id, title, body AS content, author_id, date_posted FROM blog_post"
        )
        Post.objects.bulk_create(
            Post(**{**row, "date_posted": read_date(row["date_posted"])})
            for row in posts
        )
        comments = site.execute("SELECT id, body AS content, post_id FROM blog_comment")
        Comment.objects.bulk_create(Comment(**row) for row in comments)


def read_date(text):
    """Read a date as the database of the site writes it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


if __name__ == "__main__":
    copy(sys.argv[1])
