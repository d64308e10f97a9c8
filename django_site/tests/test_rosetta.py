"""One question a test: the lines before the last blank one above the asserts answer it.

A class is a group of questions, and its docstring their heading.
"""

# Settings are written in capitals here too, and models of one test never printed.
# ruff: noqa: N806, DJ008

import inspect
import json
import logging
import os
import sys
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from io import StringIO
from types import ModuleType

import pytest
from django import conf, forms, template
from django.apps import AppConfig, apps
from django.apps.registry import Apps
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.management import BaseCommand, CommandError, call_command
from django.core.paginator import Paginator
from django.core.signals import request_finished
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Count, F, Max, Q, Value
from django.db.models.functions import Concat
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import (
    FileResponse,
    Http404,
    HttpResponse,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext, isolate_apps
from django.urls import (
    converters,
    include,
    path,
    register_converter,
    resolve,
    reverse,
)
from django.utils.html import escape
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import RedirectView

from django_site import urls as site_urls
from django_site.blog.forms import CommentForm, PostForm
from django_site.blog.models import Comment, Post
from django_site.users.models import User

from .factories import PASSWORD, make_comment, make_post, make_user

pytestmark = pytest.mark.django_db
COMMENT = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}
UPLOAD = (  # the test client itself would send no such name
    "--x\r\n"
    'Content-Disposition: form-data; name="picture"; filename="../cat.png"\r\n\r\n'
    "meow\r\n--x--\r\n"
)
PAGES = {
    "hello.html": "Hello, {{ name }}!",
    "_card.html": "<b>{{ name }}</b>",
    "frame.html": "<title>{% block title %}Tea{% endblock %}</title>",
}


def at(address, method="get", session_data=(), **options):
    """Run a test as a view is run: with a request for this address, and a session."""

    def decorate(test):
        @wraps(test)
        def run(self, **fixtures):
            request = getattr(RequestFactory(), method)(address, **options)
            for middleware in (
                SessionMiddleware,
                AuthenticationMiddleware,
                MessageMiddleware,
            ):
                middleware(HttpResponse).process_request(request)
            request.session.update(session_data)
            test(self, request, **fixtures)

        # The request comes from here, everything else from pytest.
        signature = inspect.signature(test)
        kept = [
            item for name, item in signature.parameters.items() if name != "request"
        ]
        run.__signature__ = signature.replace(parameters=kept)
        return run

    return decorate


@pytest.fixture
def use_urls(settings):
    """Serve these addresses before those of the site."""

    def use_urls(urlpatterns, **handlers):
        urls = ModuleType("urls")
        urls.urlpatterns = [*urlpatterns, path("", include(site_urls))]
        vars(urls).update(handlers)
        settings.ROOT_URLCONF = urls

    return use_urls


@pytest.fixture
def serve(use_urls):
    """Serve a view at /here/."""
    return lambda view: use_urls([path("here/", view)])


@pytest.fixture
def visit(serve, client):
    """Serve a view at /here/, and ask for it."""

    def visit(view):
        serve(view)
        return client.get("/here/")

    return visit


@pytest.fixture
def name_it(monkeypatch):
    """Give a function a dotted name, which settings ask for."""

    def name_it(function):
        name = function.__name__
        monkeypatch.setattr(sys.modules[__name__], name, function, raising=False)
        return f"{__name__}.{name}"

    return name_it


@pytest.fixture
def use_middleware(settings, name_it):
    """Add a middleware to those of the site."""

    def use_middleware(middleware):
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, name_it(middleware)]

    return use_middleware


@pytest.fixture
def pages(settings):
    """Use these templates in the place of the site's."""
    pages = dict(PAGES)
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("django.template.loaders.locmem.Loader", pages)],
            },
        }
    ]
    return pages


@pytest.fixture
def draw(pages):
    """Render a template, and fold its white space."""

    def draw(text, **context):
        pages["page.html"] = text
        return " ".join(render_to_string("page.html", context).split())

    return draw


def draw_for(request, text):
    """Render a template that knows the request."""
    return engines["django"].from_string(text).render({}, request)


def run_command(command, *args):
    """Run a command, and return what it says."""
    output = StringIO()
    call_command(command, *args, stdout=output)
    return output.getvalue()


@pytest.fixture
def models_of_the_blog(monkeypatch, transactional_db):
    """Let the models of a test belong to the blog until the test ends."""
    blog = apps.get_app_config("blog")
    monkeypatch.setattr(apps, "get_containing_app_config", lambda name: blog)
    with isolate_apps("django_site.blog"):
        yield


@contextmanager
def tables(*made):
    """Make the tables of models, for a while."""
    with connection.schema_editor() as editor:
        for model in made:
            editor.create_model(model)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            for model in reversed(made):
                editor.delete_model(model)


@pytest.fixture
def own_converters(monkeypatch):
    """Forget the converters of a test when it ends."""
    known = dict(converters.REGISTERED_CONVERTERS)
    monkeypatch.setattr(converters, "REGISTERED_CONVERTERS", known)
    yield
    converters.get_converters.cache_clear()


@pytest.fixture
def echo(serve):
    """Serve a view that sends back the JSON that it gets."""
    serve(lambda request: JsonResponse(json.loads(request.body)))


@pytest.fixture
def washed():
    """Note what a hook has done."""
    return []


def render_with(register, text):
    """Render a template that knows what a library registers."""
    engine = template.Engine()
    engine.template_builtins.append(register)
    return engine.from_string(text).render(template.Context())


@pytest.fixture
def notes(tmp_path):
    """Write a file."""
    notes = tmp_path / "notes.txt"
    notes.write_text("Tea", encoding="utf-8")
    return notes


@pytest.fixture
def environment(monkeypatch):
    """Set a variable of the environment."""
    monkeypatch.setenv("BLOG_POSTS_PER_PAGE", "7")


@pytest.fixture
def author(db):
    """Store a user who writes."""
    return make_user()


@pytest.fixture
def post(author):
    """Store a post about tea, with a comment."""
    post = make_post(author, title="Tea")
    make_comment(post)
    return post


@pytest.fixture
def count_queries():
    """Collect the queries of a block."""
    return lambda: CaptureQueriesContext(connection)


class TestRequest:
    """The request."""

    @at("/?page=2")
    def test_query_value(self, request):
        """Read a value of the query string, or a default."""
        page = request.GET.get("page", "1")

        assert page == "2"

    @at("/?page=two")
    def test_query_number(self, request):
        """Read a number of the query string, or a default where it is none."""
        try:
            page = int(request.GET.get("page", "1"))
        except ValueError:
            page = 1

        assert page == 1

    @at("/?tag=milk&tag=tea")
    def test_query_values(self, request):
        """Read all values of one name."""
        tags = request.GET.getlist("tag")

        assert tags == ["milk", "tea"]

    @at("/?tag=milk&tag=tea")
    def test_first_value(self, request):
        """Read the first of several values."""
        tag = next(iter(request.GET.getlist("tag")), None)

        assert tag == "milk"

    @at("/?tag=milk&tag=tea")
    def test_last_value(self, request):
        """Read the last of several values."""
        tag = request.GET.get("tag")

        assert tag == "tea"

    @at("/", "post", data={"title": "Tea"})
    def test_form_value(self, request):
        """Read a value of a form."""
        title = request.POST.get("title", "")

        assert title == "Tea"

    @at("/", headers={"Accept-Language": "fr"})
    def test_header(self, request):
        """Read a header."""
        language = request.headers.get("Accept-Language", "en")

        assert language == "fr"

    @at("/", headers={"Cookie": "theme=dark"})
    def test_cookie(self, request):
        """Read a cookie."""
        theme = request.COOKIES.get("theme", "light")

        assert theme == "dark"

    @at("/", "post", data={"title": "Tea"}, content_type="application/json")
    def test_json_body(self, request):
        """Read a body of JSON."""
        try:
            data = json.loads(request.body)
        except ValueError as error:
            raise BadRequest("This is no JSON.") from error

        assert data == {"title": "Tea"}

    @at("/", "post", data="<tea/>", content_type="text/xml")
    def test_raw_body(self, request):
        """Read the body as it came."""
        body = request.body

        assert body == b"<tea/>"

    @at("/", "post", data=UPLOAD, content_type="multipart/form-data; boundary=x")
    def test_uploaded_file(self, request):
        """Read a file that was sent."""
        picture = request.FILES["picture"]
        name, content = picture.name, picture.read()

        assert (name, content) == ("cat.png", b"meow")

    @at("/", "post")
    def test_method(self, request):
        """Ask for the method."""
        sent = request.method == "POST"

        assert sent

    @at("/home/?page=2")
    def test_path(self, request):
        """Read the path of the address."""
        path = request.path

        assert path == "/home/"

    @at("/home/?page=2")
    def test_path_and_query(self, request, rf):
        """Read the path with the query string."""
        address = request.get_full_path()

        assert address == "/home/?page=2"
        assert rf.get("/home/").get_full_path() == "/home/"

    @at("/home/?page=2")
    def test_full_address(self, request):
        """Read the whole address."""
        address = request.build_absolute_uri()

        assert address == "http://testserver/home/?page=2"

    @at("/", REMOTE_ADDR="192.0.2.7")
    def test_client_address(self, request):
        """Read the address of the client."""
        address = request.META["REMOTE_ADDR"]

        assert address == "192.0.2.7"

    @at("/")
    def test_tls(self, request):
        """Ask whether the request came over HTTPS."""
        encrypted = request.is_secure()

        assert not encrypted

    @at("/")
    def test_state_of_the_request(self, request):
        """Keep a value as long as the request lasts."""
        request.theme = "dark"

        assert request.theme == "dark"


class TestResponse:
    """The answer."""

    def test_text(self, visit):
        """Answer with a text."""

        def hello(request):
            return HttpResponse("Hello")

        assert visit(hello).text == "Hello"

    def test_status(self, visit):
        """Answer with a status of your own."""

        def hello(request):
            return HttpResponse("Brewed.", status=201)

        assert visit(hello).status_code == 201

    def test_json(self, visit):
        """Answer with JSON."""

        def prices(request):
            return JsonResponse({"tea": 2})

        assert visit(prices).json() == {"tea": 2}

    def test_json_list(self, visit):
        """Answer with JSON that is a list."""

        def drinks(request):
            return JsonResponse(["tea", "milk"], safe=False)

        assert visit(drinks).json() == ["tea", "milk"]

    def test_type(self, visit):
        """Answer with something else than HTML."""

        def table(request):
            return HttpResponse("tea,2\n", content_type="text/csv")

        assert visit(table).headers["Content-Type"].startswith("text/csv")

    def test_redirect(self, visit):
        """Send the visitor to an address."""

        def leave(request):
            return redirect("/login/")

        response = visit(leave)
        assert (response.status_code, response.url) == (302, "/login/")

    def test_redirect_by_name(self, visit):
        """Send the visitor to a view by its name."""

        def leave(request):
            return redirect("blog:show_post", post_id=7)

        assert visit(leave).url == "/posts/7/"

    def test_response_header(self, visit):
        """Set a header."""

        def hello(request):
            return HttpResponse("Hello", headers={"X-Tea": "hot"})

        assert visit(hello).headers["X-Tea"] == "hot"

    def test_set_cookie(self, visit):
        """Set a cookie."""

        def choose(request):
            response = HttpResponse("Dark it is.")
            # Over HTTPS, secure=True belongs there too.
            response.set_cookie(
                "theme", "dark", max_age=3600, httponly=True, samesite="Lax"
            )
            return response

        cookie = visit(choose).cookies["theme"]
        assert (cookie.value, cookie["samesite"]) == ("dark", "Lax")

    def test_delete_cookie(self, visit):
        """Delete a cookie."""

        def forget(request):
            response = HttpResponse("Forgotten.")
            response.delete_cookie("theme")
            return response

        assert visit(forget).cookies["theme"]["max-age"] == 0

    def test_file(self, visit, notes):
        """Send a file to be saved."""

        def download(request):
            return FileResponse(notes.open("rb"), as_attachment=True)

        response = visit(download)
        assert response.getvalue() == b"Tea"
        assert "notes.txt" in response.headers["Content-Disposition"]
        response.close()

    def test_stream(self, visit):
        """Send a long answer piece by piece."""

        def count(request):
            lines = (f"{request.path} {number}\n" for number in range(3))
            return StreamingHttpResponse(lines)

        assert visit(count).getvalue() == b"/here/ 0\n/here/ 1\n/here/ 2\n"

    def test_not_found(self, visit):
        """Answer that there is nothing here."""

        def find(request):
            raise Http404("There is no such tea.")

        assert visit(find).status_code == 404

    def test_forbidden(self, visit):
        """Answer that this is forbidden."""

        def enter(request):
            raise PermissionDenied

        assert visit(enter).status_code == 403

    def test_never_cached(self, visit):
        """Keep an answer out of every cache."""

        @never_cache
        def secret(request):
            return HttpResponse("For you alone.")

        assert "no-store" in visit(secret).headers["Cache-Control"]


class TestAddresses:
    """Addresses."""

    def test_rule_with_a_number(self, use_urls, client):
        """Take a number from the address."""

        def show_shelf(request, number):
            return HttpResponse(f"Shelf {number}")

        urlpatterns = [path("shelves/<int:number>/", show_shelf)]

        use_urls(urlpatterns)
        assert client.get("/shelves/7/").text == "Shelf 7"
        assert client.get("/shelves/x/").status_code == 404

    def test_rest_of_the_address(self, use_urls, client):
        """Take the rest of the address, slashes too."""

        def show_page(request, name):
            return HttpResponse(f"Page {escape(name)}")

        urlpatterns = [path("wiki/<path:name>", show_page)]

        use_urls(urlpatterns)
        assert client.get("/wiki/tea/green").text == "Page tea/green"
        assert client.get("/wiki/<b>").text == "Page &lt;b&gt;"

    @pytest.mark.usefixtures("own_converters")
    def test_type_of_your_own(self, use_urls, client):
        """Say with a class what a part of an address may be."""

        class YearConverter:
            regex = "[0-9]{4}"

            def to_python(self, value):
                return int(value)

            def to_url(self, value):
                return str(value)

        register_converter(YearConverter, "year")

        use_urls([path("<year:year>/", lambda request, year: HttpResponse(year + 1))])
        assert client.get("/2026/").text == "2027"
        assert client.get("/26/").status_code == 404

    @at("/")
    def test_build(self, request):
        """Build an address from the name of a view."""
        address = reverse("blog:show_post", kwargs={"post_id": 7})

        assert address == "/posts/7/"

    @at("/")
    def test_build_with_query(self, request):
        """Build an address with a query string."""
        address = reverse("blog:site_home", query={"page": 2})

        assert address == "/?page=2"

    @at("/")
    def test_build_absolute(self, request):
        """Build a whole address, with the host."""
        address = request.build_absolute_uri(reverse("blog:feed"))

        assert address == "http://testserver/feed.atom"

    def test_prefix(self, use_urls, client):
        """Put views under a prefix and a name of their own."""

        def show_tea(request):
            return HttpResponse("Tea")

        drinks = [path("tea/", show_tea, name="tea")]
        urlpatterns = [path("drinks/", include((drinks, "drinks")))]

        use_urls(urlpatterns)
        assert client.get("/drinks/tea/").text == "Tea"
        assert reverse("drinks:tea") == "/drinks/tea/"

    def test_two_methods(self, use_urls, client):
        """Answer GET and POST in one view."""

        @require_http_methods(["GET", "HEAD", "POST"])
        def tea(request):
            return HttpResponse("Poured." if request.method == "POST" else "Tea?")

        urlpatterns = [path("tea/", tea)]

        use_urls(urlpatterns)
        assert client.get("/tea/").text == "Tea?"
        assert client.post("/tea/").text == "Poured."
        assert client.head("/tea/").status_code == 200
        assert client.put("/tea/").status_code == 405

    def test_post_only(self, use_urls, client):
        """Answer POST alone."""

        @require_POST
        def pour(request):
            return HttpResponse("Poured.")

        urlpatterns = [path("pour/", pour)]

        use_urls(urlpatterns)
        assert client.post("/pour/").text == "Poured."
        assert client.get("/pour/").status_code == 405

    def test_class(self, use_urls, client):
        """Write a view as a class."""

        class Tea(View):
            def get(self, request):
                return HttpResponse("Tea?")

            def post(self, request):
                return HttpResponse("Poured.")

        urlpatterns = [path("tea/", Tea.as_view(), name="tea")]

        use_urls(urlpatterns)
        assert client.get("/tea/").text == "Tea?"
        assert client.post("/tea/").text == "Poured."

    def test_moved(self, use_urls, client):
        """Send an address that moved to its new place."""
        urlpatterns = [path("start/", RedirectView.as_view(url="/", permanent=True))]

        use_urls(urlpatterns)
        response = client.get("/start/")
        assert (response.status_code, response.url) == (301, "/")

    def test_view_of_an_address(self):
        """Ask which view an address leads to."""
        match = resolve("/posts/7/")
        name, values = match.view_name, match.kwargs

        assert (name, values) == ("blog:show_post", {"post_id": 7})

    def test_page_for_not_found(self, use_urls, client):
        """Write the answer for addresses that lead nowhere."""

        def not_found(request, exception):
            return HttpResponse("Nothing here.", status=404)

        # In the ROOT_URLCONF; while DEBUG is on, Django shows its own page.
        handler404 = not_found

        use_urls([], handler404=handler404)
        response = client.get("/nothing-here/")
        assert (response.status_code, response.text) == (404, "Nothing here.")


class TestSettings:
    """Settings."""

    @at("/")
    def test_setting(self, request):
        """Read a setting in a view."""
        per_page = settings.POSTS_PER_PAGE

        assert per_page == 5

    @at("/")
    def test_missing_setting(self, request):
        """Read a setting that may be missing."""
        theme = getattr(settings, "THEME", "light")

        assert theme == "light"

    def test_setting_without_a_request(self):
        """Read a setting where there is no request."""
        per_page = settings.POSTS_PER_PAGE

        assert per_page == 5

    @pytest.mark.usefixtures("environment")
    def test_setting_of_the_environment(self):
        """Take a setting from the environment."""
        POSTS_PER_PAGE = int(os.environ.get("BLOG_POSTS_PER_PAGE", "5"))

        assert POSTS_PER_PAGE == 7

    def test_setting_of_a_test(self, settings):
        """Change a setting for one test."""
        settings.POSTS_PER_PAGE = 2

        assert conf.settings.POSTS_PER_PAGE == 2


class TestTemplates:
    """Templates."""

    @pytest.mark.usefixtures("pages")
    def test_page(self, visit):
        """Answer with a rendered template."""

        def hello(request):
            return render(request, "hello.html", {"name": "Kim"})

        assert visit(hello).text == "Hello, Kim!"

    @at("/")
    @pytest.mark.usefixtures("pages")
    def test_text_of_a_template(self, request):
        """Render a template to a text, for a mail perhaps."""
        text = render_to_string("hello.html", {"name": "Kim"})

        assert text == "Hello, Kim!"

    def test_extend(self, draw):
        """Fill a block of another template, and keep what it held."""
        template = """
            {% extends "frame.html" %}
            {% block title %}Home · {{ block.super }}{% endblock %}
        """

        assert draw(template.strip()) == "<title>Home · Tea</title>"

    def test_include(self, draw):
        """Include a template, and hand it a value."""
        template = """
            {% include "_card.html" with name=author %}
        """

        assert draw(template, author="Kim") == "<b>Kim</b>"

    def test_loop(self, draw):
        """Loop over rows, and say where there are none."""
        template = """
            {% for tea in teas %}
              <li>{{ tea }}</li>
            {% empty %}
              <li>No tea.</li>
            {% endfor %}
        """

        assert draw(template, teas=["Black", "Green"]) == (
            "<li>Black</li> <li>Green</li>"
        )
        assert draw(template, teas=[]) == "<li>No tea.</li>"

    def test_counter(self, draw):
        """Number the turns of a loop, and know the last."""
        template = """
            {% for tea in teas %}
              {{ forloop.counter }}. {{ tea }}{% if not forloop.last %},{% endif %}
            {% endfor %}
        """

        assert draw(template, teas=["Black", "Green"]) == "1. Black, 2. Green"

    def test_cycle(self, draw):
        """Give every second row another class."""
        template = """
            {% for tea in teas %}
              <li class="{% cycle 'odd' 'even' %}">{{ tea }}</li>
            {% endfor %}
        """

        assert draw(template, teas=["Black", "Green"]) == (
            '<li class="odd">Black</li> <li class="even">Green</li>'
        )

    def test_variable(self, draw):
        """Give a value a name within a template."""
        template = """
            {% with total=teas|length %}
              {{ total }} of {{ total }}
            {% endwith %}
        """

        assert draw(template, teas=["Black", "Green"]) == "2 of 2"

    def test_key(self, draw):
        """Read a key of a dictionary, and an item of a list."""
        template = """
            {{ prices.tea }} {{ teas.0 }}
        """

        assert draw(template, prices={"tea": 2}, teas=["Black"]) == "2 Black"

    def test_call(self, draw):
        """Call a method that needs no arguments."""
        template = """
            {{ tea.upper }}
        """

        assert draw(template, tea="Black") == "BLACK"

    def test_fallback(self, draw):
        """Show something else for a value that is empty."""
        template = """
            {{ name|default:"nobody" }}
        """

        assert draw(template, name="") == "nobody"

    def test_escape(self, draw):
        """Show HTML as it is, where you know that it is safe."""
        template = """
            {{ title }} {{ body|safe }}
        """

        assert draw(template, title="<i>", body="<b>Tea</b>") == (
            "&lt;i&gt; <b>Tea</b>"
        )

    def test_json_for_a_script(self, draw):
        """Hand data to a script on the page."""
        template = """
            {{ prices|json_script:"prices" }}
        """

        assert draw(template, prices={"tea": "<2"}) == (
            '<script id="prices" type="application/json">{"tea": "\\u003C2"}</script>'
        )

    def test_address(self, draw):
        """Link to a view."""
        template = """
            <a href="{% url 'blog:show_post' post_id=7 %}">Tea</a>
        """

        assert draw(template) == '<a href="/posts/7/">Tea</a>'

    def test_static_file(self, draw):
        """Link to a static file."""
        template = """
            {% load static %}
            <link rel="stylesheet" href="{% static 'style.css' %}">
        """

        assert draw(template) == '<link rel="stylesheet" href="/static/style.css">'

    def test_filter(self):
        """Write a filter of your own."""
        register = template.Library()  # in templatetags/tea.py, for {% load tea %}

        @register.filter
        def shout(text):
            return f"{text.upper()}!"

        assert render_with(register, "{{ 'tea'|shout }}") == "TEA!"

    def test_function(self):
        """Write a function that templates call."""
        register = template.Library()  # in templatetags/tea.py, for {% load tea %}

        @register.simple_tag
        def price(cups):
            return f"{cups * 2} coins"

        assert render_with(register, "{% price 3 %}") == "6 coins"

    def test_value_for_every_page(self, settings, pages, name_it, visit):
        """Hand a value to every template, whatever its view says."""

        def season(request):  # TEMPLATES names it, as a context processor
            return {"name": "autumn"}

        settings.TEMPLATES[0]["OPTIONS"]["context_processors"] = [name_it(season)]
        response = visit(lambda request: render(request, "hello.html"))
        assert response.text == "Hello, autumn!"


@pytest.mark.usefixtures("models_of_the_blog")
class TestModels:
    """Models."""

    def test_model(self):
        """Describe a table."""

        class Tea(models.Model):
            name = models.CharField(max_length=40, unique=True)
            note = models.TextField(blank=True)
            cups = models.PositiveIntegerField(default=0)
            bought = models.DateField(null=True, blank=True)

        with tables(Tea):
            tea = Tea.objects.create(name="Black")
            assert (tea.pk, tea.note, tea.cups, tea.bought) == (1, "", 0, None)
            with pytest.raises(IntegrityError):
                Tea.objects.create(name="Black")

    def test_reference(self):
        """Let a row belong to another, and find it from there."""

        class Shop(models.Model):
            name = models.CharField(max_length=40)

        class Tea(models.Model):
            shop = models.ForeignKey(Shop, models.CASCADE, related_name="teas")

        with tables(Shop, Tea):
            shop = Shop.objects.create()
            tea = Tea.objects.create(shop=shop)
            assert list(shop.teas.all()) == [tea]
            shop.delete()
            assert not Tea.objects.exists()

    def test_many_to_many(self):
        """Let many rows belong to many."""

        class Tea(models.Model):
            shops = models.ManyToManyField("Shop")

        Shop = type("Shop", (models.Model,), {"__module__": __name__})
        with tables(Shop, Tea):
            shop = Shop.objects.create()
            tea = Tea.objects.create()
            tea.shops.add(shop)
            assert list(tea.shops.all()) == [shop]


class TestDatabase:
    """Rows."""

    def test_row_or_404(self, post):
        """Get a row by its key, or answer 404."""
        found = get_object_or_404(Post, pk=post.pk)

        assert found == post
        with pytest.raises(Http404):
            get_object_or_404(Post, pk=post.pk + 1)

    def test_row_or_none(self, post):
        """Get a row by its key, or None."""
        found = Post.objects.filter(pk=post.pk).first()

        assert found == post

    def test_only_row(self, author):
        """Get the one row that matches; none is an error, and so are two."""
        found = User.objects.get(username="ann")

        assert found == author
        with pytest.raises(User.DoesNotExist):
            User.objects.get(username="ben")

    def test_first_row(self, post):
        """Get the first row that matches, or None."""
        found = Post.objects.filter(title="Tea").order_by("id").first()

        assert found == post

    def test_all_rows(self, author, post):
        """Get all rows that match."""
        posts = list(Post.objects.filter(author=author, title="Tea"))

        assert posts == [post]

    def test_comparisons(self, post):
        """Compare in other ways than by equality."""

        def find_posts(part):
            return list(Post.objects.filter(title__icontains=part, pk__gte=1))

        assert find_posts("te") == [post]
        assert find_posts("%") == []

    def test_or_and_not(self, post):
        """Ask for one thing or another, and not for a third."""
        posts = Post.objects.filter(Q(title="Tea") | Q(title="Milk"), ~Q(body=""))

        assert list(posts) == [post]

    def test_through_a_reference(self, post):
        """Match by a column of another table."""
        posts = Post.objects.filter(author__username="ann")

        assert list(posts) == [post]

    def test_order(self, author, post):
        """Sort by one column downwards, then by another."""
        posts = Post.objects.order_by("-title", "id")

        milk = make_post(author, title="Milk")
        assert list(posts) == [post, milk]

    def test_slice(self, author, post):
        """Skip some rows, and take a few."""
        posts = Post.objects.order_by("id")[1:3]

        milk = make_post(author, title="Milk")
        assert list(posts) == [milk]

    def test_page_of_rows(self, post):
        """Cut rows into pages."""
        page_obj = Paginator(Post.objects.order_by("id"), 5).page(1)

        assert (list(page_obj), page_obj.paginator.count) == ([post], 1)

    def test_columns(self, post):
        """Get some columns, not whole rows."""
        rows = list(Post.objects.values_list("id", "title"))

        assert rows == [(post.pk, "Tea")]

    def test_count(self, post):
        """Count rows."""
        count = Post.objects.count()

        assert count == 1

    def test_exists(self, post):
        """Ask whether there is such a row."""
        there = Post.objects.filter(title="Tea").exists()

        assert there

    def test_aggregate(self, post):
        """Get the greatest value of a column."""
        newest = Post.objects.aggregate(newest=Max("date_posted"))["newest"]

        assert newest == post.date_posted

    def test_count_of_each(self, author, post):
        """Count for each row what belongs to it."""
        counts = User.objects.annotate(posts=Count("post"))

        assert [(user, user.posts) for user in counts] == [(author, 1)]

    def test_create(self, author):
        """Store a row."""
        post = Post.objects.create(author=author, title="Tea", body="Hot.")

        assert list(Post.objects.all()) == [post]

    def test_create_many(self, post):
        """Store many rows at once."""
        names = ["Kim", "Lou"]
        comments = [Comment(post=post, name=name, body="Hot.") for name in names]
        Comment.objects.bulk_create(comments)

        assert post.comments.count() == 3

    def test_get_or_create(self, author):
        """Get a row, or store it where there is none."""

        def get_writer(username):
            user, _ = User.objects.get_or_create(username=username)
            return user

        assert get_writer("ann") == author
        assert get_writer("ben").username == "ben"
        assert User.objects.count() == 2

    def test_update(self, post):
        """Change a row."""
        post.title = "Milk"
        post.save()

        assert Post.objects.get().title == "Milk"

    def test_update_many(self, post):
        """Change all rows that match, in the database."""
        Post.objects.filter(title="Tea").update(title="Milk")

        assert Post.objects.get().title == "Milk"

    def test_update_by_itself(self, post):
        """Change a value by what the database holds, not by what was loaded."""
        Post.objects.filter(pk=post.pk).update(title=Concat(F("title"), Value("!")))

        assert Post.objects.get().title == "Tea!"

    def test_reload(self, post):
        """Load a row again."""
        post.title = "Milk"
        post.refresh_from_db()

        assert post.title == "Tea"

    def test_delete(self, post):
        """Delete a row."""
        post.delete()

        assert not Post.objects.exists()

    def test_delete_many(self, post):
        """Delete all rows that match."""
        Comment.objects.filter(post=post).delete()

        assert not Comment.objects.exists()

    def test_referenced_row(self, post, count_queries):
        """Load rows with the row that each belongs to, and ask no more."""
        comments = list(Comment.objects.select_related("post"))

        with count_queries() as queries:
            assert [comment.post for comment in comments] == [post]
        assert len(queries) == 0

    def test_rows_of_each(self, post, count_queries):
        """Load rows with all that belongs to each, and ask no more."""
        posts = list(Post.objects.prefetch_related("comments"))

        with count_queries() as queries:
            assert [len(post.comments.all()) for post in posts] == [1]
        assert len(queries) == 0

    def test_transaction(self, author):
        """Store two rows, or neither."""

        def publish(title, reply):
            with transaction.atomic():
                post = Post.objects.create(author=author, title=title, body="Hot.")
                Comment.objects.create(post=post, name="Kim", body=reply)

        publish("Tea", "Well said.")
        with pytest.raises(IntegrityError):
            publish("Milk", None)
        assert [post.title for post in Post.objects.all()] == ["Tea"]

    def test_failed_write(self, author):
        """Go on where the database refuses a row."""
        try:
            with transaction.atomic():
                User.objects.create(username="ann", email="ann@example.org")
        except IntegrityError:
            message = "This name is taken."

        assert message
        assert User.objects.get() == author

    def test_raw_sql(self, post):
        """Ask in SQL."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM blog_post WHERE title = %s", ["Tea"])
            rows = cursor.fetchall()

        assert rows == [(post.pk,)]


class TestForms:
    """Forms."""

    def test_form(self):
        """Describe a form."""

        class OrderForm(forms.Form):
            tea = forms.CharField(max_length=40)
            cups = forms.IntegerField(min_value=1)
            size = forms.ChoiceField(choices={"s": "Small", "l": "Large"})
            note = forms.CharField(required=False, widget=forms.Textarea)

        assert OrderForm({"tea": "Black", "cups": "2", "size": "l"}).is_valid()
        assert set(OrderForm({"cups": "0", "size": "x"}).errors) == {
            "tea",
            "cups",
            "size",
        }

    @at("/", "post", data=COMMENT)
    def test_validate(self, request):
        """Check what was sent."""
        form = CommentForm(request.POST)
        good = form.is_valid()

        assert good

    @at("/", "post", data=COMMENT)
    def test_cleaned_value(self, request):
        """Read a value that was checked."""
        form = CommentForm(request.POST)
        if form.is_valid():
            name = form.cleaned_data["name"]

        assert name == "Kim"

    @at("/", "post", data=COMMENT | {"email": "kim"})
    def test_errors(self, request):
        """Read what is wrong with a field."""
        form = CommentForm(request.POST)
        form.is_valid()
        errors = form.errors["email"]

        assert errors == ["Enter a valid email address."]

    @at("/")
    def test_initial_values(self, request):
        """Show a form with values in it."""
        form = CommentForm(initial={"name": "Kim"})

        assert form["name"].value() == "Kim"

    @at("/", "post", data={"title": "Milk", "body": "Cold."})
    def test_form_of_a_row(self, request, post):
        """Change a row by a form."""
        form = PostForm(request.POST, instance=post)
        if form.is_valid():
            form.save()

        assert Post.objects.get().title == "Milk"

    def test_rule_of_a_field(self):
        """Write a rule for a field."""

        class OrderForm(forms.Form):
            tea = forms.CharField()

            def clean_tea(self):
                tea = self.cleaned_data["tea"]
                if tea == "Milk":
                    raise forms.ValidationError("Milk is no tea.")
                return tea

        assert OrderForm({"tea": "Milk"}).errors == {"tea": ["Milk is no tea."]}
        assert OrderForm({"tea": "Black"}).is_valid()

    def test_rule_of_two_fields(self):
        """Write a rule for two fields together."""

        class DateForm(forms.Form):
            start = forms.DateField()
            end = forms.DateField()

            def clean(self):
                cleaned = super().clean()
                start, end = cleaned.get("start"), cleaned.get("end")
                if start and end and end < start:
                    self.add_error("end", "It ends before it starts.")
                return cleaned

        form = DateForm({"start": "2026-03-02", "end": "2026-03-01"})
        assert form.errors == {"end": ["It ends before it starts."]}
        assert DateForm({"start": "2026-03-01", "end": "2026-03-02"}).is_valid()

    @at("/", "post", data=COMMENT)
    def test_error_of_the_form(self, request):
        """Say that something is wrong, and at no field."""
        form = CommentForm(request.POST)
        form.add_error(None, "The tea is cold.")

        assert form.non_field_errors() == ["The tea is cold."]

    def test_token(self, serve):
        """Protect a form of your own against forgery."""
        template = """
            <form method="post">
              {% csrf_token %}
              <button>Pour</button>
            </form>
        """

        serve(lambda request: HttpResponse(draw_for(request, template)))
        client = Client(enforce_csrf_checks=True)
        page = client.get("/here/").text
        token = page.partition('value="')[2].partition('"')[0]
        assert client.post("/here/").status_code == 403
        sent = {"csrfmiddlewaretoken": token}
        assert client.post("/here/", sent).status_code == 200

    def test_no_token(self, serve):
        """Accept what other programs send, without a token."""

        @csrf_exempt
        def pour(request):
            return HttpResponse("Poured.")

        serve(pour)
        client = Client(enforce_csrf_checks=True)
        assert client.post("/here/").text == "Poured."


class TestSession:
    """The session and its messages."""

    @at("/")
    def test_write_to_session(self, request):
        """Write into the session."""
        request.session["theme"] = "dark"

        assert dict(request.session) == {"theme": "dark"}

    @at("/", session_data={"theme": "dark"})
    def test_read_from_session(self, request):
        """Read from the session, or a default."""
        theme = request.session.get("theme", "light")

        assert theme == "dark"

    @at("/", session_data={"theme": "dark"})
    def test_remove_from_session(self, request):
        """Remove a value from the session."""
        request.session.pop("theme", None)

        assert dict(request.session) == {}

    @at("/", session_data={"cart": {"tea": 1}})
    def test_nested_change_of_session(self, request):
        """Change what lies within a value of the session."""
        request.session["cart"]["tea"] = 2
        request.session.modified = True

        assert request.session["cart"] == {"tea": 2}

    @at("/", session_data={"theme": "dark"})
    def test_empty_session(self, request):
        """Empty the whole session."""
        request.session.flush()

        assert dict(request.session) == {}

    @at("/")
    def test_lifetime_of_session(self, request):
        """Let a session outlive the browser window."""
        request.session.set_expiry(timedelta(days=60))  # in a view

        assert not request.session.get_expire_at_browser_close()
        assert request.session.get_expiry_age() > 59 * 24 * 60 * 60

    @at("/")
    def test_message(self, request):
        """Leave a message for the next page."""
        messages.success(request, "Saved.")

        assert [str(left) for left in messages.get_messages(request)] == ["Saved."]

    @at("/")
    def test_show_messages(self, request):
        """Show the messages that wait."""
        template = """
            {% for message in messages %}
              <p class="{{ message.tags }}">{{ message }}</p>
            {% endfor %}
        """

        messages.success(request, "Saved.")
        page = draw_for(request, template)
        assert page.strip() == '<p class="success">Saved.</p>'


class TestUsers:
    """Users."""

    def test_current_user(self, serve, client, user):
        """Ask who is there."""

        def greet(request):
            if request.user.is_authenticated:
                return HttpResponse(f"Hello, {escape(request.user.username)}")
            return HttpResponse("Hello, stranger")

        serve(greet)
        assert client.get("/here/").text == "Hello, stranger"
        client.force_login(user)
        assert client.get("/here/").text == "Hello, ann"

    def test_login_required(self, use_urls, client):
        """Ask strangers to log in first."""

        @login_required
        def write(request):
            return HttpResponse("Write.")

        urlpatterns = [path("write/", write)]

        use_urls(urlpatterns)
        assert client.get("/write/").url == "/login/?next=/write/"

    @at("/")
    def test_check_user(self, request, user):
        """Find a user by name and password."""

        def find_user(username, password):
            return authenticate(request, username=username, password=password)

        assert find_user("ann", PASSWORD) == user
        assert find_user("ann", "wrong") is None
        assert find_user("ben", PASSWORD) is None

    @at("/")
    def test_log_in(self, request, user):
        """Log a user in."""
        login(request, user)

        assert request.user == user

    def test_log_out(self, serve, client, user):
        """Log the user out."""

        @require_POST
        def leave(request):
            logout(request)
            return redirect("blog:site_home")

        serve(leave)
        client.force_login(user)
        session = client.session
        session["theme"] = "dark"
        session.save()
        client.post("/here/")
        assert not client.session.keys()

    def test_hash_a_password(self):
        """Hash a password."""
        encoded = make_password(PASSWORD)

        assert PASSWORD not in encoded

    def test_check_a_password(self):
        """Check a password against its hash."""
        encoded = make_password(PASSWORD)
        right = check_password(PASSWORD, encoded)

        assert right


class TestTests:
    """Tests."""

    def test_get(self, client):
        """Ask for a page, and read it."""
        response = client.get("/login/")
        text = response.text

        assert response.status_code == 200
        assert "Log in" in text

    def test_post(self, client, user):
        """Send a form."""
        form = {"username": "ann", "password": PASSWORD}
        response = client.post("/login/", form)

        assert response.status_code == 302

    @pytest.mark.usefixtures("echo")
    def test_post_json(self, client):
        """Send JSON."""
        response = client.post("/here/", {"tea": 2}, content_type="application/json")

        assert response.json() == {"tea": 2}

    def test_follow(self, client):
        """Follow redirects to the last page."""
        response = client.get("/posts/new/", follow=True)

        assert response.status_code == 200
        assert response.request["PATH_INFO"] == "/login/"

    def test_logged_in(self, client, user):
        """Ask as a user who is logged in."""
        client.force_login(user)
        response = client.get("/account/")

        assert response.status_code == 200

    def test_cookie_of_the_client(self, client):
        """Hand the client a cookie."""
        client.cookies["theme"] = "dark"

        assert client.get("/").wsgi_request.COOKIES["theme"] == "dark"

    def test_session_of_the_client(self, client):
        """Write into the session of the client."""
        session = client.session
        session["read_posts"] = [7]
        session.save()

        assert client.get("/").wsgi_request.read_posts == [7]

    def test_template_values(self, client):
        """See what a template was handed."""
        page_obj = client.get("/").context["page_obj"]

        assert list(page_obj) == []

    def test_made_request(self, rf):
        """Make a request without a client."""
        request = rf.get("/", {"page": "2"})
        page = request.GET["page"]

        assert page == "2"


class TestCommands:
    """Commands."""

    def test_command(self):
        """Write a command."""

        class Command(BaseCommand):  # in management/commands/brew.py, hence its name
            help = "Brew a pot."

            def handle(self, **options):
                self.stdout.write("Brewed.")

        assert run_command(Command()) == "Brewed.\n"

    def test_arguments(self):
        """Give a command an argument and an option."""

        class Command(BaseCommand):
            def add_arguments(self, parser):
                parser.add_argument("tea")
                parser.add_argument("--cups", type=int, default=1)

            def handle(self, tea, cups, **options):
                self.stdout.write(f"{cups} x {tea}")

        assert run_command(Command(), "black", "--cups=2") == "2 x black\n"

    def test_failure(self):
        """Let a command fail with a sentence."""

        class Command(BaseCommand):
            def handle(self, **options):
                raise CommandError("There is no tea.")

        with pytest.raises(CommandError, match="no tea"):
            run_command(Command())

    def test_call_a_command(self, author):
        """Call a command from a test."""
        output = StringIO()
        call_command("load_demo", stdout=output)
        text = output.getvalue()

        assert text == "The blog has content already; nothing was changed.\n"


class TestHooks:
    """Hooks."""

    def test_before_each_request(self, use_middleware, client):
        """Do something before each request."""

        def choose_theme(get_response):  # MIDDLEWARE names it
            def middleware(request):
                request.theme = "dark"
                return get_response(request)

            return middleware

        use_middleware(choose_theme)
        assert client.get("/").wsgi_request.theme == "dark"

    def test_answer_early(self, use_middleware, client):
        """Answer before any view is asked."""

        def close(get_response):
            def middleware(request):
                return HttpResponse("Closed.", status=503)

            return middleware

        use_middleware(close)
        assert client.get("/").status_code == 503

    def test_after_each_request(self, use_middleware, client):
        """Change each answer."""

        def add_header(get_response):
            def middleware(request):
                response = get_response(request)
                response.headers["X-Tea"] = "hot"
                return response

            return middleware

        use_middleware(add_header)
        assert client.get("/").headers["X-Tea"] == "hot"

    def test_at_the_end(self, client, washed):
        """Clean up when a request is over, whatever came of it."""

        @receiver(request_finished)  # in a module that AppConfig.ready() imports
        def wash(sender, **kwargs):
            washed.append("cup")

        client.get("/")
        assert washed == ["cup"]

    def test_at_the_start(self, washed):
        """Do something once, when the site starts."""

        class TeaConfig(AppConfig):  # in apps.py of an app in INSTALLED_APPS
            name = "tea"

            def ready(self):
                washed.append("pot")

        Apps([TeaConfig("tea", sys.modules[__name__])])
        assert washed == ["pot"]

    def test_exception(self, use_middleware, serve, client):
        """Turn an exception of any view into an answer."""

        class ShowError:
            def __init__(self, get_response):
                self.get_response = get_response

            def __call__(self, request):
                return self.get_response(request)

            def process_exception(self, request, exception):
                if isinstance(exception, ZeroDivisionError):
                    return HttpResponse("Too few cups.", status=422)
                return None

        use_middleware(ShowError)
        serve(lambda request: HttpResponse(1 / 0))
        response = client.get("/here/")
        assert (response.status_code, response.text) == (422, "Too few cups.")

    def test_stored_row(self, author, washed):
        """Do something when a new row is stored."""

        @receiver(post_save, sender=Post)  # in a module that ready() imports
        def note(sender, instance, created, **kwargs):
            if created:
                washed.append(instance.title)

        post = make_post(author, title="Tea")
        post.title = "Milk"
        post.save()
        assert washed == ["Tea"]


class TestLogging:
    """Logging."""

    @at("/")
    def test_log(self, request, caplog):
        """Write a line to the log."""
        logger = logging.getLogger(__name__)
        logger.warning("Only %d cups are left.", 2)

        assert caplog.messages == ["Only 2 cups are left."]

    @at("/")
    def test_log_an_exception(self, request, caplog):
        """Write an exception to the log, with its traceback."""
        logger = logging.getLogger(__name__)
        try:
            int("tea")
        except ValueError:
            logger.exception("That is no number.")

        assert "Traceback" in caplog.text
