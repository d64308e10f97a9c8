"""Two edits of one post, and forms that are sent twice."""

import pytest

from .at_once import at_once
from .contract import row
from .typed import TYPED, handed_back
from .visitor import post_id

AT_ONCE = 8
KIM = {"name": "Kim", "email": "kim@example.org"}


def edit_form(visitor, post):
    """Open the form of the edit page, in the state that the post now has."""
    return visitor.get(post.edit_address).form(post.edit_address)


@row("WRITE-14")
def test_the_second_of_two_who_edit_is_told_and_loses_nothing(pen, browser, post):
    first, second = (visitor.get(post.edit_address) for visitor in (pen, pen.twin()))
    stored = {"title": "Mine <first>", "body": f"First.{TYPED}"}
    typed = {"title": "Mine <second>", "body": f"Second.{TYPED}"}
    assert first.form(post.edit_address).submit(**stored).is_redirect

    page = second.form(post.edit_address).submit(**typed)

    assert page.status == 409
    assert page.alerts
    assert handed_back(page, "stored_") == stored
    form = page.form(post.edit_address)
    assert {name: form.values[name] for name in typed} == typed
    assert browser.get(post.address).heading == stored["title"]

    # Sent again, it is accepted, for now its writer knows.
    answer = form.submit()
    assert answer.is_redirect
    assert answer.location == post.address
    assert browser.get(post.address).heading == typed["title"]


@row("WRITE-14")
def test_who_is_told_may_be_too_late_again(pen, browser, post):
    forms = [edit_form(pen, post) for _ in range(3)]
    assert forms[0].submit(title="One").is_redirect
    told = forms[1].submit(title="Two")
    assert edit_form(pen, post).submit(title="Three").is_redirect

    page = told.form(post.edit_address).submit()

    assert page.status == 409
    assert handed_back(page, "stored_")["title"] == "Three"
    assert page.form(post.edit_address).values["title"] == "Two"
    # What is refused for another reason is no way round it.
    assert forms[2].submit(title="").form(post.edit_address).submit(
        title="Four"
    ).status in {400, 409}
    assert browser.get(post.address).heading == "Three"


@row("WRITE-14")
def test_of_those_who_edit_at_once_one_is_accepted(pen, browser, post):
    form = edit_form(pen, post)
    titles = [f"Edit {number}" for number in range(AT_ONCE)]

    pages = at_once(
        lambda title: pen.twin().post(
            post.edit_address, {**form.values, "title": title}
        ),
        titles,
    )

    assert sorted(page.status for page in pages)[1:] == [409] * (AT_ONCE - 1)
    accepted = [
        title for title, page in zip(titles, pages, strict=True) if page.is_redirect
    ]
    assert accepted == [browser.get(post.address).heading]


@row("WRITE-14")
@pytest.mark.parametrize("version", ["", "0", "-1", "x", "1.0", " 1", "9" * 30, None])
def test_a_form_of_no_known_state_overwrites_nothing(pen, browser, post, version):
    form = edit_form(pen, post)
    assert form.submit(title="Changed").is_redirect
    hidden = form.hidden.keys() - pen.hidden_fields().keys()

    page = form.submit(title="Overwritten", **dict.fromkeys(hidden, version))

    assert page.status in {400, 409}
    assert browser.get(post.address).heading == "Changed"


@row("WRITE-15")
def test_the_same_edit_sent_twice_is_accepted_twice(pen, browser, post):
    form, typed = edit_form(pen, post), {"title": "Changed <once>", "body": TYPED}
    answers = [form.submit(**typed)]
    # Whoever looks between the two has seen the post as it stays.
    between = edit_form(pen, post)
    answers.append(form.submit(**typed))

    assert all(answer.is_redirect for answer in answers)
    assert {answer.location for answer in answers} == {post.address}
    assert browser.get(post.address).heading == typed["title"]
    assert between.submit(title="Changed again").is_redirect
    # Now it is the same no more.
    assert form.submit(**typed).status == 409
    assert browser.get(post.address).heading == "Changed again"


@row("WRITE-15")
def test_the_same_edit_sent_twice_at_once_is_accepted_twice(pen, browser, post):
    form = edit_form(pen, post)
    fields = {**form.values, "title": "Changed"}

    pages = at_once(
        lambda visitor: visitor.post(post.edit_address, fields),
        [pen.twin() for _ in range(AT_ONCE)],
    )

    assert [page.is_redirect for page in pages] == [True] * AT_ONCE
    assert browser.get(post.address).heading == "Changed"
    again = edit_form(pen, post)
    assert again.submit(title="Changed again").is_redirect


@row("WRITE-16")
def test_a_post_sent_twice_is_one(author):
    form = author.get("/posts/new/").form("/posts/new/")

    answers = [form.submit(title=" A title ", body=TYPED) for _ in range(3)]

    assert len({answer.location for answer in answers}) == 1
    assert answers[-1].follow().heading == "A title"
    assert len(author.get(author.author_address).entries) == 1


@row("WRITE-16")
def test_with_another_text_it_is_another(author):
    form = author.get("/posts/new/").form("/posts/new/")

    answers = [
        form.submit(title=title, body=body)
        for title, body in (("T", "B"), ("T", "B2"), ("T2", "B"), ("T", "B"))
    ]

    assert len({answer.location for answer in answers}) == 3
    assert answers[0].location == answers[3].location
    assert len(author.get(author.author_address).entries) == 3


@row("WRITE-16")
def test_a_post_sent_many_times_at_once_is_one(author):
    form = author.get("/posts/new/").form("/posts/new/")
    fields = {**form.values, "title": "T", "body": "B"}

    pages = at_once(
        lambda visitor: visitor.post("/posts/new/", fields),
        [author.twin() for _ in range(AT_ONCE)],
    )

    assert [page.is_redirect for page in pages] == [True] * AT_ONCE
    assert len({page.location for page in pages}) == 1
    assert len(author.get(author.author_address).entries) == 1


@row("WRITE-16")
def test_the_same_text_in_two_forms_is_two_posts(author):
    forms = [author.get("/posts/new/").form("/posts/new/") for _ in range(2)]

    answers = [form.submit(title="T", body="B") for form in forms]

    assert len({answer.location for answer in answers}) == 2


@row("WRITE-16")
@pytest.mark.parametrize("value", ["", None])
def test_nobody_is_led_to_the_post_of_somebody_else(author, stranger, value):
    for visitor in (stranger, author):
        form = visitor.get("/posts/new/").form("/posts/new/")
        made_up = dict.fromkeys(form.hidden.keys() - visitor.hidden_fields(), value)

        answer = form.submit(title="Ours", body="Of two.", **made_up)

        if answer.is_redirect:
            entries = visitor.get(visitor.author_address).entries
            assert post_id(answer.location) in [entry.id for entry in entries]


@row("REPLY-21")
@pytest.mark.parametrize("who", ["browser", "stranger"])
def test_a_reply_sent_twice_is_one(request, post, who):
    reader = request.getfixturevalue(who)
    form = reader.get(post.address).form(post.comments_address)
    typed = {**KIM, "body": " Well said.\nTwice. "}

    answers = [form.submit(**typed) for _ in range(3)]

    assert all(answer.is_redirect for answer in answers)
    assert {answer.location.split("#")[0] for answer in answers} == {post.address}
    assert [comment.text for comment in reader.comments_on(post)] == [
        "Well said.\nTwice."
    ]
    assert reader.entry_of(post).comments == "1 comment"


@row("REPLY-21")
@pytest.mark.parametrize("who", ["browser", "stranger"])
def test_a_reply_sent_many_times_at_once_is_one(request, post, who):
    reader = request.getfixturevalue(who)
    form = reader.get(post.address).form(post.comments_address)
    fields = {**form.values, **KIM, "body": "Well said."}

    pages = at_once(
        lambda visitor: visitor.post(post.comments_address, fields),
        [reader.twin() for _ in range(AT_ONCE)],
    )

    assert [page.is_redirect for page in pages] == [True] * AT_ONCE
    assert len(reader.comments_on(post)) == 1


@row("REPLY-21")
def test_with_another_text_it_is_another_reply(browser, post):
    form = browser.get(post.address).form(post.comments_address)

    for body in ("One.", "Two.", "One."):
        assert form.submit(**KIM, body=body).is_redirect

    assert [comment.text for comment in browser.comments_on(post)] == ["One.", "Two."]


@row("REPLY-21")
def test_the_same_words_of_two_readers_are_two_replies(new_browser, stranger, post):
    for visitor in (new_browser(), new_browser(), stranger):
        assert visitor.reply(post, body="Well said.").is_redirect

    assert len(stranger.comments_on(post)) == 3


@row("REPLY-21")
def test_the_same_words_below_two_posts_are_two_replies(browser, pen):
    posts = pen.write_posts(2)
    form = browser.get(posts[0].address).form(posts[0].comments_address)
    fields = {**form.values, **KIM, "body": "Well said."}

    for post in posts:
        assert browser.post(post.comments_address, fields).is_redirect

    assert [len(browser.comments_on(post)) for post in posts] == [1, 1]


@row("REPLY-21")
@pytest.mark.parametrize("value", ["", None])
def test_without_its_hidden_field_each_reply_is_its_own(new_browser, post, value):
    for number, visitor in enumerate((new_browser(), new_browser()), 1):
        form = visitor.get(post.address).form(post.comments_address)
        names = form.hidden.keys() - visitor.hidden_fields().keys()
        answer = form.submit(**KIM, body="Well said.", **dict.fromkeys(names, value))

        assert answer.is_redirect
        assert len(visitor.comments_on(post)) == number
