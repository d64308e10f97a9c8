"""A PostgreSQL server of our own, which can be killed and comes back."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from time import monotonic

import psycopg

from .servers import SECONDS_TO_START, ended
from .smtp_server import HOST, PortServer, hold_port

INITDB = ["-U", "contract", "-E", "UTF8", "--locale=C"]
FOR_ANYBODY = ["-A", "trust", "--no-sync"]


def postgresql_programs() -> Path | None:
    """Find the folder that has `initdb`: Debian keeps it out of PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]),
    )
    return versions[-1].parent if versions else None


class PostgreSQLServer(PortServer):
    """A server that stops and starts again on the same port, and keeps its data."""

    def __init__(
        self,
        programs: Path,
        *,
        durable: bool = False,
        kept: Path | None = None,
        password: str = "",
    ) -> None:
        """Make an empty cluster, or find the one that is kept in a folder.

        A durable one waits for the disk, as in production.
        """
        super().__init__()
        self.programs = programs
        self.durable = durable
        self.password = password
        # PostgreSQL does not run as root: there, its own user does it.
        self._user = "postgres" if os.geteuid() == 0 else None
        self._is_kept = kept is not None
        self._folder = kept or Path(tempfile.mkdtemp(prefix="postgresql-"))
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._user:
            shutil.chown(self._folder, self._user, self._user)
        self._data = self._folder / "data"
        if not self._data.exists():
            self._make()

    def _make(self) -> None:
        """Make the cluster, under another name until it is whole."""
        new = self._folder / "new"
        shutil.rmtree(new, ignore_errors=True)
        secret = self._folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self.password, encoding="utf-8")
        if self._user:
            shutil.chown(secret, self._user, self._user)
        access = ["-A", "scram-sha-256", "--pwfile", str(secret)]
        access = access if self.password else FOR_ANYBODY
        self._run("initdb", "-D", str(new), *INITDB, *access)
        secret.unlink()
        new.rename(self._data)

    @property
    def url(self) -> str:
        """Its address, without a database."""
        who = f"contract:{self.password}" if self.password else "contract"
        return f"postgresql://{who}@{HOST}:{self.port}"

    def processes(self) -> list[int]:
        """Find its processes."""
        return [self._process.pid, *children(self._process.pid)]

    def kill(self) -> None:
        """End all its processes at once, in the middle of what they do."""
        # Who stands still starts no other process while we look for them.
        self._process.send_signal(signal.SIGSTOP)
        for pid in children(self._process.pid):
            os.kill(pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._held = hold_port(self.port)

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        if not self._is_kept:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _listen(self) -> None:
        deadline = monotonic() + SECONDS_TO_START
        self._begin()
        while not self._answers():
            if monotonic() > deadline:
                self._process.kill()
                log = (self._folder / "log").read_text(encoding="utf-8")
                raise RuntimeError(f"PostgreSQL does not answer:\n{log[-2000:]}")
            if ended(self._process):
                # A process that was killed a moment ago may still hold the memory.
                self._begin()

    def _begin(self) -> None:
        fsync = "on" if self.durable else "off"
        settings = [f"listen_addresses={HOST}", f"port={self.port}", f"fsync={fsync}"]
        settings.append(f"unix_socket_directories={self._folder}")
        options = [word for setting in settings for word in ("-c", setting)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self._data, *options],
                cwd=self._folder,
                user=self._user,
                group=self._user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _end(self) -> None:
        self._process.send_signal(signal.SIGINT)  # says good-bye to nobody
        self._process.wait(SECONDS_TO_START)

    def _answers(self) -> bool:
        try:
            psycopg.connect(f"{self.url}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self._folder,
            user=self._user,
            group=self._user,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


def children(parent: int) -> list[int]:
    """Find the processes that a process has started and that still run."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [
        int(pid) for pid, of, state in rows if int(of) == parent and state[0] != "Z"
    ]
