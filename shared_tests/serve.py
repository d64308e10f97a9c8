"""Start the sites, wait until they answer, and stop them together.

`make run` and its sisters call this with the names of the sites to start:
`python -m shared_tests.serve [--dev|--worker] flask django`.
A site is known here only by its commands and its address.
With both of them comes the guide, which lays them side by side.
"""

import argparse
import os
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from dotenv import dotenv_values
from honcho.environ import parse_procfile

from .running import COMMANDS, ROOT, Servers, Site, StartError, say, say_step

JOBS = {
    "collect": "static files",
    "migrate": "migrations",
    "load_demo": "demo content",
    "adopt": "take-over",
}
PORTS = {"guide": "8000", "flask": "8001", "django": "8002"}
DEMO_ACCOUNT = ("demo", "open sesame please")


def read_settings(dev: bool) -> dict[str, str]:
    """Return the environment for both sites: what is set, else what .env says."""
    path = ROOT / ".env"
    try:
        kept = {key: value or "" for key, value in dotenv_values(path).items()}
        settings = kept | os.environ
        if not settings.get("SECRET_KEY"):
            settings["SECRET_KEY"] = kept.get("SECRET_KEY") or make_key(path)
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"{path} is no readable file ({error}): mend it.") from None
    mode = {"DEBUG": "1" if dev else "0", "DEMO": "1"}
    programs = os.pathsep.join(
        [str(Path(sys.executable).parent), settings.get("PATH", "")]
    )
    return settings | mode | {"PATH": programs, "PYTHONUNBUFFERED": "1"}


def make_key(path: Path) -> str:
    """Return a new secret key and add it to .env, for its owner's eyes only."""
    key = secrets.token_urlsafe(50)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as env:
        env.write(f"\n# Both sites sign their cookies with it.\nSECRET_KEY={key}\n")
    return key


def known_site(name: str, settings: dict[str, str]) -> Site:
    """Return the site of that name, at the port that the settings say."""
    variable = f"{name.upper()}_PORT"
    port = settings.setdefault(variable, PORTS[name])
    if not port.isdecimal() or int(port) not in range(1, 65536):
        raise StartError(
            f"{variable} is {port!r}: it must be a number from 1 to 65535."
        )
    return Site(name, int(port))


def check_ports(sites: list[Site]) -> None:
    """Refuse to start where somebody else listens."""
    for site in sites:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", site.port))
            except OSError as error:
                raise StartError(
                    f"Port {site.port} is taken ({error.strerror}): stop what uses it "
                    f"or take another, as in `make run {site.name.upper()}_PORT=9000`."
                ) from None
    if len({site.port for site in sites}) < len(sites):
        raise StartError(
            "Two of GUIDE_PORT, FLASK_PORT and DJANGO_PORT are the same: "
            "choose a port for each."
        )


def collect(sites: list[Site], settings: dict[str, str]) -> None:
    """Prepare the static files of sites that serve copies of them."""
    for site in sites:
        if "collect" in COMMANDS[site.name]:
            run(site, ["collect"], settings)


def prepare(sites: list[Site], settings: dict[str, str]) -> None:
    """Bring the databases up to date, new ones with the demo content."""
    if settings.get("DATABASE_URL"):
        if len(sites) > 1 and settings.get("SHARED_DATABASE") != "1":
            raise StartError(
                "DATABASE_URL is set, and both sites would write to that one database: "
                "set SHARED_DATABASE=1 too if you mean it, or start one site alone "
                "(`make run-flask`)."
            )
        # One makes the tables of the database, the other takes them over.
        run(sites[0], ["migrate", "load_demo"], settings)
        for site in sites[1:]:
            run(site, ["adopt"], settings)
        return
    with ThreadPoolExecutor() as pool:
        done = [pool.submit(prepare_file, site, settings) for site in sites]
    for result in done:
        result.result()


def prepare_file(site: Site, settings: dict[str, str]) -> None:
    """Bring a site's own database file up to date, or make it."""
    file = ROOT / f"{site.name}.sqlite3"
    if file.exists() and has_tables(file):
        run(site, ["migrate"], settings)
        return
    # Made under another name, so that a file of the right name is always complete.
    new = ROOT / f"{site.name}-new.sqlite3"
    for path in (new, file):
        for end in ("", "-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
    run(site, ["migrate", "load_demo"], settings | {"DATABASE_URL": f"sqlite:///{new}"})
    with closing(sqlite3.connect(new)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    new.rename(file)


def has_tables(file: Path) -> bool:
    """Say whether a database was ever filled; a server makes an empty one by itself."""
    try:
        with closing(sqlite3.connect(file)) as database:
            query = "SELECT count(*) FROM sqlite_master WHERE name = 'blog_post'"
            return bool(database.execute(query).fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise StartError(
            f"{file} cannot be used ({error}): move it away, or start over "
            "with `make reset`."
        ) from None


def run(site: Site, jobs: list[str], settings: dict[str, str]) -> None:
    """Run some of the site's commands to their end, one after the other."""
    for job in jobs:
        started = time.monotonic()
        done = subprocess.run(
            site.command(job),
            cwd=ROOT,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            # Of a traceback the line that names the error, not what hangs below it.
            said = re.findall(r"^[^\s(\[].*", done.stdout, re.MULTILINE) or ["no word"]
            raise StartError(
                f"{site.title}: the {JOBS[job]} did not work: {said[-1].strip()}"
            )
        say_step(f"{site.title}: {JOBS[job]}", time.monotonic() - started)


def serve(
    sites: list[Site], guide: Site | None, settings: dict[str, str], procfile: str
) -> None:
    """Run the servers of a Procfile until somebody asks for the end."""

    def ready(seconds: float) -> None:
        say_step("both answer" if len(sites) > 1 else "it answers", seconds)
        say_welcome(sites, guide)

    servers = Servers(sites, ready)
    commands = parse_procfile((ROOT / procfile).read_text(encoding="utf-8")).processes
    for site in sites:
        environment = site.environment(sites, settings)
        servers.add_process(site.name, commands[site.name], env=environment, cwd=ROOT)
    if guide:
        # Nobody waits for it: it is built when both sites answer.
        urls = {f"{site.name.upper()}_URL": site.url for site in sites}
        command = commands[guide.name]
        servers.add_process(guide.name, command, env=settings | urls, cwd=ROOT)
    servers.run()


def work(sites: list[Site], settings: dict[str, str]) -> None:
    """Run the workers that send what the sites have put into Redis."""
    if not settings.get("REDIS_URL"):
        raise StartError(
            "Workers need REDIS_URL, as in `make worker REDIS_URL=redis://localhost`: "
            "it is the one that `make run TASKS=celery` was given."
        )
    workers = Servers([], lambda seconds: say("The workers are starting."))
    path = ROOT / "Procfile.worker"
    commands = parse_procfile(path.read_text(encoding="utf-8")).processes
    for site in sites:
        environment = site.environment(sites, settings)
        workers.add_process(site.name, commands[site.name], env=environment, cwd=ROOT)
    workers.run()


def say_welcome(sites: list[Site], guide: Site | None) -> None:
    """Print where everything is and what to do with it."""
    name, password = DEMO_ACCOUNT
    shown = [guide, *sites] if guide else sites
    lines = [f"  {site.title:8}{site.url}" for site in shown]
    if not os.environ.get("MAIL_URL"):
        folders = " and ".join(f"mail/{site.name}" for site in sites)
        lines += [f"  {'Mail':8}{folders}, as files to open"]
    lines += ["", f"Log in as {name} with the password: {password}"]
    if guide:
        lines += ["Begin with the guide; the first time it takes a while to be built."]
    lines += ["In a second terminal:"]
    lines += [
        "  make diff F=blog/views.py   the code behind these pages, on both sides"
    ]
    lines += ["  make test                   the proof that both sites behave alike"]
    lines += ["Ctrl-C stops the servers."]
    say("\n".join(["", *lines, ""]))


def main() -> None:
    """Start the sites that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--dev", action="store_true", help="the frameworks' own servers"
    )
    parser.add_argument(
        "--worker", action="store_true", help="what sends mail, instead of the sites"
    )
    parser.add_argument("names", nargs="+", choices=list(COMMANDS))
    options = parser.parse_args()
    settings = read_settings(options.dev)
    sites = [known_site(name, settings) for name in options.names]
    if options.worker:
        work(sites, settings)
        return
    guide = known_site("guide", settings) if len(sites) > 1 else None
    if guide:
        settings["GUIDE_URL"] = guide.url
    check_ports([guide, *sites] if guide else sites)
    prepare(sites, settings)
    if not options.dev:
        collect(sites, settings)
    serve(sites, guide, settings, "Procfile.dev" if options.dev else "Procfile")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main()
    except StartError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("\nStopped.")
