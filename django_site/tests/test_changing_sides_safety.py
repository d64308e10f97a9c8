"""What changes sides badly: what is closed by itself, and what stays open."""

import runpy
from types import ModuleType

import pytest
from django.conf import global_settings
from django.core.checks.security.base import check_allowed_hosts, check_secret_key
from django.core.management import call_command
from django.db import IntegrityError, OperationalError
from django.db.utils import ConnectionHandler
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from django_site.blog.models import Post
from django_site.blog.submissions import make_key
from django_site.urls import handler500, urlpatterns
from django_site.users.models import User

from .factories import PASSWORD, make_comment, make_post

PROTECTING = [
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
]
# What requests meet; the rest of this site's settings stays as it is.
ON_THE_WAY = (
    "ALLOWED_",
    "CSRF_",
    "DATA_",
    "MIDDLEWARE",
    "SECURE_",
    "SESSION_",
    "TEMPLATES",
    "X_",
)


def view(request):
    """Remember somebody, and greet them."""
    request.session["user"] = "ann"
    return HttpResponse(f"{len(request.POST)} fields, and hello ann.")


@pytest.fixture
def bare(settings, tmp_path, db):
    """Make a browser of an application as it is before anybody makes it safe."""
    # What `startproject` writes, with DEBUG off.
    call_command("startproject", "bare", str(tmp_path))
    written = runpy.run_path(str(tmp_path / "bare/settings.py"))
    for name in filter(str.isupper, dir(global_settings)):
        if name.startswith(ON_THE_WAY):
            setattr(settings, name, written.get(name, getattr(global_settings, name)))
    settings.ALLOWED_HOSTS = ["localhost"]  # in production it must name some
    settings.ROOT_URLCONF = (path("view/", view),)
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    client.raise_request_exception = False
    return client


def test_a_form_of_another_site(bare):
    """A form without a token is taken, or refused, where nobody thought of it."""
    # A middleware looks at every POST.
    assert bare.post("/view/", {"title": "A"}).status_code == 403


def test_headers_that_nobody_asked_for(bare):
    """Some of the headers that protect a page come by themselves, or none does."""
    headers = bare.get("/view/").headers

    assert [name for name in PROTECTING if name in headers] == PROTECTING
    assert "Content-Security-Policy" not in headers


def test_the_cookie_of_a_session(bare):
    """The cookie of the session has a short name, and some of its attributes."""
    cookie = bare.get("/view/", secure=True).cookies["sessionid"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["secure"]


def test_a_host_that_is_not_ours(bare, settings):
    """A page is served under any name, or under those that somebody has named."""
    evil = {"host": "evil.example"}
    assert bare.get("/view/", headers=evil).status_code == 400

    settings.ALLOWED_HOSTS = ["*"]
    assert bare.get("/view/", headers=evil).status_code == 200
    assert check_allowed_hosts(None) == []  # nothing that `check --deploy` would say


def test_a_body_that_is_too_long(bare):
    """A long form is read to its end, or refused."""
    # At 2.5 MB, files left out.
    bare.handler.enforce_csrf_checks = False

    assert bare.post("/view/", {"title": "A" * 3_000_000}).status_code == 400


def test_a_key_that_everybody_knows(settings):
    """A site starts with a key from a manual, and who knows it signs in as anybody."""
    # Only `check --deploy` says something, where somebody runs it.
    settings.SECRET_KEY = "dev"

    assert [warning.id for warning in check_secret_key(None)] == ["security.W009"]


def test_a_page_of_a_user_in_caches(bare):
    """Whether a cache may keep a page of one user, nobody has said."""
    headers = bare.get("/view/").headers

    assert headers["Vary"] == "Cookie"
    assert "Cache-Control" not in headers


def test_as_many_tries_as_one_likes(user):
    """What compares a password with the stored one counts no tries."""
    tries = [user.check_password(f"guess {number}") for number in range(30)]

    assert not any(tries)
    assert user.check_password(PASSWORD)


def test_the_last_of_two_who_change_a_row(user):
    """Of two who change one row from the same state the last one wins, unnoticed."""
    one, other = User.objects.get(pk=user.pk), User.objects.get(pk=user.pk)
    for each, email in ((one, "first@b.example"), (other, "last@b.example")):
        each.email = email
        each.save()

    assert User.objects.get(pk=user.pk).email == "last@b.example"


def test_a_row_that_counts_its_changes(user):
    """A row with a version tells the second of two that somebody was quicker."""
    # A method of this site's own: an UPDATE that finds the row only as it was.
    post = make_post(user)
    other = Post.objects.get(pk=post.pk)
    other.title = "By the other"
    post.title = "By the one"

    assert other.save_changes()
    assert not post.save_changes()


def test_a_form_that_comes_twice(user):
    """Two equal forms are two rows, unless a unique column says what is the same."""
    post = make_post(user)
    make_comment(post)
    make_comment(post)
    assert post.comments.count() == 2

    key = make_key("hidden in the form", "Well said.")
    make_comment(post, submission=key)
    with pytest.raises(IntegrityError):
        make_comment(post, submission=key)


@pytest.fixture
def connect(db, tmp_path):
    """Open connections to a database in a file, and close them."""
    opened = []

    def connect(**options):
        options = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": options}
        options["NAME"] = tmp_path / "shelf.sqlite3"
        opened.append(ConnectionHandler({"default": options})["default"])
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def test_who_has_read_before_writing(connect):
    """Who reads, and writes what follows from it, may be told to begin again."""
    # atomic() begins with the reading, so the write comes too late, and at once.
    one, other = (connect(init_command="PRAGMA journal_mode = WAL") for _ in range(2))
    other.cursor().execute("CREATE TABLE book (title TEXT)")

    with one.cursor() as cursor:
        cursor.execute("BEGIN")  # as atomic() does
        cursor.execute("SELECT count(*) FROM book")
        other.cursor().execute("INSERT INTO book VALUES ('B')")
        with pytest.raises(OperationalError, match="locked"):
            cursor.execute("INSERT INTO book VALUES ('A')")


def fail(request):
    """Ask a database that is away."""
    raise OperationalError("away")


def test_a_database_that_does_not_answer(bare, settings):
    """A database that is away is an error of the site like any other."""
    settings.ROOT_URLCONF = (path("fail/", fail),)

    assert bare.get("/fail/").status_code == 500


def test_a_database_that_is_told_apart(client, settings):
    """It is worth a page of its own, which says that one may come again."""
    # The handler of all failures looks which one it is.
    client.raise_request_exception = False
    urls = ModuleType("urls")
    urls.urlpatterns = [path("view/", fail), *urlpatterns]
    urls.handler500 = handler500
    settings.ROOT_URLCONF = urls
    response = client.get("/view/")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"


def test_how_a_commit_reaches_the_disk(connect, settings):
    """How sure a commit is, SQLite decides, unless a connection says it first."""
    # A command in the settings says it on every new connection.
    with connect().cursor() as bare:
        assert bare.execute("PRAGMA journal_mode").fetchone() == ("delete",)

    with connect(**settings.DATABASES["default"]["OPTIONS"]).cursor() as ours:
        assert ours.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert ours.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
