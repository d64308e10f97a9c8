"""How often anybody may try to log in: counted in a table, once for all processes."""

from datetime import timedelta
from hashlib import sha256
from math import ceil

from flask import current_app, request
from sqlalchemy import delete, insert, select

from flask_site.columns import now
from flask_site.extensions import db

from .models import Attempt

TOO_MANY_TRIES = "Too many log-ins have failed. Please try again in some minutes."


def count_attempt(username):
    """Note a try to log in; return the seconds to wait where there were too many.

    It is stored before anything is counted: of tries at the same moment each sees
    the others, or is seen by them. So the limit holds without a lock.
    """
    limit = current_app.config["LOGIN_TRIES"]
    limit_per_address = current_app.config["LOGIN_TRIES_PER_ADDRESS"]
    window = timedelta(seconds=current_app.config["LOGIN_TRIES_WINDOW"])
    start = now() - window
    key = get_key(username)
    db.session.execute(delete(Attempt).where(Attempt.date_tried <= start))
    # The id alone: the row may be gone after the commit, by a log-in that succeeds.
    id = db.session.scalar(insert(Attempt).values(key).returning(Attempt.id))
    db.session.commit()
    recent = db.session.execute(
        select(Attempt.name, Attempt.date_tried)
        .filter_by(address=key["address"])
        .where(Attempt.date_tried > start)
        .order_by(Attempt.date_tried)
    ).all()
    same_name = [date for name, date in recent if name == key["name"]]
    if len(recent) <= limit_per_address and len(same_name) <= limit:
        return 0
    # What was not tried does not count.
    db.session.execute(delete(Attempt).filter_by(id=id))
    db.session.commit()
    oldest = recent[0].date_tried if len(same_name) <= limit else same_name[0]
    return max(1, ceil((oldest - start).total_seconds()))


def forget_attempts(username):
    """Forget what failed before a log-in that succeeds."""
    db.session.execute(delete(Attempt).filter_by(**get_key(username)))
    db.session.commit()


def get_key(username):
    """Return where a try came from, and for whom; people type passwords there too."""
    name = sha256(username.lower().encode()).hexdigest()
    return {"address": (request.remote_addr or "")[:45], "name": name}
