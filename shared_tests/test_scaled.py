"""Two replicas of a site are one site: rows that a single process cannot break."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

import httpx
import pytest
from sqlalchemy import text

from .contract import row
from .databases import opened
from .losses.kills import COMMENTS_A_KILL, count
from .losses.signals import count_failures
from .losses.words import wrong
from .mails import mails_to, wait_until_all_are_sent
from .redis_server import RedisServer, redis_program
from .replicas import (
    ReplicaLauncher,
    ReplicatedSite,
    missing_programs,
    replica_launcher,
)
from .servers import SECONDS_TO_START, stop_servers
from .session_page import marks_told
from .visitor import Post, Visitor

TRIES = 4
SECONDS_FOR_REDIS = 15  # two questions, two seconds each, tried twice
ELSEWHERE = "127.0.0.2"  # another address of this machine


@pytest.fixture(scope="module")
def launch_replicas(launch) -> Iterator[ReplicaLauncher]:
    """Starts sites by replicas, whatever the other tests of this run do."""
    if isinstance(launch, ReplicaLauncher):
        yield launch
        return
    if missing := missing_programs():
        pytest.skip(f"{' and '.join(missing)} not installed")
    with replica_launcher(launch.new_folder("replicas")) as launcher:
        yield launcher
        stop_servers(launcher.programs)


@pytest.fixture(scope="module")
def scaled_site(launch_replicas, site_name, smtp_server) -> ReplicatedSite:
    """A site of two replicas, which mails."""
    return launch_replicas.start(
        site_name, MAIL_URL=smtp_server.url, LOGIN_TRIES=str(TRIES)
    )


@pytest.fixture
def one(scaled_site, visit) -> Visitor:
    """Somebody with an account, at the first replica."""
    visitor = visit(scaled_site.replicas[0])
    visitor.register()
    return visitor


def other(visitor: Visitor, site: ReplicatedSite) -> Visitor:
    """Go on at the second replica, with the same cookies."""
    return visitor.twin(site.replicas[1].url)


@dataclass
class Blog:
    """The same, as those see it who write while all goes wrong."""

    site: ReplicatedSite
    author: Visitor
    posts: list[Post]

    @property
    def address(self) -> str:
        """Where visitors reach it."""
        return self.site.url

    def comments(self) -> list[str]:
        """Read the texts of all comments."""
        with opened(self.site) as database:
            rows = database.execute(text("SELECT body FROM blog_comment"))
            return [body for (body,) in rows]

    def kill(self, number: int) -> None:
        """Kill all processes of a replica at once, and start it again."""
        self.site.replicas[number].stop()
        self.site.start_again(number)

    def deploy(self, number: int) -> None:
        """Replace a replica: nobody is sent there any more, then it ends."""
        name = f"{self.site.name}/{number + 1}"
        self.tell(f"set server {name} state drain")
        process = self.site.replicas[number].process
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS_TO_START) == 0
        self.site.start_again(number)
        self.tell(f"set server {name} state ready")

    def tell(self, command: str) -> None:
        """Tell the proxy something, which answers with what it has against it."""
        assert self.site.proxy
        assert self.site.proxy.ask(command) == ""


@pytest.fixture
def blog(scaled_site, visit) -> Blog:
    """Some posts, and who wrote them."""
    author = visit(scaled_site)
    author.register()
    return Blog(scaled_site, author, author.write_posts(4))


@row("SCALE-1")
def test_each_replica_is_asked_in_turn(scaled_site, visit):
    visitor = visit(scaled_site)

    answers = [visitor.get("/").headers["X-Replica"] for _ in range(4)]

    assert len(set(answers)) == 2
    assert answers[:2] == answers[2:]


@row("SCALE-1")
def test_who_signs_in_at_one_is_signed_in_at_the_other(scaled_site, visit, one):
    post = one.write_post()
    one.get("/")
    one.get(post.address)

    twin = other(one, scaled_site)

    assert twin.is_signed_in
    assert marks_told(twin) == 1
    assert one.reply(post).is_redirect
    assert other(one, scaled_site).get(post.address).messages


@row("SCALE-1")
def test_who_logs_out_at_one_is_signed_in_nowhere(scaled_site, one):
    twin = other(one, scaled_site)
    assert twin.is_signed_in

    assert one.log_out().is_redirect

    assert not twin.is_signed_in


@row("SCALE-1")
def test_a_form_of_one_may_be_sent_to_the_other(scaled_site, one):
    form = one.open_form("/posts/new/")
    twin = other(one, scaled_site)

    page = twin.post("/posts/new/", {**form.values, "title": "T", "body": "B"})

    assert page.is_redirect


@row("SCALE-2")
def test_replicas_count_wrong_passwords_together(scaled_site, visit, one):
    guessers = [visit(replica) for replica in scaled_site.replicas] * TRIES

    statuses = [
        guesser.log_in(one.username, "not the password").status
        for guesser in guessers[: TRIES + 2]
    ]

    assert statuses == [400] * TRIES + [429] * 2


@row("SCALE-3")
def test_each_visitor_has_an_address_of_their_own(scaled_site, visit, one):
    one.log_out()
    guesser = visit(scaled_site)
    for _ in range(TRIES):
        guesser.log_in(one.username, "not the password")
    limits = httpx.Limits(max_keepalive_connections=0)
    way = httpx.HTTPTransport(local_address=ELSEWHERE, limits=limits, trust_env=False)
    owner = Visitor(scaled_site.url, transport=way)

    assert guesser.log_in(one.username, one.password).status == 429
    # What somebody writes into the header themselves is not believed.
    form = guesser.open_form("/login/")
    fields = {**form.values, "username": one.username, "password": one.password}
    headers = {"X-Forwarded-For": ELSEWHERE}
    page = guesser.request("POST", "/login/", fields=fields, headers=headers)
    assert page.status == 429
    assert owner.log_in(one.username, one.password).is_redirect


@row("SCALE-4")
@pytest.mark.timeout(120)
def test_a_replica_that_is_killed_takes_no_comment_with_it(blog):
    numbers = iter([0, 1])

    figures = count(blog, 2, lambda: blog.kill(next(numbers)), {302, 303, 502, None})

    assert wrong(figures) == {}
    assert figures["comments_promised"] == figures["comments"] == 2 * COMMENTS_A_KILL


@row("SCALE-4")
def test_who_reads_does_not_notice_that_a_replica_is_killed(blog, visit):
    visitor = visit(blog.site)
    blog.site.replicas[0].stop()

    statuses = [visitor.get("/").status for _ in range(8)]

    blog.site.start_again(0)
    assert statuses == [200] * 8


@row("SCALE-5")
@pytest.mark.timeout(120)
def test_the_worker_sends_what_a_killed_replica_owes(blog, visit, smtp_server):
    reader = visit(blog.site)
    smtp_server.stop()

    for number in range(4):
        assert reader.reply(blog.posts[number]).is_redirect
    for number in (0, 1):
        blog.kill(number)
    smtp_server.start()

    wait_until_all_are_sent(blog.site)
    assert len(mails_to(blog.author.email, smtp_server, 4)) == 4
    sender = [line for line in blog.site.worker.log_lines() if "Mail" in line]
    assert len(sender) >= 4


@row("SCALE-6")
def test_what_is_written_by_one_is_read_at_the_other(scaled_site, visit, one):
    reader = visit(scaled_site.replicas[1])
    addresses = ["/", one.author_address, "/feed.atom"]
    before = [reader.get(address).text for address in addresses]

    post = one.write_post()

    after = [reader.get(address).text for address in addresses]
    assert not [page for page in before if post.title in page]
    assert [page for page in after if post.title in page] == after


@row("SCALE-7")
@pytest.mark.timeout(120)
def test_replicas_that_are_replaced_one_by_one_fail_nobody(blog):
    def deploy() -> None:
        for number in (0, 1):
            blog.deploy(number)

    figures = count_failures(blog, deploy)

    assert wrong(figures) == {}
    assert figures["requests_on_new_connections"] > 0
    assert figures["requests_on_kept_connections"] > 0


@pytest.fixture
def redis_with_sessions(tmp_path) -> Iterator[RedisServer]:
    """A Redis of a test alone, which keeps what it is given while it is away."""
    if redis_program() is None:
        pytest.skip("Redis is not installed")
    with RedisServer(tmp_path / "redis") as redis:
        yield redis


@row("SCALE-8")
@pytest.mark.parametrize("is_silent", [False, True], ids=["away", "silent"])
def test_nobody_is_signed_out_by_a_redis_that_is_away(
    start_site, visit, redis_with_sessions, is_silent
):
    redis = redis_with_sessions
    site = start_site(SESSION_STORE="server", REDIS_URL=redis.url, TASKS="thread")
    user, anybody = visit(site), visit(site)
    user.register()
    post = user.write_post()
    user.get(post.address)
    form = user.open_form(post.address, post.comments_address)
    form.values["body"] = "Well said."

    redis.pause() if is_silent else redis.stop()
    started = monotonic()
    pages = [user.get(post.address), user.post(form.action, form.values)]
    seconds = monotonic() - started
    seen = anybody.get("/")
    redis.go_on() if is_silent else redis.start()

    assert seen.status == 200
    for page in pages:
        assert page.status == 503
        assert page.headers["Retry-After"]
    assert "Well said." in pages[1].text
    assert seconds < SECONDS_FOR_REDIS
    assert user.is_signed_in
    assert marks_told(user) == 1
    assert user.post(form.action, form.values).is_redirect
