"""Pages of posts that cost the same wherever they are."""

from django.core.paginator import Page, Paginator
from django.db import connection
from django.utils.functional import cached_property

# A bookmark's rank is the number of posts at or before its place, counted from the
# oldest; the last one stands after the newest. List 0 is the list of all posts.
COUNT = "SELECT max(rank) FROM blog_bookmark WHERE author_id = %(author_id)s"
# One statement, for posts may come and go between two. `first` is the rank of the
# first post of the page. A list without posts has no bookmarks either.
IDS = """
WITH page AS (
  SELECT max(rank) - %(skipped)s AS first FROM blog_bookmark
  WHERE author_id = %(author_id)s
), nearest AS (
  -- Not a join, which PostgreSQL would begin at the oldest bookmark.
  SELECT date_posted, post_id, rank - (SELECT first FROM page) AS newer
  FROM blog_bookmark
  WHERE author_id = %(author_id)s AND rank >= (SELECT first FROM page)
  ORDER BY rank LIMIT 1
)
SELECT id FROM blog_post
WHERE (date_posted, id) <=
  ((SELECT date_posted FROM nearest), (SELECT post_id FROM nearest))
ORDER BY date_posted DESC, id DESC
LIMIT %(per_page)s OFFSET coalesce((SELECT newer FROM nearest), 0)
"""
IDS_OF_AUTHOR = IDS.replace(
    "FROM blog_post\nWHERE", "FROM blog_post\nWHERE author_id = %(author_id)s AND"
)


class PostPaginator(Paginator):
    """Finds a page from the nearest bookmark above it, where OFFSET would count."""

    def __init__(self, object_list, per_page, *args, author_id=0, **kwargs):
        super().__init__(object_list, per_page, *args, **kwargs)
        self.author_id = author_id

    @cached_property
    def count(self):
        """The number of posts, which the last bookmark knows."""
        return self.select(COUNT)[0] or 0

    def page(self, number):
        """Return a page; raise InvalidPage where there is none."""
        number = self.validate_number(number)
        ids = self.select(
            IDS_OF_AUTHOR if self.author_id else IDS,
            skipped=(number - 1) * self.per_page,
            per_page=self.per_page,
        )
        return Page(self.object_list.filter(pk__in=ids), number, self)

    def select(self, query, **parameters):
        """Return the first column of what a query finds."""
        with connection.cursor() as cursor:
            cursor.execute(query, parameters | {"author_id": self.author_id})
            return [row[0] for row in cursor.fetchall()]
