"""Run both sites as on more than one machine, as plain processes on this one.

`make scaled` calls this: one PostgreSQL with a database for each site, one Redis,
two replicas and one Celery worker of each site, and a proxy in front of them.
What they store stays in the folder `scaled`.
"""

import os
import secrets
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import chain, repeat

from honcho.environ import parse_procfile
from sqlalchemy import create_engine, text

from .databases import create_database, driver
from .postgresql_server import PostgreSQLServer, postgresql_programs
from .proxy_server import Front, proxy_program, proxy_settings
from .redis_server import RedisServer, redis_program
from .running import ROOT, Servers, Site, StartError, say, say_step
from .serve import (
    DEMO_ACCOUNT,
    check_ports,
    collect,
    known_site,
    read_settings,
    run,
)
from .servers import free_port

FOLDER = ROOT / "scaled"
NAMES = ["flask", "django"]
REPLICAS = 2
# What a site is told, beside where its database and Redis are.
SETTINGS = {"SESSION_STORE": "server", "TASKS": "celery", "TRUSTED_PROXIES": "1"}
# The programs by the names of their packages.
PROGRAMS: dict[str, Callable[[], object]] = {
    "postgresql": postgresql_programs,
    "redis-server": redis_program,
    "haproxy": proxy_program,
}


def check_programs() -> None:
    """Refuse to start where a program is missing."""
    missing = [name for name, find in PROGRAMS.items() if not find()]
    if missing:
        raise StartError(
            f"{' and '.join(missing)} missing: on Debian or Ubuntu, "
            f"`sudo apt install {' '.join(missing)}`."
        )


def check_folder() -> None:
    """Make the folder, which the user that PostgreSQL has as root must reach too."""
    FOLDER.mkdir(mode=0o711, exist_ok=True)
    for path in (FOLDER, *FOLDER.parents) if os.geteuid() == 0 else ():
        if not path.stat().st_mode & stat.S_IXOTH:
            raise StartError(
                f"PostgreSQL never runs as root, and its own user cannot enter {path}: "
                "let others in (`chmod o+x`), or be another user than root."
            )


def keep_password() -> str:
    """Read the password of PostgreSQL and Redis, or make one for their owner's eyes."""
    path = FOLDER / "password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), encoding="utf-8")
    return path.read_text(encoding="utf-8")


@contextmanager
def stores(password: str) -> Iterator[tuple[str, str]]:
    """Run PostgreSQL and Redis, and give their addresses."""
    programs = postgresql_programs()
    assert programs
    with ExitStack() as stack:
        folder = FOLDER / "postgresql"
        try:
            postgresql = PostgreSQLServer(
                programs, durable=True, kept=folder, password=password
            )
            stack.enter_context(postgresql)
            redis = stack.enter_context(RedisServer(FOLDER / "redis", password))
        except (RuntimeError, AssertionError) as error:
            raise StartError(f"{error}") from None
        yield postgresql.url, redis.url


def prepare(site: Site, server: str, settings: dict[str, str]) -> dict[str, str]:
    """Bring the site's database up to date, a new one with the demo content."""
    engine = create_engine(driver(f"{server}/postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        find = text("SELECT datname FROM pg_database WHERE datname = :name")
        if connection.scalar(find, {"name": site.name}):
            run(site, ["migrate"], settings | {"DATABASE_URL": f"{server}/{site.name}"})
        else:
            # Made under another name: a database of the right name is complete.
            new = f"{site.name}-new"
            connection.execute(text(f'DROP DATABASE IF EXISTS "{new}"'))
            url = create_database(server, new)
            run(site, ["migrate", "load_demo"], settings | {"DATABASE_URL": url})
            connection.execute(text(f'ALTER DATABASE "{new}" RENAME TO {site.name}'))
    engine.dispose()
    return settings | {"DATABASE_URL": f"{server}/{site.name}"}


def serve(sites: list[Site], environments: dict[str, dict[str, str]]) -> None:
    """Run replicas, workers and the proxy until somebody asks for the end."""
    replicas = {
        site.name: [Site(site.name, free_port()) for _ in range(REPLICAS)]
        for site in sites
    }
    fronts = [
        Front(site.port, {site.name: [one.port for one in replicas[site.name]]})
        for site in sites
    ]
    (FOLDER / "haproxy.cfg").write_text(proxy_settings(fronts), encoding="utf-8")

    def ready(seconds: float) -> None:
        say_step("all replicas answer", seconds)
        say_welcome(sites)

    servers = Servers([*chain(*replicas.values(), sites)], ready)
    commands = read_procfile("Procfile.scaled")
    workers = read_procfile("Procfile.worker")
    for site in sites:
        settings = environments[site.name]
        for number, replica in enumerate(replicas[site.name], start=1):
            name = f"{site.name}-{number}"
            own = settings | {"PORT": str(replica.port), "NAME": name}
            servers.add_process(name, commands[site.name], env=own, cwd=ROOT)
        name = f"{site.name}-worker"
        servers.add_process(name, workers[site.name], env=settings, cwd=ROOT)
    servers.add_process("proxy", commands["proxy"], env=settings, cwd=ROOT)
    servers.run()


def read_procfile(name: str) -> dict[str, str]:
    """Read the commands of a Procfile."""
    text = (ROOT / name).read_text(encoding="utf-8")
    commands: dict[str, str] = parse_procfile(text).processes
    return commands


def say_welcome(sites: list[Site]) -> None:
    """Print where everything is and what to do with it."""
    name, password = DEMO_ACCOUNT
    lines = [f"  {site.title:8}{site.url}" for site in sites]
    lines += ["", f"Log in as {name} with the password: {password}"]
    lines += ["Each answer says in X-Replica who gave it. In a second terminal:"]
    lines += ["  kill -9 $(cat scaled/flask-1.pid)     kill a replica: nobody notices"]
    lines += ["  kill -HUP $(cat scaled/flask-2.pid)   another one loads its code anew"]
    lines += ["  make test-scaled                      the contract, on such a set"]
    lines += ["Ctrl-C stops everything; what was stored stays in scaled/."]
    say("\n".join(["", *lines, ""]))


def main() -> None:
    """Start everything in its order: the stores, the migrations, what serves."""
    check_programs()
    settings = read_settings(dev=False)
    sites = [known_site(name, settings) for name in NAMES]
    check_ports(sites)
    check_folder()
    started = time.monotonic()
    with stores(keep_password()) as (postgresql, redis):
        say_step("PostgreSQL and Redis", time.monotonic() - started)
        # Debian keeps haproxy where only root looks.
        settings["PATH"] += f"{os.pathsep}/usr/sbin"
        settings |= {"REDIS_URL": redis, **SETTINGS}
        collect(sites, settings)
        own = [site.environment(sites, settings) for site in sites]
        with ThreadPoolExecutor() as pool:
            prepared = list(pool.map(prepare, sites, repeat(postgresql), own))
        serve(sites, dict(zip(NAMES, prepared, strict=True)))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main()
    except StartError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("\nStopped.")
