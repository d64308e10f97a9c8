"""A Redis server of our own, which keeps nothing on the disk unless it is told to."""

import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from .servers import SECONDS_TO_START, ended
from .smtp_server import PortServer

OPTIONS = ["--bind", "127.0.0.1", "--save", ""]
EMPTY = ["--appendonly", "no"]
# Each change is written to a file at once, and to the disk every second: if the power
# fails, the sessions of the last second are lost. `always` would have every change
# wait for the disk.
DURABLE = ["--appendonly", "yes", "--appendfsync", "everysec"]


def redis_program() -> str | None:
    """Find the program; None where Redis is not installed."""
    return shutil.which("redis-server")


class RedisServer(PortServer):
    """A server that stops and starts again on the same port, empty each time."""

    def __init__(self, kept: Path | None = None, password: str = "") -> None:
        """Take a port; with a folder, keep there what the server is given."""
        super().__init__()
        self.password = password
        self._is_kept = kept is not None
        self._folder = kept or Path(tempfile.mkdtemp(prefix="redis-"))
        self._folder.mkdir(mode=0o700, exist_ok=True)

    @property
    def url(self) -> str:
        """What REDIS_URL has to say."""
        who = f":{self.password}@" if self.password else ""
        return f"redis://{who}127.0.0.1:{self.port}/0"

    def pause(self) -> None:
        """Accept connections, and say nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Answer what was asked meanwhile."""
        self._process.send_signal(signal.SIGCONT)

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        if not self._is_kept:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _listen(self) -> None:
        program = redis_program()
        assert program, "redis-server is not installed"
        options = [*OPTIONS, *(DURABLE if self._is_kept else EMPTY)]
        self._process = subprocess.Popen(
            [program, "-", *options, "--port", str(self.port), "--dir", self._folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            # Everybody may read the options of a process, and so it is none of them.
            secret = f"requirepass {self.password}\n" if self.password else ""
            assert self._process.stdin
            with self._process.stdin as settings:
                settings.write(secret.encode())
            self._wait_until_it_answers()
        except BaseException:
            self._end()  # nobody else knows of it yet, not even after a Ctrl-C
            raise

    def _end(self) -> None:
        if self._is_kept:
            self._process.terminate()  # what the file still needs is written first
        else:
            self._process.kill()
        self._process.wait()

    def _wait_until_it_answers(self) -> None:
        deadline = monotonic() + SECONDS_TO_START
        while not self._answers():
            if ended(self._process) or monotonic() > deadline:
                raise RuntimeError("redis-server does not answer")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a Redis server, and give its address."""
    with RedisServer() as server:
        yield server.url
