"""How often anybody may try to log in, and what the table keeps of it."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils.timezone import now

from django_site.users.limits import count_attempt, forget_attempts, get_network
from django_site.users.models import Attempt

from .factories import PASSWORD

HERE, THERE = "192.0.2.1", "2001:db8::1"


@pytest.fixture(autouse=True)
def _limits(settings):
    """Set limits that are soon reached."""
    settings.LOGIN_TRIES = 3
    settings.LOGIN_TRIES_PER_ADDRESS = 5
    settings.LOGIN_TRIES_WINDOW = 60


@pytest.fixture
def attempt(rf, db):
    """Try to log in; return the seconds to wait."""

    def attempt(name="ann", address=HERE):
        return count_attempt(rf.get("/", REMOTE_ADDR=address), name)

    return attempt


@pytest.fixture
def read(db):
    """Return the rows of the table, oldest first."""

    def read():
        rows = Attempt.objects.order_by("id")
        return list(rows.values_list("address", "name", "date_tried"))

    return read


@pytest.fixture
def wait(db):
    """Let time go by: make all tries so many seconds older."""

    def wait(seconds):
        Attempt.objects.update(date_tried=F("date_tried") - timedelta(seconds=seconds))

    return wait


def test_tries_for_one_name(attempt):
    """So many are tried as the limit says, and then no more."""
    waits = [attempt() for _ in range(5)]

    assert waits[:3] == [0, 0, 0]
    assert all(1 <= seconds <= 60 for seconds in waits[3:])


@pytest.mark.parametrize("name", ["ANN", "Ann", "aNN"])
def test_letter_case_makes_no_other_name(attempt, name):
    """Nobody gets more tries by writing a name in another way."""
    for _ in range(3):
        attempt()

    assert attempt(name)


@pytest.mark.parametrize(("name", "address"), [("zoe", HERE), ("ann", THERE)])
def test_others_may_go_on(attempt, name, address):
    """Neither another name nor another address pays for it."""
    for _ in range(4):
        attempt()

    assert attempt(name, address) == 0


def test_tries_from_one_address(attempt):
    """Who tries many names is stopped too, whatever the name."""
    waits = [attempt(f"name{number}") for number in range(7)]

    assert waits[:5] == [0] * 5
    assert all(1 <= seconds <= 60 for seconds in waits[5:])
    assert attempt("name7", THERE) == 0


def test_refused_try_does_not_count(attempt, read):
    """Who goes on trying does not wait the longer."""
    for _ in range(6):
        attempt()

    assert len(read()) == 3


@pytest.mark.parametrize("names", [["ann"] * 4, ["a", "b", "c", "d", "e", "f"]])
def test_who_waits_as_told_is_let_in(attempt, wait, names):
    """The seconds are those until the oldest try is out of the window."""
    *tried, last = names
    for name in tried:
        attempt(name)
        wait(7)
    seconds = attempt(last)
    wait(seconds - 10)
    too_early = attempt(last)
    wait(10)

    assert 0 <= 60 - 7 * len(tried) - seconds < 10
    assert too_early
    assert attempt(last) == 0


def test_old_tries_are_deleted(attempt, read, wait):
    """Nobody's are kept longer than they count."""
    attempt(address=THERE)
    wait(61)
    attempt()

    assert [address for address, *_ in read()] == [HERE]


def test_forgotten_tries(rf, attempt, read):
    """Those of the name and address that got in go, in any letter case; no others."""
    for name, address in [("ann", HERE), ("ANN", HERE), ("zoe", HERE), ("ann", THERE)]:
        attempt(name, address)
    forget_attempts(rf.get("/", REMOTE_ADDR=HERE), "Ann")

    assert [address for address, *_ in read()] == [HERE, "2001:db8::/64"]


def test_forgotten_while_counting(attempt, monkeypatch):
    """Of two who get in at once, one forgets what the other has just noted."""
    create = Attempt.objects.create

    def create_then_forget(**fields):
        row = create(**fields)
        Attempt.objects.all().delete()
        return row

    monkeypatch.setattr(Attempt.objects, "create", create_then_forget)

    assert attempt() == 0


def test_what_a_row_says(attempt, read):
    """No name stands there: some type their password where the name should be."""
    attempt("My password")
    ((address, name, date),) = read()

    assert address == HERE
    assert re.fullmatch("[0-9a-f]{64}", name)
    assert timedelta(0) <= now() - date < timedelta(seconds=10)


@pytest.mark.parametrize(("address", "kept"), [("", ""), ("x" * 300, "x" * 45)])
def test_address_that_is_none(attempt, read, address, kept):
    """A socket has no address, and a proxy may say anything."""
    waits = [attempt(address=address) for _ in range(4)]

    assert [seconds > 0 for seconds in waits] == [False, False, False, True]
    assert read()[0][0] == kept


@pytest.mark.parametrize("name", ["ann", "nobody"])
def test_page_for_too_many(client, user, name):
    """It says so and when to come again, and the right password changes nothing."""
    form = {"username": name, "password": "wrong"}
    codes = [client.post("/login/", form).status_code for _ in range(3)]
    response = client.post("/login/", form | {"password": PASSWORD})

    assert codes == [400, 400, 400]
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert 'role="alert"' in response.text
    assert "Too many log-ins have failed." in response.text
    assert client.get("/account/").status_code == 302


def test_log_in_forgets(client, user, read):
    """Who gets in begins anew."""
    form = {"username": "ann", "password": "wrong"}
    for _ in range(2):
        client.post("/login/", form)
    response = client.post("/login/", form | {"password": PASSWORD})

    assert response.status_code == 302
    assert read() == []


@pytest.mark.parametrize(
    "form",
    [
        {"username": "ann", "password": ""},
        {"username": "", "password": "x"},
        {"username": "nul\0", "password": "x"},
    ],
)
def test_form_that_is_not_tried(client, read, form):
    """Where no password was looked at, none was tried."""
    response = client.post("/login/", form)

    assert response.status_code == 400
    assert read() == []


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("", ""),
        ("x" * 60, "x" * 45),
    ],
)
def test_what_counts_as_one_address(address, counted):
    """Who has one address of IPv6 has a whole network of them."""
    assert get_network(address) == counted
