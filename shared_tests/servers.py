"""Starts the sites: each in a process of its own, with a database of its own."""

import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic

import httpx

from .browser import Browser

ROOT = Path(__file__).resolve().parent.parent
SITES: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "sites.toml").read_text(encoding="utf-8")
)

# Of the developer's environment only what a program needs to run at all.
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH")

SECONDS_TO_START = 30
PAUSE = 0.03


@dataclass
class Address:
    """A site of which only the address is known."""

    name: str
    url: str


@dataclass
class Program:
    """A process of ours, with its children."""

    process: subprocess.Popen[bytes]
    folder: Path
    log: Path
    environment: dict[str, str] = field(repr=False)

    def log_lines(self) -> list[str]:
        """Read what the process has written; while it runs, whole lines alone."""
        runs = self.process.poll() is None
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return text[: text.rfind("\n") + 1 if runs else None].splitlines()

    def stop(self) -> None:
        """End the process and its children at once: nobody needs their data again."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Server(Program, Address):
    """A site in a process of ours."""

    @property
    def database(self) -> Path:
        """The file of an SQLite database."""
        return Path(self.environment["DATABASE_URL"].removeprefix("sqlite:///"))


class Launcher:
    """Starts sites below one folder, and stops them all."""

    def __init__(self, folder: Path) -> None:
        """Keep what is made in this folder."""
        self.folder = folder
        self.programs: list[Program] = []
        self._prepared: dict[tuple[str, str], Path] = {}
        self._shared: dict[str, Server] = {}
        self._collected: set[str] = set()
        self._collecting = Lock()

    def environment(self, folder: Path, **changes: str | None) -> dict[str, str]:
        """Build the settings of a site for tests; None takes a setting away."""
        settings = {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "DEMO": "1",
            "CHEAP_PASSWORDS": "1",
            "LOGIN_TRIES": "1000000",
            "LOGIN_TRIES_PER_ADDRESS": "1000000",
            "SECRET_KEY": secrets.token_hex(32),
            "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
            "MAIL_URL": f"file://{folder / 'mail'}",
            "STATIC_ROOT": str(self.folder / "static"),
            **changes,
        }
        return {name: value for name, value in settings.items() if value is not None}

    def new_folder(self, name: str) -> Path:
        """Make an empty folder."""
        folder = self.folder / f"{name}-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        return folder

    def run(
        self,
        name: str,
        command: str,
        folder: Path,
        environment: dict[str, str],
        *words: str,
    ) -> str:
        """Run one of a site's commands to its end, which must be a good one."""
        done = subprocess.run(
            [*command_line(SITES[name][command]), *words],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_START,
            check=False,
        )
        output = done.stdout + done.stderr
        assert done.returncode == 0, (
            f"{name}: {command} ended with {done.returncode}\n{output}"
        )
        return output

    def collect(self, name: str) -> None:
        """Prepare a site's static files once, for all its servers."""
        with self._collecting:  # servers are started side by side
            if "collect" in SITES[name] and name not in self._collected:
                self.run(name, "collect", self.folder, self.environment(self.folder))
            self._collected.add(name)

    def empty_database(self, name: str) -> Path:
        """Migrate an SQLite database once; every start copies it."""
        return self._prepare(name, "empty", None, "migrate")

    def demo_database(self, name: str) -> Path:
        """Load the demo content once, with password hashes as of production."""
        return self._prepare(name, "demo", self.empty_database(name), "load_demo")

    def _prepare(self, name: str, kind: str, source: Path | None, command: str) -> Path:
        if (name, kind) not in self._prepared:
            folder = self.new_folder(f"{name}-{kind}")
            database = folder / "site.sqlite3"
            if source:
                copy_database(source, database)
            self.run(
                name, command, folder, self.environment(folder, CHEAP_PASSWORDS=None)
            )
            self._prepared[name, kind] = database
        return self._prepared[name, kind]

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
            source = database or self.empty_database(name)
            copy_database(source, folder / "site.sqlite3")
        return self.serve(name, folder, self.environment(folder, **changes), command)

    def shared(self, names: list[str]) -> dict[str, Server]:
        """Start the servers that many tests share, each once, side by side."""
        missing = [name for name in names if name not in self._shared]
        with ThreadPoolExecutor() as pool:
            self._shared.update(
                zip(missing, pool.map(self.start, missing), strict=True)
            )
        return {name: self._shared[name] for name in names}

    def serve(
        self,
        name: str,
        folder: Path,
        environment: dict[str, str],
        command: str = "serve",
    ) -> Server:
        """Start the server of a site on what is there."""
        server = self._begin(name, folder, environment, command)
        wait_until_it_answers(server)
        return server

    def work(self, server: Server) -> Program:
        """Start the process that does what a server leaves to be done later."""
        command = command_line(SITES[server.name]["worker"])
        log = server.folder / "worker.log"
        return self.run_on(command, server.folder, log, server.environment)

    def refused(self, name: str, **changes: str | None) -> tuple[int, str]:
        """Start a server that should not start; give its code and what it said."""
        folder = self.new_folder(name)
        environment = self.environment(folder, **changes)
        server = self._begin(name, folder, environment, "serve")
        try:
            code = server.process.wait(SECONDS_TO_START)
        finally:
            server.stop()
        return code, "\n".join(server.log_lines())

    def _begin(
        self,
        name: str,
        folder: Path,
        environment: dict[str, str],
        command: str,
        port: int | None = None,
    ) -> Server:
        self.collect(name)
        port = port or free_port()
        words = command_line(SITES[name][command], port)
        begun = self.run_on(words, folder, folder / "server.log", environment)
        return Server(name, f"http://127.0.0.1:{port}", **vars(begun))

    def run_on(
        self, command: list[str], folder: Path, log: Path, environment: dict[str, str]
    ) -> Program:
        """Start a command that lasts, and note it among what is to be stopped."""
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        program = Program(process, folder, log, environment)
        self.programs.append(program)
        return program


def stop_servers(servers: Iterable[Program]) -> None:
    """Stop several servers, or what helps them."""
    for server in servers:
        server.stop()


def command_line(command: str, port: int = 0) -> list[str]:
    """Turn a command of sites.toml into a list of words."""
    filled = [word.format(root=ROOT, port=port) for word in shlex.split(command)]
    return [sys.executable if word == "python" else word for word in filled]


def copy_database(source: Path, target: Path) -> None:
    """Copy an SQLite database that nobody has open, with its log where it has one."""
    for end in ("", "-wal"):
        if Path(f"{source}{end}").exists():
            shutil.copyfile(f"{source}{end}", f"{target}{end}")


def free_port() -> int:
    """Find a port of this machine that nobody listens on."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until_it_answers(server: Server) -> None:
    """Ask for /healthz until there is an answer, a good one or not."""
    deadline = monotonic() + SECONDS_TO_START
    while monotonic() < deadline:
        try:
            Browser(server.url).get("/healthz")
        except httpx.TransportError:
            # The pause between two questions ends at once where the process ends.
            if ended(server.process):
                break
        else:
            return
    server.stop()
    log = "\n".join(server.log_lines())
    raise RuntimeError(f"{server.name} does not answer:\n{log}")


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Wait a moment for a process and say whether it has ended."""
    try:
        process.wait(PAUSE)
    except subprocess.TimeoutExpired:
        return False
    return True
