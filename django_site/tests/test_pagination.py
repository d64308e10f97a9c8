"""Pages: what a paginator makes of an address when nobody tells it more."""

import pytest
from django.core.paginator import InvalidPage, Paginator
from django.views.generic import ListView

from django_site.blog.models import Post

from .factories import make_post


@pytest.fixture
def three_pages(user):
    """Store thirteen posts."""
    for _ in range(13):
        make_post(user)


@pytest.mark.usefixtures("three_pages")
@pytest.mark.parametrize(
    ("asked", "page", "rows"),
    [("-1", 3, 3), ("0", 3, 3), ("first", 1, 5), ("4", 3, 3)],
)
def test_page_that_does_not_exist(asked, page, rows):
    """The strict call refuses it; the lenient one shows something else."""
    paginator = Paginator(Post.objects.newest(), 5)
    lenient = paginator.get_page(asked)

    assert (lenient.number, len(lenient)) == (page, rows)
    with pytest.raises(InvalidPage):
        paginator.page(asked)


@pytest.mark.usefixtures("three_pages")
def test_size_of_a_page_in_the_address(rf):
    """Left open, it is what the visitor says, or all that there is."""
    request = rf.get("/?per_page=2")
    left_open = ListView.as_view(queryset=Post.objects.newest())(request)
    said = ListView.as_view(queryset=Post.objects.newest(), paginate_by=5)(request)

    assert len(left_open.context_data["object_list"]) == 13
    assert len(said.context_data["object_list"]) == 5


@pytest.mark.django_db
def test_pages_of_nothing():
    """An empty first page exists, whatever number of pages is told."""
    page_obj = Paginator(Post.objects.newest(), 5).page(1)

    assert (page_obj.number, page_obj.paginator.num_pages) == (1, 1)
