"""Pages of posts that cost the same wherever they are."""

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import bindparam, func, select, tuple_

from flask_site.extensions import db

from .models import Bookmark, Post

# A bookmark's rank is the number of posts at or before its place, counted from the
# oldest; the last one stands after the newest. List 0 is the list of all posts.
IN_LIST = Bookmark.author_id == bindparam("author_id")
COUNT = select(func.max(Bookmark.rank)).where(IN_LIST).scalar_subquery()
RANK = COUNT - bindparam("skipped")  # of the first post of the page
NEAREST = (
    select(Bookmark.date_posted, Bookmark.post_id, Bookmark.rank)
    .where(IN_LIST, Bookmark.rank >= RANK)
    .order_by(Bookmark.rank)
    .limit(1)
    .cte("nearest")
)
PLACE = tuple_(
    select(NEAREST.c.date_posted).scalar_subquery(),
    select(NEAREST.c.post_id).scalar_subquery(),
)
IDS = (
    select(Post.id)
    .where(tuple_(Post.date_posted, Post.id) <= PLACE)
    .order_by(Post.date_posted.desc(), Post.id.desc())
    .limit(bindparam("per_page"))
    # A list without posts has no bookmarks either.
    .offset(func.coalesce(select(NEAREST.c.rank).scalar_subquery() - RANK, 0))
)
IDS_OF_AUTHOR = IDS.where(Post.author_id == bindparam("author_id"))
POSTS = Post.headlines().add_columns(COUNT.label("total"))
PAGE = POSTS.where(Post.id.in_(IDS))
PAGE_OF_AUTHOR = POSTS.where(Post.id.in_(IDS_OF_AUTHOR))


class PostPagination(Pagination):
    """Finds a page from the nearest bookmark above it, where OFFSET would count."""

    def __init__(self, **options):
        # The setting says how many, and no limit of 100 knows better.
        super().__init__(max_per_page=None, **options)

    def _query_items(self):
        author_id = self._query_args.get("author_id", 0)
        parameters = {
            "author_id": author_id,
            "skipped": self._query_offset,
            "per_page": self.per_page,
        }
        page = PAGE_OF_AUTHOR if author_id else PAGE
        return db.session.execute(page, parameters).all()

    def _query_count(self):
        return self.items[0].total if self.items else 0
