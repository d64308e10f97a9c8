"""Pages kept in front of a framework, which then hears of no request at all."""

import sqlite3
from collections.abc import Iterable
from typing import Any


def keep_in_front(application: Any, database: str) -> Any:
    """Keep what an application sends, until SQLite says that somebody has written."""
    connection = sqlite3.connect(database)
    kept: dict[object, tuple[list[Any], bytes]] = {}

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "HTTP_COOKIE" in environ:
            return application(environ, start_response)
        version = connection.execute("PRAGMA data_version").fetchone()
        key = version, environ["PATH_INFO"], environ["QUERY_STRING"]
        if key not in kept:
            said: list[Any] = []
            parts = application(environ, lambda *words: said.extend(words))
            kept[key] = said, b"".join(parts)
            parts.close()
        said, body = kept[key]
        start_response(*said)
        return [body]

    return answer
