"""Passwords: which are welcome, and what happens when one changes."""

import re
import sqlite3
from contextlib import closing

import pytest

from .contract import row
from .visitor import token

COMMON = ["password1", "12345678", "qwertyuiop"]
ARGON2ID = re.compile(
    r"argon2\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+"
)

# Each is refused; {name} stands for the user name.
BAD_PASSWORDS = {
    "seven characters": "kX9#vB2",
    "seven characters of other scripts": "пароль題",
    **{word: word for word in COMMON},
    "common in capitals": "QWERTYUIOP",
    "common with a capital": "Password1",
    "the user name": "{name}",
    "the user name and a digit": "{name}1",
    "the user name within more": "my{name}!",
}


def change(visitor, old, new, again=None):
    """Send the form that changes a password."""
    form = visitor.open_form("/account/password/")
    return form.submit(
        old_password=old,
        new_password1=new,
        new_password2=new if again is None else again,
    )


def opens(browser, name, password):
    """Whether the pair signs somebody in."""
    return browser.log_in(name, password).is_redirect


@row("PASS-1", "PASS-2", "PASS-3")
@pytest.mark.parametrize("password", BAD_PASSWORDS.values(), ids=BAD_PASSWORDS)
def test_a_bad_password_is_refused_at_registration(nobody, password):
    name = token()
    bad = password.format(name=name)

    page = nobody.register(username=name, password1=bad, password2=bad)

    assert page.status == 400
    assert set(page.errors) <= {"password1", "password2"}
    assert page.errors
    assert not nobody.is_signed_in


@row("PASS-1")
def test_eight_characters_are_enough(browser):
    assert browser.register(password1="kX9#vB2!", password2="kX9#vB2!").is_redirect


@row("PASS-4", "FORM-2")
def test_two_passwords_that_differ_are_refused(nobody):
    page = nobody.register(password2="something else entirely")

    assert page.status == 400
    assert set(page.errors) == {"password2"}
    assert not nobody.is_signed_in


@row("PASS-5")
@pytest.mark.parametrize(
    "phrase",
    [
        ("correct horse battery staple " * 4)[:99] + "!",
        ("пароль из многих слов 密碼 كلمة السر \U0001f40d " * 4)[:99] + "ß",
    ],
    ids=["latin", "other scripts"],
)
def test_a_long_pass_phrase_is_welcome_and_works(new_browser, phrase):
    author = new_browser()
    assert author.register(password1=phrase, password2=phrase).is_redirect

    assert opens(new_browser(), author.username, phrase)
    assert not opens(new_browser(), author.username, phrase[:-1])


@row("PASS-6")
def test_white_space_at_the_ends_counts(new_browser):
    phrase = "  two spaces here  "
    author = new_browser()
    author.register(password1=phrase, password2=phrase)

    assert opens(new_browser(), author.username, phrase)
    assert not opens(new_browser(), author.username, phrase.strip())


@row("PASS-6", "PASS-4")
def test_passwords_that_differ_in_white_space_differ(nobody):
    page = nobody.register(password1="two words here", password2="two words here ")

    assert page.status == 400
    assert set(page.errors) == {"password2"}


@row("PASS-7")
def test_changing_the_password_asks_for_the_old_and_twice_for_the_new(pen):
    form = pen.get("/account/password/").form("/account/password/")

    assert set(form.controls) == {"old_password", "new_password1", "new_password2"}


@row("PASS-7")
def test_the_new_password_works_and_the_old_does_not(author, new_browser):
    answer = change(author, author.password, "a new pass phrase")

    assert answer.is_redirect
    assert answer.follow().messages
    assert opens(new_browser(), author.username, "a new pass phrase")
    assert not opens(new_browser(), author.username, author.password)


@row("PASS-8")
@pytest.mark.parametrize("old", ["not the password", ""])
def test_a_wrong_old_password_changes_nothing(author, new_browser, old):
    page = change(author, old, "a new pass phrase")

    assert page.status == 400
    assert set(page.errors) == {"old_password"}
    assert author.is_signed_in
    assert opens(new_browser(), author.username, author.password)
    assert not opens(new_browser(), author.username, "a new pass phrase")


@row("PASS-9")
@pytest.mark.parametrize("password", BAD_PASSWORDS.values(), ids=BAD_PASSWORDS)
def test_a_bad_password_is_refused_as_the_new_one(pen, password):
    page = change(pen, pen.password, password.format(name=pen.username))

    assert page.status == 400
    assert set(page.errors) <= {"new_password1", "new_password2"}
    assert page.errors


@row("PASS-9")
def test_two_new_passwords_that_differ_are_refused(author, new_browser):
    page = change(author, author.password, "a new pass phrase", "another pass phrase")

    assert page.status == 400
    assert set(page.errors) == {"new_password2"}
    assert opens(new_browser(), author.username, author.password)


@row("PASS-10")
def test_a_new_password_signs_out_every_other_browser(author, new_browser):
    plain, remembered = new_browser(), new_browser()
    plain.log_in(author.username, author.password)
    remembered.log_in(author.username, author.password, remember=True)
    remembered.close_window()
    woken = remembered.twin()
    assert woken.is_signed_in

    change(author, author.password, "a new pass phrase")

    assert author.is_signed_in
    assert [other.is_signed_in for other in (plain, remembered, woken)] == [False] * 3


@row("PASS-10")
def test_a_remembered_browser_that_changes_the_password_stays_remembered_or_signed_in(
    new_browser, pen
):
    author = new_browser()
    author.register()
    browser = new_browser()
    browser.log_in(author.username, author.password, remember=True)

    change(browser, author.password, "a new pass phrase")

    assert browser.is_signed_in


@row("PASS-11")
def test_no_password_comes_back(browser, author):
    secret = "xq zk vj secret"
    pages = [
        browser.register(email="wrong", password1=secret, password2=secret),
        browser.log_in(author.username, secret),
        change(author, secret, secret, secret + "!"),
        change(author, author.password, secret, secret + "!"),
    ]

    for page in pages:
        assert page.status == 400
        assert secret not in page.text
        assert author.password not in page.text


@row("PASS-12")
def test_passwords_are_stored_as_argon2id(public_site, visit_over_tls):
    author = visit_over_tls(public_site)
    author.register()

    with closing(sqlite3.connect(public_site.database)) as database:
        rows = database.execute(
            "SELECT password FROM users_user WHERE username = ?", [author.username]
        ).fetchall()

    assert len(rows) == 1
    assert ARGON2ID.fullmatch(rows[0][0])
    assert author.password not in rows[0][0]
    assert author.twin().log_in(author.username, author.password).is_redirect
