"""Views alone: what they find on their request, and what they hand to a template."""

import pytest
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import LogoutView
from django.db import connection
from django.http import HttpResponse
from django.urls import re_path, resolve
from django.views.decorators.http import require_POST
from django.views.generic import View

from django_site import context_processors, middleware
from django_site.blog import views
from django_site.blog.forms import CommentForm
from django_site.blog.views import AuthorPosts, site_home

from .factories import make_post, make_user


def test_site_home_alone(rf, user):
    """The view finds page 2 in the address of its request."""
    # It looks on its argument, and nowhere else.
    for number in range(6):
        make_post(user, title=f"Title {number}")
    request = rf.get("/home/?page=2")
    request.read_posts = []
    html = site_home(request).text

    assert "Title 0" in html
    assert "Title 1" not in html


def test_site_home_misses_what_nobody_prepared(rf, db):
    """A made request has run no hook and no middleware."""
    request = rf.get("/home/")
    with pytest.raises(AttributeError, match="read_posts"):
        site_home(request)

    request.read_posts = []

    assert "There are no posts yet." in site_home(request).text


def test_read_posts_come_from_the_session(rf):
    """What the session holds is put where views find it."""
    request = rf.get("/")
    request.session = {"read_posts": [7]}
    middleware.load_read_posts(lambda request: None)(request)

    assert request.read_posts == [7]


def test_read_posts_are_there_without_a_session(client, db):
    """Who has read nothing has an empty list, and gets no session for it."""
    request = client.get("/").wsgi_request

    assert request.read_posts == []
    assert not request.session.modified


def test_read_posts_need_a_session(rf):
    """Where no session is, nobody can know what was read."""
    # So it is with a middleware that stands before SessionMiddleware.
    with pytest.raises(AttributeError, match="session"):
        middleware.load_read_posts(lambda request: None)(rf.get("/"))


def test_home_hands_a_page_to_its_template(client, user):
    """The template gets the page and the read marks, and counts and asks nothing."""
    post = make_post(user)
    client.get(f"/posts/{post.pk}/")
    context = client.get("/").context

    assert [row["id"] for row in context["page_obj"]] == [post.pk]
    assert context["page_obj"].paginator.num_pages == 1
    assert context["read_posts"] == [post.pk]


def test_author_posts_alone(rf, user):
    """A view that is a class can be called alone too."""
    # `dispatch` gets the request; the methods behind it read `self.request`.
    make_post(user, title="By Ann")
    request = rf.get("/authors/ann/")
    request.read_posts = []
    html = AuthorPosts.as_view()(request, username="ann").render().text

    assert "By Ann" in html


def test_author_posts_fills_its_template(rf, user):
    """The template gets the author whose posts it shows."""
    # get_context_data() gets keywords only, and finds the rest on `self`.
    view = AuthorPosts()
    view.setup(rf.get("/authors/ann/"), username="ann")
    view.request.read_posts = [7]
    view.object_list = view.get_queryset()
    context = view.get_context_data()

    assert context["author"] == user
    assert context["read_posts"] == [7]


def test_each_request_has_its_own_view_object(client, user):
    """What a method leaves on `self` no other request sees."""
    addresses = "/authors/ann/", "/authors/ann/?page=1"  # the same would be kept
    views = [client.get(address).context["view"] for address in addresses]

    assert views[0] is not views[1]


def test_list_on_a_view_class(rf):
    """What stands on the class is one list for all requests."""

    class Visits(View):
        paths = []

        def get(self, request):
            self.paths.append(request.path)
            return HttpResponse()

    view = Visits.as_view()
    for path in ("/home/", "/login/"):
        view(rf.get(path))

    assert Visits.paths == ["/home/", "/login/"]


def test_methods_of_a_bare_view(answer, client):
    """Nobody has said which methods this view takes."""
    answer(lambda request: HttpResponse("Served."))

    assert client.put("/view/").status_code == 200


def test_order_of_the_guards(rf):
    """Whether a guard is asked depends on where it stands."""

    @require_POST
    @login_required
    def below(request):
        return HttpResponse("Nobody reads this.")

    @login_required
    @require_POST
    def above(request):
        return HttpResponse("Nobody reads this.")

    request = rf.get("/")
    request.user = AnonymousUser()

    assert below(request).status_code == 405
    assert above(request).status_code == 302


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/home/", "django_site.blog.views.site_home"),
        ("/authors/ann/", "django_site.blog.views.AuthorPosts"),
        ("/login/", "django_site.users.views.LoginView"),
        ("/nothing-here/", None),
    ],
)
def test_templates_know_the_view(rf, address, name):
    """The footer names the view that serves the page, a class by its own name."""
    request = rf.get(address)
    if name:
        request.resolver_match = resolve(address)
    context = context_processors.site(request)

    assert context["view_name"] == name
    assert context["framework"].startswith("Django 5.")


def test_templates_know_the_other_site(rf, settings):
    """The footer links to the same page there, its page number kept."""
    settings.OTHER_SITE_URL = "https://other.example"
    context = context_processors.site(rf.get("/home/?page=2"))

    assert context["other_page_url"] == "https://other.example/home/?page=2"


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/home/", "blog.views.html#site_home"),
        ("/authors/ann/", "blog.views.html#AuthorPosts"),
        ("/account/password/", "users.views.html#PasswordChangeView"),
    ],
)
def test_templates_know_the_guide(rf, settings, address, page):
    """The footer links to the view in the guide, a class by its own name."""
    settings.GUIDE_URL = "https://guide.example"
    request = rf.get(address)
    request.resolver_match = resolve(address)
    context = context_processors.site(request)

    assert context["guide_page_url"] == f"https://guide.example/side-by-side/{page}"


@pytest.mark.parametrize("address", ["/logout/", "/nothing-here/"])
def test_the_guide_knows_views_of_this_site_only(rf, settings, address):
    """What the framework serves by itself has no link, and what nobody serves."""
    settings.GUIDE_URL = "https://guide.example"
    request = rf.get(address)
    if address == "/logout/":
        view = LogoutView.as_view()  # the site has one of its own
        request.resolver_match = re_path("^logout/$", view).resolve("logout/")
    context = context_processors.site(request)

    assert context["guide_page_url"] == ""


@pytest.mark.django_db(transaction=True)
def test_reply_to_a_post_deleted_a_moment_ago(client, monkeypatch):
    """The database has the last word, and the answer is that of a missing post."""
    address = f"/posts/{make_post(make_user()).pk}/comments/"

    def get_comment_form(request):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM blog_post")
        return CommentForm(request.POST)

    monkeypatch.setattr(views, "get_comment_form", get_comment_form)
    reply = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}

    assert client.post(address, reply).status_code == 404
