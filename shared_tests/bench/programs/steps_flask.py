"""The home page of a blog on Flask, step by step.

A step is a class made from the step before it, changed in one thing. STEP names the
one that this process serves, on the database of the site.
"""
# ruff: noqa: D102 - a step says what all of its methods are for

import os
from datetime import datetime

from flask import Flask, make_response, render_template, request
from flask_caching import Cache
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.pagination import SelectPagination
from jinja2 import DictLoader
from sqlalchemy import ForeignKey, bindparam, func, select, tuple_
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    column_property,
    joinedload,
    mapped_column,
    relationship,
    undefer,
)

from .in_front import keep_in_front
from .step_templates import FLASK, fill

DATABASE = os.environ["DATABASE_URL"]
app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
app.config["SQLALCHEMY_DATABASE_URI"] = DATABASE
app.config["CACHE_TYPE"] = "SimpleCache"


class Model(DeclarativeBase):
    """The base of all models."""


db = SQLAlchemy(app, model_class=Model)
cache = Cache(app)
login_manager = LoginManager(app)
login_manager.user_loader(lambda user_id: db.session.get(User, int(user_id)))


class User(db.Model):
    """Somebody who writes."""

    __tablename__ = "users_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]
    email: Mapped[str]
    date_joined: Mapped[datetime]


class Post(db.Model):
    """A text with a title."""

    __tablename__ = "blog_post"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users_user.id"))
    title: Mapped[str]
    body: Mapped[str]
    body_html: Mapped[str]
    summary: Mapped[str]
    date_posted: Mapped[datetime]

    author: Mapped[User] = relationship()
    comments: Mapped[list["Comment"]] = relationship(lazy="dynamic")


class Comment(db.Model):
    """A reply to a post."""

    __tablename__ = "blog_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("blog_post.id"))


class Bookmark(db.Model):
    """A place in the list of posts, as the triggers of the site keep it."""

    __tablename__ = "blog_bookmark"

    author_id: Mapped[int] = mapped_column(primary_key=True)
    date_posted: Mapped[datetime] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(primary_key=True)
    rank: Mapped[int]


Post.comment_count = column_property(
    select(func.count(Comment.id)).where(Comment.post_id == Post.id).scalar_subquery(),
    deferred=True,
)
NEWEST_FIRST = Post.date_posted.desc(), Post.id.desc()


class Tutorial:
    """A statement for each author, and one for each number of comments."""

    author = "post.author.username"
    comments = "post.comments.count()"
    before = ""
    post_url = "{{ url_for('post', post_id=post.id) }}"
    author_url = "{{ url_for('posts_of', username=AUTHOR) }}"
    visitor = "current_user.is_authenticated"
    messages = "get_flashed_messages()"

    def select(self):
        return select(Post).order_by(*NEWEST_FIRST)

    def page(self):
        return db.paginate(self.select(), per_page=5)

    def view(self):
        return render_template("home.html", page_obj=self.page())

    def serve(self, application):
        return application


class Eager(Tutorial):
    """The authors come with their posts."""

    def select(self):
        return super().select().options(joinedload(Post.author, innerjoin=True))


class Counted(Eager):
    """A subquery counts the comments of the five posts in the same statement."""

    comments = "post.comment_count"

    def select(self):
        return super().select().options(undefer(Post.comment_count))


def headlines():
    """Select what a list of posts shows of them, newest first."""
    return (
        select(Post.id, Post.title, Post.summary, Post.date_posted)
        .add_columns(Post.comment_count.label("comment_count"), User.username)
        .join(User, User.id == Post.author_id)
        .order_by(*NEWEST_FIRST)
    )


class Columns(Counted):
    """Only what the list shows is read, and no objects are made of it."""

    author = "post.username"

    class Pagination(SelectPagination):
        """Gives rows, where its parent gives what stands first in each."""

        def _query_items(self):
            page = self._query_args["select"]
            page = page.limit(self.per_page).offset(self._query_offset)
            return db.session.execute(page).all()

    def select(self):
        return headlines()

    def page(self):
        return self.Pagination(select=self.select(), session=db.session, per_page=5)


class Grouped(Columns):
    """A join and a group for each post count the comments."""

    def select(self):
        return (
            select(Post.id, Post.title, Post.summary, Post.date_posted, User.username)
            .add_columns(func.count(Comment.id).label("comment_count"))
            .join(User, User.id == Post.author_id)
            .outerjoin(Comment, Comment.post_id == Post.id)
            .group_by(Post.id)
            .order_by(*NEWEST_FIRST)
        )


HEADLINES = headlines()


class BuiltOnce(Columns):
    """The statement is built when the program starts, and taken by every page."""

    def select(self):
        return HEADLINES


COUNT = select(func.max(Bookmark.rank)).where(Bookmark.author_id == 0).scalar_subquery()


class Counter(BuiltOnce):
    """The number of posts is kept, where every page counted them."""

    class Pagination(BuiltOnce.Pagination):
        """Reads the number."""

        def _query_count(self):
            return db.session.scalar(select(COUNT))


IDS = (
    select(Post.id)
    .order_by(*NEWEST_FIRST)
    .limit(bindparam("per_page"))
    .offset(bindparam("skipped"))
)
PAGE_OF_IDS = HEADLINES.where(Post.id.in_(IDS))


class IdsFirst(Counter):
    """OFFSET skips ids in the index; only the five posts of the page are read."""

    statement = PAGE_OF_IDS

    def select(self):
        return self.statement

    class Pagination(Counter.Pagination):
        """Hands its numbers to a statement that is whole."""

        def _query_items(self):
            numbers = {"per_page": self.per_page, "skipped": self._query_offset}
            return db.session.execute(self._query_args["select"], numbers).all()


RANK = COUNT - bindparam("skipped")
NEAREST = (
    select(Bookmark.date_posted, Bookmark.post_id, Bookmark.rank)
    .where(Bookmark.author_id == 0, Bookmark.rank >= RANK)
    .order_by(Bookmark.rank)
    .limit(1)
    .cte("nearest")
)
PLACE = tuple_(
    select(NEAREST.c.date_posted).scalar_subquery(),
    select(NEAREST.c.post_id).scalar_subquery(),
)
IDS_FROM_BOOKMARK = (
    select(Post.id)
    .where(tuple_(Post.date_posted, Post.id) <= PLACE)
    .order_by(*NEWEST_FIRST)
    .limit(bindparam("per_page"))
    .offset(select(NEAREST.c.rank).scalar_subquery() - RANK)
)
PAGE_FROM_BOOKMARK = HEADLINES.add_columns(COUNT.label("total")).where(
    Post.id.in_(IDS_FROM_BOOKMARK)
)


class Bookmarks(IdsFirst):
    """A place every few hundred posts is kept, and the page found from the nearest."""

    statement = PAGE_FROM_BOOKMARK

    class Pagination(IdsFirst.Pagination):
        """Finds the number of posts in its rows."""

        def _query_count(self):
            return self.items[0].total if self.items else 0


class Addresses(Bookmarks):
    """An address that stands twice in a post is made once."""

    before = "{% set post_url = url_for('post', post_id=post.id) %}"
    post_url = "{{ post_url }}"


class ByHand(Addresses):
    """No address of a post or of an author is made by the framework."""

    before = ""
    post_url = "/post/{{ post.id }}"
    author_url = "/user/{{ AUTHOR }}"


class Nobody(Addresses):
    """Nobody is signed in, and no message waits: no session is looked at."""

    visitor = "False"
    messages = "[]"


class WithoutORM(Addresses):
    """The page comes without the ORM."""

    class Pagination(Addresses.Pagination):
        """Asks the connection."""

        def _query_items(self):
            numbers = {"per_page": self.per_page, "skipped": self._query_offset}
            with db.engine.connect() as connection:
                return connection.execute(self._query_args["select"], numbers).all()


EDITION = "SELECT token FROM blog_edition"


class Kept(Addresses):
    """The page is kept until somebody writes, for visitors without a cookie."""

    def view(self):
        if request.cookies:
            return super().view()
        with db.engine.connect() as connection:
            edition = connection.exec_driver_sql(EDITION).scalar()
        key = f"{edition} {request.url}"
        if (page := cache.get(key)) is None:
            page = super().view()
            cache.set(key, page)
        response = make_response(page)
        response.add_etag()
        return response.make_conditional(request)


class InFront(Kept):
    """The same in front of the framework, which hears of no request."""

    def serve(self, application):
        return keep_in_front(application, DATABASE.removeprefix("sqlite:///"))


@app.get("/post/<int:post_id>")
def post(post_id):
    """Stand for a page that home links to."""


@app.get("/user/<string:username>")
def posts_of(username):
    """Stand for another."""


@app.get("/<name>")
def page(name):
    """Stand for the rest."""


step = globals()[os.environ["STEP"]]()
words = {
    "BEFORE": step.before,
    "POST_URL": step.post_url,
    "AUTHOR_URL": step.author_url,
    "AUTHOR": step.author,
    "COMMENTS": step.comments,
    "VISITOR": step.visitor,
    "MESSAGES": step.messages,
    "NUMBERS": "page_obj.iter_pages() if number",
    "CURRENT": "page_obj.page",
}
app.jinja_loader = DictLoader(fill(FLASK, words))
app.add_url_rule("/", "home", step.view)
app.wsgi_app = step.serve(app.wsgi_app)
