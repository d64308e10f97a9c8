"""A reverse proxy of our own: haproxy, in front of one or more copies of a site."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from .servers import SECONDS_TO_START, ended
from .smtp_server import HOST, PortServer

# What holds for every site behind it, each line with its reason.
SETTINGS = """\
global
    stats socket unix@control mode 600 level admin

defaults
    mode http
    timeout connect 2s
    timeout client 60s
    # A form may wait 20 s for the database, a statement runs for 30 s at most.
    timeout server 90s
    # Who sends slowly holds up the proxy alone: a site gets requests that are whole.
    timeout http-request 30s
    option http-buffer-request
    # Each replica closes what is idle; a form must not be sent into that.
    option http-server-close
    # The sites believe the last address in it, with TRUSTED_PROXIES=1.
    option forwardfor
    # Nobody is bound to a replica, so that nothing can depend on it.
    balance roundrobin
    # Asks whether somebody listens. A site without its database answers 503 with
    # what was typed, which is better than any answer of a proxy.
    default-server check inter 1s fall 1 rise 1
    # What no replica has seen goes to another one; what one has died of goes there
    # too if it only reads. A form is not sent twice by anybody but its writer.
    retries 3
    option redispatch 1
    retry-on conn-failure empty-response
"""
FRONT = """
frontend {name}-at-{port}
    bind {host}:{port}
    http-request disable-l7-retry unless METH_GET
    http-response set-header X-Replica %b/%s
{routes}    default_backend {name}
"""
ROUTE = "    use_backend {name} if {{ path,url_dec -m reg '^({path})$' }}\n"
BACK = "\nbackend {name}\n{servers}"
SERVER = "    server {number} {host}:{port}\n"


@dataclass(frozen=True)
class Front:
    """An address for visitors, and who answers there."""

    port: int
    # The ports of the replicas of each site; the first site has what no route names.
    sites: Mapping[str, Sequence[int]]
    # Which site has which paths; a path here is a regular expression for all of it.
    routes: Mapping[str, str] = field(default_factory=dict)


def proxy_program() -> str | None:
    """Find the program: Debian keeps it where only root looks."""
    return shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")


def proxy_settings(fronts: Sequence[Front]) -> str:
    """Write what haproxy reads at its start; it listens to us in its folder."""
    text = SETTINGS
    backs: dict[str, Sequence[int]] = {}
    for front in fronts:
        backs |= front.sites
        routes = "".join(
            ROUTE.format(name=name, path=path) for path, name in front.routes.items()
        )
        name = next(iter(front.sites))
        text += FRONT.format(name=name, port=front.port, host=HOST, routes=routes)
    for name, ports in backs.items():
        servers = (
            SERVER.format(number=number, host=HOST, port=port)
            for number, port in enumerate(ports, start=1)
        )
        text += BACK.format(name=name, servers="".join(servers))
    return text


class ProxyServer(PortServer):
    """A proxy at one address: `with ProxyServer({"flask": [9001, 9002]}) as proxy:`."""

    def __init__(
        self,
        sites: Mapping[str, Sequence[int]],
        routes: Mapping[str, str] | None = None,
    ) -> None:
        """Take a port; `sites` and `routes` are those of a Front."""
        super().__init__()
        self.front = Front(self.port, sites, routes or {})
        self._folder = Path(tempfile.mkdtemp(prefix="proxy-"))

    @property
    def url(self) -> str:
        """Where visitors go."""
        return f"http://{HOST}:{self.port}"

    def settings(self) -> str:
        """Write what haproxy reads at its start."""
        return proxy_settings([self.front])

    def ask(self, command: str) -> str:
        """Tell the proxy while it runs, as in `set server flask/1 state drain`."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SECONDS_TO_START)
            connection.connect(str(self._folder / "control"))
            connection.sendall(f"{command}\n".encode())
            return b"".join(iter(lambda: connection.recv(4096), b"")).decode().strip()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _listen(self) -> None:
        program = proxy_program()
        assert program, "haproxy is not installed"
        settings = self._folder / "haproxy.cfg"
        settings.write_text(self.settings(), encoding="utf-8")
        log = self._folder / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [program, "-db", "-f", settings],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = monotonic() + SECONDS_TO_START
        while not self._answers():
            if ended(self._process) or monotonic() > deadline:
                self._process.kill()
                text = log.read_text(encoding="utf-8")
                raise RuntimeError(f"haproxy does not answer:\n{text}")

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            socket.create_connection((HOST, self.port), 1).close()
        except OSError:
            return False
        return True
