"""Pages of posts that cost the same wherever they are."""

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import bindparam, func, select, tuple_

from flask_site.extensions import db

from .models import Bookmark, Post

# List 0 is the list of all posts. A bookmark's rank is the number of posts at or
# before its place, counted from the oldest; the last one stands after the newest.
COUNT = (
    select(func.max(Bookmark.rank))
    .where(Bookmark.author_id == bindparam("author_id"))
    .scalar_subquery()
)
NEAREST = (
    select(Bookmark.date_posted, Bookmark.post_id, Bookmark.rank, COUNT.label("count"))
    .where(
        Bookmark.author_id == bindparam("author_id"),
        Bookmark.rank >= COUNT - bindparam("skipped"),
    )
    .order_by(Bookmark.rank)
    .limit(1)
)
PLACE = tuple_(
    bindparam("date_posted", type_=Post.date_posted.type),
    bindparam("post_id", type_=Post.id.type),
)
IDS = (
    select(Post.id)
    .where(tuple_(Post.date_posted, Post.id) <= PLACE)
    .order_by(Post.date_posted.desc(), Post.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
IDS_OF_AUTHOR = IDS.where(Post.author_id == bindparam("author_id"))
POSTS = Post.headlines().where(Post.id.in_(IDS))
POSTS_OF_AUTHOR = Post.headlines().where(Post.id.in_(IDS_OF_AUTHOR))


class PostPagination(Pagination):
    """Finds a page from the nearest bookmark above it, where OFFSET would count."""

    def _query_items(self):
        author_id = self._query_args.get("author_id", 0)
        parameters = {"author_id": author_id, "skipped": self._query_offset}
        nearest = db.session.execute(NEAREST, parameters).first()
        self._count = nearest.count if nearest else 0
        rank = self._count - self._query_offset  # of the first post of the page
        if rank <= 0:
            return []
        place = {
            "date_posted": nearest.date_posted,
            "post_id": nearest.post_id,
            "limit": self.per_page,
            "offset": nearest.rank - rank,
        }
        if author_id:
            place["author_id"] = author_id
        query = POSTS_OF_AUTHOR if author_id else POSTS
        return db.session.execute(query, place).all()

    def _query_count(self):
        return self._count
