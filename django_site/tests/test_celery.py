"""Celery: what it promises of a task, and what happens when Redis is away."""

import os
import socket
from time import monotonic
from unittest.mock import MagicMock, patch

import pytest
from celery.signals import task_retry

from django_site.mail import tasks
from django_site.mail.models import LEASE

# Whoever imports these means to work with Celery; nobody else shall notice.
with patch.dict(os.environ):
    from django_site.celery import app
    from django_site.mail.celery import MAX_RETRIES, enqueue, send_due, send_message


@pytest.fixture
def nobody():
    """Hold a port where nobody listens; return its address."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"redis://127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
def countdowns():
    """Collect the seconds after which tasks are tried again."""
    seconds = []

    def note(reason, **kwargs):
        seconds.append(reason.when)

    task_retry.connect(note)
    yield seconds
    task_retry.disconnect(note)


def test_no_task_is_lost_with_its_worker():
    """A task is done when it ends, not when it begins; a dead worker's comes back."""
    # After longer than a message is leased, so that the lease has run out.
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    after = app.conf.broker_transport_options["visibility_timeout"]
    assert after > LEASE.total_seconds()


def test_sweeps_do_not_pile_up():
    """A sweep that no worker took is worthless when the next one comes."""
    sweep = app.conf.beat_schedule["sweep"]

    assert sweep["task"] == send_due.name
    assert sweep["options"]["expires"] <= sweep["schedule"] == 5


def test_a_queue_of_its_own():
    """Both sites may share a Redis, and neither takes the tasks of the other."""
    assert app.conf.task_default_queue == "django"
    assert app.conf.task_ignore_result


def test_redis_is_away(nobody, caplog, monkeypatch):
    """Nobody waits for it: the message is stored, and the sweep finds it."""
    monkeypatch.setattr(app.conf, "broker_url", nobody)
    started = monotonic()
    enqueue(7)

    assert caplog.messages[0].startswith("Mail 7 waits for the sweep: ")
    assert caplog.records[0].levelname == "WARNING"
    assert monotonic() - started < 2


def test_an_id_is_handed_over(settings, monkeypatch):
    """What goes through Redis is the id of a message, not a mail nor a request."""
    settings.TASKS = "celery"
    delay = MagicMock()
    monkeypatch.setattr(app.tasks[send_message.name], "delay", delay)
    tasks.send_soon(7, "an-id")

    assert delay.call_args == ((7,),)


def test_a_mail_that_leaves_is_one_task(countdowns, monkeypatch):
    """The task sends the message, and that is all."""
    send = MagicMock(return_value=0)
    monkeypatch.setattr(tasks, "send", send)
    send_message.apply([7])

    assert send.call_args == ((7,),)
    assert countdowns == []


def test_a_mail_that_does_not_leave(countdowns, monkeypatch):
    """The task comes back when the message is due, and gives up after five times."""
    send = MagicMock(side_effect=[1, 2, 4, 8, 16, 32])
    monkeypatch.setattr(tasks, "send", send)
    result = send_message.apply([7])

    assert countdowns == [1, 2, 4, 8, 16]
    assert send.call_count == MAX_RETRIES + 1
    assert result.successful()  # the rest is for the sweep


def test_the_sweep_is_a_task(monkeypatch):
    """Celery's beat has it done, whichever worker is free."""
    sweep = MagicMock()
    monkeypatch.setattr(tasks, "send_due", sweep)
    send_due.apply()

    assert sweep.called
