"""Labs about contexts: what a request holds, how long it lasts, how far it goes."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import login
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.exceptions import SynchronousOnlyOperation
from django.core.management import BaseCommand, call_command
from django.core.signals import request_finished
from django.db import connection, connections, transaction
from django.db.models.signals import post_save
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from django_site.blog.models import Post
from django_site.users.models import User

from .factories import make_comment, make_post, make_user

LIMIT = 10  # seconds until a test gives up on another thread


@pytest.fixture
def threads():
    """Offer threads that know nothing of this one; wait for them at the end."""
    with ThreadPoolExecutor() as pool:
        yield pool


@pytest.fixture
def one_thread():
    """Offer a thread that does one thing after another, as a server's do."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def use_middleware(settings, monkeypatch):
    """Put two functions around a view and its session: one outside, one inside."""

    def use_middleware(outside=None, inside=None):
        settings.MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
        for function, place in (outside, 0), (inside, 2):
            if function:
                name = function.__name__  # settings ask for a dotted name
                monkeypatch.setitem(globals(), name, function)
                settings.MIDDLEWARE.insert(place, f"{__name__}.{name}")

    return use_middleware


@pytest.fixture
def make_request(client, rf):
    """Make a request of the client that knows its session and its user."""

    def make_request():
        request = rf.get("/")
        request.session = client.session
        AuthenticationMiddleware(lambda request: None)(request)
        return request

    return make_request


@pytest.fixture
def file_database(django_db_blocker, tmp_path):
    """Open a database in a file: one in memory is never closed."""
    like = connections["default"].settings_dict
    connections.settings["file"] = like | {"NAME": tmp_path / "db.sqlite3"}
    with django_db_blocker.unblock():
        yield "file"
    del connections.settings["file"]


# Proxies


def test_a_signal_knows_its_sender_by_identity(user):
    """A receiver that is bound to a proxy as its sender hears nothing."""
    # type() gives the proxy's own class, `__class__` that of the object.
    heard = []
    lazy = SimpleLazyObject(lambda: user)

    def of_the_proxy(**kwargs):
        heard.append("proxy")

    def of_the_object(**kwargs):
        heard.append("object")

    post_save.connect(of_the_proxy, sender=type(lazy))
    post_save.connect(of_the_object, sender=lazy.__class__)
    lazy.save()

    assert heard == ["object"]


def test_user_kept_before_signing_in(make_request, user):
    """A view keeps the user, somebody signs in, and the view looks again."""
    # What it kept is nobody for ever; `request.user` is another object now.
    request = make_request()
    kept = request.user
    before = kept.is_authenticated
    login(request, user)

    assert (before, kept.is_authenticated) == (False, False)
    assert request.user.is_authenticated


def test_user_is_one_object_for_a_request(client, make_request, user):
    """What one place notes on the user, each other place of the request reads."""
    # The lazy object keeps what it has found.
    client.force_login(user)
    request = make_request()
    request.user.mark = "here"

    assert request.user.mark == "here"
    assert request._cached_user.mark == "here"


# The end of a request


def test_what_is_left_at_the_very_end(answer):
    """The last who are told that a request has ended no longer find all of it."""
    # The signal brings nothing of the request.
    left = []

    def note(**kwargs):
        left.append(set(kwargs))

    request_finished.connect(note)
    answer(lambda request: HttpResponse("Books."))

    assert left == [{"signal", "sender"}]


def test_a_resource_is_closed_though_the_view_fails(client, answer, use_middleware):
    """Whatever becomes of the view, the code around it can still close things."""
    # A middleware needs no `finally`: the error has been made a response.
    closed = []

    def around(get_response):
        def middleware(request):
            request.resource = "open"
            response = get_response(request)
            closed.append((request.resource, response.status_code))
            return response

        return middleware

    use_middleware(outside=around)
    client.raise_request_exception = False
    answer(lambda request: 1 / 0)

    assert closed == [("open", 500)]


def test_an_error_at_the_very_end(client, answer, use_middleware):
    """An error in the code around a view spoils the answer of the view."""
    # Of a middleware it becomes the page of 500.

    def around(get_response):
        def middleware(request):
            get_response(request)
            raise ZeroDivisionError

        return middleware

    use_middleware(outside=around)
    client.raise_request_exception = False

    assert answer(lambda request: HttpResponse("Books.")).status_code == 500


def test_last_moment_to_write_into_the_session(client, db, answer, use_middleware):
    """Code around the view writes into the session, in time or too late."""
    # What stands outside of SessionMiddleware has the session no more to save.

    def in_time(get_response):
        return lambda request: write("early", request, get_response(request))

    def too_late(get_response):
        return lambda request: write("late", request, get_response(request))

    def write(key, request, response):
        request.session[key] = 1
        return response

    use_middleware(outside=too_late, inside=in_time)
    answer(lambda request: HttpResponse("Books."))

    assert dict(client.session) == {"early": 1}


def test_the_end_of_a_command():
    """A command ends as a request does, with all that hangs on the end, or not."""
    # Nothing hangs there: the signal is of requests, and a command has none.
    ended = []

    class Work(BaseCommand):
        def handle(self, **options):
            return "Done."

    def note(**kwargs):
        ended.append(1)

    request_finished.connect(note)

    assert call_command(Work()) == "Done."
    assert ended == []


# Tests and what they push


def test_a_test_that_looks_at_the_last_request(answer):
    """A request that a test still looks at is over all the same."""
    # It is an object like others, and stays as long as somebody keeps it.
    ended = []

    def note(**kwargs):
        ended.append(1)

    request_finished.connect(note)
    request = answer(lambda request: HttpResponse("Books.")).wsgi_request

    assert request.path == "/view/"
    assert ended == [1]


def test_way_to_the_database_of_a_test_and_a_view(db, answer):
    """A view that a test calls has the test's way to the database, or its own."""
    # One thread has one connection, and what the test has not committed is seen.
    make_user()
    used = []

    def view(request):
        used.append(connection.connection)
        return HttpResponse(User.objects.count())

    assert answer(view).text == "1"
    assert used == [connection.connection]


# Settings


def test_the_innermost_counts():
    """One world is laid over another, and lifted off again."""
    # A world is no more than some settings: applications do not nest.
    with override_settings(MARK="outer"):
        with override_settings(MARK="inner"):
            inner = django_settings.MARK
        outer = django_settings.MARK

    assert (inner, outer) == ("inner", "outer")
    assert not hasattr(django_settings, "MARK")


def test_setting_that_a_test_has_changed():
    """A setting that one test changes must not meet the next."""
    # Whatever changes it changes it back: there is no other place for it.
    with override_settings(POSTS_PER_PAGE=99):
        assert django_settings.POSTS_PER_PAGE == 99
    assert django_settings.POSTS_PER_PAGE == 5


def test_setting_that_was_read_at_the_start(client, settings, answer):
    """What was made from a setting does not follow the setting."""
    # A client makes its middleware once, with its first request.
    answer(lambda request: HttpResponse("Books."))
    settings.MIDDLEWARE = []

    assert "X-Frame-Options" in client.get("/view/").headers
    assert "X-Frame-Options" not in Client().get("/view/").headers


# Async code


def test_how_far_the_request_goes_in_async_code(answer):
    """A task, a thread of asyncio's and a thread of the loop's look for the request."""
    # It is an argument, and goes wherever one takes it.

    async def view(request):
        def look():
            return request.path == "/view/"

        async def look_in_a_task():
            return look()

        loop = asyncio.get_running_loop()
        found = [
            *await asyncio.gather(look_in_a_task()),
            await asyncio.to_thread(look),
            await loop.run_in_executor(None, look),
        ]
        return JsonResponse(found, safe=False)

    assert answer(view).json() == [True, True, True]


@pytest.mark.usefixtures("languages")
def test_what_a_task_changes(answer):
    """A task has a copy of the context, with the same objects in it."""
    # It writes on the same request, and activates a language for itself.

    async def view(request):
        async def change():
            request.mark = "here"
            translation.activate("de")

        await asyncio.create_task(change())
        return JsonResponse([request.mark, translation.get_language()], safe=False)

    assert answer(view).json() == ["here", "en-us"]


@pytest.mark.usefixtures("languages")
def test_two_requests_take_turns_in_one_thread(settings):
    """Two requests take turns in one thread, and each finds what it has kept."""
    # Each is a task of one loop, so that not even an active language is shared.
    settings.MIDDLEWARE = []

    async def visit_both():
        both = asyncio.Barrier(2)

        async def view(request, language):
            request.mark = language
            translation.activate(language)
            await both.wait()
            return JsonResponse([request.mark, translation.get_language()], safe=False)

        settings.ROOT_URLCONF = (path("<language>/", view),)
        visits = (AsyncClient().get(f"/{language}/") for language in ("de", "fr"))
        return [response.json() for response in await asyncio.gather(*visits)]

    assert asyncio.run(visit_both()) == [["de", "de"], ["fr", "fr"]]


def test_database_in_an_async_view(db, answer):
    """An async view asks the database as another view would."""
    # It may not: each query has an async twin.

    async def view(request):
        with pytest.raises(SynchronousOnlyOperation):
            User.objects.count()
        return JsonResponse([await User.objects.acount()], safe=False)

    assert answer(view).json() == [0]


def test_user_in_an_async_view(client, answer, user, settings):
    """An async view asks who is there as another view would."""
    # It may not: `request.user` would ask the database.
    settings.MIDDLEWARE = settings.MIDDLEWARE[:-1]  # the last one asks at once
    client.force_login(user)

    async def view(request):
        with pytest.raises(SynchronousOnlyOperation):
            str(request.user)
        return HttpResponse((await request.auser()).username)

    assert answer(view).text == "ann"


def test_task_that_an_async_view_leaves_behind(answer):
    """A task goes on as long as its loop, and under WSGI a request has its own."""
    ended, tasks = [], []

    async def work(begun):
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def view(request):
        begun = asyncio.Event()
        tasks.append(asyncio.create_task(work(begun)))
        await begun.wait()
        return HttpResponse("Books.")

    assert answer(view).text == "Books."
    assert ended == ["cancelled"]


def test_task_that_an_async_server_keeps(settings):
    """Under ASGI a task outlives its request; Flask is a WSGI application."""
    settings.MIDDLEWARE = []

    async def visit():
        answered, tasks = asyncio.Event(), []

        async def view(request):
            tasks.append(asyncio.create_task(answered.wait()))
            return HttpResponse("Books.")

        settings.ROOT_URLCONF = (path("", view),)
        response = await AsyncClient().get("/")
        answered.set()
        return response.text, await tasks[0]

    assert asyncio.run(visit()) == ("Books.", True)


# Streams


def test_a_stream_that_nobody_has_prepared(answer):
    """The pieces of a stream are made after the view, and ask for the request."""

    def pieces(request):
        yield request.path

    response = answer(lambda request: StreamingHttpResponse(pieces(request)))

    assert response.getvalue() == b"/view/"


def test_a_stream_with_all_of_the_request(db, answer):
    """A stream reads what the view has put on the request and into the session."""

    def view(request):
        request.mark = request.session["mark"] = "here"
        return StreamingHttpResponse(pieces(request))

    def pieces(request):
        yield f"{request.path} {request.mark} {request.session['mark']}"

    assert answer(view).getvalue() == b"/view/ here here"


def test_session_written_in_a_stream(client, db, answer):
    """What a stream puts into the session is lost, for its headers are sent."""

    def view(request):
        request.session["early"] = 1
        return StreamingHttpResponse(pieces(request))

    def pieces(request):
        request.session["late"] = 1
        yield "Books."

    answer(view).getvalue()

    assert dict(client.session) == {"early": 1}


def test_the_end_of_a_request_that_streams(answer, use_middleware):
    """What hangs on the end of a request runs before the stream, or after it."""
    # A middleware before it, the signal after it.
    steps = []

    def around(get_response):
        def middleware(request):
            response = get_response(request)
            steps.append("middleware")
            return response

        return middleware

    def pieces():
        steps.append("stream")
        yield "Books."

    def note(**kwargs):
        steps.append("signal")

    use_middleware(outside=around)
    request_finished.connect(note)
    answer(lambda request: StreamingHttpResponse(pieces())).getvalue()

    assert steps == ["middleware", "stream", "signal"]


@pytest.mark.django_db(transaction=True)
def test_transaction_of_a_view_that_streams(answer):
    """The transaction of the view is over when the stream begins."""
    # The end of atomic() has committed it; the stream has none.

    @transaction.atomic
    def view(request):
        make_user("bob")
        return StreamingHttpResponse(pieces())

    def pieces():
        yield f"{User.objects.count()} {connection.in_atomic_block}"

    assert answer(view).getvalue() == b"1 False"


def test_row_that_a_stream_goes_on_reading(answer, user):
    """A view loads a row, and its stream reads what belongs to it."""
    # A row asks whatever connection there is.
    post_id = make_comment(make_post(user)).post_id

    def view(request):
        post = Post.objects.get(pk=post_id)
        return StreamingHttpResponse(pieces(post))

    def pieces(post):
        yield post.title
        yield post.comments.get().body

    assert answer(view).getvalue() == b"A titleWell said."


# What a thread remembers


def test_what_a_request_leaves_in_its_thread(client, settings, one_thread):
    """The next request of a thread finds what the one before left in the thread."""
    # The request is no place in the thread, and a time zone that is active is.
    settings.MIDDLEWARE = []
    local = threading.local()

    def leave(request):
        request.mark = local.mark = "here"
        timezone.activate(ZoneInfo("Asia/Tokyo"))
        return HttpResponse("Left.")

    def look(request):
        found = [getattr(place, "mark", "") for place in (local, request)]
        return JsonResponse([timezone.get_current_timezone_name(), *found], safe=False)

    settings.ROOT_URLCONF = (path("leave/", leave), path("", look))
    one_thread.submit(client.get, "/leave/").result()
    found = one_thread.submit(client.get, "/").result().json()

    assert found == ["Asia/Tokyo", "here", ""]


def test_what_ends_with_its_block(client, settings, one_thread):
    """What is set for a block of code is not there in the next request."""
    settings.MIDDLEWARE = []

    def leave(request):
        with timezone.override(ZoneInfo("Asia/Tokyo")):
            return look(request)

    def look(request):
        return HttpResponse(timezone.get_current_timezone_name())

    settings.ROOT_URLCONF = (path("leave/", leave), path("", look))

    assert one_thread.submit(client.get, "/leave/").result().text == "Asia/Tokyo"
    assert one_thread.submit(client.get, "/").result().text == "UTC"


@pytest.mark.usefixtures("languages")
def test_language_of_each_request(client, settings, one_thread):
    """LocaleMiddleware activates one for each request; Flask has no language."""
    settings.MIDDLEWARE = ["django.middleware.locale.LocaleMiddleware"]

    def view(request):
        return HttpResponse(translation.get_language())

    settings.ROOT_URLCONF = (path("", view),)
    headers = {"Accept-Language": "de"}
    german = one_thread.submit(client.get, "/", headers=headers).result()
    other = one_thread.submit(client.get, "/").result()

    assert (german.text, other.text) == ("de", "en")


# Threads beside a request


def test_user_in_a_thread(transactional_db, client, make_request, threads, user):
    """A thread that has the request asks who is there."""
    # If nobody has asked before, the thread opens a connection for it.
    client.force_login(user)
    request = make_request()

    def look():
        before = connection.connection
        name = request.user.username
        connection.connection.close()  # close() of Django's spares one in memory
        return before, name

    assert threads.submit(look).result() == (None, "ann")


def test_one_request_in_two_threads_at_once(rf, threads):
    """Two threads have one request at the same time."""
    # It is one object, and what is read of it harms nobody.
    both = threading.Barrier(2)

    def work(request):
        both.wait(LIMIT)
        return request.path

    request = rf.get("/home/")
    calls = [threads.submit(work, request) for _ in range(2)]

    assert [call.result(LIMIT) for call in calls] == ["/home/", "/home/"]


def test_session_written_in_a_thread_in_time(client, db, answer, threads):
    """What a thread puts into the session is kept if the view waits for it."""
    # It is a part of the request.

    def write(request):
        request.session["mark"] = "here"

    def view(request):
        threads.submit(write, request).result(LIMIT)
        return HttpResponse("Books.")

    answer(view)

    assert dict(client.session) == {"mark": "here"}


def test_form_read_after_the_end(rf, threads):
    """A form that nobody has read before the server closes it is gone."""
    body = BytesIO(b"mark=here")
    form = {"content_type": "application/x-www-form-urlencoded", "CONTENT_LENGTH": 9}
    request = rf.post("/", b"mark=here", **form | {"wsgi.input": body})
    body.close()
    read = threads.submit(lambda: request.POST["mark"])

    assert isinstance(read.exception(), ValueError)


def test_connection_that_a_thread_has_opened(file_database, one_thread):
    """A thread opens a connection, and somebody has to give it back."""
    # Only that thread can: what others close is their own.

    def connect():
        connections[file_database].ensure_connection()

    def is_open():
        return connections[file_database].connection is not None

    one_thread.submit(connect).result()
    connections.close_all()
    after_ours = one_thread.submit(is_open).result()
    one_thread.submit(connections.close_all).result()

    assert after_ours
    assert not one_thread.submit(is_open).result()


def test_work_that_waits_for_a_commit_that_never_comes(
    db, django_capture_on_commit_callbacks
):
    """A transaction that is rolled back takes with it what should have followed."""
    done = []
    with django_capture_on_commit_callbacks(execute=True):
        with suppress(ZeroDivisionError), transaction.atomic():
            transaction.on_commit(lambda: done.append("never"))
            raise ZeroDivisionError
        transaction.on_commit(lambda: done.append("at last"))

    assert done == ["at last"]
