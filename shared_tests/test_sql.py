"""Texts that would like to be SQL, on every kind of database."""

import re
from functools import cache
from urllib.parse import quote

import pytest

from .conftest import address_that_answers
from .contract import row
from .corpora import load_corpus
from .databases import BACKENDS
from .visitor import ids

TEXTS = load_corpus("sql")
# What cannot stand before the @ of an e-mail address, however odd.
NEVER_IN_AN_EMAIL = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~-]")

ADDRESSES = [
    "/posts/{text}/",
    "/posts/{id}{text}/",
    "/authors/{text}/",
    "/authors/{name}{text}/",
    "/reset/{text}/{text}/",
    "/home/?page={text}",
]


def harmless(text):
    """A text of the same kind that means nothing to any database."""
    return re.sub(r"[^/]+", ":", text)


def as_email(text):
    """An e-mail address that has as much of a text as it can."""
    return f"{NEVER_IN_AN_EMAIL.sub('', text)[:60] or 'x'}@example.org"


def pytest_generate_tests(metafunc):
    """Run a test once for every kind of database; a server has one of its own."""
    if "backend" in metafunc.fixturenames:
        one = metafunc.config.getoption("url", None)
        backends = ["its own database"] if one else BACKENDS
        metafunc.parametrize("backend", backends, indirect=True, scope="session")


@pytest.fixture(scope="session")
def backend(request):
    """The kind of database that the site has."""
    return request.param


@pytest.fixture(scope="session")
def started():
    """The servers that run, by site and kind of database."""
    return {}


@pytest.fixture(scope="session")
def site(request, site_name, backend, started):
    """A server on a database of this kind."""
    if url := request.config.getoption("url", None):
        return address_that_answers(url)
    if (site_name, backend) not in started:
        if backend == "sqlite":
            launch = request.getfixturevalue("launch")
            started[site_name, backend] = launch.shared([site_name])[site_name]
        else:
            start = request.getfixturevalue("start_on_postgresql")
            started[site_name, backend] = start()
    return started[site_name, backend]


@pytest.fixture(scope="module")
def victim(site, visit):
    """Somebody with posts and comments that nothing may happen to."""
    victim = visit(site)
    victim.register()
    for post in victim.write_posts(3):
        victim.reply(post)
    return victim


@pytest.fixture(autouse=True)
def untouched(victim):
    """Check in the end that all is there as it was, and lets in whom it did."""
    yield
    entries = victim.get(victim.author_address).entries
    assert [entry.comments for entry in entries] == ["1 comment"] * 3
    assert victim.get("/account/").form("/account/").values["email"] == victim.email
    assert victim.twin().log_in(victim.username, victim.password).is_redirect


@pytest.fixture
def visitor(site, visit):
    """Somebody without an account."""
    return visit(site)


@pytest.fixture
def user(site, visit):
    """Somebody with an account."""
    user = visit(site)
    user.register()
    return user


@row("HOSTILE-2")
def test_sql_in_an_address_is_text(victim, visitor):
    post = ids(victim.get(victim.author_address))[0]

    @cache
    def status(address, text):
        filled = {"text": quote(text, safe=""), "name": victim.username, "id": post}
        return visitor.get(address.format(**filled)).status

    for address in ADDRESSES:
        for text in TEXTS.values():
            expected = status(address, harmless(text))
            assert status(address, text) == expected, (address, text)


@row("HOSTILE-2")
def test_sql_that_is_published_is_text(user, visitor):
    for text in TEXTS.values():
        (post,) = user.write_posts(1, title=text, body=f"`` {text} ``")
        answer = visitor.reply(post, name=text, email=as_email(text), body=text)
        assert answer.is_redirect

        page = answer.follow()

        assert page.heading == text
        assert page.soup.select_one(".e-content code").get_text() == text
        assert [comment.author for comment in page.comments] == [text]
        assert [comment.text for comment in page.comments] == [text]


@row("HOSTILE-2")
def test_sql_lets_nobody_in(victim, visitor):
    words = visitor.log_in("nobody", "at all").alerts
    form = visitor.open_form("/login/")

    for text in TEXTS.values():
        for username in (text, f"{victim.username}{text}"):
            page = form.submit(username=username, password=text)
            assert (page.status, page.alerts) == (400, words), text


@row("HOSTILE-2")
def test_sql_in_a_form_is_text(user, visitor):
    account = user.get("/account/").form("/account/")
    register = visitor.get("/register/").form("/register/")
    reset = visitor.get("/reset/").form("/reset/")
    for text in TEXTS.values():
        page = register.submit(username=text, email=text)
        assert page.status == 400, text
        assert {"username", "email"} <= set(page.errors), text
        assert reset.submit(email=as_email(text)).is_redirect, text
        assert account.submit(email=as_email(text)).is_redirect, text


@row("HOSTILE-2")
def test_sql_in_what_nobody_types_is_text(user):
    post = user.write_post()
    forms = [user.get(page).form(page) for page in ("/posts/new/", post.edit_address)]
    names = {
        name for form in forms for name in form.hidden
    } - user.hidden_fields().keys()

    for form in forms:
        for name in names & form.hidden.keys():
            expected = form.submit(title="T", body="B", **{name: ":"}).status
            for text in TEXTS.values():
                status = form.submit(title="T", body="B", **{name: text}).status
                assert status == expected, (name, text)


@row("HOSTILE-2")
def test_sql_in_a_cookie_is_text(user, visitor):
    names = [cookie.name for cookie in user.cookies]

    for text in TEXTS.values():
        cookies = "; ".join(f"{name}={text}" for name in names).encode()
        assert visitor.get("/account/", Cookie=cookies).status == 302, text
