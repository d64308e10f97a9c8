"""Mails about comments: who gets one, what it says, what happens when things break."""

import re
import statistics
from email import policy
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from time import monotonic, time

import pytest

from .contract import row
from .disguises import disguises
from .mails import (
    TRY,
    change_database,
    faults_of,
    html_of,
    let_time_pass,
    links_in,
    mails_to,
    text_of,
    wait_until,
    wait_until_all_are_sent,
    wait_until_all_have_failed,
)
from .redis_server import RedisServer, redis_program
from .servers import ended
from .smtp_server import SilentServer, SMTPServer
from .visitor import Post, post_id, token

SITE_URL = "http://blog.example.org"
EVE = "eve@evil.example"

# More than the threads that send and the places before them together.
MANY = 30

# A site gives Redis about four; the machine is busy.
SECONDS_FOR_REDIS = 10

# The least that a mail has, and what in these tests only others would add to it.
HEADERS = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "auto-submitted",
    "list-unsubscribe",
    "mime-version",
    "content-type",
}
FORBIDDEN = {"bcc", "cc", "reply-to", "resent-to", "resent-cc", "resent-bcc"}

# One line of text, as a browser that means no good sends it.
LINES = {
    "a header": f"Kim\r\nBcc: {EVE}",
    "a header after LF": f"Kim\nBcc: {EVE}",
    "a header after CR": f"Kim\rBcc: {EVE}",
    "a header, folded": f"Kim\r\n Bcc: {EVE}",
    "the end of the headers": f"Kim\r\n\r\n<p>{EVE}</p>",
    "a header after U+2028": f"Kim\u2028Bcc: {EVE}",
    "a header after U+0085": f"Kim\u0085Bcc: {EVE}",
    "a header after FF and VT": f"Kim\x0c\x0bBcc: {EVE}",
    "an encoded word": "=?utf-8?q?Eve?= =?utf-8?b?RXZl?=",
    "a header in an encoded word": "=?utf-8?q?Kim=0D=0ABcc:_eve@evil.example?=",
    "half an encoded word": "=?utf-8?q?Kim ?= =?x?b?####?=",
    "an address": f'Kim, "Eve" <{EVE}>; (Eve), ',
    "a template": "{{ 7 * 7 }} {% raw %} %(name)s {name} {0} $name",
    "markup": "<b>Kim</b> & <script>Co</script> &amp;",
    "a quote": "“Kim” \\ 'Kim' \"Kim\\\"",
    "emoji": "\U0001f40d \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f4",
    "right to left": "\u202eKim\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631",
    "words of many scripts": "Kim ü 你好 привет Kim, ü: 你",
    "80 letters": "n" * 80,
    "80 umlauts": "ü" * 80,
    "80 emoji": "\U0001f40d" * 80,
}
# What a form may refuse, for control characters or what separates lines.
REFUSABLE = {
    "a header",
    "a header after LF",
    "a header after CR",
    "a header, folded",
    "the end of the headers",
    "a header after U+2028",
    "a header after U+0085",
    "a header after FF and VT",
    "control characters",
    "line ends of every kind",
}
LONG_TITLES = {
    "200 letters": "t" * 200,
    "200 umlauts": "ü" * 200,
    "200 emoji": "\U0001f40d" * 200,
    "100 words": "ä " * 100,
}

COMMENTS = {
    "lines that begin with a dot": "One\r\n.\r\n..\r\n.two\r\n.\r\nEnd",
    "the end of the message": f"One\r\n.\r\nMAIL FROM:<{EVE}>\r\nRCPT TO:<{EVE}>",
    "the end after LF": f"One\n.\nMAIL FROM:<{EVE}>\n.\r.\rQUIT",
    "lines that begin with From": "From here\nFrom eve\n>From there\n\nFrom\n",
    "5000 letters": "x" * 5000,
    "5000 umlauts": "ü" * 5000,
    "5000 emoji": "\U0001f40d" * 5000,
    "long lines": "\n".join(["y" * 1100, "z " * 600, "ü" * 700]),
    "HTML": '<h1>Kim</h1> <a href="https://evil.example">x</a> & "x" <!-- </p> -->',
    "the end of a part": "--\n--=-=\nContent-Type: text/html\n\n<b>x</b>\n-- \nKim",
    "headers": f"Bcc: {EVE}\nContent-Type: text/html\n\nText",
    "control characters": "one\x0ctwo\x1b[31mthree\x7f",
    "line ends of every kind": "one\u2028two\u0085three\rfour\nfive\r\nsix",
    "right to left": "\u202eKim\u202c \u05e9\u05dc\u05d5\u05dd",
    "a template": "{{ 7 * 7 }} {% raw %} %(name)s {0} =?utf-8?q?Eve?= =20 =",
}

# What the forms of a site may take for an address, or not.
ADDRESSES = [
    "{}@münchen.example",
    "ünï-{}@example.org",
    "{}\u0131@example.org",
    '"{},eve@evil.example,"@example.org',
    '"{}\x01"@example.org',
    "{}@[127.0.0.1]",
    "{}@" + ".".join(["d" * 60] * 3) + ".example",
]


class PickyServer(SMTPServer):
    """A mail server that knows no address with `nobody` in it."""

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        """Take a receiver, or refuse it for good."""
        if "nobody" in address:
            return "550 5.1.1 Nobody has this address."
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def new_browser(mail_site, visit):
    """Open a browser at the site whose mails can be read."""
    return lambda: visit(mail_site)


@pytest.fixture
def stranger(new_browser):
    """Somebody else with an account."""
    stranger = new_browser()
    stranger.register()
    return stranger


@pytest.fixture
def post(author):
    """A post of somebody who gets mail from nowhere else."""
    return author.write_post()


@pytest.fixture(scope="module")
def own_smtp():
    """A mail server that tests may stop."""
    with PickyServer() as server:
        yield server


@pytest.fixture(scope="module")
def shaky_site(start_site, own_smtp):
    """A site whose mail server is away now and then."""
    return start_site(
        MAIL_URL=own_smtp.url,
        SITE_URL=SITE_URL,
        MAIL_FROM="Diptych blog <blog@example.org>",
    )


@pytest.fixture
def smtp_away(shaky_site, own_smtp):
    """The mail server of the shaky site, which is away; the test starts it again."""
    own_smtp.stop()
    yield own_smtp
    own_smtp.start()
    forget_waiting_mails(shaky_site)


def forget_waiting_mails(site):
    """Take from a site what it still has to send."""
    change_database(
        site,
        "UPDATE mail_message SET date_sent = date_created WHERE date_sent IS NULL",
    )


@pytest.fixture
def new_author(visit):
    """Register at a site, with a post."""

    def register(site, **fields):
        author = visit(site)
        author.register(**fields)
        return author, author.write_post()

    return register


def collapsed(text):
    """Put the white space of a text in order."""
    return " ".join(text.split())


def squeezed(text):
    """Leave the white space out, for mails break lines as they like."""
    return "".join(text.split())


def seconds(action):
    """Measure how long something takes that must lead on."""
    started = monotonic()
    assert action().is_redirect
    return monotonic() - started


def assert_quick(times):
    """Check that nobody waited for a mail server; it may take ten seconds to give up.

    The limit of one request is high, for other tests run on the same machine.
    """
    assert statistics.median(times) < 1
    assert max(times) < 5


def was_refused(page, kind):
    """Say whether a form refused what it may refuse; all else it must take."""
    refused = page.status == 400
    assert page.is_redirect or (refused and kind in REFUSABLE), page.errors
    return refused


def assert_sound(mail, author):
    """Check that a mail goes to one person, in one piece and with no header added."""
    assert mail.receivers == (author.email,)
    assert [address.addr_spec for address in mail["To"].addresses] == [author.email]
    names = [name.lower() for name in mail.keys()]  # noqa: SIM118 - a name may come twice
    assert len(names) == len(set(names))
    assert set(names) >= HEADERS
    assert not set(names) & FORBIDDEN
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert faults_of(mail) == []


@row("MAIL-1")
@pytest.mark.parametrize("who", ["browser", "stranger"])
def test_a_comment_mails_the_author_of_the_post(
    request, smtp_server, author, post, who
):
    reader = request.getfixturevalue(who)

    page = reader.reply(post, body="Well said.").follow()

    (mail,) = mails_to(author.email, smtp_server)
    assert_sound(mail, author)
    assert mail["From"].addresses[0].addr_spec == "noreply@blog.example.org"
    assert mail.sender == "noreply@blog.example.org"
    assert mail["Subject"] == f"{reader.username or 'Kim'} replied to “{post.title}”"
    shown = page.comments[0].element
    ids = [shown.get("id"), *[element["id"] for element in shown.select("[id]")]]
    addresses = {f"{SITE_URL}{post.address}#{id}" for id in ids if id}
    assert addresses & set(re.findall(r"\S+", text_of(mail)))
    assert addresses & {link["href"] for link in html_of(mail).select("a[href]")}


@row("MAIL-1")
def test_the_sender_is_the_one_of_the_settings(shaky_site, own_smtp, new_author, visit):
    author, post = new_author(shaky_site)

    visit(shaky_site).reply(post)

    (mail,) = mails_to(author.email, own_smtp)
    assert mail["From"] == "Diptych blog <blog@example.org>"
    assert mail.sender == "blog@example.org"


@row("MAIL-1")
def test_every_comment_is_one_mail(mail_site, smtp_server, author, browser, post):
    texts = [token() for _ in range(5)]

    for text in texts:
        browser.reply(post, body=text)

    mails_to(author.email, smtp_server, len(texts))
    wait_until_all_are_sent(mail_site)
    mails = mails_to(author.email, smtp_server)
    found = [text for mail in mails for text in texts if text in text_of(mail)]
    assert sorted(found) == sorted(texts)
    assert len({mail["Message-ID"] for mail in mails}) == len(texts)


@row("MAIL-2")
def test_an_own_or_a_refused_comment_mails_nobody(
    mail_site, smtp_server, author, browser, post
):
    author.reply(post, body="My own.")
    for wrong in ({"body": " "}, {"body": "x" * 5001}, {"email": "kim"}, {"name": ""}):
        assert browser.reply(post, **wrong).status == 400

    browser.reply(post, body="Well said.")

    mails_to(author.email, smtp_server)
    wait_until_all_are_sent(mail_site)
    (mail,) = mails_to(author.email, smtp_server)
    assert "Well said." in text_of(mail)


@row("MAIL-2")
def test_a_comment_mails_nobody_but_the_author(
    mail_site, smtp_server, author, new_browser, post
):
    stranger = new_browser()
    stranger.register()
    stranger.reply(post)
    new_browser().reply(post, email=f"{token()}@example.org")

    mails_to(author.email, smtp_server, 2)
    wait_until_all_are_sent(mail_site)
    about = [mail for mail in smtp_server.messages if post.title in mail["Subject"]]
    assert [mail.receivers for mail in about] == [(author.email,)] * 2


@row("MAIL-3")
def test_the_account_turns_the_mails_off_and_on(
    mail_site, smtp_server, author, browser, post
):
    form = author.get("/account/").form("/account/")
    assert "comment_mail" in form.values
    off = form.submit(comment_mail=None).follow()
    assert "comment_mail" not in off.form("/account/").values
    browser.reply(post, body="While off.")
    # A site may look at the choice as late as this.
    wait_until_all_are_sent(mail_site)

    on = off.form("/account/").submit(comment_mail="on").follow()
    assert "comment_mail" in on.form("/account/").values
    browser.reply(post, body="While on.")

    mails_to(author.email, smtp_server)
    wait_until_all_are_sent(mail_site)
    (mail,) = mails_to(author.email, smtp_server)
    assert "While on." in text_of(mail)


@row("MAIL-3")
def test_every_mail_says_where_to_turn_them_off(smtp_server, author, browser, post):
    browser.reply(post)

    (mail,) = mails_to(author.email, smtp_server)
    account = f"{SITE_URL}/account/"
    assert mail["List-Unsubscribe"] == f"<{account}>"
    assert account in text_of(mail)
    assert account in [link["href"] for link in html_of(mail).select("a[href]")]


@row("MAIL-1", "MAIL-3")
def test_mails_go_to_the_address_of_today(smtp_server, author, browser, post):
    email = f"{token()}@example.org"
    author.get("/account/").form("/account/").submit(email=email)

    browser.reply(post)

    assert len(mails_to(email, smtp_server)) == 1
    assert author.email not in [mail.receivers[0] for mail in smtp_server.messages]


@row("MAIL-4")
def test_both_parts_hold_the_comment_and_markup_is_text(
    smtp_server, author, browser, post
):
    text = '<b>bold</b> *star* & "x"\n<script>alert(1)</script> &amp; <img src=x>\nEnd'

    browser.reply(post, name="<i>Kim</i> & Co", body=text)

    (mail,) = mails_to(author.email, smtp_server)
    html = html_of(mail)
    for part in (text_of(mail), html.get_text()):
        lines = "\n".join(line.strip() for line in part.splitlines())
        assert text in lines
    assert "<i>Kim</i> & Co" in html.get_text()
    assert html.select("script, img, i, h1") == []
    assert "bold" not in [element.get_text() for element in html.select("b")]


@row("MAIL-5")
@pytest.mark.parametrize("kind", LINES)
def test_no_name_breaks_a_mail(smtp_server, author, browser, post, kind):
    name = LINES[kind]
    page = browser.send(
        post.comments_address, name=name, email="kim@example.org", body="Well said."
    )

    if was_refused(page, kind):
        return
    (mail,) = mails_to(author.email, smtp_server)
    assert_sound(mail, author)
    subject = f"{collapsed(name)} replied to “{post.title}”"
    assert collapsed(mail["Subject"]) == subject
    assert squeezed(name) in squeezed(text_of(mail))
    assert squeezed(name) in squeezed(html_of(mail).get_text())


@row("MAIL-5")
@pytest.mark.parametrize("kind", [*LINES, *LONG_TITLES])
def test_no_title_breaks_a_mail(smtp_server, author, browser, kind):
    title = {**LINES, **LONG_TITLES}[kind]
    page = author.send("/posts/new/", title=title, body="Text")
    if was_refused(page, kind):
        return
    post = Post(post_id(page.location), title, "Text", author.username)

    browser.reply(post)

    (mail,) = mails_to(author.email, smtp_server)
    assert_sound(mail, author)
    assert collapsed(mail["Subject"]) == f"Kim replied to “{collapsed(title)}”"


@row("MAIL-5")
def test_the_longest_name_and_title_break_no_mail(smtp_server, author, browser):
    post = author.write_post(title="\U0001f40d " * 100)

    browser.reply(post, name="ü" * 79 + "\U0001f40d", body="\U0001f40d" * 5000)

    (mail,) = mails_to(author.email, smtp_server)
    assert_sound(mail, author)
    title = collapsed(post.title)
    subject = f"{'ü' * 79}\U0001f40d replied to “{title}”"
    assert collapsed(mail["Subject"]) == subject


@row("MAIL-5", "MAIL-4")
@pytest.mark.parametrize("kind", COMMENTS)
def test_no_comment_breaks_a_mail(smtp_server, author, browser, post, kind):
    text = COMMENTS[kind]
    page = browser.send(
        post.comments_address, name="Kim", email="kim@example.org", body=text
    )

    if was_refused(page, kind):
        return
    (mail,) = mails_to(author.email, smtp_server)
    assert_sound(mail, author)
    assert mail["Subject"] == f"Kim replied to “{post.title}”"
    assert squeezed(text) in squeezed(text_of(mail))
    assert squeezed(text) in squeezed(html_of(mail).get_text())


@row("MAIL-5")
def test_no_address_holds_up_the_mails_of_others(
    shaky_site, smtp_away, new_author, visit
):
    reader = visit(shaky_site)
    odd = [f"nobody-{token()}@example.org"]
    for address in ADDRESSES:
        visitor = visit(shaky_site)
        visitor.register(email=address.format(token()))
        if visitor.is_signed_in:
            odd.append(visitor.email)
            reader.reply(visitor.write_post())
    refused, post = new_author(shaky_site, email=odd[0])
    reader.reply(post)
    author, post = new_author(shaky_site)
    reader.reply(post)
    # All of them wait for the sweep now, the good one last.
    wait_until_all_have_failed(shaky_site)

    smtp_away.start()

    (mail,) = mails_to(author.email, smtp_away)
    assert_sound(mail, author)
    local_parts = {address.rpartition("@")[0] for address in odd}
    for mail in smtp_away.messages:
        assert len(mail.receivers) == 1
        assert EVE not in mail.receivers
        if mail.receivers[0].rpartition("@")[0] in local_parts:
            assert len(mail["To"].addresses) == 1
    assert refused.email not in [mail.receivers[0] for mail in smtp_away.messages]


@row("MAIL-6")
def test_the_address_of_the_commenter_is_not_in_the_mail(
    smtp_server, author, browser, stranger, post
):
    email = f"{token()}@{token()}.example.org"

    browser.reply(post, email=email)
    stranger.reply(post)

    for mail in mails_to(author.email, smtp_server, 2):
        content = "\n".join((mail.as_string(), text_of(mail), str(html_of(mail))))
        for address in (email, stranger.email):
            name, _, domain = address.partition("@")
            # The name of the sender's host may be the same.
            forms = disguises(address) - {domain if domain == "example.org" else ""}
            assert not [form for form in forms if form in content], name


@row("MAIL-7")
def test_links_begin_with_the_address_of_the_settings(
    mail_site, smtp_server, author, browser, post
):
    port = mail_site.url.rpartition(":")[2]
    fields = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}

    page = browser.request(
        "POST",
        post.comments_address,
        fields={**browser.hidden_fields(), **fields},
        headers={
            "Host": f"localhost:{port}",
            "Origin": f"http://localhost:{port}",
            "Referer": f"http://localhost:{port}/",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Prefix": "/evil",
            "Forwarded": "host=evil.example",
        },
    )

    assert page.is_redirect
    (mail,) = mails_to(author.email, smtp_server)
    links = links_in(mail)
    assert len(links) >= 4
    assert [link for link in links if not link.startswith(f"{SITE_URL}/")] == []
    for word in ("evil", "localhost", "127.0.0.1"):
        assert word not in mail.as_string()
        assert word not in text_of(mail) + str(html_of(mail))


@row("MAIL-8")
def test_a_mail_says_when_and_by_what_it_was_made(smtp_server, author, browser, post):
    browser.reply(post)

    (mail,) = mails_to(author.email, smtp_server)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert abs(parsedate_to_datetime(mail["Date"]).timestamp() - time()) < 60
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", mail["Message-ID"])


@row("MAIL-8")
def test_the_message_id_stays_when_a_mail_is_sent_again(
    mail_site, smtp_server, author, browser, post
):
    browser.reply(post)
    browser.reply(post)
    mails = mails_to(author.email, smtp_server, 2)
    wait_until_all_are_sent(mail_site)

    # As if the site had died after the mail server's yes, before its own note of it.
    change_database(
        mail_site,
        "UPDATE mail_message SET date_sent = NULL"
        " WHERE object_id IN (SELECT id FROM blog_comment WHERE post_id = :post)",
        post=post.id,
    )
    let_time_pass(mail_site)

    again = mails_to(author.email, smtp_server, 4)[2:]
    assert len({mail["Message-ID"] for mail in mails}) == 2
    assert {mail["Message-ID"] for mail in again} == {
        mail["Message-ID"] for mail in mails
    }
    assert {mail["Subject"] for mail in again} == {mail["Subject"] for mail in mails}


@row("MAIL-9", "MAIL-12")
def test_mails_wait_until_the_mail_server_is_back_but_not_those_of_what_is_gone(
    shaky_site, smtp_away, new_author, visit
):
    author, post = new_author(shaky_site)
    gone = author.write_post()
    reader = visit(shaky_site)
    texts = [token() for _ in range(MANY)]

    assert_quick([seconds(lambda t=text: reader.reply(post, body=t)) for text in texts])
    comments = author.comments_on(post)
    assert [comment.text for comment in comments] == texts

    reader.reply(gone)
    wait_until_all_have_failed(shaky_site)
    assert author.send(comments[0].delete_address).is_redirect
    assert author.send(gone.delete_address).is_redirect
    # A mail that was being written meanwhile has failed too.
    wait_until_all_have_failed(shaky_site)
    smtp_away.start()

    wait_until_all_are_sent(shaky_site)
    mails = mails_to(author.email, smtp_away)
    found = [text for mail in mails for text in texts if text in text_of(mail)]
    assert sorted(found) == sorted(texts[1:])
    assert len(mails) == len(found)


@row("MAIL-10")
def test_a_silent_mail_server_holds_up_no_page(start_site, new_author, visit):
    with SilentServer() as silent:
        site = start_site(MAIL_URL=silent.url)
        author, post = new_author(site)
        reader = visit(site)

        times = [seconds(lambda: reader.reply(post)) for _ in range(MANY)]
        silent.wait_for(1)

        times.append(seconds(lambda: visit(site).register()))
        times.append(seconds(lambda: visit(site).ask_for_reset(author.email)))
        times.append(seconds(lambda: author.send(post.delete_address)))
        assert_quick(times)
        started = monotonic()
        assert reader.get("/").status == 200
        assert monotonic() - started < 5
        site.stop()


@row("MAIL-11")
def test_what_a_killed_process_owed_is_sent_after_the_next_start(
    start_site, launch, new_author, visit
):
    with SMTPServer() as smtp, SilentServer() as silent:
        smtp.stop()
        sites = [start_site(MAIL_URL=server.url) for server in (smtp, silent)]
        authors = []
        for site in sites:
            author, post = new_author(site)
            visit(site).reply(post)
            authors.append(author)

        # The one has failed to send, the other is about to, when they die.
        wait_until_all_have_failed(sites[0])
        silent.wait_for(1)
        for site in sites:
            site.stop()
        smtp.start()
        for site in sites:
            let_time_pass(site)
            environment = {**site.environment, "MAIL_URL": smtp.url}
            launch.serve(site.name, site.folder, environment)

        for site, author in zip(sites, authors, strict=True):
            wait_until_all_are_sent(site)
            assert len(mails_to(author.email, smtp)) == 1


@row("MAIL-13", "MAIL-1")
def test_without_a_mail_server_mails_are_files(start_site, new_author, visit, tmp_path):
    folder = tmp_path / "to be made" / "mail"
    site = start_site(
        MAIL_URL=f"file://{folder}",
        MAIL_FROM="Diptych blog <blog@example.org>",
        SITE_URL=SITE_URL,
    )
    author, post = new_author(site)
    reader = visit(site)
    texts = [".dot\nFrom here\n<b>ü</b>", "x" * 5000]

    for text in texts:
        reader.reply(post, body=text)
    wait_until_all_are_sent(site)

    files = list(folder.iterdir())
    assert {file.suffix for file in files} == {".eml"}
    assert len(files) == len(texts)
    mails = [
        BytesParser(policy=policy.default).parsebytes(file.read_bytes())
        for file in files
    ]
    for mail in mails:
        assert mail["To"] == author.email
        assert mail["From"] == "Diptych blog <blog@example.org>"
        assert mail["Subject"] == f"Kim replied to “{post.title}”"
        assert faults_of(mail) == []
        assert {link.rpartition("#")[0] for link in links_in(mail)} >= {
            f"{SITE_URL}{post.address}"
        }
    held = [text_of(mail) for mail in mails]
    assert all(any(text in body for body in held) for text in texts)
    assert not [
        line
        for file in files
        for line in file.read_bytes().splitlines()
        if len(line) > 998
    ]


class Celery:
    """A site that leaves its mails to a worker, with a Redis and a mail server."""

    def __init__(self, launch, start_site, redis, smtp):
        """Start the site and its worker."""
        self.launch, self.redis, self.smtp = launch, redis, smtp
        self.site = start_site(
            TASKS="celery",
            REDIS_URL=redis.url,
            SESSION_STORE="cookie",
            MAIL_URL=smtp.url,
            SITE_URL=SITE_URL,
        )
        self.worker = launch.work(self.site)

    def start_worker(self):
        """Start another worker in the place of one that died."""
        self.worker = self.launch.work(self.site)


@pytest.fixture(scope="module")
def celery_site(launch, start_site):
    """A site with a worker."""
    if redis_program() is None:
        pytest.skip("Redis is not installed")
    with RedisServer() as redis, SMTPServer() as smtp:
        celery = Celery(launch, start_site, redis, smtp)
        yield celery
        celery.worker.stop()
        celery.site.stop()


@pytest.fixture
def celery(celery_site):
    """The same, all of it running, whatever the test before has left."""
    yield celery_site
    celery_site.smtp.start()
    celery_site.redis.start()
    if ended(celery_site.worker.process):
        celery_site.start_worker()
    forget_waiting_mails(celery_site.site)


def tries_told(program):
    """The lines of a log that tell of a try to send a mail."""
    return [line for line in program.log_lines() if TRY.search(line)]


@row("MAIL-14", "MAIL-1")
def test_a_worker_sends_the_mail_of_a_comment(celery, new_author, visit):
    author, post = new_author(celery.site)

    visit(celery.site).reply(post, body="Well said.")

    (mail,) = mails_to(author.email, celery.smtp)
    assert_sound(mail, author)
    assert mail["From"].addresses[0].addr_spec == "noreply@blog.example.org"
    assert mail["Subject"] == f"Kim replied to “{post.title}”"
    assert f"{SITE_URL}{post.address}#" in text_of(mail)
    wait_until_all_are_sent(celery.site)
    # The worker sent it, not the server; it says so when it has noted it.
    wait_until(lambda: tries_told(celery.worker), "the worker says so")
    assert not tries_told(celery.site)


@row("MAIL-14", "MAIL-9")
def test_a_worker_waits_for_the_mail_server(celery, new_author, visit):
    author, post = new_author(celery.site)
    reader = visit(celery.site)
    celery.smtp.stop()

    assert_quick([seconds(lambda: reader.reply(post)) for _ in range(5)])
    wait_until_all_have_failed(celery.site)
    celery.smtp.start()

    assert len(mails_to(author.email, celery.smtp, 5)) == 5


@row("MAIL-14", "MAIL-11")
def test_what_a_killed_worker_owed_is_sent_by_the_next(celery, new_author, visit):
    author, post = new_author(celery.site)
    celery.smtp.stop()
    visit(celery.site).reply(post)
    wait_until_all_have_failed(celery.site)

    celery.worker.stop()
    let_time_pass(celery.site)
    celery.smtp.start()
    celery.start_worker()

    wait_until_all_are_sent(celery.site)
    assert len(mails_to(author.email, celery.smtp)) == 1


@row("MAIL-14")
@pytest.mark.timeout(150)
def test_without_redis_comments_are_published_and_mailed_later(
    celery, new_author, visit
):
    author, post = new_author(celery.site)
    reader = visit(celery.site)
    texts = [token() for _ in range(MANY)]
    celery.redis.stop()

    assert_quick([seconds(lambda t=text: reader.reply(post, body=t)) for text in texts])
    assert [comment.text for comment in reader.comments_on(post)] == texts
    assert visit(celery.site).ask_for_reset(author.email).is_redirect
    celery.redis.start()

    found = celery.smtp.wait_for(
        lambda mails: sum(author.email in mail.receivers for mail in mails) > MANY,
        timeout=90,
    )
    mails = [text_of(mail) for mail in found if author.email in mail.receivers]
    assert all(any(text in mail for mail in mails) for text in texts)


@row("MAIL-14")
def test_a_silent_redis_holds_up_no_comment_for_long(start_site, new_author, visit):
    with SilentServer() as silent:
        site = start_site(
            TASKS="celery",
            REDIS_URL=f"redis://127.0.0.1:{silent.port}/0",
            SESSION_STORE="cookie",
            MAIL_URL="smtp://127.0.0.1:9",
        )
        _, post = new_author(site)
        reader = visit(site)

        assert seconds(lambda: reader.reply(post)) < SECONDS_FOR_REDIS

        silent.wait_for(1)
        assert len(reader.comments_on(post)) == 1
        site.stop()
