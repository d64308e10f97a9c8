"""Accounts: register, log in, log out, remember, the account page."""

import time

import pytest

from .contract import row
from .disguises import disguises
from .visitor import token

DAY = 24 * 60 * 60
FIELDS = ["username", "email", "password1", "password2"]
BAD_EMAILS = ["kim", "kim.example.org", "kim@", "kim@@example.org", "@"]


@row("USER-1")
def test_registration_asks_for_four_fields(browser):
    form = browser.get("/register/").form("/register/")

    assert form.method == "POST"
    assert set(form.controls) == set(FIELDS)


@row("USER-1")
def test_registration_signs_in_and_leads_home(browser):
    answer = browser.register()

    assert answer.is_redirect
    assert answer.location == "/"
    assert answer.follow().user == browser.username


@row("USER-2", "FORM-2")
@pytest.mark.parametrize("value", ["", None], ids=["empty", "absent"])
@pytest.mark.parametrize("name", FIELDS)
def test_every_field_of_registration_is_required(nobody, name, value):
    page = nobody.register(**{name: value})

    assert page.status == 400
    assert name in page.errors
    assert not nobody.is_signed_in


@row("USER-3", "FORM-2")
@pytest.mark.parametrize("change", [str.lower, str.upper, str.title, str.strip])
def test_a_user_name_that_exists_is_refused(nobody, pen, change):
    page = nobody.register(username=change(pen.username))

    assert page.status == 400
    assert set(page.errors) == {"username"}
    assert not nobody.is_signed_in


@row("USER-4")
@pytest.mark.parametrize(
    "form",
    [
        "{} lee",
        "{}!",
        "{}/lee",
        "{}\\lee",
        "<{}>",
        "{}\u00ef",
        "\u043a{}",
        "{}名前",
        "{}\u200b",
        ".{}",
        "-{}",
        "+{}",
        "@{}",
        "{:x<31}",
    ],
)
def test_an_impossible_user_name_is_refused(nobody, form):
    page = nobody.register(username=form.format(token()))

    assert page.status == 400
    assert set(page.errors) == {"username"}
    assert not nobody.is_signed_in


@row("USER-4")
@pytest.mark.parametrize("form", ["_{}", "9{}", "{}.a@b+c-d_e", "{:x<30}"])
def test_an_unusual_user_name_is_accepted(browser, form):
    name = form.format(token())

    browser.register(username=name)

    page = browser.get("/")
    assert page.user == name
    assert browser.get(browser.author_address).status == 200


@row("USER-5")
def test_two_accounts_may_share_an_email_address(browser, pen):
    assert browser.register(email=pen.email).is_redirect


@row("USER-6", "FORM-2")
@pytest.mark.parametrize("email", BAD_EMAILS)
def test_an_impossible_email_address_is_refused(nobody, email):
    page = nobody.register(email=email)

    assert page.status == 400
    assert set(page.errors) == {"email"}
    assert not nobody.is_signed_in


@row("USER-7")
def test_log_in_asks_for_name_password_and_whether_to_remember(browser):
    form = browser.get("/login/").form("/login/")

    assert form.method == "POST"
    assert set(form.controls) == {"username", "password", "remember"}
    assert form.controls["remember"].element["type"] == "checkbox"


@row("USER-7")
def test_the_right_pair_signs_in_and_leads_home(browser, pen):
    answer = browser.log_in(pen.username, pen.password)

    assert answer.is_redirect
    assert answer.location == "/"
    assert answer.follow().user == pen.username


@row("USER-7")
@pytest.mark.parametrize("name", ["username", "password"])
def test_log_in_needs_both_fields(browser, pen, name):
    given = {"username": pen.username, "password": pen.password, name: ""}

    page = browser.get("/login/").form("/login/").submit(**given)

    assert page.status == 400
    assert set(page.errors) == {name}


@row("USER-8")
def test_wrong_password_and_unknown_name_are_told_in_the_same_words(browser, pen):
    wrong = browser.log_in(pen.username, "not the password")
    unknown = browser.log_in(token(), "not the password")

    assert wrong.status == unknown.status == 400
    assert wrong.alerts
    assert wrong.alerts == unknown.alerts
    assert not browser.is_signed_in


@row("USER-9")
def test_log_out_signs_out_and_leads_home(author):
    answer = author.log_out()

    assert answer.is_redirect
    assert answer.location == "/"
    assert answer.follow().user is None
    assert not author.is_signed_in


@row("USER-9")
def test_log_out_of_nobody_leads_home_too(browser):
    answer = browser.send("/logout/")

    assert answer.is_redirect
    assert answer.location == "/"


@row("USER-10")
def test_log_out_by_get_is_refused(author):
    assert author.get("/logout/").status == 405
    assert author.is_signed_in


@row("USER-11")
def test_with_remember_the_visitor_is_known_after_the_window_was_closed(browser, pen):
    browser.log_in(pen.username, pen.password, remember=True)

    browser.close_window()

    assert browser.get("/").user == pen.username
    assert browser.is_signed_in


@row("USER-11")
def test_without_remember_the_visitor_is_forgotten(browser, pen):
    browser.log_in(pen.username, pen.password)

    browser.close_window()

    assert not browser.is_signed_in


@row("USER-20")
def test_logging_in_again_without_remember_ends_an_earlier_one(browser, pen):
    browser.log_in(pen.username, pen.password, remember=True)
    browser.log_in(pen.username, pen.password)

    browser.close_window()

    assert not browser.is_signed_in


@row("USER-12")
def test_the_cookie_that_remembers_lives_30_days(new_browser, pen):
    lasting = []
    for remember in (False, True):
        browser = new_browser()
        browser.log_in(pen.username, pen.password, remember=remember)
        lasting.append({c.name: c.expires for c in browser.cookies if not c.discard})
    remembering = [lasting[1][name] for name in lasting[1].keys() - lasting[0].keys()]

    assert len(remembering) == 1
    assert abs(remembering[0] - time.time() - 30 * DAY) < 60 * 60


@row("USER-13")
def test_every_page_names_the_user_and_offers_to_log_out(author):
    post = author.write_post()
    addresses = [
        "/",
        "/home/",
        post.address,
        post.edit_address,
        post.delete_address,
        "/posts/new/",
        author.author_address,
        "/account/",
        "/account/password/",
        "/no/such/page/",
    ]

    for address in addresses:
        page = author.get(address)
        assert page.user == author.username, address
        assert page.form("/logout/").method == "POST", address


@row("USER-13")
@pytest.mark.parametrize("address", ["/", "/login/", "/register/", "/no/such/page/"])
def test_no_user_is_named_to_an_anonymous_visitor(browser, address):
    page = browser.get(address)

    assert page.user is None
    assert not page.has_form("/logout/")


@row("USER-14")
def test_the_account_page_shows_name_and_email_to_their_owner(author):
    page = author.get("/account/")

    assert author.username in page.main.get_text()
    assert page.form("/account/").values["email"] == author.email


@row("USER-15")
def test_the_email_address_can_be_changed(author):
    email = f"{token()}@example.org"

    answer = author.get("/account/").form("/account/").submit(email=email)

    assert answer.is_redirect
    assert answer.location == "/account/"
    page = answer.follow()
    assert page.messages
    assert page.form("/account/").values["email"] == email


@row("USER-15", "FORM-2")
@pytest.mark.parametrize("email", ["", *BAD_EMAILS])
def test_a_wrong_email_address_leaves_the_old_one(pen, email):
    page = pen.open_form("/account/").submit(email=email)

    assert page.status == 400
    assert set(page.errors) == {"email"}
    assert pen.get("/account/").form("/account/").values["email"] == pen.email


@row("USER-16")
@pytest.mark.parametrize("address", ["/account/", "/account/password/"])
def test_the_account_needs_log_in(browser, address):
    answer = browser.get(address)

    assert answer.is_redirect
    assert answer.location.split("?")[0] == "/login/"


@row("USER-17")
def test_the_email_address_of_an_account_is_shown_to_its_owner_only(
    author, new_browser
):
    author.get("/account/").form("/account/").submit(
        email=f"{token()}@{token()}.example.org"
    )
    email = author.get("/account/").form("/account/").values["email"]
    post = author.write_post()
    author.reply(post)
    reader = new_browser()
    reader.register()

    for visitor in (author, reader, new_browser()):
        for address in ("/", post.address, author.author_address, "/feed.atom"):
            page = visitor.get(address)
            assert not [form for form in disguises(email) if form in page.text], address
    assert email not in reader.get("/account/").text


@row("USER-17")
def test_nobody_learns_whether_an_address_is_known(new_browser, author):
    known, unknown = author.email, f"{token()}@{token()}.example.org"

    def ask(email):
        visitor = new_browser()
        shown = visitor.log_in(email, "not the password")
        sent = visitor.ask_for_reset(email)
        led = sent.follow()
        made = visitor.register(email=email)
        return [
            *[(page.status, page.alerts, page.errors) for page in (shown, sent, made)],
            (sent.location, led.messages, led.words),
            (made.location, made.follow().messages),
        ]

    assert ask(known) == ask(unknown)


@row("USER-18")
@pytest.mark.parametrize("remember", [True, False])
def test_log_out_ends_what_was_remembered(browser, author, remember):
    browser.log_in(author.username, author.password, remember=remember)

    browser.log_out()

    assert not browser.is_signed_in
    browser.close_window()
    assert not browser.is_signed_in


@row("USER-19")
def test_log_in_makes_the_token_from_before_worthless(browser, author):
    before = browser.hidden_fields()

    browser.log_in(author.username, author.password)

    assert browser.post("/logout/", before).status == 403
    assert browser.is_signed_in


@row("USER-19")
def test_registration_makes_the_token_from_before_worthless(browser):
    before = browser.hidden_fields()

    browser.register()

    assert browser.post("/logout/", before).status == 403
    assert browser.is_signed_in
