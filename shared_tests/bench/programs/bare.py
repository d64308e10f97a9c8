"""WSGI without a framework: `hello`, and a page of one query, the unit of all figures.

It escapes nothing and knows one address: a yardstick, not an example.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

StartResponse = Callable[[str, list[tuple[str, str]]], object]

QUERY = """\
SELECT post.id, post.title, post.summary, post.date_posted, author.username,
  (SELECT count(*) FROM blog_comment WHERE post_id = post.id)
FROM blog_post AS post JOIN users_user AS author ON author.id = post.author_id
ORDER BY post.date_posted DESC, post.id DESC LIMIT 5"""

BEGIN = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Home · Diptych blog</title>
  <link rel="stylesheet" href="/static/style.css">
  <link rel="icon" href="/static/icon.svg" type="image/svg+xml">
  <link rel="alternate" href="/feed.atom" type="application/atom+xml" title="Feed">
  <link rel="canonical" href="/">
</head>
<body>
  <a class="skip-link" href="#content">Skip to the content</a>
  <header class="site-header">
    <a class="brand" href="/">Diptych blog</a>
    <nav class="site-nav" aria-label="Site">
      <a href="/login/">Log in</a>
      <a href="/register/">Register</a>
    </nav>
  </header>
  <main id="content">
  <div class="h-feed">
    <header>
      <h1 class="p-name">Diptych blog</h1>
      <p class="lead">One blog, built twice: with Flask and with Django.</p>
    </header>
"""
END = """\
  <nav class="pagination" aria-label="Pages">
    <span aria-current="page">1</span>
    <a href="?page=2">2</a>
    <span class="gap">…</span>
    <a href="?page=200">200</a>
    <a href="?page=2" rel="next">Older</a>
  </nav>
  </div>
  </main>
  <footer class="site-footer">
    <p>Served by <strong>nothing</strong> through <code>bare.home</code></p>
    <p><a href="/session/">What this site remembers about you</a></p>
  </footer>
</body>
</html>
"""


def answer(start_response: StartResponse, body: bytes) -> Iterable[bytes]:
    """Send a page."""
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(body))),
    ]
    start_response("200 OK", headers)
    return [body]


def make_hello() -> Callable[..., Iterable[bytes]]:
    """Make the application that always sends the same bytes."""
    body = Path(os.environ["HELLO"]).read_bytes()
    return lambda environ, start_response: answer(start_response, body)


def make_home() -> Callable[..., Iterable[bytes]]:
    """Make the application that shows the newest posts."""
    database = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
    connection = sqlite3.connect(database, isolation_level=None)

    def home(environ: object, start_response: StartResponse) -> Iterable[bytes]:
        articles = "".join(
            f"""\
  <article class="h-entry">
    <h2 class="p-name"><a class="u-url" href="/posts/{id}/">{title}</a></h2>
    <p class="byline">
      by <a class="p-author h-card" href="/authors/{author}/">{author}</a> ·
      <time class="dt-published" datetime="{date[:10]}T{date[11:]}Z">{date[:16]}</time>
      · <a href="/posts/{id}/#comments">{comments} comment{"s"[: comments != 1]}</a>
    </p>
    <p class="p-summary">{summary}</p>
  </article>
"""
            for id, title, summary, date, author, comments in connection.execute(QUERY)
        )
        return answer(start_response, f"{BEGIN}{articles}{END}".encode())

    return home


app = make_hello() if "HELLO" in os.environ else make_home()
