"""Sending what is owed in Celery's workers."""

import logging

from kombu.exceptions import OperationalError

from django_site.celery import app

from . import tasks

logger = logging.getLogger("django_site.mail")

MAX_RETRIES = 5  # 31 seconds in all; what takes longer is for the sweep


def enqueue(message_id):
    """Put the id of a stored message into Redis; without Redis the sweep finds it."""
    try:
        send_message.delay(message_id)
    except OperationalError as error:
        logger.warning("Mail %s waits for the sweep: %s", message_id, error)


@app.task(bind=True, max_retries=MAX_RETRIES)
def send_message(self, message_id):
    """Send a message, and try again after a while where it does not leave."""
    seconds = tasks.send(message_id)
    if seconds and self.request.retries < MAX_RETRIES:
        raise self.retry(countdown=seconds)


@app.task
def send_due():
    """Send what is due; Celery's beat calls this."""
    tasks.send_due()
