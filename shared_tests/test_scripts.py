"""Texts that would like to run as scripts, in a real browser."""

from itertools import cycle
from urllib.parse import quote

import pytest

from .contract import row
from .corpora import load_corpus
from .mails import change_database

TITLE_LENGTH = 200
NAME_LENGTH = 80
FEED_LENGTH = 20
BODY_LENGTH = 700


def on_one_line(text):
    """The text as a field of one line can hold it."""
    return " ".join(text.split())


def in_parts(texts, most, form):
    """Put texts together, as many as are so long at most in this form."""
    parts: list[list[str]] = [[]]
    for text in texts:
        if len(form(" ".join([*parts[-1], text]))) > most:
            parts.append([])
        parts[-1].append(text)
    return parts


TEXTS = list(load_corpus("xss").values())
TEXT = "\n\n".join(TEXTS)
LINE = on_one_line(TEXT)
# In parts, as long as the title of a post may be, and as a text that is still read.
TITLES = [" ".join(part) for part in in_parts(TEXTS, TITLE_LENGTH, on_one_line)]
TITLES = [on_one_line(title) for title in TITLES]
BODIES = ["\n\n".join(part) for part in in_parts(TEXTS, BODY_LENGTH, str)]
QUOTED = quote(" ".join(TEXTS))

# Each character of it may stand before an @; in single quotes it would be out of them.
EMAIL = "'autofocus/onfocus=alert`1`/x='@example.org"

SHOWN = """
() => {
  const texts = selector => (
    [...document.querySelectorAll(selector)].map(element => element.textContent.trim())
  );
  return [texts("h1")[0], texts(".h-cite .p-author"), texts(".h-cite .p-content")];
}
"""
ENTRIES = """
feed => {
  const page = new DOMParser().parseFromString(feed, "application/xml");
  return ["title", '[type="html"]'].map(selector => (
    [...page.querySelectorAll(selector)].map(element => element.textContent)
  ));
}
"""
VALUES = """
names => Object.fromEntries(names.map(name => [
  name, document.querySelector(`main [name="${name}"]`)?.value
]))
"""


@pytest.fixture(scope="module")
def writer(site, visit):
    """An author whose name and e-mail address are as odd as they may be."""
    writer = visit(site)
    name = writer.new_account()["username"]
    assert writer.register(username=f"{name}.+-_@alert.1", email=EMAIL).is_redirect
    return writer


@pytest.fixture(scope="module")
def posts(writer):
    """Posts that hold all texts in their titles, and some of them in their texts."""
    bodies = [*BODIES, *["Nothing."] * (len(TITLES) - len(BODIES))]
    return [
        writer.write_posts(1, title, body)[0]
        for title, body in zip(TITLES, bodies, strict=True)
    ]


@pytest.fixture
def open_window(chromium):
    """Open windows of a real browser, and close them in the end."""
    windows = []

    def open_window(visitor):
        windows.append(chromium.open_window(visitor))
        return windows[-1]

    yield open_window
    for window in windows:
        window.close()


@row("HOSTILE-1", "POST-3", "POST-4", "REPLY-4", "REPLY-10")
def test_no_text_of_a_post_or_a_comment_runs(open_window, browser, writer, posts):
    posts = posts[: len(BODIES)]
    for post, body in zip(posts, BODIES, strict=True):
        assert browser.reply(post, name="Kim", email=EMAIL, body=body).is_redirect
    for title, post in zip(TITLES, cycle(posts)):
        name = title[:NAME_LENGTH]
        assert browser.reply(post, name=name, email=EMAIL, body=title).is_redirect
    window, shown = open_window(writer), []

    for post in posts:
        window.open(post.address)
        shown.append(window.evaluate(SHOWN))

    assert window.problems == []
    for number, (title, names, bodies) in enumerate(shown):
        titles = TITLES[number :: len(posts)]
        assert title == posts[number].title
        assert names == ["Kim", *[title[:NAME_LENGTH].strip() for title in titles]]
        assert bodies == [BODIES[number], *titles]


@row("HOSTILE-1", "POST-4")
def test_no_title_and_no_summary_runs_in_a_list(open_window, writer, posts):
    window, titles = open_window(writer), []

    address = writer.author_address
    while address:
        window.open(address)
        page = writer.get(address)
        titles += [entry.title for entry in page.entries]
        address = page.link("next")
    for address in ("/", posts[0].delete_address, "/session/", "/account/"):
        assert window.open(address).status == 200

    assert window.problems == []
    assert titles == TITLES[::-1]
    assert window.evaluate(VALUES, ["email"]) == {"email": EMAIL}


@row("HOSTILE-1", "FEED-4")
def test_no_text_runs_in_the_feed_or_in_what_reads_it(open_window, browser, writer):
    window, writer = open_window(browser), writer.twin()
    titles = TITLES[:FEED_LENGTH]
    for title, body in zip(titles, cycle(BODIES)):
        writer.write_posts(1, title, body)

    window.open("/feed.atom")
    found, texts = window.evaluate(ENTRIES, browser.get("/feed.atom").text)
    for text in texts:
        window.look_at("the feed", text)

    assert window.problems == []
    assert [title for title in titles if title not in found] == []


@row("HOSTILE-1", "FORM-1")
def test_no_text_runs_in_a_refused_form(open_window, browser, old_post):
    window, post = open_window(browser), old_post.address
    for page, action, typed in (
        ("/login/", "/login/", {"username": LINE}),
        ("/register/", "/register/", {"username": LINE, "email": LINE}),
        ("/reset/", "/reset/", {"email": LINE}),
        (post, f"{post}comments/", {"name": LINE, "email": LINE, "body": TEXT}),
    ):
        window.open(page)

        assert window.send(action, typed).status == 400
        assert window.evaluate(VALUES, list(typed)) == typed
    assert window.problems == []


@row("HOSTILE-1", "FORM-1")
def test_no_text_runs_in_a_refused_form_of_a_user(open_window, pen, old_post):
    window, typed = open_window(pen), {"title": LINE, "body": TEXT}
    for page, fields in (
        ("/account/", {"email": LINE}),
        ("/posts/new/", typed),
        (old_post.edit_address, typed),
    ):
        window.open(page)

        assert window.send(page, fields).status == 400
        assert window.evaluate(VALUES, list(fields)) == fields
    assert window.problems == []


@row("HOSTILE-1", "WRITE-13", "CSRF-5")
@pytest.mark.parametrize("with_token", [True, False])
def test_no_text_runs_where_it_is_handed_back(
    open_window, browser, old_post, with_token
):
    hidden = browser.hidden_fields() if with_token else {}
    window, typed = open_window(browser), {"title": LINE, "body": TEXT}
    for action in ("/posts/new/", old_post.edit_address):
        window.open("/no/such/page/")

        assert window.send(action, {**hidden, **typed}).status == 403
        assert window.evaluate(VALUES, list(typed)) == typed
    assert window.problems == []


@row("HOSTILE-1", "WRITE-14")
def test_no_text_runs_where_two_edit_one_post(open_window, pen, post):
    window, typed = open_window(pen), {"title": TITLES[0], "body": TEXT}
    window.open(post.edit_address)
    stored = {"title": TITLES[1], "body": f"Mine.\n\n{TEXT}"}
    form = pen.get(post.edit_address).form(post.edit_address)
    assert form.submit(**stored).is_redirect

    sight = window.send(post.edit_address, typed)

    assert sight.status == 409
    assert window.problems == []
    assert window.evaluate(VALUES, ["title", "body"]) == typed
    assert window.evaluate(VALUES, ["stored_title", "stored_body"]) == {
        f"stored_{name}": text for name, text in stored.items()
    }


@row("HOSTILE-1")
def test_no_text_runs_in_an_address(open_window, browser):
    window = open_window(browser)
    statuses = {
        "/{text}": 404,
        "/posts/{text}/": 404,
        "/authors/{text}/": 404,
        "/home/?page={text}": 404,
        "/?{text}": 200,
        "/login/?next={text}": 200,
        "/login/?next=/{text}": 200,
    }
    for address, status in statuses.items():
        assert window.open(address.format(text=QUOTED)).status == status
    assert window.problems == []


@row("SITE-3")
def test_no_text_runs_in_the_link_to_the_other_site(open_window, demo_site, visit):
    window = open_window(visit(demo_site))

    for address in ("/no/such/{text}", "/?page={text}", "/?{text}"):
        window.open(address.format(text=QUOTED))

    assert window.problems == []


@row("LOSS-8")
def test_no_text_runs_while_the_database_cannot_write(open_window, start_site, visit):
    site = start_site()
    author = visit(site)
    author.register()
    window, typed = open_window(author), {"title": TITLES[0], "body": TEXT}
    window.open("/posts/new/")
    change_database(site, "ALTER TABLE blog_post RENAME TO gone")

    sight = window.send("/posts/new/", typed)

    assert sight.status == 503
    assert window.problems == []
    assert window.evaluate(VALUES, list(typed)) == typed
