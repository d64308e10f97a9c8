"""An article about Flask's globals, claim by claim: what is so with Django."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from importlib.util import find_spec
from io import StringIO
from threading import get_ident

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.apps import apps
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIRequest
from django.core.management import BaseCommand, call_command
from django.core.paginator import InvalidPage, Paginator
from django.db import DatabaseError, connection, connections, transaction
from django.http import HttpResponse
from django.template import Context
from django.test import Client
from django.urls import Resolver404, path, resolve
from django.utils import timezone
from django.utils.connection import ConnectionProxy
from django.utils.translation import activate, get_language, override
from django.views.generic import ListView, TemplateView, View

from django_site.blog.models import Post

from .factories import make_post

SIGNED_COOKIES = "django.contrib.sessions.backends.signed_cookies"


@pytest.fixture
def threads():
    """Offer threads that know nothing of this one; wait for them at the end."""
    with ThreadPoolExecutor() as pool:
        yield pool


@pytest.fixture
def file_database(django_db_blocker, tmp_path):
    """Open a database in a file: one in memory would be locked for other threads."""
    like = connections["default"].settings_dict
    connections.settings["file"] = like | {"NAME": tmp_path / "db.sqlite3"}
    with django_db_blocker.unblock():
        with connections["file"].schema_editor() as editor:
            editor.create_model(Session)
        yield "file"
        connections["file"].close()
    del connections["file"], connections.settings["file"]


def visit(client, settings, view):
    """Let a visitor ask for a view, with all middleware around it."""
    settings.ROOT_URLCONF = (path("", view),)
    return client.get("/")


def test_claim_01_name_is_a_proxy():
    """An imported name is a proxy that equals what it stands for."""
    real = connections["default"]

    assert type(django_settings) is LazySettings
    assert type(connection) is ConnectionProxy
    assert connection == real


def test_claim_01_writing_reaches_the_real_object():
    """What is written on a proxy stands on the object behind it."""
    connection.mark = "here"

    assert connections["default"].mark == "here"
    del connection.mark


@pytest.mark.usefixtures("languages")
def test_claim_02_a_copied_context_brings_it_along(threads):
    """A thread sees what this one does where the context is copied for it."""
    in_a_copy = sync_to_async(get_language, thread_sensitive=False)
    with override("de"):
        inside = async_to_sync(in_a_copy)()
        outside = threads.submit(get_language).result()

    assert inside == "de"
    assert outside == django_settings.LANGUAGE_CODE


def test_claim_02_connection_belongs_to_a_thread(threads):
    """Each thread has a connection of its own, whatever context it runs in."""
    context = copy_context()
    other = threads.submit(context.run, lambda: connections["default"])

    assert other.result() is not connections["default"]


def test_claim_03_application_needs_no_request():
    """The settings and the list of what is installed are there without a request."""
    assert django_settings.POSTS_PER_PAGE == 5
    assert apps.get_model("blog.Post") is Post


def test_claim_04_what_a_method_of_a_view_receives(rf):
    """A class-based view finds the request and what the address names."""

    class Page(View):
        def get(self, request, **kwargs):
            return [request.path, self.request is request, kwargs]

    response = Page.as_view()(rf.get("/pages/7/"), number=7)

    assert response == ["/pages/7/", True, {"number": 7}]


def test_claim_04_context_receives_no_request(rf):
    """`get_context_data` is handed what the address names, and has `self.request`."""

    class Page(TemplateView):
        template_name = "404.html"

        def get_context_data(self, **kwargs):
            return {"path": self.request.path, "kwargs": kwargs}

    response = Page.as_view()(rf.get("/pages/7/"), number=7)

    assert response.context_data == {"path": "/pages/7/", "kwargs": {"number": 7}}


def test_claim_05_setting_in_a_plain_thread(threads):
    """A thread that is handed nothing asks for a setting."""
    asked = threads.submit(lambda: django_settings.POSTS_PER_PAGE)

    assert asked.result() == 5


def test_claim_05_settings_are_a_part_of_the_application():
    """The settings are one part, and the list of what is installed is another."""
    assert django_settings.POSTS_PER_PAGE == 5
    assert not hasattr(django_settings, "get_app_config")
    assert apps.get_app_config("blog")


def test_claim_06_a_function_alone_has_no_address():
    """An address leads to a function once somebody says so."""

    def site_home(request):
        return HttpResponse("posts")

    with pytest.raises(Resolver404):
        resolve("/home/", urlconf=())
    assert resolve("/home/", urlconf=(path("home/", site_home),)).func is site_home


def test_claim_07_text_becomes_the_first_page():
    """The lenient way to read a page number turns a word into the first page."""
    assert Paginator(range(13), 5).get_page("abc").number == 1


@pytest.mark.parametrize("number", [0, -1, 4])
def test_claim_07_number_without_a_page(number):
    """A number that no page has is refused by the strict way."""
    with pytest.raises(InvalidPage):
        Paginator(range(13), 5).page(number)


@pytest.mark.parametrize("number", [0, -1, 4])
def test_claim_07_lenient_way_gives_the_last_page(number):
    """`get_page` takes a number that no page has for the last one."""
    assert Paginator(range(13), 5).get_page(number).number == 3


def test_claim_07_number_that_no_database_can_count_to(db):
    """A number of 64 bits is too much for the database, or never gets there."""
    with pytest.raises(InvalidPage):
        Paginator(Post.objects.newest(), 5).page(2**63 - 1)


@pytest.mark.parametrize("number", ["abc", "0", "-1", "4", "9" * 20])
def test_claim_07_the_site_has_no_such_page(client, db, number):
    """The site answers 404 to all of them."""
    assert client.get(f"/?page={number}").status_code == 404


def test_claim_08_paginator_reads_no_address(client, user):
    """The view alone says how long a page is."""
    response = client.get("/authors/ann/?per_page=50")

    assert response.context["page_obj"].paginator.per_page == 5


def test_claim_08_posts_of_one_moment_keep_an_order(user):
    """Posts with the same date come in the order of their numbers."""
    moment = timezone.now()
    first, second = (make_post(user, date_posted=moment) for _ in range(2))

    assert list(Post.objects.newest()) == [second, first]


def test_claim_08_pages_of_nothing(db):
    """Where there is no post, one side has no page and the other an empty one."""
    assert Paginator(Post.objects.newest(), 5).num_pages == 1


def test_claim_09_what_belongs_to_a_request(client, db):
    """What belongs to a request hangs together, and the request is there too."""
    request = client.get("/home/").wsgi_request

    assert {"session", "user", "resolver_match"} <= vars(request).keys()


def test_claim_10_two_requests_in_one_thread(rf):
    """Two requests are alive in one thread, and each is found where it belongs."""

    async def visit(request, both):
        await both.wait()
        return request.path, get_ident()

    async def visit_both():
        both = asyncio.Barrier(2)
        requests = rf.get("/home/"), rf.get("/login/")
        return await asyncio.gather(*(visit(request, both) for request in requests))

    here = get_ident()
    assert asyncio.run(visit_both()) == [("/home/", here), ("/login/", here)]


@pytest.mark.usefixtures("languages", "db")
def test_claim_10_language_stays_with_the_thread(client, settings):
    """A language that a view activates is still active in the next request."""
    with override("en"):
        visit(client, settings, lambda request: HttpResponse(activate("de")))
        response = visit(client, settings, lambda request: HttpResponse(get_language()))

    assert response.text == "de"


def test_claim_11_context_of_a_request_has_no_keys(rf):
    """What carries the request is no dictionary."""
    with pytest.raises(TypeError):
        rf.get("/home/")["request"]


def test_claim_11_context_of_a_template_is_no_dictionary():
    """What a template is rendered with is a class of its own."""
    context = Context({"title": "Home"})

    assert context["title"] == "Home"
    assert not isinstance(context, dict)
    assert isinstance(context.dicts, list)  # the innermost last


def test_claim_11_what_every_template_knows(client, db):
    """A template knows a few names that its view did not hand over."""
    names = ["settings", "request", "session", "user", "messages"]
    context = client.get("/home/").context

    assert [name for name in names if name in context] == [
        "request",
        "user",
        "messages",
    ]


def test_claim_12_the_framework_makes_the_request(client, settings, db):
    """A visit brings a request that no code of the site has made."""
    response = visit(
        client, settings, lambda request: HttpResponse(type(request).__name__)
    )

    assert response.text == WSGIRequest.__name__


def test_claim_13_made_request_passes_no_hook(rf):
    """A request made by hand has met neither a hook nor a middleware."""
    request = rf.get("/home/")

    assert not hasattr(request, "read_posts")
    assert not hasattr(request, "session")
    assert request.resolver_match is None


def test_claim_13_client_passes_everything(client, db):
    """A request of the test client has met all that a visitor's meets."""
    request = client.get("/home/").wsgi_request

    assert request.read_posts == []


def test_claim_14_where_the_address_of_the_database_is():
    """The address of the database is a setting, found without a request."""
    assert connection.settings_dict is django_settings.DATABASES["default"]


def test_claim_15_command_needs_no_request():
    """A command reads settings, and there is no request."""

    class Where(BaseCommand):
        def handle(self, **options):
            return str(django_settings.POSTS_PER_PAGE)

    assert call_command(Where(), stdout=StringIO()) == "5"


def test_claim_16_what_outlives_a_request(client, db):
    """Two requests share the application, and nothing that was made for one."""
    first = client.get("/").wsgi_request
    first.mark = "here"
    second = client.get("/").wsgi_request

    assert not hasattr(second, "mark")
    assert apps.get_model("blog.Post") is Post


def test_claim_16_visitor_without_a_cookie(client, user):
    """Somebody has signed in, and another visitor asks for an account."""
    client.force_login(user)

    assert client.get("/account/").status_code == 200
    assert Client().get("/account/").status_code == 302


def test_claim_17_how_far_a_mark_is_seen(settings, threads):
    """A mark is left in the place that is called global, and a thread looks for it."""
    settings.MARK = "here"

    assert threads.submit(lambda: django_settings.MARK).result() == "here"


def test_claim_18_each_visitor_finds_their_own(client, user):
    """What a visitor has read is found in each request of that visitor alone."""
    post = make_post(user)
    client.get(f"/posts/{post.pk}/")

    assert client.get("/").wsgi_request.read_posts == [post.pk]
    assert Client().get("/").wsgi_request.read_posts == []


def test_claim_19_items_are_refused(rf):
    """A value is kept as an attribute, and not as an item."""
    request = rf.get("/")
    request.foo = "bar"

    with pytest.raises(TypeError):
        request["foo"] = "bar"
    assert request.foo == "bar"


def test_claim_20_what_there_is_to_inherit():
    """The views that a framework brings say what can be overridden."""
    assert issubclass(ListView, View)
    assert hasattr(ListView, "dispatch")
    assert hasattr(ListView, "get_context_data")


def test_claim_20_dispatching_is_a_method_of_the_view():
    """The view is asked to choose what answers, and not the request."""
    assert hasattr(View, "dispatch")
    assert not hasattr(WSGIRequest, "dispatch")


def test_claim_20_what_is_kept_on_self(rf):
    """An attribute of the view is gone with the request where each has its own view."""

    class Count(View):
        count = 0

        def get(self, request):
            self.count += 1
            return self.count

    view = Count.as_view()

    assert [view(rf.get("/")), view(rf.get("/"))] == [1, 1]


def test_claim_21_session_comes_after_the_request(rf):
    """First there is a request, and then somebody opens its session."""
    request = rf.get("/home/")

    assert not hasattr(request, "session")
    SessionMiddleware(lambda request: None).process_request(request)
    assert isinstance(request.session, SessionBase)


def test_claim_22_session_of_the_request(client, user):
    """The session has one place, and the request is it or is not."""
    post = make_post(user)
    request = client.get(f"/posts/{post.pk}/").wsgi_request

    assert request.session["read_posts"] == [post.pk]


def test_claim_23_session_has_keys(client, db):
    """A session is used like a dictionary."""
    session = client.session
    session["mark"] = 1

    assert session.pop("mark") == 1
    assert not isinstance(session, dict)


@pytest.mark.parametrize(("told", "kept"), [(False, [1, 1]), (True, [1, 1, 1])])
def test_claim_23_change_within_a_value(client, settings, db, told, kept):
    """A list that grows in the session is kept where the session is told."""

    def grow(request):
        request.session.setdefault("list", []).append(1)
        request.session.modified = request.session.modified or told
        return HttpResponse()

    for _ in range(3):
        response = visit(client, settings, grow)

    assert response.wsgi_request.session["list"] == kept


def test_claim_23_time_without_a_zone(client, db):
    """A time without a time zone does not come back from a session as it was."""
    session = client.session
    session["at"] = datetime(2024, 3, 5)  # noqa: DTZ001 - it is the point

    with pytest.raises(TypeError, match="not JSON serializable"):
        session.save()


def test_claim_24_cookie_without_the_key(client, settings):
    """Whoever has a cookie that holds the session can read it without the key."""
    settings.SESSION_ENGINE = SIGNED_COOKIES
    session = client.session
    session["mark"] = "here"
    session.save()
    payload = session.session_key.split(":")[0]

    assert json.loads(signing.b64_decode(payload.encode())) == {"mark": "here"}


@pytest.mark.parametrize(
    ("engine", "status"),
    [("django.contrib.sessions.backends.db", 302), (SIGNED_COOKIES, 200)],
)
def test_claim_24_copied_cookie_after_logout(client, settings, user, engine, status):
    """A cookie was copied, its owner signs out, and the copy is used."""
    # The client signs out as Django does; this site counts log-outs besides.
    settings.SESSION_ENGINE = engine
    client.force_login(user)
    copied = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.logout()
    client.cookies[settings.SESSION_COOKIE_NAME] = copied

    assert client.get("/account/").status_code == status


def test_claim_24_session_without_a_secret_key(settings):
    """Nothing is signed without a SECRET_KEY."""
    settings.SECRET_KEY = ""

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        signing.dumps({"mark": 1})


def test_claim_25_where_a_session_is_kept(client, user):
    """What a session holds is in the cookie, or in a row that the cookie names."""
    client.force_login(user)
    row = Session.objects.get()

    assert client.cookies[django_settings.SESSION_COOKIE_NAME].value == row.pk
    row.delete()
    assert client.get("/account/").status_code == 302


def test_claim_26_request_does_not_hold_the_user(
    client, rf, user, django_assert_num_queries
):
    """The request names the user, who comes from the database once."""
    client.force_login(user)
    request = rf.get("/")
    request.session = client.session
    with django_assert_num_queries(0):
        AuthenticationMiddleware(lambda request: None)(request)
    with django_assert_num_queries(2):  # the row of the session, and the user
        emails = [request.user.email, request.user.email]

    assert emails == [user.email] * 2


def test_claim_27_request_is_handed_over(rf, threads):
    """A thread is handed the request as an argument."""
    asked = threads.submit(lambda request: request.path, rf.get("/home/"))

    assert asked.result() == "/home/"


def test_claim_27_connection_is_not_handed_over(db, threads):
    """A thread cannot use the database connection of another."""
    asked = threads.submit(connections["default"].cursor)

    assert isinstance(asked.exception(), DatabaseError)


def test_claim_29_session_written_after_the_response(client, db):
    """What is put into the session after the response is lost."""
    client.get("/").wsgi_request.session["late"] = 1

    assert "late" not in client.get("/").wsgi_request.session


def test_claim_30_folder_of_the_site_in_a_thread(threads):
    """A thread asks for the folder of the site."""
    asked = threads.submit(lambda: django_settings.SITE_DIR)

    assert asked.result() == django_settings.SITE_DIR


def test_claim_31_work_begins_after_the_commit(file_database, threads):
    """A thread sees what is committed, and nothing of what a view only began."""
    counts = []

    def count():
        counts.append(Session.objects.using(file_database).count())
        connections.close_all()

    def count_in_a_thread():
        threads.submit(count).result()

    with transaction.atomic(using=file_database):
        Session(expire_date=timezone.now()).save(using=file_database)
        count_in_a_thread()
        transaction.on_commit(count_in_a_thread, using=file_database)

    assert counts == [0, 1]


def test_claim_31_request_is_no_message(rf):
    """A request cannot be written down for somebody else, so a task is handed ids."""
    with pytest.raises(TypeError):
        json.dumps(rf.get("/"))


def test_claim_31_no_tasks_of_its_own():
    """Django 5.2 brings nothing that runs tasks."""
    assert find_spec("django.tasks") is None
