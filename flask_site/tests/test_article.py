"""An article about Flask's globals, claim by claim: what is so."""

import asyncio
import json
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from threading import Event, Thread, get_ident

import click
import flask
import pytest
from flask import (
    Flask,
    Request,
    copy_current_request_context,
    current_app,
    g,
    has_app_context,
    has_request_context,
    render_template_string,
    request,
    session,
)
from flask.globals import app_ctx
from flask.sessions import (
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionInterface,
)
from flask.views import MethodView, View
from flask_login import current_user
from sqlalchemy import event, func, select
from sqlalchemy.exc import LegacyAPIWarning
from werkzeug.exceptions import NotFound
from werkzeug.local import LocalProxy

from flask_site import hooks
from flask_site.blog.models import Post
from flask_site.extensions import db as database
from flask_site.users.models import User

from .factories import make_post

LIMIT = 10  # seconds until a test gives up on another thread


@pytest.fixture
def tiny():
    """Make an application without views or extensions."""
    app = Flask(__name__)
    app.config.update(TESTING=True, SECRET_KEY="x" * 50)
    return app


@pytest.fixture
def threads():
    """Offer threads that know nothing of this one; wait for them at the end."""
    with ThreadPoolExecutor() as pool:
        yield pool


def test_claim_01_name_is_a_proxy(app):
    """An imported name is a proxy that equals what it stands for."""
    with app.test_request_context("/home/"):
        real = request._get_current_object()

        assert type(request) is LocalProxy
        assert type(real) is Request
        assert request == real


def test_claim_01_writing_reaches_the_real_object(app):
    """What is written on a proxy stands on the object behind it."""
    with app.app_context():
        current_app.mark = "here"

    assert app.mark == "here"


def test_claim_02_a_copied_context_brings_it_along(app, threads):
    """A thread sees what this one does where the context is copied for it."""
    with app.test_request_context("/home/"):
        context = copy_context()
        inside = threads.submit(context.run, lambda: request.path)
        outside = threads.submit(has_request_context)

        assert inside.result() == "/home/"
        assert outside.result() is False


def test_claim_03_g_is_not_the_application(app):
    """Two contexts of one application share the application, and no `g`."""
    with app.app_context():
        outer = g._get_current_object()
        with app.app_context():
            assert current_app == app
            assert g._get_current_object() is not outer
        assert current_app == app


def test_claim_04_what_a_method_of_a_view_receives(tiny):
    """A class-based view finds the request and what the address names."""

    class Page(View):
        def dispatch_request(self, **kwargs):
            return [request.path, kwargs]

    tiny.add_url_rule("/pages/<int:number>/", view_func=Page.as_view("page"))
    response = tiny.test_client().get("/pages/7/")

    assert response.json == ["/pages/7/", {"number": 7}]


def test_claim_05_setting_in_a_plain_thread(app, threads):
    """A thread that is handed nothing asks for a setting."""
    with app.app_context():
        asked = threads.submit(lambda: current_app.config["POSTS_PER_PAGE"])

    assert isinstance(asked.exception(), RuntimeError)


def test_claim_05_settings_are_a_part_of_the_application(app):
    """The settings are one part, and the list of what is installed is another."""
    with app.app_context():
        assert current_app.config["POSTS_PER_PAGE"] == 5
        assert not hasattr(current_app, "POSTS_PER_PAGE")
        assert "blog" in current_app.blueprints


def test_claim_06_a_function_alone_has_no_address(tiny):
    """An address leads to a function once somebody says so."""

    def site_home():
        return "posts"

    before = [rule.endpoint for rule in tiny.url_map.iter_rules()]
    tiny.get("/home/")(site_home)

    assert "site_home" not in before
    assert tiny.test_client().get("/home/").text == "posts"


def test_claim_07_text_becomes_the_first_page(tiny):
    """The lenient way to read a page number turns a word into the first page."""
    with tiny.test_request_context("/?page=abc"):
        assert request.args.get("page", 1, type=int) == 1


@pytest.mark.parametrize("number", [0, -1, 4])
def test_claim_07_number_without_a_page(db, number):
    """A number that no page has is refused by the strict way."""
    with pytest.raises(NotFound):
        db.paginate(select(Post), page=number, per_page=5)


def test_claim_07_number_that_no_database_can_count_to(db):
    """A number of 64 bits is too much for the database, or never gets there."""
    with pytest.raises(OverflowError):
        db.paginate(select(Post), page=2**63 - 1, per_page=5)


@pytest.mark.parametrize("number", ["abc", "0", "-1", "4", "9" * 20])
def test_claim_07_the_site_has_no_such_page(client, number):
    """The site answers 404 to all of them."""
    assert client.get(f"/?page={number}").status_code == 404


def test_claim_08_query_still_works(db, user):
    """The query of a model's own gives the same page as `select()`."""
    posts = [make_post(user) for _ in range(6)]
    chained = Post.query.order_by(Post.id.desc()).paginate(page=2, per_page=5)
    selected = db.paginate(select(Post).order_by(Post.id.desc()), page=2, per_page=5)

    assert chained.items == selected.items == posts[:1]


def test_claim_08_query_is_legacy(db):
    """SQLAlchemy warns of parts of it."""
    with pytest.warns(LegacyAPIWarning):
        Post.query.get(1)


def test_claim_08_arguments_go_by_name(db):
    """The number of the page is no positional argument."""
    with pytest.raises(TypeError, match="positional"):
        Post.query.paginate(1, 5)


def test_claim_08_address_decides_where_the_view_does_not(app):
    """Without `per_page` in the call, a visitor says how long a page is."""
    with app.test_request_context("/?per_page=50"):
        left_out = database.paginate(select(Post))
        given = database.paginate(select(Post), per_page=5)

    assert (left_out.per_page, given.per_page) == (50, 5)


def test_claim_08_posts_of_one_moment_keep_an_order(db, user):
    """Posts with the same date come in the order of their numbers."""
    moment = datetime(2024, 3, 5, tzinfo=UTC)
    first, second = (make_post(user, date_posted=moment) for _ in range(2))

    assert db.session.scalars(Post.newest()).all() == [second, first]


def test_claim_08_pages_of_nothing(db):
    """Where there is no post, one side has no page and the other an empty one."""
    assert db.paginate(select(Post), page=1, per_page=5).pages == 0


def test_claim_09_what_belongs_to_a_request(app):
    """What belongs to a request hangs together, and the request is there too."""
    with app.test_request_context("/home/") as context:
        assert not isinstance(context, Request)
        assert context.request == request
        assert context.session == session
        assert context.app is app


def test_claim_10_two_requests_in_one_thread(app):
    """Two requests are alive in one thread, and each is found where it belongs."""

    async def visit(path, both):
        with app.test_request_context(path):
            await both.wait()
            return request.path, get_ident()

    async def visit_both():
        both = asyncio.Barrier(2)
        return await asyncio.gather(visit("/home/", both), visit("/login/", both))

    assert asyncio.run(visit_both()) == [
        ("/home/", get_ident()),
        ("/login/", get_ident()),
    ]


def test_claim_11_context_of_a_request_has_no_keys(app):
    """What carries the request is no dictionary."""
    with app.test_request_context("/home/") as context, pytest.raises(TypeError):
        context["request"]


def test_claim_11_context_of_a_template_is_no_dictionary(app):
    """What a template is rendered with is a class of its own."""
    context = app.jinja_env.from_string("").new_context({"title": "Home"})

    assert context["title"] == "Home"
    assert not isinstance(context, dict)


def test_claim_11_what_every_template_knows(tiny):
    """A template knows a few names that its view did not hand over."""
    names = ["config", "request", "session", "g", "current_app"]
    with tiny.test_request_context("/home/"):
        known = [
            name
            for name in names
            if render_template_string(f"{{{{ {name} is defined }}}}") == "True"
        ]

    assert known == ["config", "request", "session", "g"]


def test_claim_12_the_framework_makes_the_request(tiny):
    """A visit brings a request that no code of the site has made."""
    tiny.request_class = type("OwnRequest", (Request,), {})
    tiny.get("/home/")(lambda: type(request._get_current_object()).__name__)

    assert tiny.test_client().get("/home/").text == "OwnRequest"


def test_claim_13_made_request_passes_no_hook(app):
    """A request made by hand has met neither a hook nor a middleware."""
    with app.test_request_context("/home/"):
        assert "read_posts" not in g
        assert request.endpoint == "blog.site_home"
        assert has_app_context()


def test_claim_13_client_passes_everything(client):
    """A request of the test client has met all that a visitor's meets."""
    with client:
        client.get("/home/")

        assert g.read_posts == []


def test_claim_14_where_the_address_of_the_database_is(app):
    """The address of the database is a setting, found without a request."""
    with app.app_context():
        assert current_app._get_current_object() is app
        assert current_app.config["SQLALCHEMY_DATABASE_URI"] == "sqlite://"


def test_claim_15_command_needs_no_request(tiny):
    """A command reads settings, and there is no request."""

    @tiny.cli.command("where")
    def where():
        click.echo([current_app.config["TESTING"], has_request_context()])

    assert tiny.test_cli_runner().invoke(args=["where"]).output == "[True, False]\n"


def test_claim_16_what_outlives_a_request(tiny):
    """Two requests share the application, and nothing that was made for one."""
    contexts = []

    @tiny.get("/")
    def keep():
        contexts.append(app_ctx._get_current_object())
        return ""

    tiny.test_client().get("/")
    tiny.test_client().get("/")

    assert contexts[0] is not contexts[1]
    assert contexts[0].app is contexts[1].app is tiny


def test_claim_16_visitor_without_a_cookie(app, auth, user):
    """Somebody has signed in, and another visitor asks for an account."""
    with app.app_context():
        auth.login(user)
        inside = app.test_client().get("/account/")
    outside = app.test_client().get("/account/")

    assert inside.status_code == 200  # the pushed context still has the user on `g`
    assert outside.status_code == 302


def test_claim_17_how_far_a_mark_is_seen(app, threads):
    """A mark is left in the place that is called global, and a thread looks for it."""

    def look():
        with app.app_context():
            return "mark" in g

    with app.app_context():
        g.mark = "here"

        assert threads.submit(look).result() is False


def test_claim_18_each_visitor_finds_their_own(app, user):
    """What a visitor has read is found in each request of that visitor alone."""
    with app.app_context():
        post = make_post(user)
    with app.test_client() as reader, app.test_client() as other:
        reader.get(f"/posts/{post.id}/")
        reader.get("/")
        read = g.read_posts
        other.get("/")

        assert read == [post.id]
        assert g.read_posts == []


def test_claim_18_holds_any_resource(tiny):
    """`g` keeps what is to be closed with the context, whoever it belongs to."""
    closed = []
    tiny.teardown_appcontext(lambda error: closed.append(g.pop("connection")))

    with tiny.app_context():
        g.connection = "open"

    assert closed == ["open"]


def test_claim_19_items_are_refused(app):
    """A value is kept as an attribute, and not as an item."""
    with app.app_context():
        g.foo = "bar"

        with pytest.raises(TypeError):
            g["foo"] = "bar"
        assert g.foo == "bar"


def test_claim_19_what_else_works(app):
    """Of a dictionary's ways `g` knows `in`, `get`, `setdefault` and `pop`."""
    with app.app_context():
        assert g.get("foo") is None
        assert g.setdefault("foo", "bar") == "bar"
        assert "foo" in g
        assert g.pop("foo") == "bar"


def test_claim_20_what_there_is_to_inherit():
    """The views that a framework brings say what can be overridden."""
    classes = {
        name
        for name, value in vars(flask.views).items()
        if isinstance(value, type) and value.__module__ == "flask.views"
    }

    assert classes == {"View", "MethodView"}
    assert not hasattr(MethodView, "get_context_data")


def test_claim_20_dispatching_is_a_method_of_the_view():
    """The view is asked to choose what answers, and not the request."""
    assert hasattr(View, "dispatch_request")
    assert not hasattr(Request, "dispatch_request")


@pytest.mark.parametrize(("fresh", "counts"), [(True, [1, 1]), (False, [1, 2])])
def test_claim_20_what_is_kept_on_self(tiny, fresh, counts):
    """An attribute of the view is gone with the request where each has its own view."""

    class Count(View):
        init_every_request = fresh
        count = 0

        def dispatch_request(self):
            self.count += 1
            return [self.count]

    tiny.add_url_rule("/", view_func=Count.as_view("count"))
    client = tiny.test_client()

    assert [*client.get("/").json, *client.get("/").json] == counts


def test_claim_21_session_comes_after_the_request(tiny):
    """First there is a request, and then somebody opens its session."""
    opened = []

    class Sessions(SecureCookieSessionInterface):
        def open_session(self, app, request):
            opened.append(request.path)
            return super().open_session(app, request)

    tiny.session_interface = Sessions()
    context = tiny.test_request_context("/home/")

    assert (context.request.path, opened) == ("/home/", [])
    with context:
        assert opened == ["/home/"]


def test_claim_22_session_of_the_request(tiny):
    """The session has one place, and the request is it or is not."""
    with tiny.test_request_context("/"):
        session["mark"] = 1

        assert not hasattr(request, "session")


def test_claim_23_session_has_keys(tiny):
    """A session is used like a dictionary."""
    with tiny.test_request_context("/"):
        session["mark"] = 1

        assert session.pop("mark") == 1
        assert isinstance(session, dict)


@pytest.mark.parametrize(("told", "kept"), [(False, [1, 1]), (True, [1, 1, 1])])
def test_claim_23_change_within_a_value(tiny, told, kept):
    """A list that grows in the session is kept where the session is told."""

    @tiny.get("/")
    def grow():
        session.setdefault("list", []).append(1)
        session.modified = session.modified or told
        return session["list"]

    client = tiny.test_client()
    client.get("/")
    client.get("/")

    assert client.get("/").json == kept


def test_claim_23_time_without_a_zone(tiny):
    """A time without a time zone does not come back from a session as it was."""
    client = tiny.test_client()
    with client.session_transaction() as kept:
        kept["at"] = datetime(2024, 3, 5)  # noqa: DTZ001 - it is the point

    with client.session_transaction() as kept:
        assert kept["at"] == datetime(2024, 3, 5, tzinfo=UTC)


def test_claim_24_cookie_without_the_key(tiny):
    """Whoever has a cookie that holds the session can read it without the key."""
    client = tiny.test_client()
    with client.session_transaction() as kept:
        kept["mark"] = "here"
    payload = client.get_cookie("session").value.split(".")[0]

    assert json.loads(urlsafe_b64decode(payload + "==")) == {"mark": "here"}


def test_claim_24_copied_cookie_after_logout(auth, client, user, monkeypatch):
    """A cookie was copied, its owner signs out, and the copy is used."""
    # Flask and Flask-Login leave it at that; this site counts log-outs besides.
    monkeypatch.setattr(User, "end_sessions", lambda user: None)
    auth.login(user)
    copied = client.get_cookie("flask_session").value
    auth.logout()
    client.set_cookie("flask_session", copied)

    assert client.get("/account/").status_code == 200


def test_claim_24_session_without_a_secret_key(tiny):
    """Nothing is signed without a SECRET_KEY."""
    tiny.secret_key = None

    with (
        tiny.test_request_context("/"),
        pytest.raises(RuntimeError, match="secret key"),
    ):
        session["mark"] = 1


def test_claim_24_signature_has_an_age(tiny):
    """A signature that is older than it may be opens nothing."""
    client = tiny.test_client()
    with client.session_transaction() as kept:
        kept["mark"] = "here"
    tiny.permanent_session_lifetime = timedelta(seconds=-1)

    with client.session_transaction() as kept:
        assert kept == {}


def test_claim_24_large_cookie_is_sent_with_a_warning(tiny):
    """A cookie of more than 4 kB raises no error where it is set."""

    @tiny.get("/")
    def fill():
        session["random"] = [number**9 for number in range(1000)]
        return ""

    with pytest.warns(UserWarning, match="too large"):
        assert tiny.test_client().get("/").status_code == 200


def test_claim_25_where_a_session_is_kept(tiny):
    """What a session holds is in the cookie, or in a row that the cookie names."""
    client = tiny.test_client()
    with client.session_transaction() as kept:
        kept["mark"] = "here"
    cookie = client.get_cookie("session").value
    other = Flask("other")
    other.secret_key = tiny.secret_key

    with other.test_request_context(headers={"Cookie": f"session={cookie}"}):
        assert session == {"mark": "here"}


def test_claim_25_where_an_extension_comes_in(tiny):
    """A session on the server is another `session_interface`."""
    kept = SecureCookieSession()

    class Sessions(SessionInterface):
        def open_session(self, app, request):
            return kept

        def save_session(self, app, session, response):
            response.set_cookie("key", "1")

    tiny.session_interface = Sessions()
    tiny.get("/")(lambda: session.update(mark="here") or "")
    response = tiny.test_client().get("/")

    assert response.headers["Set-Cookie"] == "key=1; Path=/"
    assert kept == {"mark": "here"}


def test_claim_26_request_does_not_hold_the_user(app, auth, client, user):
    """The request names the user, who comes from the database once."""
    queries = []
    app.before_request_funcs[None].remove(hooks.load_read_posts)  # it asks at once

    @app.get("/view/")
    def look():
        return [len(queries), current_user.email, current_user.email, len(queries)]

    auth.login(user)
    with app.app_context():
        event.listen(
            database.engine, "before_cursor_execute", lambda *args: queries.append(args)
        )
    with client:
        seen = client.get("/view/").json

        assert user.email not in f"{request.environ}{session}"
        assert seen == [0, user.email, user.email, 1]
        assert "_login_user" in g


@pytest.mark.parametrize("name", ["request", "session", "current_app", "g"])
def test_claim_27_global_name_in_a_plain_thread(app, threads, name):
    """A thread that is handed nothing looks behind a global name."""
    with app.test_request_context("/home/"):
        asked = threads.submit(getattr(flask, name)._get_current_object)

        assert isinstance(asked.exception(), RuntimeError)


def test_claim_27_request_is_handed_over(app, threads):
    """A thread is handed the request as an argument."""
    with app.test_request_context("/home/"):
        real = request._get_current_object()
        proxy, itself = (
            threads.submit(lambda request: request.path, handed)
            for handed in (request, real)
        )

        assert isinstance(proxy.exception(), RuntimeError)
        assert itself.result() == "/home/"


@pytest.mark.parametrize("code", ["from a from b import c", "def send():\nThread()"])
def test_claim_28_does_not_parse(code):
    """A doubled `from` and a function without a body are no Python."""
    with pytest.raises(SyntaxError):
        compile(code, "printed", "exec")


def test_claim_28_thread_is_not_of_flask():
    """`Thread` is Python's, and nothing that Flask offers has this name."""
    assert not hasattr(flask, "Thread")


def test_claim_28_thread_that_nobody_starts():
    """A thread that is only made does nothing."""
    sent = []
    thread = Thread(target=sent.append, args=("mail",))

    assert thread.ident is None
    assert sent == []


def test_claim_28_function_that_takes_nothing():
    """A function without parameters cannot be handed a path."""
    with pytest.raises(TypeError, match="0 positional arguments"):
        Thread(target=lambda: None, args=("path",)).run()


def test_claim_29_request_is_carried_and_g_is_not(app, threads):
    """The decorated function finds the request, and a `g` of its own."""
    with app.test_request_context("/home/"):
        g.mark = "here"
        look = copy_current_request_context(lambda: (request.path, "mark" in g))

        assert threads.submit(look).result() == ("/home/", False)


def test_claim_29_there_must_be_a_request():
    """What is decorated outside of a request has nothing to copy."""
    with pytest.raises(RuntimeError):
        copy_current_request_context(print)


def test_claim_29_request_ends_in_each_thread(tiny, threads):
    """Functions for the end of a request run in the view's thread and in the other."""
    ended = []
    tiny.teardown_request(lambda error: ended.append(get_ident()))
    with tiny.test_request_context("/"):
        other = threads.submit(copy_current_request_context(get_ident)).result()

    assert ended == [other, get_ident()]


def test_claim_29_one_copy_for_one_call(tiny, threads):
    """Two calls of one decorated function do not overlap unharmed."""
    first, second, first_may_end, second_may_end = (Event() for _ in range(4))

    with tiny.test_request_context("/"):

        @copy_current_request_context
        def work(begun, may_end):
            begun.set()
            may_end.wait(LIMIT)

    early = threads.submit(work, first, first_may_end)
    first.wait(LIMIT)
    threads.submit(work, second, second_may_end)
    second.wait(LIMIT)
    first_may_end.set()

    assert isinstance(early.exception(LIMIT), ValueError)
    second_may_end.set()


def test_claim_29_session_written_after_the_response(tiny, threads):
    """What is put into the session after the response is lost."""
    answered = Event()
    writing = []

    @tiny.get("/")
    def visit():
        @copy_current_request_context
        def write():
            answered.wait(LIMIT)
            session["late"] = 1

        writing.append(threads.submit(write))
        return ""

    client = tiny.test_client()
    client.get("/")
    answered.set()
    writing[0].result(LIMIT)

    with client.session_transaction() as kept:
        assert kept == {}


def test_claim_30_folder_of_the_site_in_a_thread(app, threads):
    """A thread asks for the folder of the site."""
    with app.app_context():
        path = current_app.root_path
        asked = threads.submit(lambda root_path: current_app.root_path, path)

        assert type(path) is str
        assert isinstance(asked.exception(), RuntimeError)


def test_claim_30_decorator_brings_the_application(app, threads):
    """A copy of the request context brings an application context with it."""
    with app.test_request_context("/"):
        asked = threads.submit(copy_current_request_context(lambda: current_app.name))

        assert asked.result() == app.name


def test_claim_30_application_is_handed_over(app, threads):
    """A thread that is handed the application makes a context of its own."""

    def read(app):
        with app.app_context():
            return current_app.config["POSTS_PER_PAGE"]

    with app.app_context():
        handed = threads.submit(read, current_app._get_current_object())

    assert handed.result() == 5


def test_claim_31_work_begins_after_the_commit(make_app, threads, tmp_path):
    """A thread sees what is committed, and nothing of what a view only began."""
    app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/db.sqlite3")

    def count():
        with app.app_context():
            return database.session.scalar(select(func.count(User.id)))

    with app.app_context():
        database.create_all()
        database.session.add(User(username="ann", email="", password=""))
        database.session.flush()
        early = threads.submit(count).result()
        database.session.commit()
        late = threads.submit(count).result()

    assert (early, late) == (0, 1)


def test_claim_31_request_is_no_message(app):
    """A request cannot be written down for somebody else, so a task is handed ids."""
    with app.test_request_context("/"), pytest.raises(TypeError):
        json.dumps(request._get_current_object())


def test_claim_31_task_has_no_request(app, threads):
    """Work of its own that makes an application context has no request in it."""

    def work():
        with app.app_context():
            return has_app_context(), has_request_context()

    with app.test_request_context("/"):
        assert threads.submit(work).result() == (True, False)
