"""Comments: who may write them, what they show, who may delete them."""

import pytest

from .contract import row
from .disguises import disguises
from .visitor import token

BAD_EMAILS = [
    "kim",
    "kim.example.org",
    "kim@",
    "kim@ ",
    "kim@@example.org",
    "@",
    "kim@.org",
]


@pytest.fixture
def comment(browser, pen, post):
    """A comment of an anonymous reader, as the author of the post sees it."""
    browser.reply(post)
    return pen.comments_on(post)[0]


@pytest.fixture
def own_comment(author, pen, post):
    """A comment that `author` wrote under a post of somebody else."""
    author.reply(post)
    return author.comments_on(post)[0]


@row("REPLY-1")
def test_an_anonymous_reader_is_asked_for_name_email_and_text(browser, old_post):
    form = browser.get(old_post.address).form(old_post.comments_address)

    assert form.method == "POST"
    assert set(form.controls) == {"name", "email", "body"}


@row("REPLY-2")
def test_a_signed_in_reader_is_asked_for_text_only(stranger, old_post):
    form = stranger.get(old_post.address).form(old_post.comments_address)

    assert set(form.controls) == {"body"}


@row("REPLY-3")
@pytest.mark.parametrize("who", ["browser", "stranger"])
def test_an_accepted_reply_leads_to_the_post_where_it_stands(request, post, who):
    reader = request.getfixturevalue(who)

    answer = reader.reply(post, body="Well said.")

    assert answer.is_redirect
    assert answer.location.split("#")[0] == post.address
    page = answer.follow()
    assert [comment.text for comment in page.comments] == ["Well said."]
    assert page.messages


@row("REPLY-4")
@pytest.mark.parametrize(
    "name", ["Kim", '<i>Kim</i> & "Co"', "名前", "https://evil.example/"]
)
def test_an_anonymous_name_is_shown_as_typed_and_linked_to_nothing(browser, post, name):
    browser.reply(post, name=name)
    comment = browser.comments_on(post)[0]

    assert comment.author == name
    assert comment.author_address is None
    assert comment.element.select("a") == []


@row("REPLY-4")
def test_the_name_of_an_account_is_not_linked_for_an_anonymous_reader(
    browser, pen, post
):
    browser.reply(post, name=pen.username)

    assert browser.comments_on(post)[0].author_address is None


@row("REPLY-5")
def test_the_comment_of_a_user_shows_the_user_name_whatever_was_sent(
    browser, stranger, post
):
    stranger.send(
        post.comments_address,
        body="Mine.",
        name="Somebody",
        email="somebody@example.org",
    )
    comment = browser.comments_on(post)[0]

    assert comment.author == stranger.username
    assert comment.author_address == stranger.author_address
    assert "Somebody" not in browser.get(post.address).text


@row("REPLY-6", "FORM-1", "FORM-2")
@pytest.mark.parametrize("value", ["", None], ids=["empty", "absent"])
@pytest.mark.parametrize("name", ["name", "email", "body"])
def test_every_field_of_a_reply_is_required(nobody, old_post, name, value):
    page = nobody.reply(old_post, **{name: value})

    assert page.status == 400
    assert set(page.errors) == {name}
    assert nobody.comments_on(old_post) == []


@row("REPLY-6")
def test_text_is_required_of_a_user_too(stranger, old_post):
    page = stranger.reply(old_post, body="")

    assert page.status == 400
    assert set(page.errors) == {"body"}
    assert stranger.comments_on(old_post) == []


@row("REPLY-7")
@pytest.mark.parametrize("email", BAD_EMAILS)
def test_an_impossible_email_address_is_refused(nobody, old_post, email):
    page = nobody.reply(old_post, email=email)

    assert page.status == 400
    assert set(page.errors) == {"email"}
    assert nobody.comments_on(old_post) == []


@row("REPLY-7")
@pytest.mark.parametrize("email", ["kim+blog@example.org", "k.i_m@sub.example.co.uk"])
def test_an_unusual_email_address_is_accepted(browser, post, email):
    assert browser.reply(post, email=email).is_redirect


@row("REPLY-8")
def test_the_email_address_of_a_commenter_is_shown_nowhere(new_browser, pen, post):
    email = f"{token()}@{token()}.example.org"
    commenter = new_browser()
    commenter.reply(post, email=email)

    for reader in (commenter, pen, new_browser()):
        for address in (post.address, "/", pen.author_address, "/feed.atom"):
            page = reader.get(address)
            assert not [form for form in disguises(email) if form in page.text]


@row("REPLY-9")
@pytest.mark.parametrize("text", [" ", "\n", " \t\r\n ", "\u00a0\u2003\u3000"])
@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_a_reply_of_white_space_is_refused(request, old_post, who, text):
    reader = request.getfixturevalue(who)

    page = reader.reply(old_post, body=text)

    assert page.status == 400
    assert set(page.errors) == {"body"}
    assert reader.comments_on(old_post) == []


@row("REPLY-10")
def test_a_reply_is_plain_text(browser, post):
    text = '<b>bold</b> *star* & [link](x)\nsecond "line"\n<script>alert(1)</script>'
    browser.reply(post, body=text)
    comment = browser.comments_on(post)[0]

    assert comment.text == text
    assert comment.element.select("b, em, a, script") == []


@row("REPLY-11")
@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_a_reply_to_no_post_is_not_found(request, pen, post, who):
    pen.send(post.delete_address)
    reader = request.getfixturevalue(who)

    for id in (post.id, 0, 2**63, 10**20):
        page = reader.send(
            f"/posts/{id}/comments/", name="Kim", email="kim@example.org", body="Hello?"
        )
        assert page.status == 404, id


@row("REPLY-12")
@pytest.mark.parametrize(("name", "most"), [("name", 80), ("body", 5000)])
def test_name_and_text_have_a_limit(browser, post, name, most):
    refused = browser.reply(post, **{name: "é" * (most + 1)})

    assert refused.status == 400
    assert set(refused.errors) == {name}
    assert browser.comments_on(post) == []
    assert browser.reply(post, **{name: "é" * most}).is_redirect


@row("REPLY-12")
def test_a_user_has_the_same_limit(stranger, old_post):
    page = stranger.reply(old_post, body="é" * 5001)

    assert page.status == 400
    assert stranger.comments_on(old_post) == []


@row("REPLY-13", "REPLY-20")
@pytest.mark.parametrize("who", ["browser", "stranger"])
def test_the_author_of_the_post_deletes_any_comment(request, pen, post, who):
    request.getfixturevalue(who).reply(post)
    comment = pen.comments_on(post)[0]

    answer = pen.get(post.address).form(comment.delete_address).submit()

    assert answer.is_redirect
    assert pen.comments_on(post) == []


@row("REPLY-14", "REPLY-20")
def test_a_user_deletes_an_own_comment(author, post, own_comment):
    author.get(post.address).form(own_comment.delete_address).submit()

    assert author.comments_on(post) == []


@row("REPLY-15")
def test_another_user_deletes_no_comment(stranger, post, comment):
    page = stranger.send(comment.delete_address)

    assert page.status == 403
    assert len(stranger.comments_on(post)) == 1


@row("REPLY-15")
def test_another_user_deletes_no_comment_of_a_user(stranger, post, own_comment):
    page = stranger.send(own_comment.delete_address)

    assert page.status == 403
    assert len(stranger.comments_on(post)) == 1


@row("WRITE-13")
def test_an_anonymous_attempt_to_delete_is_refused(browser, post, comment):
    page = browser.send(comment.delete_address)

    assert page.status == 403
    assert "/login/" in [page.resolve(a["href"]) for a in page.main.select("a[href]")]
    assert len(browser.comments_on(post)) == 1


@row("REPLY-17")
def test_a_deleted_comment_is_gone_everywhere(browser, pen, post, comment):
    before = browser.entry_of(post).comments

    answer = pen.send(comment.delete_address)

    assert answer.is_redirect
    assert answer.location.split("#")[0] == post.address
    page = answer.follow()
    assert page.messages
    assert page.comments == []
    assert [before, browser.entry_of(post).comments] == ["1 comment", "no comments"]


@row("REPLY-18")
def test_deleting_no_comment_is_not_found(pen, comment):
    pen.send(comment.delete_address)

    assert pen.send(comment.delete_address).status == 404
    for id in (0, 2**63, 10**20):
        assert pen.send(f"/comments/{id}/delete/").status == 404, id


@row("REPLY-19")
@pytest.mark.parametrize("who", ["browser", "pen"])
def test_comments_are_not_written_or_deleted_by_get(request, pen, post, comment, who):
    reader = request.getfixturevalue(who)

    assert (
        reader.get(f"{post.comments_address}?name=K&email=k@example.org&body=x").status
        == 405
    )
    assert reader.get(comment.delete_address).status == 405
    assert len(pen.comments_on(post)) == 1


@row("REPLY-20")
@pytest.mark.parametrize("who", ["browser", "stranger"])
def test_the_button_to_delete_is_offered_to_nobody_else(request, post, comment, who):
    page = request.getfixturevalue(who).get(post.address)

    assert comment.delete_address not in page.text
    assert page.comments[0].delete_address is None


@row("REPLY-20")
def test_a_commenter_is_offered_the_button_for_own_comments_only(
    author, stranger, post, own_comment
):
    stranger.reply(post)

    comments = author.comments_on(post)

    assert [bool(comment.delete_address) for comment in comments] == [True, False]
