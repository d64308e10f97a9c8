"""A Redis server of our own, which keeps nothing on the disk."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from .servers import SECONDS_TO_START, ended
from .smtp_server import PortServer

OPTIONS = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]


def redis_program() -> str | None:
    """Find the program; None where Redis is not installed."""
    return shutil.which("redis-server")


class RedisServer(PortServer):
    """A server that stops and starts again on the same port, empty each time."""

    @property
    def url(self) -> str:
        """What REDIS_URL has to say."""
        return f"redis://127.0.0.1:{self.port}/0"

    def _listen(self) -> None:
        program = redis_program()
        assert program, "redis-server is not installed"
        self._folder = tempfile.TemporaryDirectory(prefix="redis-")
        self._process = subprocess.Popen(
            [program, *OPTIONS, "--port", str(self.port), "--dir", self._folder.name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self._end()  # nobody else knows of it yet, not even after a Ctrl-C
            raise

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def _wait_until_it_answers(self) -> None:
        deadline = monotonic() + SECONDS_TO_START
        while not self._answers():
            if ended(self._process) or monotonic() > deadline:
                raise RuntimeError("redis-server does not answer")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a Redis server, and give its address."""
    with RedisServer() as server:
        yield server.url
