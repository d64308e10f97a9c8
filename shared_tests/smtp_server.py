"""SMTP servers of our own: one keeps what it is given, one never says a word."""

import asyncio
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from time import monotonic
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

HOST = "127.0.0.1"
SECONDS_TO_WAIT = 15
PAUSE = 0.03


class Mail(EmailMessage):
    """A message as it came in, with what the envelope said."""

    sender = ""
    receivers: tuple[str, ...] = ()
    arrived = 0.0  # on the clock of time.monotonic()


PARSER = BytesParser(_class=Mail, policy=policy.default)


def hold_port(port: int = 0) -> socket.socket:
    """Take a port that refuses connections, so that nobody else listens there."""
    held = socket.socket()
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((HOST, port))
    except OSError:
        held.close()
        raise
    return held


class PortServer:
    """A server that stops and starts again on the same port, and holds it between."""

    port: int

    def __init__(self) -> None:
        """Take a port; nothing listens there before the start."""
        self._held: socket.socket | None = hold_port()
        self.port = self._held.getsockname()[1]

    @property
    def url(self) -> str:
        """What MAIL_URL has to say."""
        return f"smtp://{HOST}:{self.port}"

    def start(self) -> None:
        """Listen; does nothing where it listens already."""
        if self._held:
            self._held.close()
            self._held = None
            self._listen()

    def stop(self) -> None:
        """End all connections and refuse new ones; keep what came in."""
        if not self._held:
            self._end()
            self._held = hold_port(self.port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._release()

    def _release(self) -> None:
        if self._held:
            self._held.close()

    def _listen(self) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError


class SMTPServer(PortServer):
    """Takes every message and keeps it: `with SMTPServer() as smtp:`."""

    def __init__(self, seconds: float = 0) -> None:
        """Take so many seconds for each message, as a server far away does."""
        super().__init__()
        self.seconds = seconds
        self._messages: list[Mail] = []
        self._changed = threading.Condition()

    @property
    def messages(self) -> list[Mail]:
        """What came in, oldest first; each with `sender` and `receivers`."""
        with self._changed:
            return list(self._messages)

    def clear(self) -> None:
        """Forget what came in."""
        with self._changed:
            self._messages.clear()

    def wait_for(
        self,
        wanted: int | Callable[[list[Mail]], object],
        timeout: float = SECONDS_TO_WAIT,
    ) -> list[Mail]:
        """Wait for so many messages, or until a function of all of them is true."""
        if isinstance(wanted, int):
            count = wanted
            wanted = lambda messages: len(messages) >= count  # noqa: E731 - one name
        with self._changed:
            if not self._changed.wait_for(lambda: wanted(self._messages), timeout):
                subjects = [message["Subject"] for message in self._messages]
                raise AssertionError(f"after {timeout} s there came only {subjects}")
            return list(self._messages)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's word
        self, server: Any, session: Any, envelope: Envelope
    ) -> str:
        """Keep a message."""
        await asyncio.sleep(self.seconds)
        content = envelope.content
        message = PARSER.parsebytes(content if isinstance(content, bytes) else b"")
        assert isinstance(message, Mail)
        message.sender = envelope.mail_from or ""
        message.receivers = tuple(envelope.rcpt_tos)
        message.arrived = monotonic()
        with self._changed:
            self._messages.append(message)
            self._changed.notify_all()
        return "250 OK"

    def _listen(self) -> None:
        # A name is given, for the library would ask the resolver for one.
        self._controller = Controller(
            self, hostname=HOST, port=self.port, server_hostname="localhost"
        )
        self._controller.start()

    def _end(self) -> None:
        self._controller.stop()


class SilentServer(PortServer):
    """Accepts connections and never says a word: `with SilentServer() as smtp:`."""

    def __init__(self) -> None:
        """Nobody is connected yet."""
        super().__init__()
        self._connections: list[socket.socket] = []
        self._changed = threading.Condition()

    def wait_for(self, count: int, timeout: float = SECONDS_TO_WAIT) -> None:
        """Wait until so many connections were made since the start."""
        with self._changed:
            if not self._changed.wait_for(
                lambda: len(self._connections) >= count, timeout
            ):
                found = len(self._connections)
                raise AssertionError(f"after {timeout} s there were only {found}")

    def accepted(self, connection: socket.socket) -> None:
        """Note a connection."""
        with self._changed:
            self._connections.append(connection)
            self._changed.notify_all()

    def _listen(self) -> None:
        self._connections.clear()
        self._server = SilentTCPServer(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(PAUSE,), daemon=True
        )
        self._thread.start()

    def _end(self) -> None:
        self._server.shutdown()
        for connection in self._connections:
            # The other side may have gone already.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._thread.join()


class SilentTCPServer(socketserver.ThreadingTCPServer):
    """Listens on a port that was used a moment ago too, and waits for its threads."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, owner: SilentServer) -> None:
        """Tell the owner of every connection."""
        self.owner = owner
        super().__init__((HOST, owner.port), Silence)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Note the connection before its thread starts, so that none is missed."""
        self.owner.accepted(request)
        return True


class Silence(socketserver.BaseRequestHandler):
    """Hears everything and answers nothing."""

    def handle(self) -> None:
        """Listen until the other side goes away."""
        with suppress(OSError):
            while self.request.recv(4096):
                pass
