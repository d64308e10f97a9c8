"""A new password by a link in a mail."""

import base64
import re
from urllib.parse import urlsplit

import pytest

from .contract import row
from .mails import (
    change_database,
    faults_of,
    html_of,
    links_in,
    mails_to,
    reset_link,
    text_of,
    wait_until,
    wait_until_all_are_sent,
)
from .test_passwords import BAD_PASSWORDS
from .timing import MOST, ratios_until_good
from .visitor import token

SITE_URL = "http://blog.example.org"
SENT = "If an account has this address, a mail with a link is on its way."
DEAD = "This link opens nothing any more."
NEW = "a new pass phrase"

# How the answers to known and unknown addresses are timed.
ROUNDS = 40

# Puts the clock of a process forward, where Python reads it (see sites.toml).
LATER = """
import datetime, os, time

seconds = int(os.environ["SECONDS_LATER"])
real_time, real_datetime = time.time, datetime.datetime

class Kind(type):
    def __instancecheck__(cls, other):
        return isinstance(other, real_datetime)

class Later(real_datetime, metaclass=Kind):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls):
        return cls.now(datetime.timezone.utc).replace(tzinfo=None)

time.time = lambda: real_time() + seconds
datetime.datetime = Later
"""


@pytest.fixture
def new_browser(mail_site, visit):
    """Open a browser at the site whose mails can be read."""
    return lambda: visit(mail_site)


@pytest.fixture
def ask_for_link(new_browser, smtp_server):
    """Ask for a link to a new password as anybody could, and take it from the mail."""

    def ask(account, times=1):
        assert new_browser().ask_for_reset(account.email).is_redirect
        return reset_link(mails_to(account.email, smtp_server, times)[-1])

    return ask


@pytest.fixture
def link(author, ask_for_link):
    """A link to a new password for `author`."""
    return ask_for_link(author)


def password_form(page):
    """Find the form that takes a new password; None where there is none."""
    forms = [form for form in page.forms if "new_password1" in form.controls]
    return forms[0] if forms else None


def opens(browser, name, password):
    """Whether the pair signs somebody in."""
    return browser.log_in(name, password).is_redirect


def assert_dead(page):
    """Check that the answer says that the link is worth nothing."""
    assert page.status == 400, page.address
    assert DEAD in page.words
    assert "/reset/" in page.links()
    assert len(page.soup.select("main h1")) == 1
    assert not password_form(page)


def hops(browser, link):
    """Open a link, and give every answer on the way to the last page."""
    parts = urlsplit(link)
    pages = [browser.get(parts.path)]
    while 300 <= pages[-1].status < 400:
        pages.append(pages[-1].follow())
    return pages


@row("RESET-1")
def test_the_log_in_page_leads_to_the_form_that_asks_for_an_address(nobody):
    assert "/reset/" in nobody.get("/login/").links()

    form = nobody.get("/reset/").form("/reset/")

    assert form.method == "POST"
    assert set(form.controls) == {"email"}


@row("RESET-1")
def test_known_and_unknown_addresses_are_answered_alike(site, visit, pen):
    known = [pen.email, pen.email.upper(), f" {pen.email} "]
    unknown = [f"{token()}@example.org", "nobody@xn--mnchen-3ya.example"]
    pages = []

    for email in [*known, *unknown]:
        browser = visit(site)
        answer = browser.ask_for_reset(email)
        assert answer.is_redirect
        assert answer.location == "/login/"
        page = answer.follow()
        assert page.messages == [SENT]
        assert not page.user
        pages.append([sorted(answer.headers), page.main.get_text().split()])

    assert all(page == pages[0] for page in pages)


@row("RESET-1", "FORM-1", "FORM-2")
@pytest.mark.parametrize(
    "email",
    [None, "", " ", "kim", "kim@", "kim@@example.org", "kim@example.org, eve@x.org"],
)
def test_an_ill_formed_address_is_refused(nobody, email):
    page = nobody.ask_for_reset(email)

    assert page.status == 400
    assert set(page.errors) == {"email"}
    assert page.form("/reset/").values["email"].strip() == (email or "").strip()


@row("RESET-2", "MAIL-8")
def test_the_account_gets_a_mail_that_names_it(smtp_server, author, new_browser):
    new_browser().ask_for_reset(author.email)

    (mail,) = mails_to(author.email, smtp_server)
    assert mail.receivers == (author.email,)
    assert [address.addr_spec for address in mail["To"].addresses] == [author.email]
    assert mail["From"].addresses[0].addr_spec == "noreply@blog.example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"]
    assert mail["Date"]
    assert faults_of(mail) == []
    assert author.username in text_of(mail)
    assert author.username in html_of(mail).get_text()
    assert reset_link(mail) in [
        link["href"] for link in html_of(mail).select("a[href]")
    ]
    assert reset_link(mail) in re.findall(r"\S+", text_of(mail))


@row("RESET-2")
def test_every_account_with_the_address_gets_a_mail_in_any_letter_case(
    mail_site, smtp_server, new_browser
):
    name, twins = token(), {}
    for email in (f"{name}@example.org", f"{name.upper()}@Example.ORG"):
        account = new_browser()
        account.register(email=email)
        twins[account.username] = email
    addresses = [email.casefold() for email in twins.values()]

    new_browser().ask_for_reset(f"{name.title()}@example.org")

    def found():
        return [
            mail
            for mail in smtp_server.messages
            if mail.receivers[0].casefold() in addresses
        ]

    wait_until(lambda: len(found()) >= 2, "both have a mail")
    wait_until_all_are_sent(mail_site)
    assert len(found()) == 2
    for username, email in twins.items():
        (mail,) = [mail for mail in found() if username in text_of(mail)]
        # The domain may be written as it likes.
        assert mail.receivers[0].split("@")[0] == email.split("@")[0]
    assert len({reset_link(mail) for mail in found()}) == 2


@row("RESET-2")
def test_nobody_else_gets_a_mail(mail_site, smtp_server, author, new_browser):
    wait_until_all_are_sent(mail_site)  # those of the tests before
    before = len(smtp_server.messages)
    unknown = [
        f"{token()}@example.org",
        f"x{author.email}",
        f"{author.email}.example",
        author.email.replace("@", "+@"),
        author.email.replace("@", "%@"),
        f"_{author.email[1:]}",
    ]
    for email in unknown:
        new_browser().ask_for_reset(email)

    new_browser().ask_for_reset(author.email)

    mails_to(author.email, smtp_server)
    wait_until_all_are_sent(mail_site)
    new = smtp_server.messages[before:]
    assert [mail.receivers for mail in new] == [(author.email,)]


@row("RESET-2")
@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ("i{}@example.org", "\u0131{}@example.org"),
        ("i{}@example.org", "\u0130{}@example.org"),
        ("s{}@example.org", "\u017f{}@example.org"),
        ("k{}@example.org", "\u212a{}@example.org"),
        ("{}@k.example", "{}@\u212a.example"),
    ],
    ids=["dotless i", "dotted I", "long s", "Kelvin", "Kelvin in the domain"],
)
def test_a_look_alike_of_the_address_gets_no_mail(
    mail_site, smtp_server, new_browser, known, asked
):
    name, account = token(), new_browser()
    account.register(email=known.format(name))

    new_browser().ask_for_reset(asked.format(name))

    wait_until_all_are_sent(mail_site)
    # A site may hold them for one address: then the account's own gets the mail.
    receivers = [mail.receivers for mail in smtp_server.messages]
    found = [receiver for (receiver,) in receivers if name in receiver]
    assert set(found) <= {account.email}


@row("RESET-2")
def test_an_account_without_a_password_gets_no_mail(
    mail_site, smtp_server, author, new_browser
):
    email = f"{token()}@example.org"
    change_database(
        mail_site,
        "INSERT INTO users_user (username, email, password, date_joined)"
        " VALUES (:name, :email, '!', '2026-01-05 09:00:00')",
        name=token(),
        email=email,
    )

    new_browser().ask_for_reset(email)
    new_browser().ask_for_reset(author.email)

    mails_to(author.email, smtp_server)
    wait_until_all_are_sent(mail_site)
    assert (email,) not in [mail.receivers for mail in smtp_server.messages]


@row("RESET-2", "MAIL-7")
def test_the_link_begins_with_the_address_of_the_settings(
    mail_site, smtp_server, author, new_browser
):
    port = mail_site.url.rpartition(":")[2]
    browser = new_browser()

    page = browser.request(
        "POST",
        "/reset/",
        fields={**browser.hidden_fields(), "email": author.email},
        headers={
            "Host": f"localhost:{port}",
            "Origin": f"http://localhost:{port}",
            "Referer": f"http://localhost:{port}/reset/",
            "X-Forwarded-Host": "evil.example",
            "Forwarded": "host=evil.example",
        },
    )

    assert page.is_redirect
    (mail,) = mails_to(author.email, smtp_server)
    assert reset_link(mail).startswith(f"{SITE_URL}/reset/")
    assert {urlsplit(link).netloc for link in links_in(mail)} == {"blog.example.org"}


@row("RESET-2")
def test_this_mail_cannot_be_turned_off(author, ask_for_link):
    form = author.get("/account/").form("/account/")
    assert form.submit(comment_mail=None).is_redirect

    assert ask_for_link(author)


@row("RESET-3")
def test_the_link_sets_a_new_password(author, new_browser, link):
    browser = new_browser()
    page = browser.follow(link)
    form = password_form(page)

    assert page.status == 200
    assert set(form.controls) == {"new_password1", "new_password2"}
    assert all(control.label for control in form.controls.values())
    assert all(control.is_required for control in form.controls.values())
    answer = form.submit(new_password1=NEW, new_password2=NEW)

    assert answer.is_redirect
    assert answer.location == "/login/"
    page = answer.follow()
    assert page.messages == ["Your password is set. Please log in."]
    assert page.user is None
    assert opens(new_browser(), author.username, NEW)
    assert not opens(new_browser(), author.username, author.password)


@row("RESET-3")
def test_the_new_password_is_of_nobody_else(author, new_browser, link):
    other = new_browser()
    other.register(email=author.email.upper())

    assert new_browser().set_password(link, NEW).is_redirect

    assert not opens(new_browser(), other.username, NEW)
    assert opens(new_browser(), other.username, other.password)
    assert other.is_signed_in


@row("RESET-3")
def test_the_form_behind_the_link_asks_for_its_token(author, new_browser, link):
    browser = new_browser()
    page = browser.follow(link)

    answer = browser.post(page.address, {"new_password1": NEW, "new_password2": NEW})

    assert answer.status == 403
    assert opens(new_browser(), author.username, author.password)


@row("RESET-4")
def test_a_link_works_once(author, new_browser, link):
    # Programs look at the links of mails before people do.
    for _ in range(2):
        assert new_browser().follow(link).status == 200
    early = new_browser()
    form = password_form(early.follow(link))

    assert new_browser().set_password(link, NEW).is_redirect

    assert_dead(new_browser().follow(link))
    assert_dead(early.follow(link))
    assert_dead(
        form.submit(new_password1="another phrase", new_password2="another phrase")
    )
    assert opens(new_browser(), author.username, NEW)


@row("RESET-5")
def test_a_link_is_dead_after_a_password_change(author, new_browser, link):
    form = author.open_form("/account/password/")
    changed = form.submit(
        old_password=author.password, new_password1=NEW, new_password2=NEW
    )
    assert changed.is_redirect

    assert_dead(new_browser().follow(link))


@row("RESET-5")
def test_a_link_is_dead_after_another_has_set_a_password(
    author, new_browser, ask_for_link
):
    first, second = ask_for_link(author), ask_for_link(author, 2)
    assert new_browser().follow(first).status == 200

    assert new_browser().set_password(second, NEW).is_redirect

    assert_dead(new_browser().follow(first))


@row("RESET-6")
def test_a_link_lives_for_an_hour(mail_site, visit, launch, link, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(LATER)
    path = f"{tmp_path}:{mail_site.environment['PYTHONPATH']}"
    environment = {**mail_site.environment, "PYTHONPATH": path}

    def follow_after(minutes):
        # The same site later: in a second process, with its clock put forward.
        environment["SECONDS_LATER"] = str(minutes * 60)
        later = launch.serve(mail_site.name, mail_site.folder, environment)
        page = visit(later).follow(link)
        later.stop()
        return page

    assert follow_after(58).status == 200
    assert_dead(follow_after(61))


@row("RESET-6")
def test_the_setting_says_how_long_a_link_lives(
    mail_site, visit, launch, new_browser, link
):
    # The same site with a shorter time, and so for the same link.
    environment = {**mail_site.environment, "PASSWORD_RESET_TIMEOUT": "1"}
    hasty = launch.serve(mail_site.name, mail_site.folder, environment)
    browser = visit(hasty)

    wait_until(lambda: browser.follow(link).status != 200, "the link is dead")

    assert_dead(browser.follow(link))
    assert new_browser().follow(link).status == 200
    hasty.stop()


@row("RESET-7")
def test_a_changed_link_is_dead(author, new_browser, link):
    path = urlsplit(link).path
    start = path.rstrip("/").rindex("/") + 1
    # The last letter may hold bits that count for nothing.
    browser = new_browser()
    for place in range(start, len(path) - 2):
        other = "a" if path[place] != "a" else "b"
        assert_dead(browser.follow(path[:place] + other + path[place + 1 :]))
    for changed in (
        f"{path[:-2]}/",
        f"{path[:-1]}x/",
        f"{path[:start]}x{path[start:]}",
    ):
        assert_dead(browser.follow(changed))

    assert browser.follow(link).status == 200


@row("RESET-7")
def test_a_link_made_of_two_others_is_dead(author, new_browser, ask_for_link):
    other = new_browser()
    other.register()
    links = [urlsplit(ask_for_link(account)).path for account in (author, other)]
    parts = [re.split(r"([/.:-])", link) for link in links]

    made = {
        "".join([*parts[0][:place], *parts[1][place:]])
        for place in range(min(len(part) for part in parts))
    } - {*links}

    for link in made:
        page = new_browser().follow(link)
        assert page.status in {400, 404}, link
        assert not password_form(page)


@row("RESET-7")
def test_a_made_up_link_is_dead(new_browser, link):
    parts = urlsplit(link).path.strip("/").split("/")
    browser = new_browser()
    huge = base64.urlsafe_b64encode(b"9" * 30).decode().rstrip("=")

    for place in range(1, len(parts)):
        for word in ("x", "x-x", "x.x.x", "%00", "%C3%A9", "%FF", huge, "a" * 4000):
            made_up = "/".join([*parts[:place], word, *parts[place + 1 :]])
            assert_dead(browser.follow(f"/{made_up}/"))


@row("RESET-7")
def test_the_page_behind_the_link_is_open_to_nobody_else(new_browser, link):
    pages = hops(new_browser(), link)

    for page in pages[1:]:
        assert_dead(new_browser().get(page.address))


@row("RESET-7")
def test_a_form_sent_to_a_dead_link_changes_nothing(author, new_browser, link):
    path = urlsplit(link).path
    browser = new_browser()

    page = browser.send(f"{path[:-2]}/", new_password1=NEW, new_password2=NEW)

    assert_dead(page)
    assert opens(new_browser(), author.username, author.password)


@row("RESET-8")
def test_the_rules_for_passwords_hold(author, new_browser, link):
    browser = new_browser()
    form = password_form(browser.follow(link))
    pairs = {
        kind: (password.format(name=author.username),) * 2
        for kind, password in BAD_PASSWORDS.items()
    }
    pairs["two that differ"] = (NEW, f"{NEW} ")
    pairs["none"] = ("", "")

    for kind, (first, second) in pairs.items():
        page = form.submit(new_password1=first, new_password2=second)
        assert page.status == 400, kind
        assert page.errors, kind
        assert set(page.errors) <= {"new_password1", "new_password2"}, kind
        if first:
            assert f'"{first}"' not in page.text, kind
    assert opens(new_browser(), author.username, author.password)

    page = form.submit(new_password1=NEW, new_password2=f"{NEW} ")
    assert set(page.errors) == {"new_password2"}
    assert form.submit(new_password1=NEW, new_password2=NEW).is_redirect


@row("RESET-9")
def test_a_reset_signs_out_every_browser(author, new_browser, link):
    plain, remembered = new_browser(), new_browser()
    plain.log_in(author.username, author.password)
    remembered.log_in(author.username, author.password, remember=True)
    copied = remembered.twin()
    remembered.close_window()
    browsers = [author, plain, remembered, copied, author.twin()]
    assert all(browser.is_signed_in for browser in browsers)

    # In one of them, too.
    assert plain.set_password(link, NEW).is_redirect

    assert [browser.is_signed_in for browser in browsers] == [False] * len(browsers)


@row("RESET-10")
def test_the_answer_takes_as_long_for_an_unknown_address(author, new_browser):
    form = new_browser().get("/reset/").form("/reset/")

    def ask(email):
        assert form.submit(email=email).is_redirect

    ratios = ratios_until_good(
        lambda: ask(author.email), lambda: ask(f"{token()}@example.org"), ROUNDS
    )

    assert ratios[-1] <= MOST, f"the medians differ by factors of {ratios}"


@row("RESET-11")
def test_nothing_of_it_is_ever_stored(new_browser, link):
    browser = new_browser()
    pages = hops(browser, link)
    form = password_form(pages[-1])
    pages += [
        browser.get("/reset/"),
        browser.ask_for_reset(f"{token()}@example.org"),
        browser.ask_for_reset("wrong"),
        form.submit(new_password1="short", new_password2="short"),
        form.submit(new_password1=NEW, new_password2=NEW),
        *hops(browser, link),
    ]

    for page in pages:
        assert "no-store" in page.headers["Cache-Control"], page.address
