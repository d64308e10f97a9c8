"""What changes sides badly: what is closed by itself, and what stays open."""

import sqlite3

import pytest
from flask import Flask, request, session
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from flask_site import extensions
from flask_site.blog.submissions import make_key
from flask_site.users.models import User

from .factories import PASSWORD, make_comment, make_post

PROTECTING = [
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
]


def make_bare(key="k" * 50):
    """Make an application as Flask's first page shows it, with a key."""
    app = Flask("bare")
    app.secret_key = key

    @app.route("/view/", methods=["GET", "POST"])
    def view():
        session["user"] = "ann"
        return f"{len(request.form)} fields, and hello ann."

    return app


@pytest.fixture
def bare():
    """Make a browser of an application as it is before anybody makes it safe."""
    return make_bare().test_client()


def test_a_form_of_another_site(bare):
    """A form without a token is taken, or refused, where nobody thought of it."""
    # Flask brings no tokens.
    assert bare.post("/view/", data={"title": "A"}).status_code == 200


def test_headers_that_nobody_asked_for(bare):
    """Some of the headers that protect a page come by themselves, or none does."""
    headers = bare.get("/view/").headers

    assert [name for name in PROTECTING if name in headers] == []
    assert "Content-Security-Policy" not in headers


def test_the_cookie_of_a_session(bare):
    """The cookie of the session has a short name, and some of its attributes."""
    # No SameSite: the browser decides.
    cookie = bare.get("/view/", base_url="https://localhost").headers["Set-Cookie"]

    assert cookie.startswith("session=")
    assert "; HttpOnly" in cookie
    assert "SameSite" not in cookie
    assert "Secure" not in cookie


def test_a_host_that_is_not_ours(bare):
    """A page is served under any name, or under those that somebody has named."""
    assert bare.get("/view/", base_url="http://evil.example").status_code == 200


def test_a_body_that_is_too_long(bare):
    """A long form is read to its end, or refused."""
    # Only a field of a multipart form has an end, at half a megabyte.
    assert bare.post("/view/", data={"title": "A" * 3_000_000}).status_code == 200


def test_a_key_that_everybody_knows():
    """A site starts with a key from a manual, and who knows it signs in as anybody."""
    forger = SecureCookieSessionInterface().get_signing_serializer(make_bare("dev"))
    app = make_bare("dev")
    app.add_url_rule("/user/", view_func=lambda: session["user"])
    client = app.test_client()
    client.set_cookie("session", forger.dumps({"user": "somebody else"}))

    assert client.get("/user/").text == "somebody else"


def test_a_page_of_a_user_in_caches(bare):
    """Whether a cache may keep a page of one user, nobody has said."""
    headers = bare.get("/view/").headers

    assert headers["Vary"] == "Cookie"
    assert "Cache-Control" not in headers


def test_as_many_tries_as_one_likes(user, db):
    """What compares a password with the stored one counts no tries."""
    tries = [user.check_password(f"guess {number}") for number in range(30)]

    assert not any(tries)
    assert user.check_password(PASSWORD)


def test_the_last_of_two_who_change_a_row(user, db):
    """Of two who change one row from the same state the last one wins, unnoticed."""
    with Session(db.engine) as one, Session(db.engine) as other:
        for each, email in ((one, "first@b.example"), (other, "last@b.example")):
            each.get(User, user.id).email = email
        one.commit()
        other.commit()

    assert db.session.get(User, user.id).email == "last@b.example"


def test_a_row_that_counts_its_changes(user, db):
    """A row with a version tells the second of two that somebody was quicker."""
    # The mapper knows which column it is, and raises at the commit.
    post = make_post(user)
    with Session(db.engine) as other:
        other.get(type(post), post.id).title = "By the other"
        post.title = "By the one"
        other.commit()
        with pytest.raises(StaleDataError):
            db.session.commit()


def test_a_form_that_comes_twice(user, db):
    """Two equal forms are two rows, unless a unique column says what is the same."""
    post = make_post(user)
    make_comment(post)
    make_comment(post)
    assert post.comment_count == 2

    key = make_key("hidden in the form", "Well said.")
    make_comment(post, submission=key)
    with pytest.raises(IntegrityError):
        make_comment(post, submission=key)


def test_who_has_read_before_writing(tmp_path):
    """Who reads, and writes what follows from it, may be told to begin again."""
    # Python's driver begins a transaction where somebody writes, and not before.
    engine = create_engine(f"sqlite:///{tmp_path}/shelf.sqlite3")
    with engine.begin() as one:
        one.execute(text("PRAGMA journal_mode = WAL"))
        one.execute(text("CREATE TABLE book (title TEXT)"))
    with engine.connect() as one, engine.connect() as other:
        one.execute(text("SELECT count(*) FROM book"))
        other.execute(text("INSERT INTO book VALUES ('B')"))
        other.commit()
        one.execute(text("INSERT INTO book VALUES ('A')"))
        one.commit()
        assert one.scalar(text("SELECT count(*) FROM book")) == 2
    engine.dispose()


def fail():
    """Ask a database that is away."""
    raise OperationalError("SELECT 1", {}, sqlite3.OperationalError("away"))


def test_a_database_that_does_not_answer(bare):
    """A database that is away is an error of the site like any other."""
    bare.application.add_url_rule("/fail/", view_func=fail)

    assert bare.get("/fail/").status_code == 500


def test_a_database_that_is_told_apart(answer):
    """It is worth a page of its own, which says that one may come again."""
    # A handler for the class of the exception.
    response = answer(fail)

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"


def test_how_a_commit_reaches_the_disk(make_app, tmp_path):
    """How sure a commit is, SQLite decides, unless a connection says it first."""
    # An event of the engine says it on every new connection.
    bare = sqlite3.connect(tmp_path / "bare.sqlite3")
    assert bare.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    bare.close()

    app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/blog.sqlite3")
    with app.app_context():
        assert extensions.db.session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert extensions.db.session.scalar(text("PRAGMA synchronous")) == 2  # FULL
