"""How many wrong passwords may be tried, and from where."""

import socket
from collections import Counter
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from .at_once import at_once
from .contract import row
from .databases import BACKENDS
from .mails import wait_until
from .visitor import Visitor, token

TRIES = 10
TRIES_PER_ADDRESS = 100
WINDOW = 300
AT_ONCE = 40
WRONG = "not the password"
# The suite sets limits that nobody reaches; here are the site's own.
DEFAULTS = {"LOGIN_TRIES": None, "LOGIN_TRIES_PER_ADDRESS": None}

GARBAGE = {
    "nothing": "",
    "commas": ",,,",
    "a word": "unknown",
    "a long word": "x" * 6000,
    "many addresses": ", ".join(["192.0.2.1"] * 500),
    "IPv6": "2001:db8::1",
    "IPv6 with a port": "[2001:db8::1]:443",
    "IPv6 with a zone": "fe80::1%eth0",
    "the longest IPv6": "0000:0000:0000:0000:0000:ffff:255.255.255.255",
    "a number": "3221225985",
    "SQL": "'; DROP TABLE users_attempt; --",
    "quotes": '"192.0.2.1"',
    "Latin-1": b"\xe9\xff",
    "UTF-8": "١٢٧.0.0.1".encode(),
}


@pytest.fixture(scope="module")
def limited_site(start_site):
    """A site with the limits that it has where nothing is set."""
    return start_site(**DEFAULTS)


@pytest.fixture(scope="module")
def strict_site(start_site):
    """A site that allows little."""
    return start_site(LOGIN_TRIES="3", LOGIN_TRIES_PER_ADDRESS="4")


@pytest.fixture(scope="module")
def come_from():
    """Open browsers that come from addresses of this machine, each time another."""
    numbers = iter(range(2, 250))

    def come_from(site):
        address = f"127.0.0.{next(numbers)}"
        limits = httpx.Limits(max_keepalive_connections=0)
        transport = httpx.HTTPTransport(
            local_address=address, limits=limits, trust_env=False
        )
        return Guesser(site.url, transport, address)

    return come_from


class Guesser(Visitor):
    """Somebody at an address of their own, who tries passwords."""

    def __init__(self, url, transport, address):
        """Come from this address."""
        super().__init__(url, transport=transport)
        self.address = address

    def guess(self, username, password=WRONG, **headers):
        """Try a password, and give the status of the answer."""
        return self.answer(username, password, **headers).status

    def answer(self, username, password=WRONG, **headers):
        """Try a password, with headers that a browser has not."""
        form = self.open_form("/login/")
        fields = {**form.values, "username": username, "password": password}
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        page = self.request("POST", "/login/", fields=fields, headers=headers)
        if page.is_redirect:
            self._changed(signed_in=True)
        return page

    def guess_with(self, username, *lines):
        """Try a password with lines of headers, each sent as it is written."""
        form = self.open_form("/login/")
        fields = {**form.values, "username": username, "password": WRONG}
        body = urlencode(fields).encode()
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)
        head = [
            b"POST /login/ HTTP/1.0",
            f"Host: {urlsplit(self.url).netloc}".encode(),
            f"Origin: {self.url}".encode(),
            f"Cookie: {cookies}".encode(),
            b"Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}".encode(),
            *lines,
        ]
        port = urlsplit(self.url).port
        with socket.create_connection(
            ("127.0.0.1", port), 30, (self.address, 0)
        ) as connection:
            connection.sendall(b"\r\n".join([*head, b"", body]))
            return int(connection.makefile("rb").readline().split()[1])


def assert_told_to_wait(page, longest=WINDOW):
    """Check that the page says in words and in a header to come back later."""
    assert page.status == 429
    assert 0 < int(page.headers["Retry-After"]) <= longest
    assert page.heading
    assert page.alerts
    assert "no-store" in page.headers["Cache-Control"]


@pytest.fixture
def owner(limited_site, come_from):
    """Somebody with an account, who is not signed in."""
    owner = come_from(limited_site)
    owner.register()
    owner.log_out()
    return owner


@row("LIMIT-1", "LIMIT-3")
def test_the_eleventh_try_is_not_made(limited_site, come_from, owner):
    thief = come_from(limited_site)

    for number in range(TRIES):
        spelled = owner.username.upper() if number % 2 else owner.username
        assert thief.guess(spelled) == 400
    assert owner.log_in(owner.username, owner.password).is_redirect
    owner.log_out()

    assert_told_to_wait(thief.answer(owner.username, owner.password))
    assert thief.guess(owner.username.title(), owner.password) == 429
    assert not thief.is_signed_in
    assert owner.log_in(owner.username, owner.password).is_redirect


@row("LIMIT-1")
def test_a_name_that_nobody_has_is_limited_alike(limited_site, come_from, owner):
    thief, name = come_from(limited_site), token()
    tried = [thief.answer(name) for _ in range(TRIES)]
    known = [thief.answer(owner.username) for _ in range(TRIES)]

    unknown = thief.answer(f" {name.upper()} ")

    assert_told_to_wait(unknown)
    # Known or not, right or wrong, what is said is the same.
    assert {page.status for page in tried + known} == {400}
    assert len({page.words for page in known}) == 1
    assert {str(page.alerts) for page in tried} == {str(page.alerts) for page in known}
    assert thief.answer(owner.username).alerts == unknown.alerts
    assert thief.answer(owner.username, owner.password).alerts == unknown.alerts


@row("LIMIT-2", "LIMIT-3")
def test_the_hundred_and_first_try_of_an_address_is_not_made(
    limited_site, come_from, owner
):
    thief = come_from(limited_site)
    names = [token() for _ in range(TRIES_PER_ADDRESS // 2)] * 2

    assert Counter(map(thief.guess, names)) == {400: TRIES_PER_ADDRESS}

    assert_told_to_wait(thief.answer(token()))
    assert_told_to_wait(thief.answer(owner.username, owner.password))
    assert owner.log_in(owner.username, owner.password).is_redirect


@row("LIMIT-1", "LIMIT-2")
def test_log_ins_that_succeed_are_not_counted(strict_site, come_from):
    user = come_from(strict_site)
    user.register()

    for _ in range(6):
        user.log_out()
        assert user.log_in(user.username, user.password).is_redirect


@pytest.fixture(params=BACKENDS)
def crowded_site(request, launch, site_name):
    """A site in several processes, with the limits that it has where nothing is set."""
    if request.param == "postgresql":
        start = request.getfixturevalue("start_on_postgresql")
        site = start(command="crowd", **DEFAULTS)
    else:
        site = launch.start(site_name, command="crowd", **DEFAULTS)
    yield site
    site.stop()


@row("LIMIT-4")
def test_all_processes_count_together(crowded_site):
    visitor = Visitor(crowded_site.url)
    visitor.register()
    visitor.log_out()
    form = visitor.open_form("/login/")
    fields = {**form.values, "username": visitor.username, "password": "wrong"}

    pages = at_once(
        lambda guesser: guesser.post("/login/", fields),
        [visitor.twin() for _ in range(AT_ONCE)],
    )

    statuses = Counter(page.status for page in pages)
    assert statuses[400] + statuses[429] == AT_ONCE
    assert statuses[400] <= TRIES


@row("LIMIT-5")
def test_a_header_that_anybody_can_write_changes_nothing(
    limited_site, come_from, owner
):
    thief, other, name = come_from(limited_site), come_from(limited_site), token()
    spoofed = [f"192.0.2.{number}" for number in range(TRIES)]
    spoofed = [other.address, "127.0.0.1", *spoofed]

    statuses = [thief.guess(name, X_Forwarded_For=address) for address in spoofed]

    assert statuses == [400] * TRIES + [429] * 2
    # Nor does it shut others out, or let the thief act for them.
    assert other.guess(name) == 400
    for header in ("Forwarded", "X_Real_IP", "Client_IP", "True_Client_IP"):
        assert thief.guess(name, **{header: "192.0.2.99"}) == 429
    assert thief.answer(name, X_Forwarded_For=owner.address).status == 429


@pytest.fixture(scope="module", params=[1, 2])
def proxies(request):
    """How many proxies stand before a site."""
    return request.param


@pytest.fixture(scope="module")
def proxied_site(request, start_site, proxies):
    """A site behind proxies, which allows few tries; PostgreSQL minds long values."""
    few = {"LOGIN_TRIES": "1", "TRUSTED_PROXIES": str(proxies)}
    if proxies > 1:
        return start_site(**few)
    return request.getfixturevalue("start_on_postgresql")(**few)


@row("LIMIT-5")
def test_what_the_first_proxy_saw_counts(proxied_site, proxies, come_from):
    visitor, name = come_from(proxied_site), token()
    # What each proxy behind the first adds is the address of the proxy before it.
    end = ["10.0.0.1", "10.0.0.2"][: proxies - 1]

    def guess(*forwarded):
        return visitor.guess(name, X_Forwarded_For=", ".join([*forwarded, *end]))

    # Whatever somebody writes in front, the proxy puts their own address behind it.
    assert guess("198.51.100.7") == 400
    for spoofed in ("192.0.2.1", "192.0.2.2, 192.0.2.3", "", "x,,y"):
        assert guess(spoofed, "198.51.100.7") == 429, spoofed
    # Somebody at another address is another, whatever they write.
    assert guess("198.51.100.7", "198.51.100.8") == 400
    assert guess("2001:db8::7") == 400


@row("LIMIT-7")
@pytest.mark.parametrize(
    "addresses",
    [
        ("2001:db8::7", "2001:db8::ffff:8", "2001:db8:0:1::7"),
        ("192.0.2.77", "::ffff:192.0.2.77", "::ffff:192.0.2.78"),
    ],
)
def test_a_network_of_ipv6_is_one_address(proxied_site, proxies, come_from, addresses):
    visitor, name = come_from(proxied_site), token()
    end = ["10.0.0.1", "10.0.0.2"][: proxies - 1]

    statuses = [
        visitor.guess(name, X_Forwarded_For=", ".join([address, *end]))
        for address in addresses
    ]

    assert statuses == [400, 429, 400]


@row("LIMIT-5")
def test_too_few_addresses_are_not_believed(proxied_site, proxies, come_from):
    visitor, name = come_from(proxied_site), token()
    forwarded = [f"192.0.2.{number}" for number in range(3)]

    statuses = [
        visitor.guess(name, X_Forwarded_For=", ".join([address] * (proxies - 1)))
        for address in forwarded
    ]

    assert statuses == [400, 429, 429]


@row("LIMIT-5")
def test_a_header_that_cannot_be_read_breaks_nothing(proxied_site, proxies, come_from):
    visitor = come_from(proxied_site)

    for kind, value in GARBAGE.items():
        name = token()
        statuses = [visitor.guess(name, X_Forwarded_For=value) for _ in range(2)]
        assert statuses == [400, 429], kind


@row("LIMIT-5")
def test_however_the_header_is_written_it_is_read_as_one(
    proxied_site, proxies, come_from
):
    end = "".join(f", 10.0.0.{number}" for number in range(1, proxies))

    def guess(*lines):
        visitor = come_from(proxied_site)
        return [visitor.guess_with(name, *lines) for _ in range(2)]

    # In two lines it is one; a header of nearly the same name is none.
    name = token()
    line = f"X-Forwarded-For: 198.51.100.9{end}"
    assert guess(b"X-Forwarded-For: 192.0.2.1", line.encode()) == [400, 429]
    assert guess(line.lower().encode()) == [429] * 2
    assert guess(line.encode(), b"X_Forwarded_For: 192.0.2.1") == [429] * 2


@row("LIMIT-6")
def test_success_forgets_what_was_refused_for_the_same_name_and_address(
    strict_site, come_from
):
    user, elsewhere, name = come_from(strict_site), come_from(strict_site), token()
    user.register()
    user.log_out()
    assert [elsewhere.guess(user.username) for _ in range(3)] == [400] * 3
    assert user.guess(name) == 400

    for _ in range(3):
        assert [user.guess(user.username) for _ in range(2)] == [400] * 2
        assert user.log_in(user.username, user.password).is_redirect
        user.log_out()

    # Nothing is forgotten of another name, or from another address.
    assert [user.guess(name) for _ in range(3)] == [400, 400, 429]
    assert elsewhere.guess(user.username, user.password) == 429


@row("LIMIT-2", "LIMIT-6")
def test_a_log_in_of_ones_own_does_not_make_up_for_others(strict_site, come_from):
    thief = come_from(strict_site)
    thief.register()

    for _ in range(4):
        thief.log_out()
        assert thief.log_in(thief.username, thief.password).is_redirect
        assert thief.guess(token()) == 400

    assert thief.guess(token()) == 429
    assert thief.guess(thief.username, thief.password) == 429


@row("LIMIT-6")
def test_a_refused_try_counts_for_as_long_as_the_window(start_site, come_from):
    site = start_site(LOGIN_TRIES="2", LOGIN_TRIES_WINDOW="2")
    user = come_from(site)
    user.register()
    user.log_out()
    assert [user.guess(user.username) for _ in range(2)] == [400] * 2

    refused = user.answer(user.username, user.password)

    assert_told_to_wait(refused, longest=2)
    # What is refused while one waits does not make the wait longer.
    wait_until(
        lambda: user.answer(user.username, user.password).is_redirect,
        "the window is over",
    )
