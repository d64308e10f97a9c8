"""The session: what a site remembers of a browser, wherever it keeps it."""

import json
import re
from time import monotonic

import pytest

from .conftest import address_that_answers
from .contract import row
from .mails import mails_to, reset_link
from .old_posts import add_old_posts
from .session_page import (
    NOTHING,
    knows_nothing,
    marks_told,
    session_cookie,
    session_value,
)
from .visitor import token

# Where the values of a session are, and the settings that put them there.
STORES = {
    "cookie": {"SESSION_STORE": "cookie"},
    "table": {"SESSION_STORE": "server"},
    "redis": {"SESSION_STORE": "server", "REDIS_URL": "a server of the run"},
}

# As many as are remembered, with ids as long as those of a large blog.
MARKS = 200
LONG_IDS = [
    1_000_000_000 + number * 611_953_273 % 987_654_321 for number in range(MARKS)
]
# The most that RFC 6265 asks browsers to keep of one cookie, attributes and all.
LONGEST_COOKIE = 4096
# Where the settings of a server say that sessions live so long.
SHORT_LIFE = 5
SECONDS_TO_WAIT = 15
BREAKS = {
    "empty": lambda value: "",
    "without its last letter": lambda value: value[:-1],
    "half": lambda value: value[: len(value) // 2],
    "with a letter more": lambda value: f"{value}x",
    "with another beginning": lambda value: f"x{value}",
    "in capitals": str.upper,
    "backwards": lambda value: value[::-1],
    "long": lambda value: "x" * 3000,
    "a dot": lambda value: ".",
    "dots": lambda value: "..",
    "packed nothing": lambda value: ".e.e",
    "colons": lambda value: ":::",
    "a NUL": lambda value: "%00",
    "a quoted NUL": lambda value: '"\\000"',
    "not ASCII": lambda value: "é",
}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def pytest_generate_tests(metafunc):
    """Run a test once for every store; a server at an address has one of its own."""
    if "store" in metafunc.fixturenames:
        one = metafunc.config.getoption("url", None)
        stores = ["its own store"] if one else list(STORES)
        metafunc.parametrize("store", stores, indirect=True, scope="session")


@pytest.fixture(scope="session")
def store(request):
    """The name of the store that the test is about."""
    return request.param


@pytest.fixture(scope="session")
def store_settings(request, store):
    """The settings of a server that keeps sessions in this store."""
    settings = dict(STORES[store])
    if "REDIS_URL" in settings:
        settings["REDIS_URL"] = request.getfixturevalue("redis_server").url
    return settings


@pytest.fixture(scope="session")
def started():
    """The servers that run, by site and store."""
    return {}


@pytest.fixture(scope="session")
def site(request, site_name, store, started):
    """The server that keeps its sessions in this store."""
    if url := request.config.getoption("url", None):
        return address_that_answers(url)
    if (site_name, store) not in started:
        settings = request.getfixturevalue("store_settings")
        site = request.getfixturevalue("launch").start(
            site_name,
            MAIL_URL=request.getfixturevalue("smtp_server").url,
            **settings,
        )
        add_old_posts(site, LONG_IDS)
        started[site_name, store] = site
    return started[site_name, store]


# These stand in conftest.py too, where they go with the site that all tests share.


@pytest.fixture(scope="session")
def own_site(site):
    """The same server, for tests that must know which store it has."""
    return site


@pytest.fixture(scope="session")
def pen(site, visit):
    """An author for many tests, which do not mind what else this one wrote."""
    pen = visit(site)
    pen.register()
    return pen


def outlive(*visitors):
    """Let browsers keep their cookies for ever: it is the site that must refuse."""
    for visitor in visitors:
        for cookie in visitor.cookies:
            cookie.expires = None


def assert_opens_nothing(copy, read):
    """Check that a copied cookie neither signs in nor shows what was read."""
    assert not copy.twin().is_signed_in
    assert copy.twin().get("/").user is None
    assert not copy.twin().entry_of(read).is_read
    assert knows_nothing(copy)


def assert_says_nothing(copy):
    """Check that a copied cookie neither signs in nor shows a message."""
    assert copy.twin().get("/").messages == []
    assert not copy.twin().is_signed_in
    assert knows_nothing(copy)


def leave_a_message(visitor):
    """Do what the next page has to tell this visitor of."""
    assert visitor.get("/account/").form("/account/").submit().is_redirect


@pytest.fixture
def reader(new_browser, pen, post):
    """Somebody who is signed in, remembered, and has read a post."""
    reader = new_browser()
    reader.register()
    reader.log_in(reader.username, reader.password, remember=True)
    reader.get(post.address)
    return reader


@pytest.fixture(scope="session")
def regular(site, visit):
    """Somebody who is signed in, and to whom nothing ever happens."""
    regular = visit(site)
    regular.register()
    return regular


# The page.


@row("SESS-1")
def test_who_is_new_is_told_so_and_gets_no_cookie(browser):
    browser.get("/")

    page = browser.get("/session/")

    assert page.status == 200
    assert NOTHING in page.words
    assert page.forms == []
    assert "Set-Cookie" not in page.headers


@row("SESS-1")
def test_who_looks_twice_is_still_unknown(browser):
    for _ in range(2):
        assert knows_nothing(browser)

    assert list(browser.cookies) == []


@row("SESS-2")
def test_the_page_counts_the_posts_of_an_anonymous_reader(browser, pen):
    posts = pen.write_posts(3)

    told = []
    for post in posts:
        browser.get(post.address)
        told.append(browser.get("/session/").words)

    assert re.search(r"\b1 post read\b", told[0])
    assert re.search(r"\b2 posts read\b", told[1])
    assert re.search(r"\b3 posts read\b", told[2])
    assert NOTHING not in told[0]


@row("SESS-2")
def test_the_page_names_the_user(author):
    page = author.get("/session/")

    assert author.username in page.main.get_text()
    assert "0 posts read" in page.words


@row("SESS-2")
def test_the_page_says_how_long_the_session_cookie_is(reader, browser, post):
    browser.get(post.address)

    for visitor in (reader, browser):
        told = re.search(r"\b(\d[\d,]*) bytes\b", visitor.get("/session/").words)
        assert told
        assert int(told[1].replace(",", "")) == len(session_value(visitor))


@row("SESS-3")
@pytest.mark.usefixtures("own_site")
def test_the_page_says_where_the_session_is_kept(reader, store):
    words = {"cookie": "signed cookie"}.get(store, "on the server")
    other = {"cookie": "on the server"}.get(store, "signed cookie")

    page = reader.get("/session/")

    assert words in page.main.get_text()
    assert other not in page.main.get_text()


@row("SESS-4")
def test_the_page_shows_what_a_cookie_holds_or_the_beginning_of_a_key(
    own_site, visit, pen, store
):
    reader = visit(own_site)
    first, *others = pen.write_posts(5)
    reader.get(first.address)
    before = session_value(reader)
    for post in others:
        reader.get(post.address)
    value = session_value(reader)

    page = reader.get("/session/")

    content, codes = page.main.select("pre"), page.main.select("code")
    if store == "cookie":
        shown = numbers(json.loads(content[0].get_text()))
        assert {post.id for post in (first, *others)} <= shown
    else:
        assert content == []
        assert [code.get_text() for code in codes] == [f"{value[:6]}…"]
        assert value not in page.text
        # No more than a key: it has no place for marks.
        assert value == before
        assert re.fullmatch(r"[A-Za-z0-9_-]{22,64}", value)


def numbers(content):
    """Gather the numbers of a JSON document."""
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        return {number for part in content for number in numbers(part)}
    return {content} if isinstance(content, int) else set()


@row("SESS-16")
def test_the_page_is_never_stored(browser, reader):
    for visitor in (browser, reader):
        assert "no-store" in visitor.get("/session/").headers["Cache-Control"]
    answer = reader.get("/session/").form("/session/").submit()
    assert "no-store" in answer.headers["Cache-Control"]


# Forget me.


@row("SESS-5")
def test_forget_me_forgets_a_user(reader, post):
    form = reader.get("/session/").form("/session/")
    assert form.method == "POST"
    assert "Forget me" in form.element.get_text()

    answer = form.submit()

    assert answer.is_redirect
    assert answer.location == "/session/"
    page = answer.follow()
    assert NOTHING in page.words
    assert page.user is None
    assert page.forms == []
    assert not reader.is_signed_in
    assert not reader.entry_of(post).is_read


@row("SESS-5")
def test_forget_me_forgets_an_anonymous_reader(browser, post):
    browser.get(post.address)

    answer = browser.get("/session/").form("/session/").submit()

    assert answer.location == "/session/"
    assert knows_nothing(browser)
    assert not browser.entry_of(post).is_read


@row("SESS-5")
def test_forget_me_forgets_a_message_that_waits(author):
    page = author.get("/session/")
    author.get("/account/").form("/account/").submit()

    page.form("/session/").submit()

    assert author.get("/").messages == []
    assert knows_nothing(author)


@row("SESS-5")
def test_who_was_forgotten_can_begin_anew(reader, post):
    reader.get("/session/").form("/session/").submit()

    reader.log_in(reader.username, reader.password)
    reader.get(post.address)

    assert reader.is_signed_in
    assert marks_told(reader) == 1


# Cookies that were changed or copied.


@row("SESS-6")
def test_a_cookie_with_any_character_changed_is_worth_nothing(reader, new_browser):
    cookie = session_cookie(reader)
    name, value = cookie.name, str(cookie.value)
    nobody = new_browser()
    assert NOTHING not in nobody.get("/session/", Cookie=f"{name}={value}").text

    for at, letter in enumerate(value):
        # As far away as can be: the last letter of a signature has bits to spare.
        place = LETTERS.find(letter)
        other = LETTERS[(place + 32) % 64] if place >= 0 else "x"
        header = f"{name}={value[:at]}{other}{value[at + 1 :]}"
        page = nobody.get("/session/", Cookie=header)
        assert page.status == 200, at
        assert NOTHING in page.text, at


@row("SESS-6")
@pytest.mark.parametrize("change", BREAKS)
def test_a_broken_cookie_is_worth_nothing(regular, new_browser, change):
    cookie = session_cookie(regular)
    header = f"{cookie.name}={BREAKS[change](cookie.value)}".encode()
    nobody = new_browser()

    pages = [
        nobody.get(address, Cookie=header) for address in ("/", "/session/", "/login/")
    ]

    assert [page.status for page in pages] == [200, 200, 200]
    assert [page.user for page in pages] == [None, None, None]
    assert NOTHING in pages[1].words
    assert nobody.get("/account/", Cookie=header).status == 302


@row("SESS-7")
def test_after_log_out_a_copied_cookie_opens_nothing(reader, post):
    copy = reader.twin()
    assert copy.is_signed_in

    reader.log_out()

    assert_opens_nothing(copy, post)


@row("SESS-8")
def test_after_a_password_change_a_copied_cookie_opens_nothing(reader, post):
    copy = reader.twin()
    password = f"{token()} {token()}"

    answer = reader.open_form("/account/password/").submit(
        old_password=reader.password, new_password1=password, new_password2=password
    )

    assert answer.is_redirect
    assert_opens_nothing(copy, post)
    assert reader.is_signed_in
    assert reader.entry_of(post).is_read


@row("SESS-9")
def test_after_a_password_reset_a_copied_cookie_opens_nothing(
    own_site, visit, smtp_server, reader, post
):
    forgetful = visit(own_site)
    copy = reader.twin()
    assert forgetful.ask_for_reset(reader.email).is_redirect
    (mail,) = mails_to(reader.email, smtp_server)

    answer = forgetful.set_password(reset_link(mail), f"{token()} {token()}")

    assert answer.is_redirect
    assert_opens_nothing(copy, post)
    assert not reader.is_signed_in


@row("RESET-3")
def test_who_sets_a_password_in_the_own_browser_is_told_so(
    own_site, visit, smtp_server, reader
):
    assert visit(own_site).ask_for_reset(reader.email).is_redirect
    (mail,) = mails_to(reader.email, smtp_server)
    assert reader.is_signed_in

    page = reader.set_password(reset_link(mail), f"{token()} {token()}").follow()

    assert page.address == "/login/"
    assert page.messages == ["Your password is set. Please log in."]
    assert page.user is None


@row("SESS-10")
def test_after_forget_me_a_copied_cookie_opens_nothing(reader, post):
    copy = reader.twin()

    reader.get("/session/").form("/session/").submit()

    assert_opens_nothing(copy, post)


@row("SESS-7", "SESS-10")
@pytest.mark.parametrize("address", ["/logout/", "/session/"])
def test_a_copy_that_was_used_meanwhile_opens_nothing(reader, post, address):
    copy = reader.twin()
    copy.get(post.address)
    copy.get("/account/").form("/account/").submit()

    reader.get("/session/").form(address).submit()

    assert_opens_nothing(copy, post)


# The same for who has read nothing, with a message waiting.


@row("SESS-7", "SESS-10")
@pytest.mark.parametrize("address", ["/logout/", "/session/"])
def test_no_message_waits_for_a_copied_cookie(author, address):
    form = author.get("/session/").form(address)
    leave_a_message(author)
    copy = author.twin()

    assert form.submit().is_redirect

    assert_says_nothing(copy)


@row("SESS-8")
def test_after_a_password_change_no_message_waits_for_a_copied_cookie(author):
    form = author.get("/account/password/").form("/account/password/")
    leave_a_message(author)
    copy = author.twin()
    password = f"{token()} {token()}"

    answer = form.submit(
        old_password=author.password, new_password1=password, new_password2=password
    )

    assert answer.is_redirect
    assert_says_nothing(copy)


@row("SESS-9")
def test_after_a_password_reset_no_message_waits_for_a_copied_cookie(
    own_site, visit, smtp_server, author
):
    leave_a_message(author)
    copy = author.twin()
    assert visit(own_site).ask_for_reset(author.email).is_redirect
    (mail,) = mails_to(author.email, smtp_server)

    answer = visit(own_site).set_password(reset_link(mail), f"{token()} {token()}")

    assert answer.is_redirect
    assert_says_nothing(copy)


@row("SESS-11")
def test_signing_in_changes_the_session_cookie(browser, pen, post):
    browser.get(post.address)
    before = session_value(browser)
    knowing = browser.twin()

    browser.log_in(pen.username, pen.password)

    assert session_value(browser) != before
    assert not knowing.is_signed_in


@row("SESS-11")
def test_registration_changes_the_session_cookie(browser, post):
    browser.get(post.address)
    before = session_value(browser)
    knowing = browser.twin()

    browser.register()

    assert session_value(browser) != before
    assert not knowing.is_signed_in


# What a session holds, and for how long.


@row("SESS-12")
def test_with_all_its_marks_the_cookie_is_short_enough(own_site, visit):
    reader = visit(own_site)
    reader.register(username=f"{token():x<30}")
    reader.log_in(reader.username, reader.password, remember=True)

    answers = [reader.get(f"/posts/{id}/") for id in LONG_IDS]
    answers.append(reader.get("/account/").form("/account/").submit())

    name = session_cookie(reader).name
    sent = [
        header
        for answer in answers
        for header in answer.headers.get_list("Set-Cookie")
        if header.startswith(f"{name}=")
    ]
    assert marks_told(reader) == MARKS
    assert max(len(header.encode()) for header in sent) <= LONGEST_COOKIE


@row("SESS-13")
def test_marks_are_added_to_those_that_stand_there(reader, browser, pen):
    posts = pen.write_posts(4)
    before = marks_told(reader)

    for count, post in enumerate(posts, start=1):
        reader.get(post.address)
        browser.get(post.address)
        assert marks_told(reader) == before + count
        assert marks_told(browser) == count

    for visitor in (reader, browser):
        assert all(visitor.entry_of(post, "/").is_read for post in posts)


@row("SESS-13")
def test_marks_stay_when_other_things_change_in_the_session(reader, post):
    before = marks_told(reader)

    reader.get("/account/").form("/account/").submit()
    assert reader.get("/").messages

    assert marks_told(reader) == before
    assert reader.entry_of(post).is_read


@row("SESS-14")
def test_a_session_that_nothing_was_written_to_opens_nothing(
    start_site, store_settings, visit
):
    site = start_site(**store_settings, SESSION_COOKIE_AGE=str(SHORT_LIFE))
    pen, anonymous, forgetful, remembered = (visit(site) for _ in range(4))
    pen.register()
    post, *others = pen.write_posts(5)
    anonymous.get(post.address)
    for visitor, remember in ((forgetful, False), (remembered, True)):
        visitor.log_in(pen.username, pen.password, remember=remember)
    idle = [anonymous, forgetful, remembered]
    begun = monotonic()
    assert not any(knows_nothing(visitor) for visitor in idle)

    # One goes on writing, the others read.
    while not all(knows_nothing(visitor) for visitor in idle):
        assert monotonic() < begun + SECONDS_TO_WAIT
        others.append(others.pop(0))
        pen.get(others[0].address)
        pen.write_post()
        outlive(pen, *idle)

    assert monotonic() >= begun + SHORT_LIFE - 1
    assert not any(visitor.is_signed_in for visitor in idle)
    assert pen.is_signed_in


@row("SESS-15")
def test_two_browsers_of_one_user_have_their_own_marks(reader, new_browser, post):
    other = new_browser()
    other.log_in(reader.username, reader.password)

    assert reader.entry_of(post).is_read
    assert not other.entry_of(post).is_read
    assert "0 posts read" in other.get("/session/").words


@row("SESS-15")
def test_two_browsers_of_one_user_have_their_own_messages(reader, new_browser):
    other = new_browser()
    other.log_in(reader.username, reader.password)

    reader.get("/account/").form("/account/").submit()

    assert other.get("/").messages == []
    assert reader.get("/").messages
