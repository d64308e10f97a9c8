"""What is known to differ between two default installations; the story asks for all."""

PAGE_NUMBERS = (
    "abc, 1e3, 2.0, 0x2",
    "empty, bare key",
    "0, -1, 4, 999",
    "1&page=2",
    "fullwidth, Arabic digits",
    "`+2`, `%2B2`, ` 2 `, 02",
    "last",
    "2^63-1, 10^20, 4300 nines",
)
DEFAULTS = (
    "missing slash",
    "`//posts/`, `/posts//`",
    "`<int>` with fullwidth digits",
    "id 10^20",
    "HEAD",
    "function view, any verb",
    "OPTIONS",
    "405 body",
    "`Allow` order",
    "unknown Host",
    "redirect code",
    "session cookie",
    "Vary: Cookie",
    "user in templates",
    "CSRF failure",
    "CSRF before 405",
    "plain http, foreign or null Origin",
    "login",
    "logout",
    "password change",
    "User-Agent change",
    "remember me",
    "password hash",
    "`?next=`",
    "form > 2.5 MB",
    "one multipart field > 500 kB",
    "1001 fields",
    "missing form key",
    "duplicate key",
    "quotes in HTML",
    "autoescape",
    "`default` filter on '' or None",
    "missing variable's attribute",
    "striptags, urlize, wordcount, truncate, filesizeformat",
    "form field strip, NUL",
    "dates in templates",
    "stored datetime (SQLite)",
    "404/500 pages",
    "commit",
    "SQLite foreign keys",
    "SQLite id reuse after delete",
    "200 concurrent `n += 1`, 8 threads",
    "behind a TLS proxy",
    "reason phrases",
    "cookie values and formats",
    "where the CSRF secret lives",
    "decoding of invalid UTF-8",
)

# Where naive blogs lose data or let people in, and what holds both sites to better:
# rows of the contract, entries of the ledger.
WHERE_NAIVE_BLOGS_FAIL = {
    "copied cookie after log-out, reset, password change; remember token": (
        "SESS-7 SESS-8 SESS-9 SESS-10 PASS-10 USER-18 RESET-9 DIFF-REPLAYED-MARKS"
    ),
    "session id chosen by somebody else; id at log-in": "SESS-6 SESS-11 USER-19",
    "POST without token on a view without a form": "CSRF-1 CSRF-2 USER-10",
    "CSRF token over an hour old, or a form opened before log-in in another tab": (
        "CSRF-3 CSRF-5 WRITE-13"
    ),
    "`next=https:evil.example` and its like": "NEXT-3 NEXT-4 NEXT-5 DIFF-NEXT",
    "Host header in the reset mail": "MAIL-7 SET-3 SET-7 SET-9",
    "concurrent comments on SQLite": "LOSS-3 LOSS-4",
    "kill -9 under writers": "LOSS-1",
    "PostgreSQL kill -9": "LOSS-2 SET-12",
    "SIGTERM with requests in flight": "LOSS-6 LOSS-7",
    "background mail thread, SMTP down": "MAIL-8 MAIL-9 MAIL-11 MAIL-12",
    "hung SMTP": "MAIL-10",
    "Celery on Redis, worker kill -9": "MAIL-14",
    "disk full, database locked or restarted": "LOSS-3 LOSS-8 LOSS-9 HEALTH-2",
    "8 registrations of one name at once": "LOSS-5",
    "two people edit one post": "WRITE-14 WRITE-15",
    "a form sent twice": "WRITE-15 WRITE-16 REPLY-21",
    "30 MB comment": "ERR-4 WRITE-11 REPLY-12 DIFF-CHUNKED DIFF-UNREAD-BODY",
    "log-in time, unknown and known name": "USER-8 PASS-13 RESET-10",
    "rate limit": "LIMIT-1 LIMIT-2 LIMIT-3 LIMIT-4 LIMIT-5 LIMIT-6",
    "NUL in a text field": "FORM-5 AUTHOR-4 HOSTILE-3 DIFF-NUL-MESSAGE",
    "`charset=latin-1` urlencoded POST": "HOSTILE-3 DIFF-CHARSET DIFF-UTF8",
    "JSON body": "CSRF-1 HOSTILE-3 DIFF-JSON",
    "PUT, unknown method": "ERR-5 DIFF-FORM-PUT DIFF-CSRF-FIRST",
    "40 concurrent visits counted in one session": "SESS-13 DIFF-LOST-MARKS",
    "default secret key": "SET-1 SET-2",
    "personal pages": "HEAD-5 HEAD-6 HEAD-9 RESET-11 SESS-16 DIFF-NO-STORE",
    "security headers": "HEAD-1 HEAD-2 SET-8 ERR-3",
    "static files": "SITE-6 STATIC-1 DIFF-STATIC DIFF-STATIC-CACHE",
}

# What two answers to one request cannot show, and why.
NOTHING_TO_COMPARE = {
    "user in templates": (
        "a number of queries: test_queries_of_a_page_that_asks_for_no_user"
    ),
    "password hash": "never sent; rows PASS-12 and SCHEMA-2",
    "stored datetime (SQLite)": "never sent; row SCHEMA-3",
    "commit": (
        "shows when a view fails half-way: "
        "test_first_of_two_posts_when_the_second_fails"
    ),
    "200 concurrent `n += 1`, 8 threads": "writers at one time have no order: LOSS-4",
    "reason phrases": "no browser shows them, and HTTP/2 has none",
    "cookie values and formats": "each framework's own: DIFF-SESSION-COOKIE",
    "concurrent comments on SQLite": "writers at one time have no order",
    "kill -9 under writers": "a matter of the database, not of an answer",
    "PostgreSQL kill -9": "the same",
    "SIGTERM with requests in flight": "a matter of gunicorn, which serves both",
    "background mail thread, SMTP down": "no answer shows it",
    "hung SMTP": "no answer shows it",
    "Celery on Redis, worker kill -9": "no answer shows it",
    "Host header in the reset mail": "no answer shows it",
    "disk full, database locked or restarted": "the story's database is well",
    "8 registrations of one name at once": "requests at one time have no order",
    "a form sent twice": "the two requests are one matter: rows hold both sites to it",
    "log-in time, unknown and known name": "times differ from run to run",
    "rate limit": "the story's servers let everybody try",
    "40 concurrent visits counted in one session": (
        "requests at one time have no order: what is lost is in stores.py"
    ),
    "default secret key": "such a start is refused",
    "CSRF token over an hour old, or a form opened before log-in in another tab": (
        "its age no request shows; the form in another tab is in the group of tokens"
    ),
}
