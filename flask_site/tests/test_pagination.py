"""Pages: what a paginator makes of an address when nobody tells it more."""

import pytest
from werkzeug.exceptions import NotFound

from flask_site.blog.models import Post
from flask_site.extensions import db

from .factories import make_post


@pytest.fixture
def three_pages(app, user):
    """Store thirteen posts."""
    with app.app_context():
        for _ in range(13):
            make_post(user)


@pytest.mark.usefixtures("three_pages")
@pytest.mark.parametrize(
    ("asked", "page", "rows"),
    [("-1", 1, 5), ("0", 1, 5), ("first", 1, 5), ("4", 4, 0)],
)
def test_page_that_does_not_exist(app, asked, page, rows):
    """The strict call refuses it; the lenient one shows something else."""
    with app.test_request_context(f"/?page={asked}"):
        lenient = db.paginate(Post.newest(), per_page=5, error_out=False)

        assert (lenient.page, len(lenient.items)) == (page, rows)
        with pytest.raises(NotFound):
            db.paginate(Post.newest(), per_page=5)


@pytest.mark.usefixtures("three_pages")
def test_size_of_a_page_in_the_address(app):
    """Left open, it is what the visitor says, or all that there is."""
    with app.test_request_context("/?per_page=2"):
        left_open = db.paginate(Post.newest())
        said = db.paginate(Post.newest(), per_page=5)

    assert len(left_open.items) == 2
    assert len(said.items) == 5


def test_pages_of_nothing(app):
    """An empty first page exists, whatever number of pages is told."""
    with app.test_request_context("/"):
        page_obj = db.paginate(Post.newest(), per_page=5)

        assert (page_obj.page, page_obj.pages) == (1, 0)
