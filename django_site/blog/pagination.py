"""Pages of posts that cost the same wherever they are."""

from django.core.paginator import Paginator
from django.db import connection
from django.utils.functional import cached_property

# List 0 is the list of all posts. A bookmark's rank is the number of posts at or
# before its place, counted from the oldest; the last one stands after the newest.
COUNT = "SELECT max(rank) FROM blog_bookmark WHERE author_id = %s"
NEAREST = """
SELECT date_posted, post_id, rank FROM blog_bookmark
WHERE author_id = %s AND rank >= %s ORDER BY rank LIMIT 1
"""
IDS = """
SELECT id FROM blog_post WHERE (date_posted, id) <= (%s, %s)
ORDER BY date_posted DESC, id DESC LIMIT %s OFFSET %s
"""
IDS_OF_AUTHOR = """
SELECT id FROM blog_post WHERE author_id = %s AND (date_posted, id) <= (%s, %s)
ORDER BY date_posted DESC, id DESC LIMIT %s OFFSET %s
"""


class PostPaginator(Paginator):
    """Finds a page from the nearest bookmark above it, where OFFSET would count."""

    def __init__(self, object_list, per_page, *args, author_id=0, **kwargs):
        super().__init__(object_list, per_page, *args, **kwargs)
        self.author_id = author_id

    @cached_property
    def count(self):
        """The number of posts, which the last bookmark knows."""
        return self.select(COUNT, self.author_id)[0][0] or 0

    def page(self, number):
        """Return a page; raise InvalidPage where there is none."""
        number = self.validate_number(number)
        rank = self.count - (number - 1) * self.per_page  # of its first post
        ids = self.find_ids(rank) if self.count else []
        return self._get_page(self.object_list.filter(pk__in=ids), number, self)

    def find_ids(self, rank):
        """Return the ids of a page of posts, from that rank on to older ones."""
        ((date_posted, post_id, above),) = self.select(NEAREST, self.author_id, rank)
        place = date_posted, post_id, self.per_page, above - rank
        if self.author_id:
            rows = self.select(IDS_OF_AUTHOR, self.author_id, *place)
        else:
            rows = self.select(IDS, *place)
        return [post_id for (post_id,) in rows]

    def select(self, query, *parameters):
        """Return the rows of a query."""
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall()
