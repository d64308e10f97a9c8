"""Posts and their comments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, String, Text, func, select, tuple_
from sqlalchemy.orm import (
    Mapped,
    column_property,
    mapped_column,
    relationship,
    undefer,
    validates,
)

from flask_site.columns import now
from flask_site.extensions import db
from flask_site.users.models import User

from . import text


class Post(db.Model):
    """A text with a title, by a user."""

    __tablename__ = "blog_post"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users_user.id"))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(String(200))
    date_posted: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(server_default="1")
    submission: Mapped[UUID | None] = mapped_column(index=True, unique=True)

    author: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    comments: Mapped[list["Comment"]] = relationship(
        back_populates="post",
        cascade="all, delete-orphan",
        order_by="(Comment.date_posted, Comment.id)",
    )

    __table_args__ = (
        Index("blog_post_newest", date_posted.desc(), id.desc()),
        Index("blog_post_author", author_id, date_posted.desc(), id.desc()),
        {"sqlite_autoincrement": True},
    )
    # Counts changes; a change of what somebody else has changed is a StaleDataError.
    __mapper_args__ = {"version_id_col": version}

    @validates("body")
    def render_body(self, key, body):
        """Keep the text rendered."""
        # UPDATE and INSERT statements do not come by here.
        self.body_html = text.render(body)
        self.summary = text.summarize(self.body_html)
        return body

    @classmethod
    def newest(cls):
        """Select the posts, newest first, with author and number of comments."""
        newest_first = cls.date_posted.desc(), cls.id.desc()
        return select(cls).options(undefer(cls.comment_count)).order_by(*newest_first)

    @classmethod
    def headlines(cls):
        """Select what a list of posts shows of them, newest first."""
        return (
            select(
                cls.id,
                cls.title,
                cls.summary,
                cls.date_posted,
                cls.comment_count,
                User.username,
            )
            .join(User, cls.author_id == User.id)
            .order_by(cls.date_posted.desc(), cls.id.desc())
        )

    def newer(self):
        """Return the next newer post, or None."""
        place = tuple_(Post.date_posted, Post.id)
        return db.session.scalar(
            select(Post)
            .where(place > (self.date_posted, self.id))
            .order_by(Post.date_posted, Post.id)
            .limit(1)
        )

    def older(self):
        """Return the next older post, or None."""
        place = tuple_(Post.date_posted, Post.id)
        return db.session.scalar(
            select(Post)
            .where(place < (self.date_posted, self.id))
            .order_by(Post.date_posted.desc(), Post.id.desc())
            .limit(1)
        )


class Comment(db.Model):
    """A reply to a post, by a user or by somebody with a name."""

    __tablename__ = "blog_comment"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("blog_post.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("users_user.id"), index=True
    )
    name: Mapped[str] = mapped_column(String(80), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    body: Mapped[str] = mapped_column(Text)
    date_posted: Mapped[datetime] = mapped_column(default=now)
    submission: Mapped[UUID | None] = mapped_column(index=True, unique=True)

    post: Mapped[Post] = relationship(back_populates="comments")
    author: Mapped[User | None] = relationship(lazy="joined")


# A subquery: a join and GROUP BY would count for all posts before the page is cut.
Post.comment_count = column_property(
    select(func.count(Comment.id)).where(Comment.post_id == Post.id).scalar_subquery(),
    deferred=True,
)


class Bookmark(db.Model):
    """A place in a list of posts, and how many posts stand at or before it.

    Triggers keep these true: triggers.sqlite.sql and triggers.postgresql.sql.
    """

    __tablename__ = "blog_bookmark"

    # Whose posts; 0 is the list of all.
    author_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    date_posted: Mapped[datetime] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column()

    __table_args__ = (Index("blog_bookmark_rank", author_id, rank),)


class Edition(db.Model):
    """The state that readers see: each write of what they see changes the token."""

    __tablename__ = "blog_edition"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(String(36))
