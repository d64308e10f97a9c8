"""Sites as on more than one machine: two replicas each, with all that stands around.

`pytest --scaled` starts every site so: on PostgreSQL and Redis, with a Celery worker,
behind a proxy. What a test then asks by HTTP goes to either replica in turn.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from .databases import create_database
from .postgresql_server import PostgreSQLServer, postgresql_programs
from .proxy_server import ProxyServer, proxy_program
from .redis_server import RedisServer, redis_program
from .servers import Launcher, Program, Server, wait_until_it_answers

REPLICAS = 2
SETTINGS = {"SESSION_STORE": "server", "TASKS": "celery"}


# Tests of these ask what one process does, or what a file of SQLite holds.
ALONE = {
    "test_bench_writes.py",
    "test_errors.py",
    "test_logs.py",
    "test_losses.py",
    "test_schema.py",
    "test_settings.py",
    "test_stores.py",
    "test_storm.py",
    "test_timing.py",
}
# Tests of these compare both sites, and prove no row.
COMPARING = {"test_differences.py"}


def select_for_replicas(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has nothing to do with where a site runs, and what needs less."""
    left = [
        item
        for item in items
        if (not list(item.iter_markers("row")) and item.path.name not in COMPARING)
        or is_for_others(getattr(item, "callspec", None))
    ]
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=left)
    for item in items:
        if item.path.name in ALONE:
            item.add_marker(pytest.mark.skip(reason="is about one process"))


def is_for_others(callspec: Any) -> bool:
    """Whether a test runs again for another database, or another store of sessions."""
    params = callspec.params if callspec else {}
    return params.get("backend") == "sqlite" or params.get("store", "redis") != "redis"


def missing_programs() -> list[str]:
    """Name what is not installed of the programs that stand around the sites."""
    programs = {
        "PostgreSQL": postgresql_programs(),
        "Redis": redis_program(),
        "haproxy": proxy_program(),
    }
    return [name for name, program in programs.items() if not program]


@dataclass
class ReplicatedSite(Server):
    """A site behind a proxy; its log is that of all replicas."""

    replicas: list[Server] = field(default_factory=list)
    proxy: ProxyServer | None = None
    worker: Program | None = None
    # Starts a replica at the port that it had.
    begin: Callable[[int], Server] | None = None

    def start_again(self, number: int) -> None:
        """Start a replica that has ended, as one that was deployed anew."""
        assert self.begin
        self.replicas[number] = self.begin(port_of(self.replicas[number]))
        wait_until_it_answers(self.replicas[number])

    @property
    def database(self) -> Path:
        """There is no file."""
        pytest.skip("needs a database in a file")

    def stop(self) -> None:
        """End all of it."""
        for program in [*self.replicas, *([self.worker] if self.worker else [])]:
            program.stop()
        if self.proxy:
            self.proxy.__exit__()
            self.proxy = None


def port_of(server: Server) -> int:
    """Find where a server listens."""
    return urlsplit(server.url).port or 0


class ReplicaLauncher(Launcher):
    """Starts each site with all that stands around it."""

    def __init__(self, folder: Path, postgresql: str, redis: str) -> None:
        """Keep what is made in this folder, and on these servers."""
        super().__init__(folder)
        self.postgresql = postgresql
        self.redis = redis.rpartition("/")[0]
        self._numbers = count()

    def environment(self, folder: Path, **changes: str | None) -> dict[str, str]:
        """Build the settings of a site; the proxy of ours is one more than it knows."""
        proxies = int(changes.pop("TRUSTED_PROXIES", None) or 0) + 1
        # In a Redis of its own, as the site's database is: there may be a like one.
        around = {"REDIS_URL": f"{self.redis}/{next(self._numbers)}", **SETTINGS}
        return super().environment(
            folder, **{**around, **changes, "TRUSTED_PROXIES": str(proxies)}
        )

    def start(
        self,
        name: str,
        *,
        database: Path | None = None,
        command: str = "serve",
        **changes: str | None,
    ) -> Server:
        """Start a site on a database of its own and wait until it answers."""
        folder = self.new_folder(name)
        if "DATABASE_URL" not in changes:
            template = (database or self.empty_database(name)).name
            url = create_database(self.postgresql, folder.name, template)
            changes["DATABASE_URL"] = url
        return self.serve(name, folder, self.environment(folder, **changes), command)

    def serve(
        self,
        name: str,
        folder: Path,
        environment: dict[str, str],
        command: str = "serve",
    ) -> Server:
        """Start the replicas of a site on what is there, and the rest."""

        def begin(port: int | None = None) -> Server:
            return self._begin(name, folder, environment, command, port)

        replicas = [begin() for _ in range(REPLICAS)]
        for replica in replicas:
            wait_until_it_answers(replica)
        proxy = ProxyServer({name: [port_of(replica) for replica in replicas]})
        proxy.start()
        rest = {"replicas": replicas, "begin": begin, "proxy": proxy}
        site = ReplicatedSite(**vars(replicas[0]) | rest | {"url": proxy.url})
        self.programs.append(site)
        # Who said where mails go waits for them.
        is_waited_for = environment["MAIL_URL"] != f"file://{folder / 'mail'}"
        if environment["TASKS"] == "celery" and is_waited_for:
            site.worker = self.work(site)
        return site

    def _prepare(self, name: str, kind: str, source: Path | None, command: str) -> Path:
        """Make a database that others are copies of; its name stands for a file."""
        if (name, kind) not in self._prepared:
            database = f"{name}-{kind}"
            template = source.name if source else "template1"
            url = create_database(self.postgresql, database, template)
            folder = self.new_folder(database)
            environment = {"DATABASE_URL": url, "CHEAP_PASSWORDS": None}
            self.run(name, command, folder, self.environment(folder, **environment))
            self._prepared[name, kind] = Path(database)
        return self._prepared[name, kind]


@contextmanager
def replica_launcher(folder: Path) -> Iterator[ReplicaLauncher]:
    """Run PostgreSQL and Redis for a launcher."""
    programs = postgresql_programs()
    assert programs
    with ExitStack() as stack:
        postgresql = stack.enter_context(PostgreSQLServer(programs))
        redis = stack.enter_context(RedisServer())
        yield ReplicaLauncher(folder, postgresql.url, redis.url)
