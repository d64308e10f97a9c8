"""Sending what is owed, beside the requests."""

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Thread
from time import sleep

from django.conf import settings
from django.db import connection
from django.utils import timezone

from django_site import logs

from . import messages
from .models import MAX_ATTEMPTS, Message

logger = logging.getLogger("django_site.mail")

# However many comments come: two threads send, and have at most 20 messages in hand.
# For the rest the next sweep is soon enough.
pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")
places = BoundedSemaphore(20)
SECONDS_BETWEEN_SWEEPS = 5


def send_soon(message_id, request_id):
    """Have a stored message sent in the background; call it after the commit."""
    if settings.TASKS == "celery":
        from .celery import enqueue  # noqa: PLC0415 - takes long, for those who need it

        enqueue(message_id)
    elif places.acquire(blocking=False):
        # The thread gets plain values: the id of the message, and for the log the
        # request's. It shares neither the request nor its connection.
        pool.submit(send_in_thread, message_id, request_id)


def send_in_thread(message_id, request_id):
    """Send a message in a thread of the pool."""
    logs.request_id.set(request_id)
    try:
        try_to_send(message_id)
    finally:
        connection.close()  # Django closes what a request has opened, not a thread
        places.release()


def try_to_send(message_id):
    """Send a message; nobody waits for the result, so an error is for the log."""
    try:
        send(message_id)
    except Exception:  # it is due again after the lease, and others need not wait
        logger.exception("Mail %s not sent.", message_id)


def send(message_id):
    """Send a message unless somebody else does; return seconds until the next try."""
    message = Message.objects.claim(message_id)
    if message is None:
        return 0
    try:
        mail = messages.write(message)
        if mail is not None:
            mail.send()
    except (OSError, ValueError) as error:  # ValueError: an address that is none
        seconds = message.delay()
        message.save(update_fields=["date_due"])
        if message.attempts >= MAX_ATTEMPTS:
            logger.exception("Mail %s given up.", message_id)
            return 0
        logger.warning(
            "Mail %s not sent, next try in %s s: %r", message_id, seconds, error
        )
        return seconds
    message.date_sent = timezone.now()
    message.save(update_fields=["date_sent"])
    logger.info("Mail %s %s.", message_id, "sent" if mail else "not needed")
    return 0


def send_due():
    """Send what is due: after an error, after a crash, after a flood."""
    due = Message.objects.due().order_by("date_due")
    for message_id in list(due.values_list("pk", flat=True)[:100]):
        try_to_send(message_id)


def start_sweeping():
    """Send in the background whatever is due, as long as the process lives."""

    def sweep():
        while True:
            try:
                send_due()
            except Exception:  # a database that is away comes back
                logger.exception("The sweep ended early.")
            finally:
                connection.close()
            sleep(SECONDS_BETWEEN_SWEEPS)

    Thread(target=sweep, name="mail-sweep", daemon=True).start()
