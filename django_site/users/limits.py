"""How often anybody may try to log in: counted in a table, once for all processes."""

import hmac
from datetime import timedelta
from ipaddress import ip_network
from math import ceil

from django.conf import settings
from django.utils import timezone

from .models import Attempt

TOO_MANY_TRIES = "Too many log-ins have failed. Please try again in some minutes."


def count_attempt(request, username):
    """Note a try to log in; return the seconds to wait where there were too many.

    It is stored before anything is counted: of tries at the same moment each sees
    the others, or is seen by them. So the limit holds without a lock.
    """
    start = timezone.now() - timedelta(seconds=settings.LOGIN_TRIES_WINDOW)
    Attempt.objects.filter(date_tried__lte=start).delete()
    attempt = Attempt.objects.create(**get_key(request, username))
    recent = list(
        Attempt.objects.filter(address=attempt.address, date_tried__gt=start)
        .order_by("date_tried")
        .values_list("name", "date_tried")
    )
    same_name = [date for name, date in recent if name == attempt.name]
    if (
        len(recent) <= settings.LOGIN_TRIES_PER_ADDRESS
        and len(same_name) <= settings.LOGIN_TRIES
    ):
        return 0
    attempt.delete()  # what was not tried does not count
    oldest = recent[0][1] if len(same_name) <= settings.LOGIN_TRIES else same_name[0]
    return max(1, ceil((oldest - start).total_seconds()))


def forget_attempts(request, username):
    """Forget what failed before a log-in that succeeds."""
    Attempt.objects.filter(**get_key(request, username)).delete()


def get_key(request, username):
    """Return where a try came from, and for whom; people type passwords there too."""
    key = settings.SECRET_KEY.encode()
    name = hmac.digest(key, username.lower().encode(), "sha256").hex()
    return {"address": get_network(request.META["REMOTE_ADDR"]), "name": name}


def get_network(address):
    """Return an IPv4 address, or the network of one of IPv6: it has so many."""
    address = address.removeprefix("::ffff:")  # IPv4, through a socket of IPv6
    try:
        network = ip_network(f"{address}/64", strict=False)
    except ValueError:  # IPv4 has no such network; a socket has no address
        return address[:45]
    return str(network)
