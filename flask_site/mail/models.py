"""Messages that are to be sent."""

from datetime import datetime, timedelta

from sqlalchemy import Identity, Index, String, and_, update
from sqlalchemy.orm import Mapped, mapped_column

from flask_site.columns import now
from flask_site.extensions import db

LEASE = timedelta(seconds=120)  # a dozen answers of ten seconds each
LONGEST_DELAY = 60 * 60  # seconds between two tries
MAX_ATTEMPTS = 50  # a day and a half


class Message(db.Model):
    """A mail that is owed: what it is about, not what it says.

    It is stored in the transaction of the change that it tells of: there is either
    both or neither, whatever happens to the process.
    """

    __tablename__ = "mail_message"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int]
    date_created: Mapped[datetime] = mapped_column(default=now)
    date_due: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    date_sent: Mapped[datetime | None] = mapped_column()

    __table_args__ = (
        Index("mail_message_due", date_sent, date_due),
        {"sqlite_autoincrement": True},
    )

    @classmethod
    def is_due(cls):
        """Return the condition of what is to be sent by now."""
        return and_(
            cls.date_sent.is_(None),
            cls.date_due <= now(),
            cls.attempts < MAX_ATTEMPTS,
        )

    @classmethod
    def claim(cls, message_id):
        """Return a message that is due, or None; nobody else gets it for a while.

        One UPDATE decides among all threads, processes and machines. Whoever dies
        with a message leaves it to the next one who asks after the lease.
        """
        claimed = db.session.scalar(
            update(cls)
            .where(cls.id == message_id, cls.is_due())
            .values(date_due=now() + LEASE, attempts=cls.attempts + 1)
            .returning(cls)
        )
        db.session.commit()
        return claimed

    def delay(self):
        """Try again later, each time after twice as long."""
        seconds = min(2 ** (self.attempts - 1), LONGEST_DELAY)
        self.date_due = now() + timedelta(seconds=seconds)
        return seconds
