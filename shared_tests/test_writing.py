"""Writing, editing and deleting posts."""

import pytest

from .contract import row
from .typed import TYPED, handed_back
from .visitor import ids, post_id

BLANK = ["", " ", "\n\t ", "\u00a0\u3000"]


def edit(visitor, post, **fields):
    """Send the form of the edit page."""
    return visitor.get(post.edit_address).form(post.edit_address).submit(**fields)


@row("WRITE-1")
def test_writing_asks_for_title_and_text(pen):
    form = pen.get("/posts/new/").form("/posts/new/")

    assert form.method == "POST"
    assert set(form.controls) == {"title", "body"}


@row("WRITE-1")
def test_an_accepted_post_leads_to_itself(pen):
    form = pen.get("/posts/new/").form("/posts/new/")

    answer = form.submit(title="A title", body="A text.")

    assert answer.is_redirect
    page = answer.follow()
    assert page.address == f"/posts/{post_id(answer.location)}/"
    assert page.heading == "A title"
    assert page.messages


@row("WRITE-2", "FORM-1", "FORM-2")
@pytest.mark.parametrize("value", [*BLANK, None])
@pytest.mark.parametrize("name", ["title", "body"])
def test_title_and_text_are_required(idler, name, value):
    form = idler.open_form("/posts/new/")

    page = form.submit(**{"title": "A title", "body": "A text.", name: value})

    assert page.status == 400
    assert set(page.errors) == {name}
    assert idler.get(idler.author_address).entries == []


@row("WRITE-2", "FORM-1")
def test_a_title_of_over_200_characters_is_refused(pen):
    form = pen.open_form("/posts/new/")

    refused = form.submit(title="é" * 201, body="A text.")

    assert refused.status == 400
    assert set(refused.errors) == {"title"}
    assert refused.form("/posts/new/").values["body"] == "A text."
    assert form.submit(title="é" * 200, body="A text.").is_redirect


@row("WRITE-11", "FORM-1")
def test_a_text_of_over_50_000_characters_is_refused(author):
    form = author.get("/posts/new/").form("/posts/new/")

    refused = form.submit(title="A title", body="é" * 50_001)

    assert refused.status == 400
    assert set(refused.errors) == {"body"}
    assert refused.form("/posts/new/").values["title"] == "A title"
    assert author.get(author.author_address).entries == []
    assert form.submit(title="A title", body="é" * 50_000).is_redirect


@row("WRITE-11")
def test_an_edited_text_has_the_same_limit(pen, post):
    page = edit(pen, post, body="é" * 50_001)

    assert page.status == 400
    assert set(page.errors) == {"body"}


@row("WRITE-3")
def test_the_edit_page_shows_title_and_text_as_they_are(pen):
    body = '# <b>One</b> & "two"\n\nthree &amp; four\n    five'
    post = pen.write_post(title='<i>"T"</i> &amp;', body=body)

    values = pen.get(post.edit_address).form(post.edit_address).values

    assert values["title"] == post.title
    assert values["body"] == body


@row("WRITE-3")
def test_an_edited_post_shows_the_change(pen, browser, post):
    answer = edit(pen, post, title="Changed", body="Now *this*.")

    assert answer.is_redirect
    assert answer.location == post.address
    assert answer.follow().messages
    page = browser.get(post.address)
    assert page.heading == "Changed"
    assert page.soup.select_one(".e-content em").get_text() == "this"
    assert browser.entry_of(post).summary == "Now this."


@row("WRITE-2", "WRITE-3", "FORM-1")
@pytest.mark.parametrize("fields", [{"title": ""}, {"body": " "}, {"title": "t" * 201}])
def test_a_refused_edit_changes_nothing(pen, browser, post, fields):
    page = edit(pen, post, **{"title": "Changed", "body": "Changed.", **fields})

    assert page.status == 400
    assert set(page.errors) == set(fields)
    assert browser.get(post.address).heading == post.title


@row("WRITE-4")
def test_editing_changes_neither_author_date_nor_id(pen, browser, post):
    before = browser.entry_of(post)

    edit(pen, post, title="Changed")

    after = browser.entry_of(post)
    assert (after.author, after.date, after.id) == (
        before.author,
        before.date,
        before.id,
    )


@row("WRITE-5", "CSRF-4")
def test_the_delete_page_asks_and_changes_nothing(pen, browser, old_post):
    page = pen.get(old_post.delete_address)

    assert page.status == 200
    assert page.form(old_post.delete_address).method == "POST"
    assert old_post.title in page.words
    assert browser.get(old_post.address).status == 200


@row("WRITE-6")
def test_a_deleted_post_is_gone_with_its_comments(pen, browser, post):
    browser.reply(post, body="A comment.")
    comment = pen.comments_on(post)[0]

    answer = pen.get(post.delete_address).form(post.delete_address).submit()

    assert answer.is_redirect
    assert answer.location == "/"
    page = answer.follow()
    assert page.messages
    assert post.id not in ids(page)
    assert browser.get(post.address).status == 404
    assert pen.send(comment.delete_address).status == 404


@row("WRITE-7")
@pytest.mark.parametrize("action", ["edit", "delete"])
def test_another_user_may_not(stranger, old_post, action):
    address = f"{old_post.address}{action}/"

    assert stranger.get(address).status == 403
    assert stranger.send(address, title="Changed", body="Changed.").status == 403
    assert stranger.get(old_post.address).heading == old_post.title


@row("WRITE-12")
@pytest.mark.parametrize("address", ["/posts/new/", "{post}edit/", "{post}delete/"])
def test_an_anonymous_visitor_is_led_to_log_in(browser, old_post, address):
    answer = browser.get(address.format(post=old_post.address))

    assert answer.is_redirect
    assert answer.location.split("?")[0] == "/login/"


@row("WRITE-13")
@pytest.mark.parametrize(
    "address",
    [
        "/posts/new/",
        "{post}edit/",
        "{post}delete/",
        "{comment}",
        "/account/",
        "/account/password/",
    ],
)
def test_what_an_anonymous_visitor_sends_is_handed_back(browser, pen, post, address):
    browser.reply(post)
    comment = pen.comments_on(post)[0].delete_address
    typed = {"title": "By <b>nobody</b>", "body": TYPED}

    page = browser.send(
        address.format(post=post.address, comment=comment),
        **typed,
        email="nobody@example.org",
        old_password=pen.password,
    )

    assert page.status == 403
    assert "/login/" in [page.resolve(a["href"]) for a in page.main.select("a[href]")]
    assert len(page.main.get_text().split()) > len(page.heading.split())
    assert handed_back(page) == typed
    assert browser.get(post.address).heading == post.title
    assert len(browser.comments_on(post)) == 1
    assert "By <b>nobody</b>" not in browser.get("/").words


@row("WRITE-13")
def test_only_what_was_typed_is_handed_back(browser):
    assert handed_back(browser.send("/posts/new/", title="T")) == {"title": "T"}
    assert handed_back(browser.send("/posts/new/", body="B")) == {"body": "B"}
    assert handed_back(browser.send("/account/", email="kim@example.org")) == {}


@row("WRITE-13")
def test_what_is_sent_after_log_out_elsewhere_is_handed_back(author):
    other = author.twin()
    form = other.get("/posts/new/").form("/posts/new/")
    author.log_out()

    page = form.submit(title="T", body="B")

    # The token may be dead with the session, or live on: the text is there.
    assert page.status == 403
    assert handed_back(page) == {"title": "T", "body": "B"}


@row("WRITE-9")
@pytest.mark.parametrize("action", ["edit", "delete"])
def test_no_post_cannot_be_edited_or_deleted(pen, post, action):
    pen.send(post.delete_address)

    for id in (post.id, 0, 2**63, 10**20):
        address = f"/posts/{id}/{action}/"
        assert pen.get(address).status == 404, id
        assert pen.send(address, title="T", body="B").status == 404, id


@row("WRITE-10")
@pytest.mark.parametrize("action", ["new", "edit"])
def test_other_fields_change_nothing(pen, stranger, post, action):
    foreign = {
        "author": stranger.username,
        "author_id": "1",
        "id": "1",
        "date_posted": "2001-01-01T00:00:00Z",
        "body_html": "<script>alert(1)</script>",
        "summary": "Forged.",
    }
    address = post.edit_address if action == "edit" else "/posts/new/"

    answer = pen.get(address).form(address).submit(title="T", body="B", **foreign)

    written = post_id(answer.location)
    entry = next(entry for entry in pen.get("/").entries if entry.id == written)
    assert entry.author == pen.username
    assert entry.date.year > 2001
    assert entry.summary == "B"
    assert written == post.id if action == "edit" else written > post.id
