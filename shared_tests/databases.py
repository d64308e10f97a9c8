"""Databases for the rows that look inside: a PostgreSQL of our own, and a schema."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, NullPool, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError, SAWarning
from sqlalchemy.types import DateTime, Integer, String, Text

from .postgresql_server import PostgreSQLServer
from .servers import Server

BACKENDS = ["sqlite", "postgresql"]
TABLES = [
    "users_user",
    "users_attempt",
    "blog_post",
    "blog_comment",
    "blog_bookmark",
    "blog_edition",
    "mail_message",
]
# Each with its table, and with what it does.
TRIGGERS = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_schema WHERE type = 'trigger'",
    "postgresql": """
        SELECT tgrelid::regclass, tgname, pg_get_triggerdef(pg_trigger.oid), prosrc
        FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal
    """,
}


@dataclass
class Database:
    """A database that a site has made."""

    site: str
    url: str

    @property
    def path(self) -> str:
        """The file of an SQLite database."""
        return self.url.removeprefix("sqlite:///")


@contextmanager
def postgresql(programs: Path) -> Iterator[str]:
    """Run a PostgreSQL server of our own, and give its address without a database."""
    with PostgreSQLServer(programs) as server:
        yield server.url


def driver(url: str) -> str:
    """Name the driver that the sites use."""
    return url.replace("postgresql://", "postgresql+psycopg://")


def create_database(server: str, name: str, template: str = "template1") -> str:
    """Make a database, as a copy of another where one is named."""
    engine = create_engine(driver(f"{server}/postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    engine.dispose()
    return f"{server}/{name}"


@contextmanager
def opened(site: Server) -> Iterator[Connection]:
    """Open the database of a site, and keep in the end what was changed there."""
    engine = create_engine(driver(site.environment["DATABASE_URL"]), poolclass=NullPool)
    with engine.begin() as connection:
        yield connection


def add_user(url: str, name: str) -> str:
    """Try to store a user, and give back what the database says against it."""
    engine = create_engine(driver(url))
    statement = text(
        "INSERT INTO users_user (username, email, password, date_joined)"
        " VALUES (:name, 'a@example.org', '!', '2026-01-05 09:00:00')"
    )
    try:
        with engine.connect() as connection:
            # Not committed: the connection takes the user back when it closes.
            connection.execute(statement, {"name": name})
    except IntegrityError as error:
        return str(error)
    finally:
        engine.dispose()
    return ""


def describe(url: str) -> dict[str, dict[str, Any]]:
    """Describe the tables as far as all sites must agree."""
    engine = create_engine(driver(url))
    try:
        with warnings.catch_warnings():
            # An index on an expression is no column; `add_user` shows what it does.
            warnings.simplefilter("ignore", SAWarning)
            return {table: _describe_table(inspect(engine), table) for table in TABLES}
    finally:
        engine.dispose()


def _describe_table(inspector: Any, table: str) -> dict[str, Any]:
    primary_key = tuple(inspector.get_pk_constraint(table)["constrained_columns"])
    # On SQLite a unique column shows as an index that the database made by itself,
    # and a key does, unless it is the number that each row has anyway.
    indexes = [
        index
        for index in inspector.get_indexes(table, include_auto_indexes=True)
        if None not in index["column_names"]
        and tuple(index["column_names"]) != primary_key
    ]
    unique = {
        tuple(constraint["column_names"])
        for constraint in inspector.get_unique_constraints(table)
    } | {tuple(index["column_names"]) for index in indexes if index["unique"]}
    return {
        "columns": {
            column["name"]: (
                family(column["type"]),
                column["nullable"],
                bool(column["default"]),
            )
            for column in inspector.get_columns(table)
            if column["name"] not in primary_key
        }
        | dict.fromkeys(primary_key, ("key",)),
        "primary key": primary_key,
        "unique": unique,
        "foreign keys": {
            (
                tuple(key["constrained_columns"]),
                key["referred_table"],
                tuple(key["referred_columns"]),
                key["options"].get("ondelete"),
            )
            for key in inspector.get_foreign_keys(table)
        },
        # Extra indexes on the same columns, as for LIKE, change no result.
        "indexed": {tuple(index["column_names"]) for index in indexes} | unique,
    }


def triggers(url: str) -> set[tuple[str, ...]]:
    """Find what the database does by itself, whoever writes."""
    engine = create_engine(driver(url))
    try:
        with engine.connect() as connection:
            found = connection.execute(text(TRIGGERS[engine.name]))
            return {tuple(map(str, row)) for row in found}
    finally:
        engine.dispose()


def family(kind: Any) -> str:
    """Reduce a type to what all databases have."""
    if isinstance(kind, DateTime):
        return "time with zone" if kind.timezone else "time"
    if isinstance(kind, Text):
        return "text"
    if isinstance(kind, String):
        return f"text of {kind.length}" if kind.length else "text"
    return "integer" if isinstance(kind, Integer) else str(kind)
