"""Settings that a start refuses, and settings that show from outside."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, text

from .contract import row
from .databases import create_database, driver, opened
from .mails import change_database, wait_until

PRODUCTION = {"DEMO": None, "CHEAP_PASSWORDS": None}


def assert_refused(launch, site_name, setting, **environment):
    """Check that the start ends by itself and says in one sentence why."""
    code, output = launch.refused(site_name, **environment)

    assert code != 0
    told = [line for line in output.splitlines() if setting in line]
    assert len(told) == 1, output
    assert "Traceback" not in output


@row("SET-1")
def test_production_needs_a_secret_key(launch, site_name):
    assert_refused(launch, site_name, "SECRET_KEY", **PRODUCTION, SECRET_KEY=None)


@row("SET-2")
@pytest.mark.parametrize(
    "key",
    [
        "b7e0c1f29a4d4f6e8c3a5b1d7f9e2a4",
        "django-insecure-0a^x8v!t2k5@1s+q9w3e7r#z6y4u$i",
    ],
    ids=["31 characters", "made by startproject"],
)
def test_production_refuses_a_secret_key_that_is_short_or_known(launch, site_name, key):
    assert_refused(launch, site_name, "SECRET_KEY", **PRODUCTION, SECRET_KEY=key)


@row("SET-3")
def test_production_refuses_any_host(launch, site_name):
    hosts = "blog.example,*"

    assert_refused(
        launch, site_name, "ALLOWED_HOSTS", **PRODUCTION, ALLOWED_HOSTS=hosts
    )


@row("SET-9")
def test_no_host_is_not_every_host(launch, site_name):
    assert_refused(launch, site_name, "ALLOWED_HOSTS", ALLOWED_HOSTS="")


@row("SET-4")
def test_production_refuses_cheap_passwords(launch, site_name):
    assert_refused(launch, site_name, "CHEAP_PASSWORDS", DEMO=None, CHEAP_PASSWORDS="1")


@row("SET-5")
def test_the_server_for_the_public_refuses_debug(launch, site_name):
    assert_refused(launch, site_name, "DEBUG", **PRODUCTION, DEBUG="1")


@row("SET-6")
@pytest.mark.parametrize("value", ["many", "0"])
def test_a_setting_that_cannot_be_read_ends_the_start(launch, site_name, value):
    assert_refused(launch, site_name, "POSTS_PER_PAGE", POSTS_PER_PAGE=value)


@row("SET-10")
def test_production_needs_to_know_where_mail_goes(launch, site_name):
    assert_refused(launch, site_name, "MAIL_URL", **PRODUCTION, MAIL_URL=None)


@row("SET-12")
def test_a_database_that_may_forget_what_it_has_confirmed_is_refused(
    launch, site_name, postgresql_server
):
    url = create_database(postgresql_server, f"{site_name}-forgetful")
    engine = create_engine(driver(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        setting = "SET synchronous_commit = off"
        connection.execute(text(f'ALTER DATABASE "{site_name}-forgetful" {setting}'))
    engine.dispose()

    assert_refused(
        launch, site_name, "synchronous_commit", **PRODUCTION, DATABASE_URL=url
    )


@row("SET-11")
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("SESSION_STORE", "redis"),
        ("SESSION_STORE", "cookies"),
        ("TASKS", "threads"),
        ("TASKS", "redis"),
        ("MAIL_URL", "127.0.0.1:25"),
        ("MAIL_URL", "http://127.0.0.1:25"),
        ("MAIL_URL", "imap://127.0.0.1"),
    ],
)
def test_a_setting_that_names_nothing_known_ends_the_start(
    launch, site_name, setting, value
):
    assert_refused(launch, site_name, setting, **{setting: value})


@row("SET-11")
def test_celery_needs_redis(launch, site_name):
    assert_refused(launch, site_name, "REDIS_URL", TASKS="celery")


@row("SET-11")
@pytest.mark.parametrize(
    "url",
    [
        "smtp://127.0.0.1:25",
        "smtp://kim:open%20sesame@127.0.0.1:25",
        "submission://127.0.0.1:587",
        "smtp://kim:sesame@127.0.0.1:465?ssl=1",
    ],
)
def test_every_kind_of_mail_server_may_be_named(start_site, visit, url):
    site = start_site(**PRODUCTION, MAIL_URL=url)

    assert visit(site).get("/").status == 200


@row("SET-1", "SET-2", "SET-3", "SET-4", "SET-5")
def test_production_starts_with_good_settings(public_site, visit_over_tls):
    assert visit_over_tls(public_site).get("/").status == 200


@row("SET-7")
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
    ],
)
@pytest.mark.parametrize("address", ["/", "/login/", "/no/such/page/", "/healthz"])
def test_a_foreign_host_is_refused(browser, host, address):
    assert browser.get(address, Host=host).status == 400


@row("SET-7")
def test_a_forwarded_host_is_not_believed(browser):
    page = browser.get(
        "/",
        **{"X-Forwarded-Host": "forged.example", "Forwarded": "host=forged.example"},
    )

    assert page.status == 200
    assert "forged.example" not in page.text


@row("SET-8")
def test_over_tls_every_cookie_is_secure_and_answers_insist_on_tls(
    public_site, visit_over_tls
):
    author = visit_over_tls(public_site)
    author.register()
    author.get(author.write_post().address)
    author.log_out()
    author.log_in(author.username, author.password, remember=True)
    pages = [
        author.get(address)
        for address in ("/", "/no/such/page/", "/style.css", "/healthz")
    ]

    assert author.is_signed_in
    assert list(author.cookies)
    assert all(cookie.secure for cookie in author.cookies)
    for page in pages:
        assert "max-age=" in page.headers["Strict-Transport-Security"]


@row("SET-8")
def test_errors_insist_on_tls_too(public_site, visit_over_tls):
    browser, user = visit_over_tls(public_site), visit_over_tls(public_site)
    user.register()
    post = user.write_post()
    pages = [
        browser.get("/no/such/page/"),
        browser.get("/static/no-such-file.css"),
        browser.get("/home"),
        browser.get("/account/"),
        browser.get("/", Host="evil.example"),
        browser.post("/login/"),
        browser.send(post.delete_address),
        browser.send("/", body="x"),
        browser.log_in("nobody", "nothing"),
        browser.send(post.comments_address, body="x" * (1024 * 1024 + 1)),
        user.send(post.edit_address, title="T", body="B"),
    ]

    assert {page.status for page in pages} >= {302, 400, 403, 404, 405, 413}
    for page in pages:
        assert "max-age=" in page.headers["Strict-Transport-Security"], page.address


@row("SET-8")
def test_without_tls_nothing_insists_on_it(own_site, author):
    author.log_out()
    author.log_in(author.username, author.password, remember=True)

    assert not any(cookie.secure for cookie in author.cookies)
    assert "Strict-Transport-Security" not in author.get("/").headers


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
WAITING_LONG = f"{WAITING} AND now() - query_start > interval '2 seconds'"
OF_MIGRATIONS = """
    SELECT tablename FROM pg_tables
    WHERE tablename IN ('alembic_version', 'django_migrations')
"""
IN_TRANSACTION = """
    SELECT count(*) FROM pg_stat_activity
    WHERE state LIKE 'idle in transaction%' AND datname = current_database()
"""


def number_of(site, query):
    """Ask PostgreSQL for a number."""
    with opened(site) as database:
        return database.scalar(text(query))


@row("SET-13")
def test_a_statement_that_takes_too_long_is_ended(start_on_postgresql, visit):
    site = start_on_postgresql(STATEMENT_TIMEOUT="1")
    author = visit(site)
    author.register()
    post = author.write_post()
    change_database(site, "ALTER TABLE blog_post RENAME TO slow")
    change_database(
        site, "CREATE VIEW blog_post AS SELECT slow.* FROM slow, pg_sleep(60)"
    )

    page = author.get(post.address)

    assert page.status == 503
    assert page.headers["Retry-After"]


@row("SET-13")
def test_who_stands_still_in_a_transaction_holds_its_locks_no_longer(
    start_on_postgresql, visit
):
    site = start_on_postgresql(STATEMENT_TIMEOUT="5")
    author, reader = visit(site), visit(site)
    author.register()
    post = author.write_post()

    with ThreadPoolExecutor() as pool:
        with opened(site) as database:
            database.execute(text("LOCK TABLE blog_comment IN EXCLUSIVE MODE"))
            answer = pool.submit(reader.reply, post)
            wait_until(lambda: number_of(site, WAITING), "the site waits for the lock")
            os.killpg(site.process.pid, signal.SIGSTOP)
        # Now the site has the lock, and does nothing with it.
        wait_until(lambda: number_of(site, IN_TRANSACTION), "it is its turn")
        wait_until(lambda: not number_of(site, IN_TRANSACTION), "it is ended")
        os.killpg(site.process.pid, signal.SIGCONT)

    assert answer.result().status == 503
    assert reader.reply(post).is_redirect


@row("SET-13")
def test_a_command_may_take_longer(start_on_postgresql, launch, site_name):
    site = start_on_postgresql(STATEMENT_TIMEOUT="1")

    with ThreadPoolExecutor() as pool, opened(site) as database:
        for name in database.scalars(text(OF_MIGRATIONS)).all():
            database.execute(text(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE"))
        done = pool.submit(
            launch.run, site_name, "migrate", site.folder, site.environment
        )
        wait_until(lambda: number_of(site, WAITING_LONG), "it waits two seconds")

    assert done.result() is not None
