"""Labs about contexts: what a context holds, how long it lasts, how far it goes."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from io import BytesIO

import pytest
from flask import (
    Flask,
    after_this_request,
    copy_current_request_context,
    current_app,
    g,
    request,
    request_started,
    session,
    stream_with_context,
)
from flask_login import current_user, login_user
from sqlalchemy import event, func, select
from sqlalchemy.orm.exc import DetachedInstanceError
from werkzeug.exceptions import BadRequest

from flask_site.blog.models import Post
from flask_site.extensions import db as database
from flask_site.users.models import User

from .factories import make_comment, make_post, make_user

LIMIT = 10  # seconds until a test gives up on another thread


@pytest.fixture
def tiny():
    """Make an application without views or extensions."""
    app = Flask("tiny")
    app.config.update(TESTING=True, SECRET_KEY="x" * 50)
    return app


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
def async_views():
    """Let views be `async def`."""
    # Flask needs asgiref for them: it comes with `flask[async]`, or with Django.
    pytest.importorskip("asgiref")


# Proxies


def test_a_signal_knows_its_sender_by_identity(tiny):
    """A receiver that is bound to a proxy as its sender hears nothing."""
    heard = []

    def of_the_proxy(sender):
        heard.append("proxy")

    def of_the_object(sender):
        heard.append("object")

    with tiny.app_context():
        request_started.connect(of_the_proxy, sender=current_app)
        request_started.connect(of_the_object, current_app._get_current_object())
    tiny.test_client().get("/")

    assert heard == ["object"]


def test_user_kept_before_signing_in(app, user):
    """A view keeps the user, somebody signs in, and the view looks again."""
    # `current_user` is asked again, and stands for Ann now.
    with app.test_request_context("/"):
        kept = current_user
        before = kept.is_authenticated
        login_user(user)

        assert (before, kept.is_authenticated) == (False, True)


def test_user_is_one_object_for_a_request(app, user):
    """What one place notes on the user, each other place of the request reads."""
    # It stands on `g`, where Flask-Login looks first.
    with app.test_request_context("/"):
        login_user(user)
        current_user.mark = "here"

        assert g._login_user.mark == "here"
        assert current_user._get_current_object() is g._login_user


# The end of a request


def test_what_is_left_at_the_very_end(tiny):
    """The last who are told that a request has ended no longer find all of it."""
    # First the request goes, then `g`.
    left = []
    tiny.teardown_request(lambda error: left.append((bool(request), "mark" in g)))
    tiny.teardown_appcontext(lambda error: left.append((bool(request), "mark" in g)))
    tiny.get("/")(lambda: g.setdefault("mark", "here"))
    tiny.test_client().get("/")

    assert left == [(True, True), (False, True)]


def test_a_resource_is_closed_though_the_view_fails(tiny):
    """Whatever becomes of the view, the code around it can still close things."""
    # A teardown function runs in any case, and is told the error.
    closed = []
    tiny.config["PROPAGATE_EXCEPTIONS"] = False
    tiny.teardown_appcontext(lambda error: closed.append((g.resource, repr(error))))

    @tiny.get("/")
    def fail():
        g.resource = "open"
        raise ZeroDivisionError

    assert tiny.test_client().get("/").status_code == 500
    assert closed == [("open", "ZeroDivisionError()")]


def test_an_error_at_the_very_end(tiny):
    """An error in the code around a view spoils the answer of the view."""
    # Of a teardown function not even a page of 500 comes: the server is told.
    tiny.config["PROPAGATE_EXCEPTIONS"] = False
    tiny.get("/")(lambda: "Books.")
    tiny.teardown_request(lambda error: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        tiny.test_client().get("/")


def test_last_moment_to_write_into_the_session(tiny):
    """Code around the view writes into the session, in time or too late."""
    # Between after_request and teardown_request the cookie is made.
    tiny.get("/")(lambda: "Books.")

    @tiny.after_request
    def in_time(response):
        session["early"] = 1
        return response

    @tiny.teardown_request
    def too_late(error):
        session["late"] = 1

    client = tiny.test_client()
    client.get("/")

    with client.session_transaction() as kept:
        assert kept == {"early": 1}


def test_the_end_of_a_command(tiny):
    """A command ends as a request does, with all that hangs on the end, or not."""
    # As a request does: it has a context, and so a `g`, of its own.
    ended = []
    tiny.teardown_appcontext(lambda error: ended.append(g.mark))

    @tiny.cli.command("work")
    def work():
        g.mark = "mark" in g

    for _ in range(2):
        tiny.test_cli_runner().invoke(args=["work"])

    assert ended == [False, False]


# Tests and what they push


def test_a_test_that_looks_at_the_last_request(tiny):
    """A request that a test still looks at is over all the same."""
    # `with client` brings its contexts back, and so it ends twice: what a teardown
    # function closes it must take off `g`.
    ended = []
    tiny.get("/")(lambda: "Books.")
    tiny.teardown_request(lambda error: ended.append(request.path))
    with tiny.test_client() as client:
        client.get("/")

        assert request.path == "/"
        assert ended == ["/"]
    assert ended == ["/", "/"]


def test_way_to_the_database_of_a_test_and_a_view(app, client):
    """A view that a test calls has the test's way to the database, or its own."""
    # In a pushed context it has the test's session, with all that is pending there.
    sessions = []

    @app.get("/view/")
    def view():
        sessions.append(database.session())
        return "Books."

    with app.app_context():
        client.get("/view/")
        of_the_test = database.session()
    client.get("/view/")

    assert sessions[0] is of_the_test
    assert sessions[1] is not of_the_test


def test_a_context_serves_its_own_application_alone(tiny):
    """Requests of another application find no `g` of this one; Django has only one."""
    other = Flask("other")
    for app in (tiny, other):
        app.get("/")(lambda: list(g))
    with tiny.app_context():
        g.mark = "here"

        assert tiny.test_client().get("/").json == ["mark"]
        assert other.test_client().get("/").json == []


# Settings


def test_the_innermost_counts(tiny):
    """One world is laid over another, and lifted off again."""
    # A world is a context: an application with all of its settings, and a `g`.
    other = Flask("other")
    with tiny.app_context():
        g.mark = "outer"
        with other.app_context():
            inner = current_app.name, list(g)
        outer = current_app.name, list(g)

    assert inner == ("other", [])
    assert outer == ("tiny", ["mark"])


def test_setting_that_a_test_has_changed(make_app):
    """A setting that one test changes must not meet the next."""
    # Nobody changes it back, so each test makes an application of its own.
    changed, fresh = make_app(), make_app()
    changed.config["POSTS_PER_PAGE"] = 99

    assert changed.config["POSTS_PER_PAGE"] == 99
    assert fresh.config["POSTS_PER_PAGE"] == 5


def test_setting_that_was_read_at_the_start(app):
    """What was made from a setting does not follow the setting."""
    # init_app() has made the engine.
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///elsewhere.db"

    with app.app_context():
        assert str(database.engine.url) == "sqlite://"


# Async code


@pytest.mark.usefixtures("async_views")
def test_how_far_the_request_goes_in_async_code(tiny):
    """A task, a thread of asyncio's and a thread of the loop's look for the request."""
    # The context is copied for the first two, and not for the third.

    def look():
        return bool(request) and bool(current_app)

    async def look_in_a_task():
        return look()

    @tiny.get("/")
    async def view():
        loop = asyncio.get_running_loop()
        return [
            *await asyncio.gather(look_in_a_task()),
            await asyncio.to_thread(look),
            await loop.run_in_executor(None, look),
        ]

    assert tiny.test_client().get("/").json == [True, True, False]


@pytest.mark.usefixtures("async_views")
def test_what_a_task_changes(tiny):
    """A task has a copy of the context, with the same objects in it."""
    # It writes on the same `g`, and sets a variable for itself.
    language = ContextVar("language", default="en")

    async def change():
        g.mark = "here"
        language.set("de")

    @tiny.get("/")
    async def view():
        await asyncio.create_task(change())
        return [g.mark, language.get()]

    assert tiny.test_client().get("/").json == ["here", "en"]


def test_two_requests_take_turns_in_one_thread(tiny):
    """Two requests take turns in one thread, and each finds what it has kept."""
    # Each is a task of one loop.

    async def visit(path, both):
        with tiny.test_request_context(path):
            g.mark = session["mark"] = path
            await both.wait()
            return request.path, g.mark, session["mark"]

    async def visit_both():
        both = asyncio.Barrier(2)
        return await asyncio.gather(visit("/1", both), visit("/2", both))

    assert asyncio.run(visit_both()) == [("/1",) * 3, ("/2",) * 3]


@pytest.mark.usefixtures("async_views")
def test_database_in_an_async_view(answer):
    """An async view asks the database as another view would."""
    # It is answered, while the loop waits with it.

    async def view():
        return [database.session.scalar(select(func.count(User.id)))]

    assert answer(view).json == [0]


@pytest.mark.usefixtures("async_views")
def test_user_in_an_async_view(app, auth, client, user):
    """An async view asks who is there as another view would."""

    @app.get("/view/")
    async def view():
        return current_user.username

    auth.login(user)

    assert client.get("/view/").text == "ann"


@pytest.mark.usefixtures("async_views")
def test_task_that_an_async_view_leaves_behind(tiny):
    """A task goes on as long as its loop, and under WSGI a request has its own."""
    ended, tasks = [], []

    async def work(begun):
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    @tiny.get("/")
    async def view():
        begun = asyncio.Event()
        tasks.append(asyncio.create_task(work(begun)))
        await begun.wait()
        return "Books."

    assert tiny.test_client().get("/").text == "Books."
    assert ended == ["cancelled"]


# Streams


def test_a_stream_that_nobody_has_prepared(tiny):
    """The pieces of a stream are made after the view, and ask for the request."""

    def pieces():
        yield request.path

    tiny.get("/")(pieces)

    with pytest.raises(RuntimeError, match="outside of request context"):
        tiny.test_client().get("/")


def test_a_stream_with_all_of_the_request(tiny):
    """A stream reads what the view has put on the request and into the session."""

    @tiny.get("/")
    def view():
        g.mark = session["mark"] = "here"
        return stream_with_context(pieces())

    def pieces():
        yield f"{request.path} {g.mark} {session['mark']}"

    assert tiny.test_client().get("/").text == "/ here here"


def test_session_written_in_a_stream(tiny):
    """What a stream puts into the session is lost, for its headers are sent."""

    @tiny.get("/")
    def view():
        session["early"] = 1
        return stream_with_context(pieces())

    def pieces():
        session["late"] = 1
        yield "Books."

    client = tiny.test_client()
    client.get("/").get_data()

    with client.session_transaction() as kept:
        assert kept == {"early": 1}


def test_the_end_of_a_request_that_streams(tiny):
    """What hangs on the end of a request runs before the stream, or after it."""
    # Teardown functions do both: the stream has the contexts pushed once more.
    steps = []

    @tiny.get("/")
    def view():
        return stream_with_context(pieces())

    def pieces():
        steps.append("stream")
        yield "Books."

    tiny.teardown_appcontext(lambda error: steps.append("teardown"))
    tiny.test_client().get("/").get_data()

    assert steps == ["teardown", "stream", "teardown"]


def test_transaction_of_a_view_that_streams(app, client):
    """The transaction of the view is over when the stream begins."""
    # What the view has not committed is rolled back by then.

    @app.get("/view/")
    def view():
        database.session.add(User(username="bob", email="", password=""))
        database.session.flush()
        return stream_with_context(pieces())

    def pieces():
        yield str(database.session.scalar(select(func.count(User.id))))

    assert client.get("/view/").text == "0"


def test_row_that_a_stream_goes_on_reading(app, client, user):
    """A view loads a row, and its stream reads what belongs to it."""
    # The session of the row is closed by then, and half of the page is sent.
    with app.app_context():
        post_id = make_comment(make_post(user)).post_id

    @app.get("/view/")
    def view():
        post = database.session.get(Post, post_id)
        return stream_with_context(pieces(post))

    def pieces(post):
        yield post.title
        yield post.comments[0].body

    response = client.get("/view/")

    assert response.status_code == 200
    with pytest.raises(DetachedInstanceError, match="'comments'"):
        response.get_data()


# What a thread remembers


def test_what_a_request_leaves_in_its_thread(tiny, one_thread):
    """The next request of a thread finds what the one before left in the thread."""
    # `g` is no place in the thread.
    local, variable = threading.local(), ContextVar("mark", default="")

    @tiny.get("/leave/")
    def leave():
        g.mark = local.mark = "here"
        variable.set("here")
        return "Left."

    @tiny.get("/")
    def look():
        return [variable.get(), getattr(local, "mark", ""), g.get("mark", "")]

    client = tiny.test_client()
    one_thread.submit(client.get, "/leave/").result()

    assert one_thread.submit(client.get, "/").result().json == ["here", "here", ""]


def test_what_ends_with_its_block(tiny, one_thread):
    """What is set for a block of code is not there in the next request."""
    variable = ContextVar("mark", default="")

    @tiny.get("/leave/")
    def leave():
        token = variable.set("here")
        try:
            return variable.get()
        finally:
            variable.reset(token)

    tiny.get("/")(variable.get)
    client = tiny.test_client()

    assert one_thread.submit(client.get, "/leave/").result().text == "here"
    assert one_thread.submit(client.get, "/").result().text == ""


# Threads beside a request


def test_user_in_a_thread(app, threads, user):
    """A thread that has the request asks who is there."""
    # The user is loaded once more, for the `g` of a copied context is a new one.
    with app.test_request_context("/"):
        login_user(user)
        look = copy_current_request_context(current_user._get_current_object)
        there = threads.submit(look).result()

        assert there.username == "ann"
        assert there is not current_user._get_current_object()


def test_one_request_in_two_threads_at_once(tiny, threads):
    """Two threads have one request at the same time."""
    # Each has a copy of the context to itself: one copy would not do for both.
    both = threading.Barrier(2)

    def work():
        both.wait(LIMIT)
        return request.path

    with tiny.test_request_context("/home/"):
        calls = [threads.submit(copy_current_request_context(work)) for _ in range(2)]

        assert [call.result(LIMIT) for call in calls] == ["/home/", "/home/"]


def test_session_written_in_a_thread_in_time(tiny, threads):
    """What a thread puts into the session is kept if the view waits for it."""
    # A copied context has the same session, and not a copy of it.

    def write():
        session["mark"] = "here"

    @tiny.get("/")
    def view():
        threads.submit(copy_current_request_context(write)).result(LIMIT)
        return "Books."

    client = tiny.test_client()
    client.get("/")

    with client.session_transaction() as kept:
        assert kept == {"mark": "here"}


def test_header_that_a_thread_asks_for(tiny, threads):
    """What a copied context shall do after the request nobody does; Django has none."""

    @tiny.get("/")
    def view():
        ask = copy_current_request_context(after_this_request)
        threads.submit(ask, add_header).result(LIMIT)
        return "Books."

    def add_header(response):
        response.headers["X-Mark"] = "here"
        return response

    assert "X-Mark" not in tiny.test_client().get("/").headers


def test_form_read_after_the_end(tiny, threads):
    """A form that nobody has read before the server closes it is gone."""
    # To the thread it seems that the visitor has gone away.
    body = BytesIO(b"mark=here")
    form = {"content_type": "application/x-www-form-urlencoded", "content_length": 9}
    with tiny.test_request_context("/", method="POST", input_stream=body, **form):
        read = copy_current_request_context(lambda: request.form["mark"])
    body.close()

    assert isinstance(threads.submit(read).exception(), BadRequest)


def test_connection_that_a_thread_has_opened(make_app, threads, tmp_path):
    """A thread opens a connection, and somebody has to give it back."""
    # The end of its application context does it.
    app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/db.sqlite3")

    def work():
        with app.app_context():
            database.session.execute(select(1))
            return database.engine.pool.checkedout()

    in_use = threads.submit(work).result()
    with app.app_context():
        assert (in_use, database.engine.pool.checkedout()) == (1, 0)


def test_work_that_waits_for_a_commit_that_never_comes(db):
    """A transaction that is rolled back takes with it what should have followed."""
    done = []
    event.listen(db.session(), "after_commit", done.append)
    db.session.add(User(username="bob", email="", password=""))
    db.session.rollback()
    without = list(done)
    make_user()

    assert without == []
    assert done == [db.session()]
