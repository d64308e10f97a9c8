"""Messages that are to be sent."""

from datetime import timedelta

from django.db import models
from django.db.models import F
from django.utils import timezone

LEASE = timedelta(seconds=120)  # a dozen answers of ten seconds each
LONGEST_DELAY = 60 * 60  # seconds between two tries
MAX_ATTEMPTS = 50  # a day and a half


class MessageQuerySet(models.QuerySet):
    """Queries for messages."""

    def due(self):
        """Select what is to be sent by now."""
        return self.filter(
            date_sent=None, date_due__lte=timezone.now(), attempts__lt=MAX_ATTEMPTS
        )

    def claim(self, message_id):
        """Return a message that is due, or None; nobody else gets it for a while.

        One UPDATE decides among all threads, processes and machines. Whoever dies
        with a message leaves it to the next one who asks after the lease.
        """
        claimed = (
            self.due()
            .filter(pk=message_id)
            .update(date_due=timezone.now() + LEASE, attempts=F("attempts") + 1)
        )
        return self.get(pk=message_id) if claimed else None


class Message(models.Model):
    """A mail that is owed: what it is about, not what it says.

    It is stored in the transaction of the change that it tells of: there is either
    both or neither, whatever happens to the process.
    """

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    date_created = models.DateTimeField(default=timezone.now)
    date_due = models.DateTimeField(default=timezone.now)
    attempts = models.BigIntegerField(default=0)
    date_sent = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["date_sent", "date_due"], name="mail_message_due")
        ]

    def __str__(self):
        return f"{self.kind} {self.object_id}"

    def delay(self):
        """Try again later, each time after twice as long."""
        seconds = min(2 ** (self.attempts - 1), LONGEST_DELAY)
        self.date_due = timezone.now() + timedelta(seconds=seconds)
        return seconds
