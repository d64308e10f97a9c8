"""What is written on one site is read on the other, where both have one database."""

from functools import partial

import pytest

from .at_once import at_once
from .contract import row
from .mails import mails_to, text_of, wait_until
from .one_database import LOGIN_TRIES
from .typed import handed_back
from .visitor import Visitor, token

WRITERS = 4  # at each site
WRONG = "not the password"


@pytest.fixture(params=["from its maker", "to its maker"])
def here_and_there(request, one_database):
    """The site that is written on, and the one that is read."""
    maker = one_database.maker
    (other,) = one_database.sites.keys() - {maker}
    return (maker, other) if request.param == "from its maker" else (other, maker)


@pytest.fixture
def here(one_database, here_and_there):
    """Somebody with an account, at one site."""
    visitor = one_database.visit(here_and_there[0])
    visitor.register()
    return visitor


@pytest.fixture
def there(one_database, here_and_there, here):
    """The same person, who signs in at the other site."""
    return one_database.enter(here_and_there[1], here)


@pytest.fixture
def everywhere(one_database):
    """Many visitors of all sites."""
    return [one_database.visit(name) for name in [*one_database.sites] * WRITERS]


@row("SCHEMA-4")
def test_what_is_written_on_one_site_is_read_on_the_other(here, there):
    reader = Visitor(there.url)

    post = here.write_post()

    assert reader.get(post.address).heading == post.title
    assert reader.entry_of(post)
    assert reader.entry_of(post, here.author_address)
    assert post.title in reader.get("/feed.atom").text
    assert reader.reply(post, body="From there.").is_redirect
    assert here.entry_of(post).comments == "1 comment"
    assert [comment.text for comment in here.comments_on(post)] == ["From there."]


@row("SCHEMA-4")
def test_what_is_changed_on_one_site_is_changed_on_the_other(here, there):
    post = here.write_post()
    here.reply(post)

    form = there.get(post.edit_address).form(post.edit_address)
    assert form.submit(title="Changed", body="New *text*").is_redirect
    assert here.get(post.address).heading == "Changed"
    assert here.entry_of(post).summary == "New text"
    (comment,) = there.comments_on(post)
    assert there.send(comment.delete_address).is_redirect
    assert here.entry_of(post).comments == "no comments"
    assert there.send(post.delete_address).is_redirect
    assert here.get(post.address).status == 404
    assert here.entry_of(post) is None


@row("SCHEMA-5")
def test_an_account_is_one_on_all_sites(here, there):
    assert there.get("/account/").user == here.username
    page = Visitor(there.url).register(username=here.username.upper())
    assert "username" in page.errors


@row("SCHEMA-5")
def test_a_session_is_of_one_site(here, there):
    assert here.twin(there.url).get("/account/").status == 302


@row("SCHEMA-5")
def test_a_new_password_ends_what_was_begun_with_the_old_one_everywhere(here, there):
    old, new = here.password, f"{token()} {token()}"
    form = here.get("/account/password/").form("/account/password/")

    page = form.submit(old_password=old, new_password1=new, new_password2=new)

    assert page.is_redirect
    assert here.is_signed_in
    assert not there.is_signed_in
    for url in (here.url, there.url):
        assert Visitor(url).log_in(here.username, old).status == 400
        assert Visitor(url).log_in(here.username, new).is_redirect


@row("SCHEMA-5")
def test_refused_log_ins_count_together(here, there):
    urls = [here.url, there.url]

    for url in urls * (LOGIN_TRIES // 2):
        assert Visitor(url).log_in(here.username, WRONG).status == 400
    for url in urls:
        assert Visitor(url).log_in(here.username, here.password).status == 429


@row("SCHEMA-5")
def test_a_log_in_on_one_site_forgets_what_failed_on_the_other(here, there):
    for _ in range(2):
        for _ in range(LOGIN_TRIES - 1):
            assert Visitor(here.url).log_in(here.username, WRONG).status == 400
        assert Visitor(there.url).log_in(here.username, here.password).is_redirect


@row("SCHEMA-6")
def test_of_two_who_edit_on_two_sites_the_second_is_told(here, there):
    post = here.write_post()
    forms = [
        visitor.get(post.edit_address).form(post.edit_address)
        for visitor in (here, there)
    ]
    stored = {"title": "Mine", "body": "First."}
    assert forms[0].submit(**stored).is_redirect

    page = forms[1].submit(title="Yours", body="Second.")

    assert page.status == 409
    assert handed_back(page, "stored_") == stored
    assert page.form(post.edit_address).submit().is_redirect
    assert here.get(post.address).heading == "Yours"


@row("SCHEMA-6")
def test_of_those_who_edit_on_both_at_once_one_is_accepted(here, there):
    post = here.write_post()
    forms = {
        f"Edit {number} at {visitor.url}": visitor.twin()
        .get(post.edit_address)
        .form(post.edit_address)
        for visitor in (here, there)
        for number in range(WRITERS)
    }

    pages = at_once(lambda item: item[1].submit(title=item[0]), list(forms.items()))

    accepted = [
        title for title, page in zip(forms, pages, strict=True) if page.is_redirect
    ]
    assert [page.status for page in pages].count(409) == len(pages) - 1
    assert accepted == [here.get(post.address).heading]


@row("SCHEMA-6")
def test_of_those_who_register_one_name_on_both_at_once_one_is_registered(
    one_database, everywhere
):
    name = token()
    for visitor in everywhere:
        visitor.open_form("/register/")

    pages = at_once(lambda visitor: visitor.register(username=name), everywhere)

    assert sorted(page.status for page in pages)[1:] == [400] * (len(pages) - 1)
    assert all("username" in page.errors for page in pages if page.status == 400)
    found = one_database.run("SELECT 1 FROM users_user WHERE username = :n", n=name)
    assert len(found) == 1


@row("SCHEMA-6")
def test_who_replies_on_one_while_the_post_is_deleted_on_another_meets_no_error(
    here, there, everywhere
):
    for _ in range(4):
        post = here.write_post()
        there.hidden_fields()
        for reader in everywhere:
            reader.reply(post, body=token())
            reader.open_form(post.address, post.comments_address)
        acts = [partial(there.send, post.delete_address)]
        acts += [partial(reader.reply, post) for reader in everywhere]

        deleted, *replies = at_once(lambda act: act(), acts)

        assert {page.status for page in replies} <= {302, 303, 404}
        assert deleted.is_redirect or deleted.status == 409
        assert (here.get(post.address).status == 404) == deleted.is_redirect


@row("SCHEMA-7")
def test_a_mail_is_sent_once_however_many_look_for_it(one_database, here, everywhere):
    post, smtp = here.write_post(), one_database.smtp
    said = {token(): reader for reader in everywhere}
    for reader in everywhere:
        reader.open_form(post.address, post.comments_address)

    # What cannot be sent at once is for whoever looks first, and all look often.
    smtp.stop()
    pages = at_once(lambda item: item[1].reply(post, body=item[0]), list(said.items()))
    assert all(page.is_redirect for page in pages)
    smtp.start()

    waiting = "SELECT 1 FROM mail_message WHERE date_sent IS NULL"
    wait_until(lambda: not one_database.run(waiting), "all mails are sent")
    mails = mails_to(here.email, smtp, len(said))
    assert len({mail["Message-ID"] for mail in mails}) == len(mails) == len(said)
    for word in said:
        assert sum(word in text_of(mail) for mail in mails) == 1


@row("SCHEMA-7")
def test_a_site_sends_what_another_that_was_killed_has_left(
    one_database, launch, here_and_there, here, there
):
    post, smtp = here.write_post(), one_database.smtp
    smtp.stop()
    assert Visitor(there.url).reply(post, body="A last word.").is_redirect

    dead = one_database.sites[here_and_there[1]]
    dead.stop()
    # A mail is left for two minutes to the process that sends it, dead or not.
    one_database.run("UPDATE mail_message SET date_due = date_created")
    smtp.start()

    (mail,) = mails_to(here.email, smtp)
    assert "A last word." in text_of(mail)
    again = launch.serve(dead.name, dead.folder, dead.environment)
    one_database.sites[dead.name] = again
