"""All sites at the same time on one PostgreSQL database, behind one address or not."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from sqlalchemy import NullPool, create_engine, text

from .databases import create_database, driver
from .proxy_server import ProxyServer
from .servers import ROOT, SITES, Launcher, Server
from .smtp_server import SMTPServer
from .visitor import Visitor

LOGIN_TRIES = 6
MOVING = ROOT / "docs" / "moving"
STEPS = ["posts", "readers", "everybody"]


class Switch(ProxyServer):
    """The proxy of the guide, which sends visitors to one site or to the other."""

    def __init__(self) -> None:
        """Take a port; `turn` says which way to go."""
        super().__init__({"": []})
        self._text = ""

    def __enter__(self) -> Self:
        return self

    def turn(self, step: str, old: str, sites: dict[str, Server]) -> None:
        """Begin anew with a step of the guide, where all visitors were at `old`."""
        (new,) = sites.keys() - {old}
        places = {name: site.url for name, site in sites.items()} | {"blog": self.url}
        names = {name.upper(): urlsplit(url).netloc for name, url in places.items()}
        names |= {"OLD": old, "NEW": new}
        lines = [f"    setenv {name} {value}" for name, value in names.items()]
        files = [
            (MOVING / f"{name}.cfg").read_text(encoding="utf-8")
            for name in ("sites", step)
        ]
        self._text = "\n".join(["global", *lines, *files])
        self.stop()
        self.start()

    def settings(self) -> str:
        """Give what the guide shows, with the addresses of this run."""
        return self._text


@dataclass
class OneDatabase:
    """A database, the sites on it, and what they all have in common."""

    url: str
    maker: str
    sites: dict[str, Server]
    smtp: SMTPServer
    proxy: "Switch"

    def visit(self, name: str) -> Visitor:
        """Open a browser at a site."""
        return Visitor(self.sites[name].url)

    def enter(self, name: str, account: Visitor) -> Visitor:
        """Open a browser at a site, and sign in with an account made anywhere."""
        visitor = self.visit(name)
        page = visitor.log_in(account.username, account.password)
        assert page.is_redirect, page.alerts
        return visitor

    def run(self, statement: str, **values: object) -> list[Any]:
        """Do something to the database that no site has a part in."""
        engine = create_engine(driver(self.url), poolclass=NullPool)
        with engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    def column(self, statement: str, **values: object) -> list[Any]:
        """Read one column."""
        return [value for (value,) in self.run(statement, **values)]


@contextmanager
def serve_on_one_database(
    launch: Launcher, server: str, maker: str
) -> Iterator[OneDatabase]:
    """Serve with every site what one of them has made and all have adopted."""
    with SMTPServer() as smtp, Switch() as proxy:
        url = create_database(server, f"all-on-{maker}")
        common = {
            "DATABASE_URL": url,
            "SECRET_KEY": secrets.token_hex(32),
            "MAIL_URL": smtp.url,
            "SITE_URL": proxy.url,
            "TRUSTED_PROXIES": "1",
            "LOGIN_TRIES": str(LOGIN_TRIES),
        }
        places = {}
        for name in sorted(SITES, key=maker.__ne__):  # the maker first
            folder = launch.new_folder(f"{name}-on-{maker}")
            places[name] = folder, launch.environment(folder, **common)
            launch.run(name, "migrate" if name == maker else "adopt", *places[name])
        with ThreadPoolExecutor() as pool:
            servers = pool.map(lambda name: launch.serve(name, *places[name]), SITES)
        sites = dict(zip(SITES, servers, strict=True))
        yield OneDatabase(url, maker, sites, smtp, proxy)
        for site in sites.values():
            site.stop()
