"""Sending what is owed, beside the requests."""

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Thread
from time import sleep

from flask import copy_current_request_context, current_app
from sqlalchemy import select

from flask_site.columns import now
from flask_site.extensions import db

from . import messages
from .models import MAX_ATTEMPTS, Message
from .transport import deliver

logger = logging.getLogger("flask_site.mail")

# However many comments come: two threads send, and have at most 20 messages in hand.
# For the rest the next sweep is soon enough.
pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")
places = BoundedSemaphore(20)
SECONDS_BETWEEN_SWEEPS = 5


def send_soon(message_id):
    """Have a stored message sent in the background; call it after the commit."""
    if current_app.config["TASKS"] == "celery":
        from .celery import enqueue  # noqa: PLC0415 - takes long, for those who need it

        enqueue(message_id)
    elif places.acquire(blocking=False):
        # The thread gets a copy of this request's context: the application, and for
        # the log the request. One copy a task: it cannot be entered twice at a time.
        pool.submit(copy_current_request_context(send_in_thread), message_id)


def send_in_thread(message_id):
    """Send a message in a thread of the pool."""
    try:
        try_to_send(message_id)
    finally:
        places.release()


def try_to_send(message_id):
    """Send a message; nobody waits for the result, so an error is for the log."""
    try:
        send(message_id)
    except Exception:  # it is due again after the lease, and others need not wait
        db.session.rollback()
        logger.exception("Mail %s not sent.", message_id)


def send(message_id):
    """Send a message unless somebody else does; return seconds until the next try."""
    message = Message.claim(message_id)
    if message is None:
        return 0
    try:
        mail = messages.write(message)
        db.session.commit()  # a mail server may take its time; the database is free
        if mail is not None:
            deliver(mail)
    except (OSError, ValueError) as error:  # ValueError: an address that is none
        seconds = message.delay()
        db.session.commit()
        if message.attempts >= MAX_ATTEMPTS:
            logger.exception("Mail %s given up.", message_id)
            return 0
        logger.warning(
            "Mail %s not sent, next try in %s s: %r", message_id, seconds, error
        )
        return seconds
    message.date_sent = now()
    db.session.commit()
    logger.info("Mail %s %s.", message_id, "sent" if mail else "not needed")
    return 0


def send_due():
    """Send what is due: after an error, after a crash, after a flood."""
    for message_id in db.session.scalars(
        select(Message.id).where(Message.is_due()).order_by(Message.date_due).limit(100)
    ).all():
        try_to_send(message_id)


def start_sweeping(app):
    """Send in the background whatever is due, as long as the process lives."""

    def sweep():
        while True:
            with app.app_context():  # there is no request here, and none is needed
                try:
                    send_due()
                except Exception:  # a database that is away comes back
                    logger.exception("The sweep ended early.")
            sleep(SECONDS_BETWEEN_SWEEPS)

    Thread(target=sweep, name="mail-sweep", daemon=True).start()
