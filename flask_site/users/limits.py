"""How often anybody may try to log in: counted in a table, once for all processes."""

import hmac
from datetime import timedelta
from ipaddress import ip_network
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
    key = current_app.config["SECRET_KEY"].encode()
    name = hmac.digest(key, username.lower().encode(), "sha256").hex()
    return {"address": get_network(request.remote_addr or ""), "name": name}


def get_network(address):
    """Return an IPv4 address, or the network of one of IPv6: it has so many."""
    address = address.removeprefix("::ffff:")  # IPv4, through a socket of IPv6
    try:
        network = ip_network(f"{address}/64", strict=False)
    except ValueError:  # IPv4 has no such network; a socket has no address
        return address[:45]
    return str(network)
