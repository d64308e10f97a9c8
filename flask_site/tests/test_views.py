"""Views alone: what they find in their context, and what they hand to a template."""

import pytest
from flask import g, request, session, template_rendered
from flask.views import View
from flask_login import login_required
from sqlalchemy import delete

from flask_site import context_processors, hooks
from flask_site.blog import views
from flask_site.blog.forms import CommentForm
from flask_site.blog.models import Post
from flask_site.blog.views import AuthorPosts, site_home
from flask_site.extensions import db

from .factories import make_post


@pytest.fixture
def contexts(app):
    """Collect what views hand to their templates."""
    contexts = []

    def note(sender, template, context, **extra):
        contexts.append(context)

    with template_rendered.connected_to(note, app):
        yield contexts


def test_site_home_alone(app, user):
    """The view finds page 2 in the address of its request."""
    # It has no argument: `request` is where it looks.
    with app.test_request_context("/home/?page=2"):
        for number in range(6):
            make_post(user, title=f"Title {number}")
        g.read_posts = []
        html = site_home().get_data(as_text=True)

    assert "Title 0" in html
    assert "Title 1" not in html


def test_site_home_misses_what_nobody_prepared(app):
    """A made request has run no hook and no middleware."""
    with app.test_request_context("/home/"):
        with pytest.raises(AttributeError, match="read_posts"):
            site_home()

        app.preprocess_request()

        assert "There are no posts yet." in site_home().get_data(as_text=True)


def test_read_posts_come_from_the_session(app):
    """What the session holds is put where views find it."""
    with app.test_request_context("/"):
        session["read_posts"] = [7]
        hooks.load_read_posts()

        assert g.read_posts == [7]


def test_read_posts_are_there_without_a_session(app):
    """Who has read nothing has an empty list, and gets no session for it."""
    with app.test_request_context("/"):
        hooks.load_read_posts()

        assert g.read_posts == []
        assert not session.modified


def test_read_posts_need_a_session(app):
    """Where no session is, nobody can know what was read."""
    with app.app_context():
        g.mark = 1  # this works: `g` comes with the application, not the request
        with pytest.raises(RuntimeError, match="request context"):
            hooks.load_read_posts()


def test_home_hands_a_page_to_its_template(app, client, user, contexts):
    """The template gets the page and the read marks, and counts and asks nothing."""
    with app.app_context():
        post_id = make_post(user).id
    client.get(f"/posts/{post_id}/")
    client.get("/")

    context = contexts[-1]
    assert [post.id for post in context["page_obj"]] == [post_id]
    assert context["page_obj"].pages == 1
    assert context["read_posts"] == [post_id]


def test_author_posts_alone(app, user):
    """A view that is a class can be called alone too."""
    # The method that Flask calls is the whole view; `g` is as near as anywhere.
    with app.test_request_context("/authors/ann/"):
        make_post(user, title="By Ann")
        g.read_posts = []
        html = AuthorPosts("blog/author_posts.html").dispatch_request("ann")

    assert "By Ann" in html


def test_author_posts_fills_its_template(app, client, user, contexts):
    """The template gets the author whose posts it shows."""
    # What stands in add_url_rule() reaches the view.
    client.get("/authors/ann/")

    assert app.view_functions["blog.author_posts"].view_class is AuthorPosts
    assert contexts[-1]["author"].username == "ann"


def test_each_request_has_its_own_view_object(client, monkeypatch):
    """What a method leaves on `self` no other request sees."""
    views = []
    monkeypatch.setattr(
        AuthorPosts, "dispatch_request", lambda self, username: views.append(self) or ""
    )
    client.get("/authors/ann/")
    client.get("/authors/ann/?page=1")  # the same page would have been kept

    assert views[0] is not views[1]


def test_list_on_a_view_class(app):
    """What stands on the class is one list for all requests."""

    class Visits(View):
        paths = []

        def dispatch_request(self):
            self.paths.append(request.path)
            return ""

    view = Visits.as_view("visits")
    for path in ("/home/", "/login/"):
        with app.test_request_context(path):
            view()

    assert Visits.paths == ["/home/", "/login/"]


def test_methods_of_a_bare_view(answer, client):
    """Nobody has said which methods this view takes."""
    answer(lambda: "Served.")

    assert client.put("/view/").status_code == 405


def test_order_of_the_guards(app, client):
    """Whether a guard is asked depends on where it stands."""

    @login_required
    @app.get("/above/")
    def above():
        return "Anybody reads this."

    @app.get("/below/")
    @login_required
    def below():
        return "Nobody reads this."

    assert client.get("/above/").status_code == 200
    assert client.get("/below/").status_code == 302


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/home/", "flask_site.blog.views.site_home"),
        ("/authors/ann/", "flask_site.blog.views.AuthorPosts"),
        ("/login/", "flask_site.users.views.login"),
        ("/nothing-here/", None),
    ],
)
def test_templates_know_the_view(app, address, name):
    """The footer names the view that serves the page, a class by its own name."""
    with app.test_request_context(address):
        context = context_processors.site()

    assert context["view_name"] == name
    assert context["framework"].startswith("Flask 3.")


def test_templates_know_the_other_site(app):
    """The footer links to the same page there, its page number kept."""
    app.config["OTHER_SITE_URL"] = "https://other.example"
    with app.test_request_context("/home/?page=2"):
        context = context_processors.site()

    assert context["other_page_url"] == "https://other.example/home/?page=2"


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/home/", "blog.views.html#site_home"),
        ("/authors/ann/", "blog.views.html#AuthorPosts"),
        ("/account/password/", "users.views.html#password_change"),
    ],
)
def test_templates_know_the_guide(app, address, page):
    """The footer links to the view in the guide, a class by its own name."""
    app.config["GUIDE_URL"] = "https://guide.example"
    with app.test_request_context(address):
        context = context_processors.site()

    assert context["guide_page_url"] == f"https://guide.example/side-by-side/{page}"


@pytest.mark.parametrize("address", ["/static/style.css", "/nothing-here/"])
def test_the_guide_knows_views_of_this_site_only(app, address):
    """What the framework serves by itself has no link, and what nobody serves."""
    app.config["GUIDE_URL"] = "https://guide.example"
    with app.test_request_context(address):
        context = context_processors.site()

    assert context["guide_page_url"] == ""


def test_reply_to_a_post_deleted_a_moment_ago(app, client, user, monkeypatch):
    """The database has the last word, and the answer is that of a missing post."""
    with app.app_context():
        address = f"/posts/{make_post(user).id}/comments/"

    def get_comment_form():
        with db.engine.begin() as connection:
            connection.execute(delete(Post))
        return CommentForm()

    monkeypatch.setattr(views, "get_comment_form", get_comment_form)
    reply = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}

    assert client.post(address, data=reply).status_code == 404
