"""Mail that is owed: who sends it and when, what it says, how it leaves."""

import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy
from threading import BoundedSemaphore, Event
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from django_site.blog.models import Comment
from django_site.logs import RequestIdFilter
from django_site.mail import messages, tasks
from django_site.mail.backends import FolderBackend
from django_site.mail.models import LEASE, MAX_ATTEMPTS, Message
from django_site.users.models import User

from .factories import make_comment, make_message, make_post, make_user
from .test_settings import PRODUCTION, load_settings

LIMIT = 10  # seconds until a test gives up on another thread
REPLY = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}


@pytest.fixture
def comment(user):
    """Store a comment of a stranger on a post of somebody else."""
    return make_comment(make_post(user))


@pytest.fixture
def message(comment):
    """Store the mail about that comment."""
    return make_message(object_id=comment.pk)


@pytest.fixture
def handed_over(monkeypatch):
    """Collect the ids of messages that would be sent in the background."""
    ids = []
    for module in ("blog.views", "users.forms"):
        monkeypatch.setattr(
            f"django_site.{module}.send_soon", lambda id, request_id: ids.append(id)
        )
    return ids


@pytest.fixture
def threads(monkeypatch):
    """Send in two threads that end with the test."""
    with ThreadPoolExecutor(2) as pool:
        monkeypatch.setattr(tasks, "pool", pool)
        monkeypatch.setattr(tasks, "places", BoundedSemaphore(20))
        yield pool


def use_mail_settings(settings, url):
    """Set what MAIL_URL stands for."""
    loaded = vars(load_settings(**PRODUCTION | {"MAIL_URL": url}))
    for name in [name for name in loaded if name.startswith("EMAIL_")]:
        setattr(settings, name, loaded[name])


def read(mail):
    """Read a mail as the one who gets it."""
    return message_from_bytes(mail.message().as_bytes(), policy=policy.default)


def read_part(mail, kind):
    """Return the plain text of a mail, or its HTML."""
    return read(mail).get_body([kind]).get_content()


# Who gets a message


def test_one_message_is_claimed_once(message):
    """Of two who want to send a message, one gets it."""
    first, second = (Message.objects.claim(message.pk) for _ in range(2))

    assert (first.pk, first.attempts) == (message.pk, 1)
    assert LEASE - timedelta(seconds=LIMIT) < first.date_due - now() <= LEASE
    assert second is None


def test_one_statement_decides(message):
    """Nobody looks first and takes then: two could look at once."""
    with CaptureQueriesContext(connection) as queries:
        Message.objects.claim(message.pk)

    assert queries[0]["sql"].startswith('UPDATE "mail_message"')


def test_a_lease_that_ran_out(message):
    """Whoever died with a message leaves it to the next one."""
    first = Message.objects.claim(message.pk)
    first.date_due -= LEASE
    first.save()

    assert Message.objects.claim(message.pk).attempts == 2


def test_what_is_sent_is_over(db):
    """A message that was sent belongs to nobody any more."""
    message = make_message(date_sent=now())

    assert Message.objects.claim(message.pk) is None


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (12, 2048), (13, 3600)]
)
def test_the_delay_doubles(attempts, seconds):
    """After each error it takes twice as long to the next try, at most an hour."""
    message = Message(attempts=attempts)

    assert message.delay() == seconds
    assert message.date_due - now() <= timedelta(seconds=seconds)
    assert message.date_due - now() > timedelta(seconds=seconds - LIMIT)


def test_the_last_attempt(db):
    """After fifty attempts nobody tries again."""
    last = make_message(attempts=MAX_ATTEMPTS - 1)
    over = make_message(attempts=MAX_ATTEMPTS)

    assert MAX_ATTEMPTS == 50
    assert Message.objects.claim(last.pk).attempts == MAX_ATTEMPTS
    assert Message.objects.claim(over.pk) is None


# What it says


def test_a_mail_has_two_parts(user):
    """Text comes first, then HTML, where signs of HTML are escaped."""
    post = make_post(user, title="Salt\n\t &  <b>pepper</b>")
    comment = make_comment(post, body="One & <i>two</i>.")
    mail = read(messages.write(make_message(object_id=comment.pk)))

    assert mail["Subject"] == "Kim replied to “Salt & <b>pepper</b>”"
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == (
        "text/plain",
        "text/html",
    )
    assert "One & <i>two</i>." in text.get_content()
    assert "<b>pepper</b>" in text.get_content()
    assert "One &amp; &lt;i&gt;two&lt;/i&gt;." in html.get_content()
    assert "&lt;b&gt;pepper&lt;/b&gt;" in html.get_content()


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_links_need_no_request(settings, comment, message, kind):
    """A thread and a worker know from SITE_URL alone where the site is."""
    settings.SITE_URL = "https://blog.example"
    part = read_part(messages.write(message), kind)

    address = f"https://blog.example/posts/{comment.post_id}/#comment-{comment.pk}"
    assert address in part
    assert "https://blog.example/account/" in part


def test_headers_of_a_mail(settings, message):
    """They name us, the author of the post and the way out, but not who commented."""
    mail = read(messages.write(message))

    assert mail["From"] == settings.DEFAULT_FROM_EMAIL
    assert mail["To"] == "ann@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == f"<{settings.SITE_URL}/account/>"
    assert mail["Date"]
    assert "kim@example.org" not in str(mail)


def test_every_try_has_the_same_id(message):
    """A mail that comes twice can be told from two mails."""
    other = make_message(object_id=message.object_id)
    mails = [read(messages.write(each)) for each in (message, message, other)]
    ids = [mail["Message-ID"] for mail in mails]

    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith(f".{message.pk}@localhost>")


@pytest.mark.parametrize("case", ["deleted", "own", "turned off"])
def test_nothing_to_say(case, comment, message, user):
    """A mail that is owed is not always wanted when its time has come."""
    if case == "deleted":
        comment.delete()
    elif case == "own":
        comment.author = user
        comment.save()
    else:
        user.comment_mail = False
        user.save()

    assert messages.write(message) is None


def test_comment_of_a_user(message, comment):
    """Who is signed in is called by the name of the account."""
    comment.author = make_user("zoe")
    comment.save()
    subject = read(messages.write(message))["Subject"]

    assert subject == "zoe replied to “A title”"


def test_a_mail_for_a_new_password(client, settings, user):
    """It names the user, and its link opens the page."""
    mail = messages.write(make_message("password_reset", user.pk))
    text = read_part(mail, "plain")
    link = next(word for word in text.split() if "/reset/" in word)
    page = client.get(link.removeprefix(settings.SITE_URL), follow=True)

    assert mail.to == ["ann@example.org"]
    assert read(mail)["List-Unsubscribe"] is None
    assert "the account ann." in text
    assert link in read_part(mail, "html")
    assert "new_password1" in page.text


@pytest.mark.parametrize("user_id", [0, 99])
def test_new_password_of_nobody(db, user_id):
    """A message about a user who is not there is no mail."""
    assert messages.write(make_message("password_reset", user_id)) is None


# Sending


def test_a_mail_is_sent(message, mailoutbox, caplog):
    """The message is marked, and the log has a line."""
    assert tasks.send(message.pk) == 0
    message.refresh_from_db()
    assert [mail.to for mail in mailoutbox] == [["ann@example.org"]]
    assert message.date_sent
    assert caplog.messages == [f"Mail {message.pk} sent."]


@pytest.mark.parametrize(
    "error", [smtplib.SMTPServerDisconnected("Bye."), TimeoutError(), ValueError()]
)
def test_a_mail_that_does_not_leave(message, monkeypatch, caplog, error):
    """The error is logged, and the next try is later."""
    monkeypatch.setattr(EmailBackend, "send_messages", MagicMock(side_effect=error))

    assert tasks.send(message.pk) == 1
    message.refresh_from_db()
    assert message.date_sent is None
    assert message.date_due - now() <= timedelta(seconds=1)
    assert caplog.records[0].levelname == "WARNING"
    assert caplog.messages == [
        f"Mail {message.pk} not sent, next try in 1 s: {error!r}",
    ]


def test_a_mail_that_nobody_wants(mailoutbox, db, caplog):
    """It is done with, and the log says so."""
    message = make_message(object_id=99)

    assert tasks.send(message.pk) == 0
    message.refresh_from_db()
    assert mailoutbox == []
    assert message.date_sent
    assert caplog.messages == [f"Mail {message.pk} not needed."]


def test_a_message_that_somebody_else_sends(message, mailoutbox):
    """Nothing is sent, and nothing is to be tried again."""
    Message.objects.claim(message.pk)

    assert tasks.send(message.pk) == 0
    assert mailoutbox == []


def test_somebody_else_has_sent_it_meanwhile(message, monkeypatch):
    """An error that comes after the lease does not undo what another one has done."""

    def fail(backend, mails):
        Message.objects.update(date_sent=now(), attempts=7)
        raise TimeoutError

    monkeypatch.setattr(EmailBackend, "send_messages", fail)
    tasks.send(message.pk)
    message.refresh_from_db()

    assert message.date_sent
    assert message.attempts == 7


def test_a_sweep_sends_what_is_due(db, monkeypatch):
    """What waits longest is first; what was sent, or is for later, is left alone."""
    second = make_message()
    first = make_message(date_due=now() - timedelta(minutes=1))
    make_message(date_due=now() + timedelta(minutes=1))
    make_message(date_sent=now())
    ids = []
    monkeypatch.setattr(tasks, "send", ids.append)
    tasks.send_due()

    assert ids == [first.pk, second.pk]


def test_a_message_that_nobody_can_write(db, caplog):
    """It is in the log, and those behind it are sent."""
    make_message(kind="unknown", date_due=now() - timedelta(minutes=1))
    good = make_message(kind="password_reset", object_id=0)
    tasks.send_due()

    assert [record.levelname for record in caplog.records][:1] == ["ERROR"]
    assert Message.objects.get(pk=good.pk).date_sent


def test_the_sweep_outlives_an_error(monkeypatch, caplog):
    """A database that is away for a moment does not end it."""
    sweeps = MagicMock(side_effect=[OSError, None])
    monkeypatch.setattr(tasks, "sleep", MagicMock(side_effect=[None, EOFError]))
    monkeypatch.setattr(
        tasks, "Thread", lambda target, **options: SimpleNamespace(start=target)
    )
    monkeypatch.setattr(tasks, "send_due", sweeps)
    with pytest.raises(EOFError):
        tasks.start_sweeping()

    assert sweeps.call_count == 2
    assert caplog.messages == ["The sweep ended early."]


# Handing over


def test_comment_and_mail_are_one(
    client, user, handed_over, django_capture_on_commit_callbacks
):
    """Whoever comments leaves both, and the background hears of it."""
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/posts/{make_post(user).pk}/comments/", REPLY)

    message = Message.objects.get()
    assert (message.kind, message.object_id) == ("comment", Comment.objects.get().pk)
    assert handed_over == [message.pk]


def test_comment_or_mail_fails(client, user, handed_over, monkeypatch):
    """Where one cannot be stored there is neither."""
    address = f"/posts/{make_post(user).pk}/comments/"
    monkeypatch.setattr(Message, "save", MagicMock(side_effect=ZeroDivisionError))
    with pytest.raises(ZeroDivisionError):
        client.post(address, REPLY)

    assert not Comment.objects.exists()
    assert not Message.objects.exists()
    assert handed_over == []


def test_handed_over_after_the_commit(
    client, user, handed_over, django_capture_on_commit_callbacks
):
    """Whoever sends finds the message: it is stored before they hear of it."""
    # The transaction of this test stands for one that is not committed yet.
    with django_capture_on_commit_callbacks() as callbacks:
        client.post(f"/posts/{make_post(user).pk}/comments/", REPLY)

    assert handed_over == []
    for callback in callbacks:
        callback()
    assert handed_over == [Message.objects.get().pk]


def test_a_new_password_is_owed_to_each_account(
    client, user, handed_over, django_capture_on_commit_callbacks
):
    """Letter case does not count, and an address that nobody has costs a row too."""
    other = User.objects.create(username="zoe", email="Ann@Example.org", password="x")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/reset/", {"email": "ANN@example.org"})
        client.post("/reset/", {"email": "nobody@example.org"})

    ids = Message.objects.order_by("pk").values_list("object_id", flat=True)
    assert list(ids) == [user.pk, other.pk, 0]
    assert len(handed_over) == 3


def test_places_are_few(threads, monkeypatch):
    """However many messages come, twenty are taken, and the rest waits for a sweep."""
    release, taken = Event(), []

    def send(message_id):
        taken.append(message_id)
        assert release.wait(LIMIT)

    monkeypatch.setattr(tasks, "send", send)
    for message_id in range(22):
        tasks.send_soon(message_id, "an-id")
    full = not tasks.places.acquire(blocking=False)
    release.set()
    threads.shutdown()

    assert full
    assert sorted(taken) == list(range(20))
    assert all(tasks.places.acquire(blocking=False) for _ in range(20))


def test_a_thread_knows_the_request(threads, monkeypatch, caplog):
    """What it logs carries the id of the request that it works for."""
    monkeypatch.setattr(tasks, "send", lambda id: tasks.logger.info("Mail %s.", id))
    with caplog.filtering(RequestIdFilter()):
        for number in (1, 2, 3):
            tasks.send_soon(number, f"request-{number}")
        threads.shutdown()

    assert {(record.message, record.request_id) for record in caplog.records} == {
        ("Mail 1.", "request-1"),
        ("Mail 2.", "request-2"),
        ("Mail 3.", "request-3"),
    }


@pytest.mark.django_db(transaction=True)
def test_a_thread_closes_what_it_opened(threads, monkeypatch):
    """No connection to the database is left behind."""
    # Django keeps what it calls a database in memory open; the tests have one.
    wrapper = type(connections["default"])
    monkeypatch.setattr(wrapper, "is_in_memory_db", lambda connection: False)
    opened = []

    def send(message_id):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        opened.append(connection.connection)

    monkeypatch.setattr(tasks, "send", send)
    tasks.send_soon(1, "an-id")
    threads.shutdown()

    with pytest.raises(connection.Database.ProgrammingError, match="closed"):
        opened[0].total_changes  # noqa: B018 - reading it is the test


def test_a_thread_that_fails(threads, monkeypatch, caplog):
    """Nobody waits for its result, so the log has it, and its place is free again."""
    monkeypatch.setattr(tasks, "send", MagicMock(side_effect=ZeroDivisionError))
    for message_id in range(22):
        tasks.send_soon(message_id, "an-id")
    threads.shutdown()

    assert caplog.messages[0] == "Mail 0 not sent."
    assert caplog.records[0].exc_info[0] is ZeroDivisionError
    assert all(tasks.places.acquire(blocking=False) for _ in range(20))


# Leaving


def test_a_mail_is_a_file(settings, tmp_path, message):
    """In a folder each mail is one file, and a second try writes the same one."""
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    for _ in range(2):
        FolderBackend().send_messages([messages.write(message)])
    id = read(messages.write(message))["Message-ID"]
    (file,) = (tmp_path / "mail").iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)

    assert file.name == f"{id.strip('<>')}.eml"
    assert mail["Message-ID"] == id
    assert mail["Subject"] == "Kim replied to “A title”"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example:2525", ("SMTP", 2525, False, None)),
        ("smtp://me:pw@mail.example:25", ("SMTP", 25, False, ("me", "pw"))),
        ("smtp://mail.example:465?ssl=1", ("SMTP_SSL", 465, False, None)),
        ("submission://me:pw@mail.example:587", ("SMTP", 587, True, ("me", "pw"))),
    ],
)
def test_how_the_server_is_reached(settings, monkeypatch, url, expected):
    """MAIL_URL says it all, and nobody waits for ever."""
    kind, port, tls, user = expected
    use_mail_settings(settings, url)
    connect = MagicMock()
    monkeypatch.setattr(smtplib, kind, connect)
    server = connect.return_value
    SmtpBackend().send_messages([EmailMessage("Hello", to=["ann@example.org"])])

    assert connect.call_args.args == ("mail.example", port)
    assert connect.call_args.kwargs["timeout"] == 10
    assert server.starttls.called is tls
    assert server.login.call_args == (user and (user,))
    assert server.sendmail.called


@pytest.mark.parametrize("url", ["smtp://a.example?ssl=1", "submission://a.example"])
def test_the_server_must_prove_its_name(settings, monkeypatch, url):
    """A password is not told to whoever has any certificate."""
    use_mail_settings(settings, url)
    connect = MagicMock()
    monkeypatch.setattr(smtplib, "SMTP", connect)
    monkeypatch.setattr(smtplib, "SMTP_SSL", connect)
    SmtpBackend().open()
    server = connect.return_value
    context = (server.starttls.call_args or connect.call_args).kwargs["context"]

    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
