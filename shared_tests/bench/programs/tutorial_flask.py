"""The home page of a blog as the tutorials of Flask write it.

A query for each author, a query for each number of comments, every row counted for
the page numbers, an address built in the loop, and all settings as they are.
"""

import os
import sqlite3
import sys
from contextlib import closing
from datetime import datetime

from flask import Flask, render_template, request
from flask_login import LoginManager, UserMixin
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader

LAYOUT = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{% block title %}{% endblock %} · A blog</title>
  <link rel="stylesheet" href="{{ url_for('static', filename='style.css') }}">
</head>
<body>
  <header class="site-header">
    <a class="brand" href="{{ url_for('home') }}">A blog</a>
    <nav class="site-nav" aria-label="Site">
      {% if current_user.is_authenticated %}
        <a href="{{ url_for('page', name='new') }}">Write</a>
        <a href="{{ url_for('page', name='account') }}">Account</a>
        <a href="{{ url_for('page', name='logout') }}">Log out</a>
      {% else %}
        <a href="{{ url_for('page', name='login') }}">Log in</a>
        <a href="{{ url_for('page', name='register') }}">Register</a>
      {% endif %}
    </nav>
  </header>
  <main id="content">
    {% with messages = get_flashed_messages(with_categories=true) %}
      {% for category, message in messages %}
        <p class="message {{ category }}">{{ message }}</p>
      {% endfor %}
    {% endwith %}
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
  {% for post in posts.items %}
    <article class="h-entry">
      <h2 class="p-name"><a class="u-url" href="{{ url_for('post', post_id=post.id) }}">{{ post.title }}</a></h2>
      <p class="byline">
        by <a class="p-author h-card" href="{{ url_for('user_posts', username=post.author.username) }}">{{ post.author.username }}</a> ·
        <time class="dt-published" datetime="{{ post.date_posted.isoformat() }}">{{ post.date_posted.strftime('%Y-%m-%d %H:%M') }}</time> ·
        <a href="{{ url_for('post', post_id=post.id) }}#comments">{{ post.comments.count() }} comments</a>
      </p>
      <p class="p-summary">{{ post.content | truncate(200) }}</p>
    </article>
  {% endfor %}
  <nav class="pagination" aria-label="Pages">
    {% for page_num in posts.iter_pages(left_edge=1, right_edge=1, left_current=1, right_current=2) %}
      {% if page_num %}
        {% if posts.page == page_num %}
          <a class="current" href="{{ url_for('home', page=page_num) }}">{{ page_num }}</a>
        {% else %}
          <a href="{{ url_for('home', page=page_num) }}">{{ page_num }}</a>
        {% endif %}
      {% else %}
        ...
      {% endif %}
    {% endfor %}
  </nav>
{% endblock %}
"""  # noqa: E501 - a line of a template is as long as it is

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
app.jinja_loader = DictLoader({"layout.html": LAYOUT, "home.html": HOME})
db = SQLAlchemy(app)
login_manager = LoginManager(app)


class User(db.Model, UserMixin):  # type: ignore[name-defined]
    """Somebody who writes."""

    id = db.Column(db.Integer, primary_key=True)
    username = db.Column(db.String(30), unique=True, nullable=False)
    email = db.Column(db.String(120), nullable=False)
    password = db.Column(db.String(60), nullable=False)
    posts = db.relationship("Post", backref="author", lazy=True)


class Post(db.Model):  # type: ignore[name-defined]
    """A text with a title."""

    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(100), nullable=False)
    date_posted = db.Column(db.DateTime, index=True, nullable=False)
    content = db.Column(db.Text, nullable=False)
    user_id = db.Column(
        db.Integer, db.ForeignKey("user.id"), index=True, nullable=False
    )
    comments = db.relationship("Comment", backref="post", lazy="dynamic")


class Comment(db.Model):  # type: ignore[name-defined]
    """A reply to a post."""

    id = db.Column(db.Integer, primary_key=True)
    content = db.Column(db.Text, nullable=False)
    post_id = db.Column(
        db.Integer, db.ForeignKey("post.id"), index=True, nullable=False
    )


@login_manager.user_loader
def load_user(user_id):
    """Find the user of the session."""
    return User.query.get(int(user_id))


@app.route("/")
@app.route("/home")
def home():
    """Show a page of posts."""
    page = request.args.get("page", 1, type=int)
    posts = Post.query.order_by(Post.date_posted.desc()).paginate(page=page, per_page=5)
    return render_template("home.html", posts=posts)


@app.route("/post/<int:post_id>")
def post(post_id):
    """Stand for a page that home links to."""


@app.route("/user/<string:username>")
def user_posts(username):
    """Stand for another."""


@app.route("/<name>")
def page(name):
    """Stand for the rest."""


def copy(source):
    """Make the tables and fill them from a site's database."""
    with app.app_context(), closing(sqlite3.connect(source)) as connection:
        connection.row_factory = sqlite3.Row
        db.create_all()
        for row in connection.execute("SELECT id, username, email FROM users_user"):
            db.session.add(User(**row, password="!"))
        for row in connection.execute(
            "SELECT id, title, body AS content, author_id AS user_id, date_posted"
            " FROM blog_post"
        ):
            date_posted = datetime.fromisoformat(row["date_posted"])
            db.session.add(Post(**{**row, "date_posted": date_posted}))
        for row in connection.execute(
            "SELECT id, body AS content, post_id FROM blog_comment"
        ):
            db.session.add(Comment(**row))
        db.session.commit()


if __name__ == "__main__":
    copy(sys.argv[1])
