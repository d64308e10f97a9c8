"""Mail that is owed: who sends it and when, what it says, how it leaves."""

import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import BoundedSemaphore, Event
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from flask import current_app
from sqlalchemy import event, func, select

from flask_site.blog import views
from flask_site.blog.models import Comment
from flask_site.columns import now
from flask_site.extensions import db as database
from flask_site.logs import RequestIdFilter
from flask_site.mail import messages, tasks
from flask_site.mail.models import LEASE, MAX_ATTEMPTS, Message
from flask_site.mail.transport import deliver
from flask_site.users.models import User

from .factories import make_comment, make_message, make_post, make_user, save
from .test_settings import load_settings

LIMIT = 10  # seconds until a test gives up on another thread
REPLY = {"name": "Kim", "email": "kim@example.org", "body": "Well said."}


@pytest.fixture
def comment(db, user):
    """Store a comment of a stranger on a post of somebody else."""
    return make_comment(make_post(user))


@pytest.fixture
def message(comment):
    """Store the mail about that comment."""
    return make_message(object_id=comment.id)


@pytest.fixture
def sent(monkeypatch):
    """Collect the mails that would leave."""
    mails = []
    monkeypatch.setattr(tasks, "deliver", mails.append)
    return mails


@pytest.fixture
def threads(monkeypatch):
    """Send in two threads that end with the test."""
    with ThreadPoolExecutor(2) as pool:
        monkeypatch.setattr(tasks, "pool", pool)
        monkeypatch.setattr(tasks, "places", BoundedSemaphore(20))
        yield pool


def load_mail_settings(url):
    """Return the settings that MAIL_URL stands for."""
    settings = vars(load_settings(MAIL_URL=url)).items()
    return {name: value for name, value in settings if name.startswith("MAIL_")}


def read(mail):
    """Read a mail as the one who gets it."""
    return message_from_bytes(mail.as_bytes(), policy=policy.default)


def read_part(mail, kind):
    """Return the plain text of a mail, or its HTML."""
    return read(mail).get_body([kind]).get_content()


# Who gets a message


def test_one_message_is_claimed_once(message):
    """Of two who want to send a message, one gets it."""
    first, second = Message.claim(message.id), Message.claim(message.id)

    assert (first.id, first.attempts) == (message.id, 1)
    assert LEASE - timedelta(seconds=LIMIT) < first.date_due - now() <= LEASE
    assert second is None


def test_one_statement_decides(message, db):
    """Nobody looks first and takes then: two could look at once."""
    id, statements = message.id, []

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(connection, cursor, statement, *rest):
        statements.append(statement)

    Message.claim(id)

    assert statements[0].startswith("UPDATE mail_message")


def test_a_lease_that_ran_out(message, db):
    """Whoever died with a message leaves it to the next one."""
    first = Message.claim(message.id)
    first.date_due -= LEASE
    db.session.commit()

    assert Message.claim(message.id).attempts == 2


def test_what_is_sent_is_over(db):
    """A message that was sent belongs to nobody any more."""
    message = make_message(date_sent=now())

    assert Message.claim(message.id) is None


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
    assert Message.claim(last.id).attempts == MAX_ATTEMPTS
    assert Message.claim(over.id) is None


# What it says


def test_a_mail_has_two_parts(user, db):
    """Text comes first, then HTML, where signs of HTML are escaped."""
    post = make_post(user, title="Salt\n\t &  <b>pepper</b>")
    comment = make_comment(post, body="One & <i>two</i>.")
    mail = read(messages.write(make_message(object_id=comment.id)))

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
def test_links_need_no_request(app, comment, message, kind):
    """A thread and a worker know from SITE_URL alone where the site is."""
    app.config["SITE_URL"] = "https://blog.example"
    part = read_part(messages.write(message), kind)

    address = f"https://blog.example/posts/{comment.post_id}/#comment-{comment.id}"
    assert address in part
    assert "https://blog.example/account/" in part


def test_headers_of_a_mail(app, message):
    """They name us, the author of the post and the way out, but not who commented."""
    mail = messages.write(message)

    assert mail["From"] == app.config["MAIL_FROM"]
    assert mail["To"] == "ann@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == f"<{app.config['SITE_URL']}/account/>"
    assert read(mail)["Date"]
    assert "kim@example.org" not in str(read(mail))


def test_every_try_has_the_same_id(message):
    """A mail that comes twice can be told from two mails."""
    other = make_message(object_id=message.object_id)
    ids = [messages.write(each)["Message-ID"] for each in (message, message, other)]

    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith(f".{message.id}@localhost>")


@pytest.mark.parametrize("case", ["deleted", "own", "turned off"])
def test_nothing_to_say(case, comment, message, db):
    """A mail that is owed is not always wanted when its time has come."""
    if case == "deleted":
        db.session.delete(comment)
    elif case == "own":
        comment.author_id = comment.post.author_id
    else:
        comment.post.author.comment_mail = False
    db.session.commit()

    assert messages.write(message) is None


def test_comment_of_a_user(message, comment, db):
    """Who is signed in is called by the name of the account."""
    comment.author_id = make_user("zoe").id
    db.session.commit()
    subject = read(messages.write(message))["Subject"]

    assert subject == "zoe replied to “A title”"


def test_a_mail_for_a_new_password(user, db):
    """It names the user, and its link opens the page."""
    mail = messages.write(make_message("password_reset", user.id))
    text = read_part(mail, "plain")
    link = next(word for word in text.split() if "/reset/" in word)
    site_url = current_app.config["SITE_URL"]
    page = current_app.test_client().get(link.removeprefix(site_url))

    assert mail["To"] == "ann@example.org"
    assert mail["List-Unsubscribe"] is None
    assert "the account ann." in text
    assert link in read_part(mail, "html")
    assert "new_password1" in page.text


@pytest.mark.parametrize("user_id", [0, 99])
def test_new_password_of_nobody(db, user_id):
    """A message about a user who is not there is no mail."""
    assert messages.write(make_message("password_reset", user_id)) is None


# Sending


def test_a_mail_is_sent(message, sent, caplog):
    """The message is marked, and the log has a line."""
    caplog.set_level("INFO")

    assert tasks.send(message.id) == 0
    assert [mail["To"] for mail in sent] == ["ann@example.org"]
    assert message.date_sent
    assert caplog.messages == [f"Mail {message.id} sent."]


@pytest.mark.parametrize(
    "error", [smtplib.SMTPServerDisconnected("Bye."), TimeoutError(), ValueError()]
)
def test_a_mail_that_does_not_leave(message, monkeypatch, caplog, error):
    """The error is logged, and the next try is later."""
    monkeypatch.setattr(tasks, "deliver", MagicMock(side_effect=error))

    assert tasks.send(message.id) == 1
    assert message.date_sent is None
    assert message.date_due - now() <= timedelta(seconds=1)
    assert caplog.records[0].levelname == "WARNING"
    assert caplog.messages == [
        f"Mail {message.id} not sent, next try in 1 s: {error!r}",
    ]


def test_a_mail_that_nobody_wants(sent, db, caplog):
    """It is done with, and the log says so."""
    caplog.set_level("INFO")
    message = make_message(object_id=99)

    assert tasks.send(message.id) == 0
    assert sent == []
    assert message.date_sent
    assert caplog.messages == [f"Mail {message.id} not needed."]


def test_a_message_that_somebody_else_sends(message, sent):
    """Nothing is sent, and nothing is to be tried again."""
    Message.claim(message.id)

    assert tasks.send(message.id) == 0
    assert sent == []


def test_somebody_else_has_sent_it_meanwhile(message, monkeypatch, db):
    """An error that comes after the lease does not undo what another one has done."""

    def fail(mail):
        other = db.update(Message).values(date_sent=now(), attempts=7)
        db.session.execute(other.execution_options(synchronize_session=False))
        db.session.commit()
        raise TimeoutError

    monkeypatch.setattr(tasks, "deliver", fail)
    tasks.send(message.id)

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

    assert ids == [first.id, second.id]


def test_a_message_that_nobody_can_write(db, caplog):
    """It is in the log, and those behind it are sent."""
    make_message(kind="unknown", date_due=now() - timedelta(minutes=1))
    good = make_message(kind="password_reset", object_id=0)
    tasks.send_due()

    assert [record.levelname for record in caplog.records][:1] == ["ERROR"]
    assert db.session.get(Message, good.id).date_sent


def test_the_sweep_outlives_an_error(app, monkeypatch, caplog):
    """A database that is away for a moment does not end it."""
    sweeps = MagicMock(side_effect=[OSError, None])
    monkeypatch.setattr(tasks, "sleep", MagicMock(side_effect=[None, EOFError]))
    monkeypatch.setattr(
        tasks, "Thread", lambda target, **options: SimpleNamespace(start=target)
    )
    monkeypatch.setattr(tasks, "send_due", sweeps)
    with pytest.raises(EOFError):
        tasks.start_sweeping(app)

    assert sweeps.call_count == 2
    assert caplog.messages == ["The sweep ended early."]


# Handing over


def test_comment_and_mail_are_one(app, client, user, handed_over):
    """Whoever comments leaves both, and the background hears of it."""
    with app.app_context():
        address = f"/posts/{make_post(user).id}/comments/"
    client.post(address, data=REPLY)

    with app.app_context():
        message = database.session.scalars(select(Message)).one()
        comment = database.session.scalars(select(Comment)).one()
        assert (message.kind, message.object_id) == ("comment", comment.id)
        assert handed_over == [message.id]


def test_comment_or_mail_fails(app, client, user, handed_over, monkeypatch):
    """Where one cannot be stored there is neither."""
    with app.app_context():
        address = f"/posts/{make_post(user).id}/comments/"
    monkeypatch.setattr(views, "Message", MagicMock(side_effect=ZeroDivisionError))
    with pytest.raises(ZeroDivisionError):
        client.post(address, data=REPLY)

    with app.app_context():
        assert database.session.scalars(select(Comment)).all() == []
        assert database.session.scalars(select(Message)).all() == []
    assert handed_over == []


def test_handed_over_after_the_commit(make_app, tmp_path, monkeypatch):
    """Whoever sends finds the message: it is stored before they hear of it."""
    # Another connection counts; it sees what is committed.
    app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/db.sqlite3")
    with app.app_context():
        database.create_all()
        address = f"/posts/{make_post(make_user()).id}/comments/"
    stored = []

    def send_soon(message_id):
        with database.engine.connect() as other:
            query = select(func.count(Message.id)).where(Message.id == message_id)
            stored.append(other.scalar(query))

    monkeypatch.setattr(views, "send_soon", send_soon)
    app.test_client().post(address, data=REPLY)

    assert stored == [1]


def test_a_new_password_is_owed_to_each_account(app, client, user, handed_over):
    """Letter case does not count, and an address that nobody has costs a row too."""
    with app.app_context():
        other = save(User(username="zoe", email="Ann@Example.org", password="x"))
    client.post("/reset/", data={"email": "ANN@example.org"})
    client.post("/reset/", data={"email": "nobody@example.org"})

    with app.app_context():
        ids = database.session.scalars(select(Message.object_id)).all()
    assert ids == [user.id, other.id, 0]
    assert len(handed_over) == 3


def test_places_are_few(app, threads, monkeypatch):
    """However many messages come, twenty are taken, and the rest waits for a sweep."""
    release, taken = Event(), []

    def send(message_id):
        taken.append(message_id)
        assert release.wait(LIMIT)

    monkeypatch.setattr(tasks, "send", send)
    with app.test_request_context("/"):
        for message_id in range(22):
            tasks.send_soon(message_id)
    full = not tasks.places.acquire(blocking=False)
    release.set()
    threads.shutdown()

    assert full
    assert sorted(taken) == list(range(20))
    assert all(tasks.places.acquire(blocking=False) for _ in range(20))


def test_a_thread_knows_the_request(app, threads, monkeypatch, caplog):
    """What it logs carries the id of the request that it works for."""
    caplog.set_level("INFO")
    monkeypatch.setattr(tasks, "send", lambda id: tasks.logger.info("Mail %s.", id))
    with caplog.filtering(RequestIdFilter()):
        for number in (1, 2, 3):
            headers = {"X-Request-ID": f"request-{number}"}
            with app.test_request_context("/", headers=headers):
                app.preprocess_request()
                tasks.send_soon(number)
        threads.shutdown()

    assert {(record.message, record.request_id) for record in caplog.records} == {
        ("Mail 1.", "request-1"),
        ("Mail 2.", "request-2"),
        ("Mail 3.", "request-3"),
    }


def test_a_thread_closes_what_it_opened(make_app, threads, tmp_path, monkeypatch):
    """No connection to the database is left behind."""
    # Here it goes back to the pool of connections, with the thread's context.
    app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/db.sqlite3")
    in_use = []

    def send(message_id):
        database.session.execute(select(1))
        in_use.append(database.engine.pool.checkedout())

    monkeypatch.setattr(tasks, "send", send)
    with app.test_request_context("/"):
        tasks.send_soon(1)
    threads.shutdown()

    with app.app_context():
        in_use.append(database.engine.pool.checkedout())
    assert in_use == [1, 0]


def test_a_thread_that_fails(app, threads, monkeypatch, caplog):
    """Nobody waits for its result, so the log has it, and its place is free again."""
    monkeypatch.setattr(tasks, "send", MagicMock(side_effect=ZeroDivisionError))
    with app.test_request_context("/"):
        for message_id in range(22):
            tasks.send_soon(message_id)
    threads.shutdown()

    assert caplog.messages[0] == "Mail 0 not sent."
    assert caplog.records[0].exc_info[0] is ZeroDivisionError
    assert all(tasks.places.acquire(blocking=False) for _ in range(20))


# Leaving


def test_a_mail_is_a_file(make_app, tmp_path):
    """In a folder each mail is one file, and a second try writes the same one."""
    app = make_app(MAIL_URL=f"file:///{tmp_path}", MAIL_FOLDER=tmp_path / "mail")
    with app.app_context():
        database.create_all()
        message = make_message(object_id=make_comment(make_post(make_user())).id)
        for _ in range(2):
            deliver(messages.write(message))
        id = messages.write(message)["Message-ID"]
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
def test_how_the_server_is_reached(make_app, monkeypatch, url, expected):
    """MAIL_URL says it all, and nobody waits for ever."""
    kind, port, tls, user = expected
    app = make_app(**load_mail_settings(url))
    connect = MagicMock()
    monkeypatch.setattr(smtplib, kind, connect)
    server = connect.return_value
    mail = EmailMessage()
    mail["To"] = "ann@example.org"
    with app.app_context():
        deliver(mail)

    assert connect.call_args.args == ("mail.example", port)
    assert connect.call_args.kwargs["timeout"] == 10
    assert server.starttls.called is tls
    assert server.login.call_args == (user and (user,))
    assert server.sendmail.call_args == (
        (None, "ann@example.org", b"To: ann@example.org\n\n"),
    )


@pytest.mark.parametrize("url", ["smtp://a.example?ssl=1", "submission://a.example"])
def test_the_server_must_prove_its_name(make_app, monkeypatch, url):
    """A password is not told to whoever has any certificate."""
    app = make_app(**load_mail_settings(url))
    connect = MagicMock()
    monkeypatch.setattr(smtplib, "SMTP", connect)
    monkeypatch.setattr(smtplib, "SMTP_SSL", connect)
    with app.app_context():
        deliver(EmailMessage())
    server = connect.return_value
    context = (server.starttls.call_args or connect.call_args).kwargs["context"]

    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
