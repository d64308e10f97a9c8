"""A column type for points in time."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, TypeDecorator
from sqlalchemy.dialects import sqlite


def now():
    """Return the present time in UTC."""
    return datetime.now(UTC)


class SQLiteDateTime(sqlite.DATETIME):
    """Stores the shortest ISO form, without the fraction where it is zero."""

    def bind_processor(self, dialect):
        """Turn a time into the text that SQLite keeps."""
        return lambda value: value and str(value)


class UTCDateTime(TypeDecorator):
    """A time in UTC, aware on both ways; a naive one raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect):
        """Choose the type that the database knows."""
        if dialect.name == "sqlite":
            return SQLiteDateTime()
        return super().load_dialect_impl(dialect)

    def process_bind_param(self, value, dialect):
        """Refuse a naive time, for nobody could tell what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time needs a time zone.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        """Give the time back in UTC."""
        if value is None:
            return None
        return (
            value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        )
