"""One question a test: the lines before the last blank one above the asserts answer it.

A class is a group of questions, and its docstring their heading.
"""

# A model of one test is a variable.
# ruff: noqa: N806

import inspect
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from io import BytesIO

import click
import pytest
from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    g,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
    render_template_string,
    request,
    send_file,
    session,
    stream_with_context,
    template_rendered,
    url_for,
)
from flask.views import MethodView
from flask_login import (
    FlaskLoginClient,
    current_user,
    login_required,
    login_user,
    logout_user,
)
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import FlaskForm
from jinja2 import DictLoader
from markupsafe import escape
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Text,
    delete,
    event,
    exists,
    func,
    not_,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
)
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.utils import secure_filename
from wtforms import (
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from flask_site.blog.forms import CommentForm, PostForm
from flask_site.blog.models import Comment, Post
from flask_site.extensions import csrf
from flask_site.users.models import User

from .factories import PASSWORD, make_comment, make_post, make_user

COMMENT = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}
PAGES = {
    "hello.html": "Hello, {{ name }}!",
    "_card.html": "<b>{{ name }}</b>",
    "frame.html": "<title>{% block title %}Tea{% endblock %}</title>",
}


def at(address, method="get", session_data=(), **options):
    """Run a test as a view is run: with a request for this address, and a session."""

    def decorate(test):
        @wraps(test)
        def run(self, app, **fixtures):
            with app.test_request_context(address, method=method.upper(), **options):
                session.update(session_data)
                if wants_app:
                    fixtures["app"] = app
                test(self, **fixtures)

        # The context needs the app, whether the test asks for it or not.
        signature = inspect.signature(test)
        wants_app = "app" in signature.parameters
        run.__signature__ = inspect.signature(test).replace(
            parameters=[
                *(item for item in signature.parameters.values() if item.name != "app"),
                inspect.Parameter("app", inspect.Parameter.POSITIONAL_OR_KEYWORD),
            ]
        )
        return run

    return decorate


@pytest.fixture
def serve(app):
    """Serve a view at /here/."""

    def serve(view):
        app.add_url_rule("/here/", view_func=view, methods=["GET", "POST"])

    return serve


@pytest.fixture
def visit(serve, client):
    """Serve a view at /here/, and ask for it."""

    def visit(view):
        serve(view)
        return client.get("/here/")

    return visit


@pytest.fixture
def pages(app):
    """Use these templates in the place of the site's."""
    pages = dict(PAGES)
    app.jinja_loader = DictLoader(pages)
    return pages


@pytest.fixture
def draw(app, pages):
    """Render a template, and fold its white space."""

    def draw(text, **context):
        pages["page.html"] = text
        with app.test_request_context("/"):
            return " ".join(render_template("page.html", **context).split())

    return draw


def send(form_class, **data):
    """Send a form, and return what is wrong with it."""
    form = form_class(MultiDict(data))
    form.validate()
    return form.errors


@pytest.fixture
def echo(serve):
    """Serve a view that sends back the JSON that it gets."""

    def send_back():
        return request.get_json()

    serve(send_back)


@pytest.fixture
def washed():
    """Note what a hook has done."""
    return []


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
def forget(db, post):
    """Forget what is loaded, so that the next one who asks must load it."""
    db.session.expunge_all()


@pytest.fixture
def look_too_early(db, monkeypatch):
    """Let the first query of a block find nothing."""

    @contextmanager
    def look_too_early():
        missed = iter([None])
        scalar = db.session.scalar
        with monkeypatch.context() as patch:
            patch.setattr(
                db.session, "scalar", lambda query: next(missed, scalar(query))
            )
            yield

    return look_too_early


@pytest.fixture
def count_queries(db):
    """Collect the queries of a block."""

    @contextmanager
    def count_queries():
        queries = []

        def note(connection, cursor, statement, *rest):
            queries.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield queries
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return count_queries


class TestRequest:
    """The request."""

    @at("/?page=2")
    def test_query_value(self):
        """Read a value of the query string, or a default."""
        page = request.args.get("page", "1")

        assert page == "2"

    @at("/?page=two")
    def test_query_number(self):
        """Read a number of the query string, or a default where it is none."""
        page = request.args.get("page", 1, type=int)

        assert page == 1

    @at("/?tag=milk&tag=tea")
    def test_query_values(self):
        """Read all values of one name."""
        tags = request.args.getlist("tag")

        assert tags == ["milk", "tea"]

    @at("/?tag=milk&tag=tea")
    def test_first_value(self):
        """Read the first of several values."""
        tag = request.args.get("tag")

        assert tag == "milk"

    @at("/?tag=milk&tag=tea")
    def test_last_value(self):
        """Read the last of several values."""
        tag = next(reversed(request.args.getlist("tag")), None)

        assert tag == "tea"

    @at("/", "post", data={"title": "Tea"})
    def test_form_value(self):
        """Read a value of a form."""
        title = request.form.get("title", "")

        assert title == "Tea"

    @at("/", headers={"Accept-Language": "fr"})
    def test_header(self):
        """Read a header."""
        language = request.headers.get("Accept-Language", "en")

        assert language == "fr"

    @at("/", headers={"Cookie": "theme=dark"})
    def test_cookie(self):
        """Read a cookie."""
        theme = request.cookies.get("theme", "light")

        assert theme == "dark"

    @at("/", "post", json={"title": "Tea"})
    def test_json_body(self):
        """Read a body of JSON."""
        data = request.get_json()

        assert data == {"title": "Tea"}

    @at("/", "post", data="<tea/>", content_type="text/xml")
    def test_raw_body(self):
        """Read the body as it came."""
        body = request.get_data()

        assert body == b"<tea/>"

    @at("/", "post", data={"picture": (BytesIO(b"meow"), "../cat.png")})
    def test_uploaded_file(self):
        """Read a file that was sent."""
        picture = request.files["picture"]
        name, content = secure_filename(picture.filename), picture.read()

        assert (name, content) == ("cat.png", b"meow")

    @at("/", "post")
    def test_method(self):
        """Ask for the method."""
        sent = request.method == "POST"

        assert sent

    @at("/home/?page=2")
    def test_path(self):
        """Read the path of the address."""
        path = request.path

        assert path == "/home/"

    @at("/home/?page=2")
    def test_path_and_query(self, app):
        """Read the path with the query string."""
        address = request.full_path.removesuffix("?")  # "?" even without a query

        assert address == "/home/?page=2"
        with app.test_request_context("/home/"):
            assert request.full_path.removesuffix("?") == "/home/"

    @at("/home/?page=2")
    def test_full_address(self):
        """Read the whole address."""
        address = request.url

        assert address == "http://localhost/home/?page=2"

    @at("/", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    def test_client_address(self):
        """Read the address of the client."""
        address = request.remote_addr

        assert address == "192.0.2.7"

    @at("/")
    def test_tls(self):
        """Ask whether the request came over HTTPS."""
        encrypted = request.is_secure

        assert not encrypted

    @at("/")
    def test_state_of_the_request(self):
        """Keep a value as long as the request lasts."""
        g.theme = "dark"

        assert g.theme == "dark"


class TestResponse:
    """The answer."""

    def test_text(self, visit):
        """Answer with a text."""

        def hello():
            return "Hello"

        assert visit(hello).text == "Hello"

    def test_status(self, visit):
        """Answer with a status of your own."""

        def hello():
            return "Brewed.", 201

        assert visit(hello).status_code == 201

    def test_json(self, visit):
        """Answer with JSON."""

        def prices():
            return {"tea": 2}

        assert visit(prices).json == {"tea": 2}

    def test_json_list(self, visit):
        """Answer with JSON that is a list."""

        def drinks():
            return ["tea", "milk"]

        assert visit(drinks).json == ["tea", "milk"]

    def test_type(self, visit):
        """Answer with something else than HTML."""

        def table():
            return "tea,2\n", {"Content-Type": "text/csv"}

        assert visit(table).headers["Content-Type"].startswith("text/csv")

    def test_redirect(self, visit):
        """Send the visitor to an address."""

        def leave():
            return redirect("/login/")

        response = visit(leave)
        assert (response.status_code, response.location) == (302, "/login/")

    def test_redirect_by_name(self, visit):
        """Send the visitor to a view by its name."""

        def leave():
            return redirect(url_for("blog.show_post", post_id=7))

        assert visit(leave).location == "/posts/7/"

    def test_response_header(self, visit):
        """Set a header."""

        def hello():
            return "Hello", {"X-Tea": "hot"}

        assert visit(hello).headers["X-Tea"] == "hot"

    def test_set_cookie(self, visit, client):
        """Set a cookie."""

        def choose():
            response = make_response("Dark it is.")
            # Over HTTPS, secure=True belongs there too.
            response.set_cookie(
                "theme", "dark", max_age=3600, httponly=True, samesite="Lax"
            )
            return response

        visit(choose)
        cookie = client.get_cookie("theme")
        assert (cookie.value, cookie.same_site) == ("dark", "Lax")

    def test_delete_cookie(self, visit):
        """Delete a cookie."""

        def forget():
            response = make_response("Forgotten.")
            response.delete_cookie("theme")
            return response

        assert "Max-Age=0" in visit(forget).headers["Set-Cookie"]

    def test_file(self, visit, notes):
        """Send a file to be saved."""

        def download():
            return send_file(notes, as_attachment=True)

        response = visit(download)
        assert response.data == b"Tea"
        assert "notes.txt" in response.headers["Content-Disposition"]
        response.close()

    def test_stream(self, visit):
        """Send a long answer piece by piece."""

        @stream_with_context  # else request and session are gone by then
        def count():
            return (f"{request.path} {number}\n" for number in range(3))

        assert visit(count).data == b"/here/ 0\n/here/ 1\n/here/ 2\n"

    def test_not_found(self, visit):
        """Answer that there is nothing here."""

        def find():
            abort(404, "There is no such tea.")

        assert visit(find).status_code == 404

    def test_forbidden(self, visit):
        """Answer that this is forbidden."""

        def enter():
            abort(403)

        assert visit(enter).status_code == 403

    def test_never_cached(self, visit):
        """Keep an answer out of every cache."""

        def secret():
            response = make_response("For you alone.")
            response.cache_control.no_store = True
            return response

        assert "no-store" in visit(secret).headers["Cache-Control"]


class TestAddresses:
    """Addresses."""

    def test_rule_with_a_number(self, app, client):
        """Take a number from the address."""

        @app.get("/shelves/<int:number>/")
        def show_shelf(number):
            return f"Shelf {number}"

        assert client.get("/shelves/7/").text == "Shelf 7"
        assert client.get("/shelves/x/").status_code == 404

    def test_rest_of_the_address(self, app, client):
        """Take the rest of the address, slashes too."""

        @app.get("/wiki/<path:name>")
        def show_page(name):
            return f"Page {escape(name)}"

        assert client.get("/wiki/tea/green").text == "Page tea/green"
        assert client.get("/wiki/<b>").text == "Page &lt;b&gt;"

    def test_type_of_your_own(self, app, client):
        """Say with a class what a part of an address may be."""

        class YearConverter(BaseConverter):
            regex = "[0-9]{4}"

            def to_python(self, value):
                return int(value)

        app.url_map.converters["year"] = YearConverter

        app.add_url_rule("/<year:year>/", view_func=lambda year: str(year + 1))
        assert client.get("/2026/").text == "2027"
        assert client.get("/26/").status_code == 404

    @at("/")
    def test_build(self):
        """Build an address from the name of a view."""
        address = url_for("blog.show_post", post_id=7)

        assert address == "/posts/7/"

    @at("/")
    def test_build_with_query(self):
        """Build an address with a query string."""
        address = url_for("blog.site_home", page=2)

        assert address == "/?page=2"

    @at("/")
    def test_build_absolute(self):
        """Build a whole address, with the host."""
        address = url_for("blog.feed", _external=True)

        assert address == "http://localhost/feed.atom"

    def test_prefix(self, app, client):
        """Put views under a prefix and a name of their own."""
        bp = Blueprint("drinks", __name__, url_prefix="/drinks")

        @bp.get("/tea/")
        def show_tea():
            return "Tea"

        app.register_blueprint(bp)

        assert client.get("/drinks/tea/").text == "Tea"
        with app.test_request_context("/"):
            assert url_for("drinks.show_tea") == "/drinks/tea/"

    def test_two_methods(self, app, client):
        """Answer GET and POST in one view."""

        @app.route("/tea/", methods=["GET", "POST"])
        def tea():
            return "Poured." if request.method == "POST" else "Tea?"

        assert client.get("/tea/").text == "Tea?"
        assert client.post("/tea/").text == "Poured."
        assert client.head("/tea/").status_code == 200
        assert client.put("/tea/").status_code == 405

    def test_post_only(self, app, client):
        """Answer POST alone."""

        @app.post("/pour/")
        def pour():
            return "Poured."

        assert client.post("/pour/").text == "Poured."
        assert client.get("/pour/").status_code == 405

    def test_class(self, app, client):
        """Write a view as a class."""

        class Tea(MethodView):
            def get(self):
                return "Tea?"

            def post(self):
                return "Poured."

        app.add_url_rule("/tea/", view_func=Tea.as_view("tea"))

        assert client.get("/tea/").text == "Tea?"
        assert client.post("/tea/").text == "Poured."

    def test_moved(self, app, client):
        """Send an address that moved to its new place."""
        app.add_url_rule("/start/", endpoint="start", redirect_to="/")

        response = client.get("/start/")
        assert (response.status_code, response.location) == (308, "http://localhost/")

    def test_view_of_an_address(self, app):
        """Ask which view an address leads to."""
        name, values = app.url_map.bind("localhost").match("/posts/7/")

        assert (name, values) == ("blog.show_post", {"post_id": 7})

    def test_page_for_not_found(self, app, client):
        """Write the answer for addresses that lead nowhere."""

        @app.errorhandler(404)
        def not_found(error):
            return "Nothing here.", 404

        response = client.get("/nothing-here/")
        assert (response.status_code, response.text) == (404, "Nothing here.")


class TestSettings:
    """Settings."""

    @at("/")
    def test_setting(self):
        """Read a setting in a view."""
        per_page = current_app.config["POSTS_PER_PAGE"]

        assert per_page == 5

    @at("/")
    def test_missing_setting(self):
        """Read a setting that may be missing."""
        theme = current_app.config.get("THEME", "light")

        assert theme == "light"

    def test_setting_without_a_request(self, app):
        """Read a setting where there is no request."""
        with app.app_context():
            per_page = current_app.config["POSTS_PER_PAGE"]

        assert per_page == 5

    @pytest.mark.usefixtures("environment")
    def test_setting_of_the_environment(self, app):
        """Take a setting from the environment."""
        app.config.from_prefixed_env("BLOG")

        assert app.config["POSTS_PER_PAGE"] == 7

    def test_setting_of_a_test(self, app, monkeypatch):
        """Change a setting for one test."""
        monkeypatch.setitem(app.config, "POSTS_PER_PAGE", 2)

        with app.app_context():
            assert current_app.config["POSTS_PER_PAGE"] == 2


class TestTemplates:
    """Templates."""

    @pytest.mark.usefixtures("pages")
    def test_page(self, visit):
        """Answer with a rendered template."""

        def hello():
            return render_template("hello.html", name="Kim")

        assert visit(hello).text == "Hello, Kim!"

    @at("/")
    @pytest.mark.usefixtures("pages")
    def test_text_of_a_template(self):
        """Render a template to a text, for a mail perhaps."""
        text = render_template("hello.html", name="Kim")

        assert text == "Hello, Kim!"

    def test_extend(self, draw):
        """Fill a block of another template, and keep what it held."""
        template = """
            {% extends "frame.html" %}
            {% block title %}Home · {{ super() }}{% endblock %}
        """

        assert draw(template.strip()) == "<title>Home · Tea</title>"

    def test_include(self, draw):
        """Include a template, and hand it a value."""
        template = """
            {% with name = author %}
              {% include "_card.html" %}
            {% endwith %}
        """

        assert draw(template, author="Kim") == "<b>Kim</b>"

    def test_loop(self, draw):
        """Loop over rows, and say where there are none."""
        template = """
            {% for tea in teas %}
              <li>{{ tea }}</li>
            {% else %}
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
              {{ loop.index }}. {{ tea }}{% if not loop.last %},{% endif %}
            {% endfor %}
        """

        assert draw(template, teas=["Black", "Green"]) == "1. Black, 2. Green"

    def test_cycle(self, draw):
        """Give every second row another class."""
        template = """
            {% for tea in teas %}
              <li class="{{ loop.cycle('odd', 'even') }}">{{ tea }}</li>
            {% endfor %}
        """

        assert draw(template, teas=["Black", "Green"]) == (
            '<li class="odd">Black</li> <li class="even">Green</li>'
        )

    def test_variable(self, draw):
        """Give a value a name within a template."""
        template = """
            {% set total = teas|length %}
            {{ total }} of {{ total }}
        """

        assert draw(template, teas=["Black", "Green"]) == "2 of 2"

    def test_key(self, draw):
        """Read a key of a dictionary, and an item of a list."""
        template = """
            {{ prices["tea"] }} {{ teas[0] }}
        """

        assert draw(template, prices={"tea": 2}, teas=["Black"]) == "2 Black"

    def test_call(self, draw):
        """Call a method that needs no arguments."""
        template = """
            {{ tea.upper() }}
        """

        assert draw(template, tea="Black") == "BLACK"

    def test_fallback(self, draw):
        """Show something else for a value that is empty."""
        template = """
            {{ name|default("nobody", true) }}
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
            <script id="prices" type="application/json">
              {{ prices|tojson }}
            </script>
        """

        assert draw(template, prices={"tea": "<2"}) == (
            '<script id="prices" type="application/json"> {"tea": "\\u003c2"} </script>'
        )

    def test_address(self, draw):
        """Link to a view."""
        template = """
            <a href="{{ url_for('blog.show_post', post_id=7) }}">Tea</a>
        """

        assert draw(template) == '<a href="/posts/7/">Tea</a>'

    def test_static_file(self, draw):
        """Link to a static file."""
        template = """
            <link rel="stylesheet" href="{{ url_for('static', filename='style.css') }}">
        """

        assert draw(template).startswith(
            '<link rel="stylesheet" href="/static/style.css'
        )

    def test_filter(self, app, draw):
        """Write a filter of your own."""

        @app.template_filter()
        def shout(text):
            return f"{text.upper()}!"

        assert draw("{{ 'tea'|shout }}") == "TEA!"

    def test_function(self, app, draw):
        """Write a function that templates call."""

        @app.template_global()
        def price(cups):
            return f"{cups * 2} coins"

        assert draw("{{ price(3) }}") == "6 coins"

    @pytest.mark.usefixtures("pages")
    def test_value_for_every_page(self, app, visit):
        """Hand a value to every template, whatever its view says."""

        @app.context_processor
        def season():
            return {"name": "autumn"}

        response = visit(lambda: render_template("hello.html"))
        assert response.text == "Hello, autumn!"


class TestModels:
    """Models."""

    @pytest.fixture
    def db(self):
        """Open an empty database, for the models of one test."""

        class Model(DeclarativeBase):
            pass

        app = Flask("tea")
        app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
        db = SQLAlchemy(app, model_class=Model)
        with app.app_context():
            yield db
        with app.app_context():
            db.engine.dispose()

    def test_model(self, db):
        """Describe a table."""

        class Tea(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str] = mapped_column(String(40), unique=True)
            note: Mapped[str] = mapped_column(Text, default="")
            cups: Mapped[int] = mapped_column(default=0)
            bought: Mapped[date | None]

        db.create_all()
        db.session.add(tea := Tea(name="Black"))
        db.session.commit()
        assert (tea.id, tea.note, tea.cups, tea.bought) == (1, "", 0, None)
        db.session.add(Tea(name="Black"))
        with pytest.raises(IntegrityError):
            db.session.commit()

    def test_reference(self, db):
        """Let a row belong to another, and find it from there."""

        class Shop(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)
            teas: Mapped[list["Tea"]] = relationship(
                back_populates="shop", cascade="all, delete-orphan"
            )

        class Tea(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)
            shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), index=True)
            shop: Mapped[Shop] = relationship(back_populates="teas")

        db.create_all()
        shop = Shop()
        tea = Tea(shop=shop)
        db.session.add(tea)
        db.session.commit()
        assert shop.teas == [tea]
        db.session.delete(shop)
        db.session.commit()
        assert not db.session.scalars(select(Tea)).all()

    def test_many_to_many(self, db):
        """Let many rows belong to many."""
        tea_shops = db.Table(
            "tea_shops",
            Column("tea_id", ForeignKey("tea.id"), primary_key=True),
            Column("shop_id", ForeignKey("shop.id"), primary_key=True),
        )

        class Tea(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)
            shops: Mapped[list["Shop"]] = relationship(secondary=tea_shops)

        Shop = type(
            "Shop", (db.Model,), {"id": mapped_column(Integer, primary_key=True)}
        )
        db.create_all()
        shop = Shop()
        tea = Tea(shops=[shop])
        db.session.add(tea)
        db.session.commit()
        assert tea.shops == [shop]


class TestDatabase:
    """Rows."""

    def test_row_or_404(self, db, post):
        """Get a row by its key, or answer 404."""
        found = db.get_or_404(Post, post.id)

        assert found == post
        with pytest.raises(NotFound):
            db.get_or_404(Post, post.id + 1)

    def test_row_or_none(self, db, post):
        """Get a row by its key, or None."""
        found = db.session.get(Post, post.id)

        assert found == post

    def test_only_row(self, db, author):
        """Get the one row that matches; none is an error, and so are two."""
        found = db.session.scalars(select(User).filter_by(username="ann")).one()

        assert found == author
        with pytest.raises(NoResultFound):
            db.session.scalars(select(User).filter_by(username="ben")).one()

    def test_first_row(self, db, post):
        """Get the first row that matches, or None."""
        teas = select(Post).filter_by(title="Tea").order_by(Post.id)
        found = db.session.scalar(teas.limit(1))

        assert found == post

    def test_all_rows(self, db, author, post):
        """Get all rows that match."""
        teas = select(Post).filter_by(author=author, title="Tea")
        posts = db.session.scalars(teas).all()

        assert posts == [post]

    def test_comparisons(self, db, post):
        """Compare in other ways than by equality."""

        def find_posts(part):
            has_part = Post.title.icontains(part, autoescape=True)
            return db.session.scalars(select(Post).where(has_part, Post.id >= 1)).all()

        assert find_posts("te") == [post]
        assert find_posts("%") == []

    def test_or_and_not(self, db, post):
        """Ask for one thing or another, and not for a third."""
        posts = select(Post).where(
            or_(Post.title == "Tea", Post.title == "Milk"), not_(Post.body == "")
        )

        assert db.session.scalars(posts).all() == [post]

    def test_through_a_reference(self, db, post):
        """Match by a column of another table."""
        posts = select(Post).join(Post.author).where(User.username == "ann")

        assert db.session.scalars(posts).all() == [post]

    def test_order(self, db, author, post):
        """Sort by one column downwards, then by another."""
        posts = select(Post).order_by(Post.title.desc(), Post.id)

        milk = make_post(author, title="Milk")
        assert db.session.scalars(posts).all() == [post, milk]

    def test_slice(self, db, author, post):
        """Skip some rows, and take a few."""
        posts = select(Post).order_by(Post.id).offset(1).limit(2)

        milk = make_post(author, title="Milk")
        assert db.session.scalars(posts).all() == [milk]

    def test_page_of_rows(self, db, post):
        """Cut rows into pages."""
        page_obj = db.paginate(select(Post).order_by(Post.id), page=1, per_page=5)

        assert (page_obj.items, page_obj.total) == ([post], 1)

    def test_columns(self, db, post):
        """Get some columns, not whole rows."""
        rows = db.session.execute(select(Post.id, Post.title)).all()

        assert rows == [(post.id, "Tea")]

    def test_count(self, db, post):
        """Count rows."""
        count = db.session.scalar(select(func.count(Post.id)))

        assert count == 1

    def test_exists(self, db, post):
        """Ask whether there is such a row."""
        there = db.session.scalar(select(exists().where(Post.title == "Tea")))

        assert there

    def test_aggregate(self, db, post):
        """Get the greatest value of a column."""
        newest = db.session.scalar(select(func.max(Post.date_posted)))

        assert newest == post.date_posted

    def test_count_of_each(self, db, author, post):
        """Count for each row what belongs to it."""
        counts = (
            select(User, func.count(Post.id))
            .outerjoin(Post, Post.author_id == User.id)
            .group_by(User.id)
        )

        assert db.session.execute(counts).all() == [(author, 1)]

    def test_create(self, db, author):
        """Store a row."""
        post = Post(author=author, title="Tea", body="Hot.")
        db.session.add(post)
        db.session.commit()

        assert db.session.scalars(select(Post)).all() == [post]

    def test_create_many(self, db, post):
        """Store many rows at once."""
        names = ["Kim", "Lou"]
        comments = [Comment(post=post, name=name, body="Hot.") for name in names]
        db.session.add_all(comments)
        db.session.commit()

        assert len(post.comments) == 3

    def test_get_or_create(self, db, author, look_too_early):
        """Get a row, or store it where there is none."""

        def get_writer(username):
            by_name = select(User).filter_by(username=username)
            user = db.session.scalar(by_name)
            if user is None:
                user = User(username=username, email="", password="")
                try:
                    with db.session.begin_nested():
                        db.session.add(user)
                except IntegrityError:  # somebody stored it a moment ago
                    user = db.session.scalar(by_name)
                db.session.commit()
            return user

        with look_too_early():
            assert get_writer("ann") == author
        assert get_writer("ann") == author
        assert get_writer("ben").username == "ben"
        assert db.session.scalar(select(func.count(User.id))) == 2

    def test_update(self, db, post):
        """Change a row."""
        post.title = "Milk"
        db.session.commit()

        assert db.session.scalars(select(Post.title)).all() == ["Milk"]

    def test_update_many(self, db, post):
        """Change all rows that match, in the database."""
        db.session.execute(update(Post).filter_by(title="Tea").values(title="Milk"))
        db.session.commit()

        assert db.session.scalars(select(Post.title)).all() == ["Milk"]

    def test_update_by_itself(self, db, post):
        """Change a value by what the database holds, not by what was loaded."""
        one = update(Post).filter_by(id=post.id)
        db.session.execute(one.values(title=Post.title + "!"))
        db.session.commit()

        assert db.session.scalars(select(Post.title)).all() == ["Tea!"]

    def test_reload(self, db, post):
        """Load a row again."""
        post.title = "Milk"
        db.session.refresh(post)

        assert post.title == "Tea"

    def test_delete(self, db, post):
        """Delete a row."""
        db.session.delete(post)
        db.session.commit()

        assert not db.session.scalars(select(Post)).all()

    def test_delete_many(self, db, post):
        """Delete all rows that match."""
        db.session.execute(delete(Comment).filter_by(post_id=post.id))
        db.session.commit()

        assert not db.session.scalars(select(Comment)).all()

    @pytest.mark.usefixtures("forget")
    def test_referenced_row(self, db, count_queries):
        """Load rows with the row that each belongs to, and ask no more."""
        with_post = select(Comment).options(joinedload(Comment.post))
        comments = db.session.scalars(with_post).all()

        with count_queries() as queries:
            assert [comment.post.title for comment in comments] == ["Tea"]
        assert len(queries) == 0

    @pytest.mark.usefixtures("forget")
    def test_rows_of_each(self, db, count_queries):
        """Load rows with all that belongs to each, and ask no more."""
        with_comments = select(Post).options(selectinload(Post.comments))
        posts = db.session.scalars(with_comments).all()

        with count_queries() as queries:
            assert [len(post.comments) for post in posts] == [1]
        assert len(queries) == 0

    def test_transaction(self, db, author):
        """Store two rows, or neither."""

        def publish(title, reply):
            post = Post(author=author, title=title, body="Hot.")
            post.comments.append(Comment(name="Kim", body=reply))
            db.session.add(post)
            db.session.commit()

        publish("Tea", "Well said.")
        with pytest.raises(IntegrityError):
            publish("Milk", None)
        db.session.rollback()
        assert db.session.scalars(select(Post.title)).all() == ["Tea"]

    def test_failed_write(self, db, author):
        """Go on where the database refuses a row."""
        user = User(username="ann", email="ann@example.org", password="")
        try:
            with db.session.begin_nested():
                db.session.add(user)
        except IntegrityError:
            message = "This name is taken."
        db.session.commit()

        assert message
        assert db.session.scalars(select(User)).one() == author

    def test_raw_sql(self, db, post):
        """Ask in SQL."""
        query = text("SELECT id FROM blog_post WHERE title = :title")
        rows = db.session.execute(query, {"title": "Tea"}).all()

        assert rows == [(post.id,)]


class TestForms:
    """Forms."""

    @at("/", "post")
    def test_form(self):
        """Describe a form."""

        class OrderForm(FlaskForm):
            tea = StringField("Tea", [DataRequired(), Length(max=40)])
            cups = IntegerField("Cups", [InputRequired(), NumberRange(min=1)])
            size = SelectField("Size", choices={"s": "Small", "l": "Large"})
            note = TextAreaField("Note")

        assert send(OrderForm, tea="Black", cups="2", size="l") == {}
        assert set(send(OrderForm, cups="0", size="x")) == {"tea", "cups", "size"}

    @at("/", "post", data=COMMENT)
    def test_validate(self):
        """Check what was sent."""
        form = CommentForm()
        good = form.validate_on_submit()

        assert good

    @at("/", "post", data=COMMENT)
    def test_cleaned_value(self):
        """Read a value that was checked."""
        form = CommentForm()
        if form.validate_on_submit():
            name = form.name.data

        assert name == "Kim"

    @at("/", "post", data=COMMENT | {"email": "kim"})
    def test_errors(self):
        """Read what is wrong with a field."""
        form = CommentForm()
        form.validate_on_submit()
        errors = form.email.errors

        assert errors == ["Enter a valid email address."]

    @at("/")
    def test_initial_values(self):
        """Show a form with values in it."""
        form = CommentForm(data={"name": "Kim"})

        assert 'value="Kim"' in form.name()

    @at("/", "post", data={"title": "Milk", "body": "Cold."})
    def test_form_of_a_row(self, db, post):
        """Change a row by a form."""
        form = PostForm(obj=post)
        if form.validate_on_submit():
            form.populate_obj(post)
            db.session.commit()

        assert db.session.scalars(select(Post.title)).all() == ["Milk"]

    @at("/", "post")
    def test_rule_of_a_field(self):
        """Write a rule for a field."""

        class OrderForm(FlaskForm):
            tea = StringField()

            def validate_tea(self, field):
                if field.data == "Milk":
                    raise ValidationError("Milk is no tea.")

        assert send(OrderForm, tea="Milk") == {"tea": ["Milk is no tea."]}
        assert send(OrderForm, tea="Black") == {}

    @at("/", "post")
    def test_rule_of_two_fields(self):
        """Write a rule for two fields together."""

        class DateForm(FlaskForm):
            start = DateField(validators=[DataRequired()])
            end = DateField(validators=[DataRequired()])

            def validate_end(self, field):
                if self.start.data and field.data < self.start.data:
                    raise ValidationError("It ends before it starts.")

        errors = send(DateForm, start="2026-03-02", end="2026-03-01")
        assert errors == {"end": ["It ends before it starts."]}
        assert send(DateForm, start="2026-03-01", end="2026-03-02") == {}

    @at("/", "post", data=COMMENT)
    def test_error_of_the_form(self):
        """Say that something is wrong, and at no field."""
        form = CommentForm()
        form.form_errors.append("The tea is cold.")

        assert form.errors[""] == ["The tea is cold."]

    def test_token(self, app, serve, client):
        """Protect a form of your own against forgery."""
        template = """
            <form method="post">
              <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
              <button>Pour</button>
            </form>
        """

        app.config["WTF_CSRF_ENABLED"] = True
        serve(lambda: render_template_string(template))
        token = client.get("/here/").text.partition('value="')[2].partition('"')[0]
        assert client.post("/here/").status_code == 403
        assert client.post("/here/", data={"csrf_token": token}).status_code == 200

    def test_no_token(self, app, serve, client):
        """Accept what other programs send, without a token."""

        @csrf.exempt
        def pour():
            return "Poured."

        app.config["WTF_CSRF_ENABLED"] = True
        serve(pour)
        assert client.post("/here/").text == "Poured."


class TestSession:
    """The session and its messages."""

    @at("/")
    def test_write_to_session(self):
        """Write into the session."""
        session["theme"] = "dark"

        assert session == {"theme": "dark"}

    @at("/", session_data={"theme": "dark"})
    def test_read_from_session(self):
        """Read from the session, or a default."""
        theme = session.get("theme", "light")

        assert theme == "dark"

    @at("/", session_data={"theme": "dark"})
    def test_remove_from_session(self):
        """Remove a value from the session."""
        session.pop("theme", None)

        assert session == {}

    @at("/", session_data={"cart": {"tea": 1}})
    def test_nested_change_of_session(self):
        """Change what lies within a value of the session."""
        session["cart"]["tea"] = 2
        session.modified = True

        assert session == {"cart": {"tea": 2}}

    @at("/", session_data={"theme": "dark"})
    def test_empty_session(self):
        """Empty the whole session."""
        session.clear()

        assert session == {}

    @at("/")
    def test_lifetime_of_session(self, app):
        """Let a session outlive the browser window."""
        app.permanent_session_lifetime = timedelta(days=60)  # in the factory
        session.permanent = True  # in a view

        expires = app.session_interface.get_expiration_time(app, session)
        assert expires > datetime.now(UTC) + timedelta(days=59)

    @at("/")
    def test_message(self):
        """Leave a message for the next page."""
        flash("Saved.", "success")

        assert get_flashed_messages() == ["Saved."]

    @at("/")
    def test_show_messages(self):
        """Show the messages that wait."""
        template = """
            {% for category, message in get_flashed_messages(with_categories=true) %}
              <p class="{{ category }}">{{ message }}</p>
            {% endfor %}
        """

        flash("Saved.", "success")
        page = render_template_string(template)
        assert page.strip() == '<p class="success">Saved.</p>'


class TestUsers:
    """Users."""

    def test_current_user(self, serve, client, auth, user):
        """Ask who is there."""

        def greet():
            if current_user.is_authenticated:
                return f"Hello, {escape(current_user.username)}"
            return "Hello, stranger"

        serve(greet)
        assert client.get("/here/").text == "Hello, stranger"
        auth.login(user)
        assert client.get("/here/").text == "Hello, ann"

    def test_login_required(self, app, client):
        """Ask strangers to log in first."""

        @app.get("/write/")
        @login_required  # below the route: above it, nothing is guarded
        def write():
            return "Write."

        assert client.get("/write/").location == "/login/?next=%2Fwrite%2F"

    @at("/")
    def test_check_user(self, db, user):
        """Find a user by name and password."""

        def find_user(username, password):
            user = db.session.scalar(select(User).filter_by(username=username))
            if user is None:
                User().set_password(password)  # as slow as for a name that exists
                return None
            return user if user.check_password(password) else None

        assert find_user("ann", PASSWORD) == user
        assert find_user("ann", "wrong") is None
        assert find_user("ben", PASSWORD) is None

    @at("/")
    def test_log_in(self, user):
        """Log a user in."""
        login_user(user)

        assert current_user == user

    def test_log_out(self, app, client, auth, user):
        """Log the user out."""

        @app.post("/leave/")
        def leave():
            session.clear()  # first: Flask-Login leaves a note there about its cookie
            logout_user()
            return redirect(url_for("blog.site_home"))

        auth.login(user)
        with client.session_transaction() as kept:
            kept["theme"] = "dark"
        client.post("/leave/")
        with client.session_transaction() as left:
            assert not left

    def test_hash_a_password(self):
        """Hash a password."""
        encoded = generate_password_hash(PASSWORD)

        assert PASSWORD not in encoded

    def test_check_a_password(self):
        """Check a password against its hash."""
        encoded = generate_password_hash(PASSWORD)
        right = check_password_hash(encoded, PASSWORD)

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
        response = client.post("/login/", data=form)

        assert response.status_code == 302

    @pytest.mark.usefixtures("echo")
    def test_post_json(self, client):
        """Send JSON."""
        response = client.post("/here/", json={"tea": 2})

        assert response.json == {"tea": 2}

    def test_follow(self, client):
        """Follow redirects to the last page."""
        response = client.get("/posts/new/", follow_redirects=True)

        assert response.status_code == 200
        assert response.request.path == "/login/"

    def test_logged_in(self, app, user):
        """Ask as a user who is logged in."""
        app.test_client_class = FlaskLoginClient
        with app.app_context():  # this site's get_id() reads a setting
            client = app.test_client(user=user)
        response = client.get("/account/")

        assert response.status_code == 200

    def test_cookie_of_the_client(self, client):
        """Hand the client a cookie."""
        client.set_cookie("theme", "dark")

        with client:
            client.get("/")
            assert request.cookies["theme"] == "dark"

    def test_session_of_the_client(self, client):
        """Write into the session of the client."""
        with client.session_transaction() as session:
            session["read_posts"] = [7]

        with client:
            client.get("/")
            assert g.read_posts == [7]

    def test_template_values(self, app, client):
        """See what a template was handed."""
        handed = {}

        def note(sender, template, context, **extra):
            handed.update(context)

        with template_rendered.connected_to(note, app):
            client.get("/")
        page_obj = handed["page_obj"]

        assert list(page_obj) == []

    def test_made_request(self, app):
        """Make a request without a client."""
        with app.test_request_context("/", query_string={"page": "2"}):
            page = request.args["page"]

        assert page == "2"


class TestCommands:
    """Commands."""

    def test_command(self, app, runner):
        """Write a command."""

        @app.cli.command("brew")
        def brew():
            """Brew a pot."""
            click.echo("Brewed.")

        assert runner.invoke(args=["brew"]).output == "Brewed.\n"

    def test_arguments(self, app, runner):
        """Give a command an argument and an option."""

        @app.cli.command("brew")
        @click.argument("tea")
        @click.option("--cups", type=int, default=1)
        def brew(tea, cups):
            click.echo(f"{cups} x {tea}")

        result = runner.invoke(args=["brew", "black", "--cups=2"])
        assert result.output == "2 x black\n"

    def test_failure(self, app, runner):
        """Let a command fail with a sentence."""

        @app.cli.command("brew")
        def brew():
            raise click.ClickException("There is no tea.")

        result = runner.invoke(args=["brew"])
        assert (result.exit_code, result.output) == (1, "Error: There is no tea.\n")

    def test_call_a_command(self, runner, author):
        """Call a command from a test."""
        result = runner.invoke(args=["load-demo"])
        text = result.output

        assert text == "The blog has content already; nothing was changed.\n"


class TestHooks:
    """Hooks."""

    def test_before_each_request(self, app, client):
        """Do something before each request."""

        @app.before_request
        def choose_theme():
            g.theme = "dark"

        with client:
            client.get("/")
            assert g.theme == "dark"

    def test_answer_early(self, app, client):
        """Answer before any view is asked."""

        @app.before_request
        def close():
            return "Closed.", 503

        assert client.get("/").status_code == 503

    def test_after_each_request(self, app, client):
        """Change each answer."""

        @app.after_request
        def add_header(response):
            response.headers["X-Tea"] = "hot"
            return response

        assert client.get("/").headers["X-Tea"] == "hot"

    def test_at_the_end(self, app, client, washed):
        """Clean up when a request is over, whatever came of it."""

        @app.teardown_request
        def wash(error):
            washed.append("cup")

        client.get("/")
        assert washed == ["cup"]

    def test_at_the_start(self, washed):
        """Do something once, when the site starts."""

        def create_app():
            app = Flask("tea")
            washed.append("pot")
            return app

        create_app()
        assert washed == ["pot"]

    def test_exception(self, app, serve, client):
        """Turn an exception of any view into an answer."""

        @app.errorhandler(ZeroDivisionError)
        def show_error(error):
            return "Too few cups.", 422

        serve(lambda: str(1 / 0))
        response = client.get("/here/")
        assert (response.status_code, response.text) == (422, "Too few cups.")

    def test_stored_row(self, db, author, washed):
        """Do something when a new row is stored."""

        @event.listens_for(Post, "after_insert")
        def note(mapper, connection, post):
            washed.append(post.title)

        try:
            post = make_post(author, title="Tea")
            post.title = "Milk"
            db.session.commit()
        finally:
            event.remove(Post, "after_insert", note)
        assert washed == ["Tea"]


class TestLogging:
    """Logging."""

    @at("/")
    def test_log(self, caplog):
        """Write a line to the log."""
        current_app.logger.warning("Only %d cups are left.", 2)

        assert caplog.messages == ["Only 2 cups are left."]

    @at("/")
    def test_log_an_exception(self, caplog):
        """Write an exception to the log, with its traceback."""
        try:
            int("tea")
        except ValueError:
            current_app.logger.exception("That is no number.")

        assert "Traceback" in caplog.text
