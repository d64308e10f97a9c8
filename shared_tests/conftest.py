"""The sites, and the people who visit them."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from .browser import Browser, Step
from .chromium import Chromium, chromium_program
from .contract import load_contract
from .databases import Database, create_database, postgresql
from .old_posts import add_old_posts
from .one_database import OneDatabase, serve_on_one_database
from .postgresql_server import postgresql_programs
from .redis_server import RedisServer, redis_program
from .replicas import missing_programs, replica_launcher, select_for_replicas
from .report import ContractReport
from .servers import SITES, Address, Launcher, Server, copy_database, stop_servers
from .smtp_server import SMTPServer
from .visitor import Post, Visitor

# What the running test has sent, whoever sent it; the report shows it.
STEPS: list[Step] = []

PAGES_IN_A_LONG_LIST = 5

# Bytes that the databases of a run may need.
SPACE = 512 * 1024 * 1024


NEEDS = """\
the contract, against {url}
  The server may hold any users and posts. Anybody must be able to register there,
  its limits of speed must be off, and what the tests write stays: take no server
  that matters. Start it with fast password hashes, if it has such a setting.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that points the suite at a server."""
    parser.addoption(
        "--url", help="run the http rows of the contract against this address"
    )
    parser.addoption(
        "--scaled",
        action="store_true",
        help="run each site by two replicas, on PostgreSQL and Redis, behind a proxy",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and the report."""
    config.addinivalue_line(
        "markers", "row(*ids): the rows of the contract that a test proves"
    )
    config.pluginmanager.register(
        ContractReport(config, site_names(config), STEPS), "contract"
    )


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what a run against an address asks of the server there."""
    url = config.getoption("url", None)
    return NEEDS.format(url=url).splitlines() if url else []


def site_names(config: pytest.Config) -> list[str]:
    """Name the sites that this run is about."""
    return ["url"] if config.getoption("url", None) else list(SITES)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once per site where it has to do with one."""
    if "site_name" in metafunc.fixturenames:
        names = site_names(metafunc.config)
        metafunc.parametrize("site_name", names, indirect=True, scope="session")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each process of pytest-xdist the tests of one site, then file by file."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - may be missing

    class BySite(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            site = re.search(rf"[\[-]({'|'.join(site_names(config))})[-\]]", nodeid)
            return site[1] if site else nodeid.split("::", 1)[0]

    return BySite(config, log)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what an address alone cannot show."""
    if config.getoption("scaled", None):
        select_for_replicas(config, items)
    if not config.getoption("url", None):
        return
    tags = {row.id: row.tag for row in load_contract()}
    for item in items:
        rows = [id for marker in item.iter_markers("row") for id in marker.args]
        needs = sorted({tags[id] for id in rows if id in tags} - {"http"})
        if needs:
            item.add_marker(
                pytest.mark.skip(reason=f"needs more than an address: {needs[0]}")
            )


@pytest.fixture(scope="session")
def launch(request: pytest.FixtureRequest) -> Iterator[Launcher]:
    """Start sites; all are stopped at the end."""
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="contract-", dir=memory())
            )
        )
        launcher = Launcher(folder)
        if request.config.getoption("scaled", None):
            if missing := missing_programs():
                pytest.skip(f"{' and '.join(missing)} not installed")
            launcher = stack.enter_context(replica_launcher(folder))
        stack.callback(lambda: stop_servers(launcher.programs))
        yield launcher


def memory() -> str | None:
    """Find a folder in memory: on a busy disk every commit would be waited for."""
    folder = Path("/dev/shm")  # noqa: S108 - only what is in it has a name of ours
    if os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > SPACE:
        return str(folder)
    return None


@pytest.fixture(scope="session")
def site_name(request: pytest.FixtureRequest) -> str:
    """The site that the test runs against."""
    return str(request.param)


@pytest.fixture(scope="session")
def sites(request: pytest.FixtureRequest) -> dict[str, Server]:
    """Every site, started at the same time."""
    return request.getfixturevalue("launch").shared(list(SITES))


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest, site_name: str) -> Address:
    """The server that the tests share: other people post there too."""
    if url := request.config.getoption("url", None):
        return address_that_answers(url)
    # A process of pytest-xdist is given the tests of one site; it needs no other.
    names = [site_name] if hasattr(request.config, "workerinput") else list(SITES)
    return request.getfixturevalue("launch").shared(names)[site_name]


def address_that_answers(url: str) -> Address:
    """Make sure that a server is there before every test says that it is not."""
    try:
        Browser(url).get("/healthz")
    except httpx.HTTPError as error:
        pytest.exit(f"Nothing answers at {url}: {error}.", returncode=1)
    return Address("url", url.rstrip("/"))


@pytest.fixture(scope="session")
def own_site(site: Address) -> Address:
    """The same server, for tests that must know that it has default settings."""
    assert isinstance(site, Server)
    return site


@pytest.fixture(scope="session")
def start_site(launch: Launcher, site_name: str) -> Iterator[Callable[..., Server]]:
    """Start a server with settings and a database of its own."""
    servers: list[Server] = []

    def start(**options: Any) -> Server:
        servers.append(launch.start(site_name, **options))
        return servers[-1]

    yield start
    stop_servers(servers)


@pytest.fixture(scope="session")
def demo_site(
    launch: Launcher, start_site: Callable[..., Server], site_name: str
) -> Server:
    """A site with the demo content, small pages, a sibling, a guide, a far clock."""
    return start_site(
        database=launch.demo_database(site_name),
        POSTS_PER_PAGE="3",
        OTHER_SITE_URL="http://other.example:8000",
        GUIDE_URL="http://guide.example:8000",
        TZ="Asia/Tokyo",
    )


@pytest.fixture(scope="session")
def public_site(start_site: Callable[..., Server]) -> Server:
    """A site as the public meets it: behind TLS, with real hashes, and still empty."""
    return start_site(DEMO=None, CHEAP_PASSWORDS=None, SITE_URL="https://127.0.0.1")


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[SMTPServer]:
    """A mail server for this run, which is always there; its mails are for anybody."""
    with SMTPServer() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis server for this run, which is always there."""
    if redis_program() is None:
        pytest.skip("Redis is not installed")
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> Iterator[Chromium]:
    """A real browser for this run, which reaches the site and nothing else."""
    program = chromium_program()
    if program is None:
        pytest.skip("no Chromium is installed")
    url = request.config.getoption("url", None) or "http://127.0.0.1"
    browser = Chromium(program, urlsplit(url).hostname or "")
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def mail_site(start_site: Callable[..., Server], smtp_server: SMTPServer) -> Server:
    """A site that mails, with another name in its mails than the one it is asked by."""
    return start_site(MAIL_URL=smtp_server.url, SITE_URL="http://blog.example.org")


@pytest.fixture(scope="session")
def long_site(start_site: Callable[..., Server]) -> Server:
    """A site with 201 posts of one author and one moment, ten a page."""
    site = start_site(POSTS_PER_PAGE="10")
    add_old_posts(site, range(1, 202))
    return site


@pytest.fixture(scope="session")
def visit() -> Callable[[Address], Visitor]:
    """Open a browser at a server."""

    def visit(site: Address) -> Visitor:
        return Visitor(site.url, STEPS)

    return visit


@pytest.fixture(scope="session")
def visit_over_tls() -> Callable[[Address], Visitor]:
    """Open a browser at a server as if a proxy with TLS stood before it."""

    def visit(site: Address) -> Visitor:
        return Visitor(site.url.replace("http:", "https:"), STEPS)

    return visit


@pytest.fixture
def new_browser(
    site: Address, visit: Callable[[Address], Visitor]
) -> Callable[[], Visitor]:
    """Open one more browser."""
    return lambda: visit(site)


@pytest.fixture
def browser(new_browser: Callable[[], Visitor]) -> Visitor:
    """An anonymous visitor."""
    return new_browser()


@pytest.fixture
def author(new_browser: Callable[[], Visitor]) -> Visitor:
    """Somebody who has just registered."""
    author = new_browser()
    author.register()
    return author


@pytest.fixture(scope="session")
def nobody(site: Address, visit: Callable[[Address], Visitor]) -> Visitor:
    """An anonymous visitor for many tests, to whom nothing ever happens."""
    return visit(site)


@pytest.fixture(scope="session")
def pen(site: Address, visit: Callable[[Address], Visitor]) -> Visitor:
    """An author for many tests, which do not mind what else this one wrote."""
    pen = visit(site)
    pen.register()
    return pen


@pytest.fixture(scope="session")
def stranger(site: Address, visit: Callable[[Address], Visitor]) -> Visitor:
    """Somebody else with an account, for many tests."""
    stranger = visit(site)
    stranger.register()
    return stranger


@pytest.fixture(scope="session")
def idler(site: Address, visit: Callable[[Address], Visitor]) -> Visitor:
    """An author who never gets a post accepted."""
    idler = visit(site)
    idler.register()
    return idler


@pytest.fixture
def post(pen: Visitor) -> Post:
    """A post that is new."""
    return pen.write_post()


@pytest.fixture(scope="session")
def old_post(pen: Visitor) -> Post:
    """A post that nobody changes and nobody writes under."""
    return pen.write_post()


@pytest.fixture(scope="session")
def crowd(site: Address, visit: Callable[[Address], Visitor]) -> Visitor:
    """An author with five pages of posts, whatever the size of a page."""
    crowd = visit(site)
    crowd.register()
    written = len(crowd.write_posts(6))
    while not (page := crowd.get(crowd.author_address)).link("next"):
        written += len(crowd.write_posts(20))
    wanted = len(page.entries) * (PAGES_IN_A_LONG_LIST - 1) + 1
    crowd.write_posts(max(0, wanted - written))
    return crowd


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server for this run."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with postgresql(programs) as address:
        yield address


@pytest.fixture(scope="session")
def start_on_postgresql(
    launch: Launcher, site_name: str, postgresql_server: str
) -> Callable[..., Server]:
    """Start a server on an empty database of PostgreSQL."""
    template = f"{site_name}-empty"
    url = create_database(postgresql_server, template)
    folder = launch.new_folder(template)
    environment = launch.environment(folder, DATABASE_URL=url)
    launch.run(site_name, "migrate", folder, environment)

    def start(command: str = "serve", **changes: str | None) -> Server:
        folder = launch.new_folder(f"{site_name}-postgresql")
        url = create_database(postgresql_server, folder.name, template)
        environment = launch.environment(folder, DATABASE_URL=url, **changes)
        return launch.serve(site_name, folder, environment, command)

    return start


@pytest.fixture(scope="session")
def made(
    request: pytest.FixtureRequest, launch: Launcher
) -> Callable[[str], list[Database]]:
    """A database with the demo content, made by each site, with the real hashes."""

    def make(site: str, backend: str) -> Database:
        if backend == "sqlite":
            return Database(site, f"sqlite:///{launch.demo_database(site)}")
        url = create_database(request.getfixturevalue("postgresql_server"), site)
        folder = launch.new_folder(f"{site}-postgresql")
        environment = launch.environment(folder, DATABASE_URL=url, CHEAP_PASSWORDS=None)
        for command in ("migrate", "load_demo"):
            launch.run(site, command, folder, environment)
        return Database(site, url)

    @cache
    def make_all(backend: str) -> list[Database]:
        if backend == "postgresql":
            # Here, for fixtures are not made in threads.
            request.getfixturevalue("postgresql_server")
        with ThreadPoolExecutor() as pool:
            return list(pool.map(make, SITES, [backend] * len(SITES)))

    return make_all


@pytest.fixture(scope="session")
def adopted(
    made: Callable[[str], list[Database]], launch: Launcher
) -> Callable[..., tuple[Path, dict[str, str]]]:
    """Record one site's migrations in a copy of the database that another has made."""

    @cache
    def adopt(maker: str, taker: str, backend: str) -> tuple[Path, dict[str, str]]:
        source = next(database for database in made(backend) if database.site == maker)
        folder = launch.new_folder(f"{taker}-on-{maker}")
        url = f"sqlite:///{folder / 'site.sqlite3'}"
        if backend == "sqlite":
            copy_database(Path(source.path), folder / "site.sqlite3")
        else:
            server = source.url.rpartition("/")[0]
            url = create_database(server, f"{maker}-{taker}", template=maker)
        environment = launch.environment(folder, DATABASE_URL=url, CHEAP_PASSWORDS=None)
        launch.run(taker, "adopt", folder, environment)
        return folder, environment

    return adopt


@pytest.fixture(scope="session")
def taken_over(
    adopted: Callable[..., tuple[Path, dict[str, str]]], launch: Launcher
) -> Callable[..., Server]:
    """Serve with one site a copy of the database that another has made."""

    def take_over(maker: str, taker: str, backend: str) -> Server:
        return launch.serve(taker, *adopted(maker, taker, backend))

    return take_over


@pytest.fixture(scope="session", params=sorted(SITES))
def one_database(
    request: pytest.FixtureRequest, launch: Launcher, postgresql_server: str
) -> Iterator[OneDatabase]:
    """Every site at the same time on a database that one of them has made."""
    with serve_on_one_database(launch, postgresql_server, request.param) as served:
        yield served
