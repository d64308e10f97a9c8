"""A site as the public meets it, with many posts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import NullPool, create_engine, inspect, text

from ..databases import create_database, driver
from ..postgresql_server import PostgreSQLServer, children
from ..servers import Launcher, Server, copy_database, stop_servers
from ..visitor import Visitor, token

# As many copies of the first post as are asked for.
COPY = """
WITH RECURSIVE copy(number) AS (
  SELECT 1 UNION ALL SELECT number + 1 FROM copy WHERE number < :copies
)
INSERT INTO blog_post ({columns}) SELECT {columns} FROM blog_post, copy
"""
BODY = "The first paragraph, *with emphasis*.\n\nThe second one.\n\n- and\n- a\n- list"
OWN = {"id", "submission"}  # what no two posts have in common


@dataclass
class Served:
    """A site, its processes, and the database behind them."""

    server: Server
    database: str
    posts: list[int]
    postgresql: PostgreSQLServer | None

    def query(self, statement: str) -> list[Any]:
        """Read from the database."""
        engine = create_engine(driver(self.database), poolclass=NullPool)
        with engine.connect() as connection:
            return list(connection.execute(text(statement)))

    def processes(self) -> list[int]:
        """Find the processes of the site, and those of PostgreSQL."""
        master = self.server.process.pid
        others = self.postgresql.processes() if self.postgresql else []
        return [master, *children(master), *others]


@contextmanager
def served(
    launcher: Launcher,
    name: str,
    postgresql: PostgreSQLServer | None,
    posts: int,
    arguments: str = "",
) -> Iterator[Served]:
    """Start a site by gunicorn, with arguments besides its settings, and fill it."""
    folder = launcher.new_folder(f"{name}-bench")
    if postgresql:
        url = create_database(postgresql.url, f"{name}-{token()}")
    else:
        url = f"sqlite:///{folder / 'site.sqlite3'}"
        copy_database(launcher.empty_database(name), folder / "site.sqlite3")
    environment = launcher.environment(
        folder, DATABASE_URL=url, GUNICORN_CMD_ARGS=arguments
    )
    if postgresql:
        launcher.run(name, "migrate", folder, environment)
    server = launcher.serve(name, folder, environment, command="crowd")
    try:
        yield Served(server, url, fill(server.url, url, posts), postgresql)
    finally:
        stop_servers([server])


def fill(url: str, database: str, posts: int) -> list[int]:
    """Write one post as its author does, and the others by copying it."""
    author = Visitor(url)
    author.register()
    author.write_post(body=BODY)
    engine = create_engine(driver(database), poolclass=NullPool)
    columns = {column["name"] for column in inspect(engine).get_columns("blog_post")}
    copy = COPY.format(columns=", ".join(sorted(columns - OWN)))
    with engine.begin() as connection:
        if posts > 1:
            connection.execute(text(copy), {"copies": posts - 1})
        return list(connection.scalars(text("SELECT id FROM blog_post")))
