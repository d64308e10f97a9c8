"""Settings from the environment; a name means the same on both sites."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, validate
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import make_url

BASE_DIR = Path(__file__).resolve().parent.parent
DAY = 24 * 60 * 60  # seconds
env = Env()

# The only switches of mode. Neither: this start serves the public.
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
os.environ.setdefault("FLASK_DEBUG", str(int(DEBUG)))  # the flask command looks there

SECRET_KEY = env.str("SECRET_KEY", "dev" if DEBUG else "")
TRUSTED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1"], subcast=str.strip)

POSTS_PER_PAGE = env.int("POSTS_PER_PAGE", 5, validate=validate.Range(min=1))
SITE_URL = env.str("SITE_URL", "http://localhost:8001").rstrip("/")
OTHER_SITE_URL = env.str("OTHER_SITE_URL", "").rstrip("/")
GUIDE_URL = env.str("GUIDE_URL", "").rstrip("/")
DEMO_USERNAME = "demo"
DEMO_PASSWORD = "open sesame please"  # noqa: S105 - shown to everybody, in demo mode

# Database: SQLite beside the package, or PostgreSQL.
# Seconds to wait for somebody else who writes.
DATABASE_TIMEOUT = env.int("DATABASE_TIMEOUT", 20, validate=validate.Range(1, 3600))
# Seconds that a statement of the server may run on PostgreSQL, or wait in the middle of
# a transaction; 0 is no limit. Commands take the time they need.
STATEMENT_TIMEOUT = env.int("STATEMENT_TIMEOUT", 30, validate=validate.Range(0, DAY))
_url = make_url(
    env.str(
        "DATABASE_URL",
        f"sqlite:///{BASE_DIR / 'flask.sqlite3'}",
        validate=validate.Regexp(
            r"(sqlite|postgres(ql)?)://", error="It must name SQLite or PostgreSQL."
        ),
    )
)
if _url.get_backend_name() == "sqlite":
    _url = _url.set(database=str(BASE_DIR / (_url.database or "")))
    # Writers queue up where a transaction begins.
    SQLALCHEMY_ENGINE_OPTIONS: dict[str, object] = {
        "connect_args": {"timeout": DATABASE_TIMEOUT, "isolation_level": "IMMEDIATE"}
    }
else:
    _given = dict(_url.query)
    _options = f"-c lock_timeout={DATABASE_TIMEOUT}s {_given.get('options', '')}"
    _url = _url.set(
        drivername="postgresql+psycopg",
        query={"connect_timeout": "5", **_given, "options": _options},
    )
    SQLALCHEMY_ENGINE_OPTIONS = {
        "pool_pre_ping": True,  # the server may have restarted
        "pool_size": 0,  # as many as there are threads to use one
    }
SQLALCHEMY_ENGINE_OPTIONS["hide_parameters"] = True  # no keys and hashes in the log
SQLALCHEMY_DATABASE_URI = _url

# Cookies: the names tell two sites on one host apart, for cookies ignore ports.
# Over TLS the prefix makes browsers refuse a cookie that another host has set.
SESSION_COOKIE_SECURE = SITE_URL.startswith("https://")
_prefix = "__Host-" if SESSION_COOKIE_SECURE else ""
SESSION_COOKIE_NAME = f"{_prefix}flask_session"
SESSION_COOKIE_SAMESITE = "Lax"

# Sessions: Flask's own signed cookie, or a key to what a table or Redis keeps.
SESSION_STORE = env.str(
    "SESSION_STORE", "cookie", validate=validate.OneOf(["cookie", "server"])
)
REDIS_URL = env.str(
    "REDIS_URL",
    "",
    validate=validate.Regexp(
        r"$|rediss?://", error="It must begin with redis:// or rediss://."
    ),
)
# A visitor waits two seconds for a Redis that says nothing, twice at most.
REDIS_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 2,
    "retry": Retry(NoBackoff(), 1),
}
SESSION_TYPE = "redis" if REDIS_URL else "sqlalchemy"  # Flask-Session reads these
SESSION_KEY_PREFIX = "flask:session:"
SESSION_PERMANENT = False
# Seconds since the last thing written to it; who reads writes nothing.
PERMANENT_SESSION_LIFETIME = timedelta(
    seconds=env.int(
        "SESSION_COOKIE_AGE", 30 * DAY, validate=validate.Range(1, 3650 * DAY)
    )
)
SESSION_REFRESH_EACH_REQUEST = False

# Kept pages: in the memory of each process, or in Redis; none while templates change.
CACHE_TYPE = "SimpleCache"
if REDIS_URL:
    CACHE_TYPE = "RedisCache"
    CACHE_REDIS_URL = REDIS_URL
    CACHE_OPTIONS = REDIS_OPTIONS
    CACHE_KEY_PREFIX = "flask:page:"
# Seconds until new templates show, at the latest.
CACHE_DEFAULT_TIMEOUT = 10 * 60
if DEBUG:
    CACHE_TYPE = "NullCache"
CACHE_NO_NULL_WARNING = True

# Mail: files in a folder for the developer, else an SMTP server.
MAIL_URL = env.str(
    "MAIL_URL",
    "",
    validate=validate.Regexp(
        r"$|(file|smtp|submission)://",
        error="It must begin with file://, smtp:// or submission://.",
    ),
)
if not MAIL_URL and (DEBUG or DEMO):
    MAIL_URL = f"file:///{BASE_DIR / 'mail' / 'flask'}"
_mail = env.dj_email_url("MAIL_URL", MAIL_URL)
MAIL_FOLDER = Path("/", _mail["EMAIL_FILE_PATH"])
MAIL_HOST = _mail["EMAIL_HOST"]
MAIL_PORT = _mail["EMAIL_PORT"]
MAIL_USERNAME = _mail["EMAIL_HOST_USER"]
MAIL_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
MAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
MAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
MAIL_TIMEOUT = 10  # seconds for each answer of the server
MAIL_FROM = env.str("MAIL_FROM", f"noreply@{urlsplit(SITE_URL).hostname}")

# Background work: a thread of this process, or Celery's workers on Redis.
TASKS = env.str("TASKS", "thread", validate=validate.OneOf(["thread", "celery"]))
CELERY = {
    "broker_url": REDIS_URL,
    "broker_connection_retry_on_startup": True,
    "broker_transport_options": {
        # Seconds until a task whose worker died comes back: more than one may take.
        "visibility_timeout": 150,
        # A visitor waits two seconds for a Redis that says nothing, and no longer.
        "max_retries": 0,
        "socket_connect_timeout": 2,
        "socket_timeout": 2,
    },
    "task_default_queue": "flask",
    "task_publish_retry": False,
    "task_ignore_result": True,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "beat_scheduler": "celery.beat:Scheduler",  # keeps no file
    "beat_schedule": {
        "sweep": {
            "task": "flask_site.mail.celery.send_due",
            "schedule": 5,  # seconds
            "options": {"expires": 5},
        }
    },
}

# Forms: a token lives as long as the session; sizes in bytes.
WTF_CSRF_TIME_LIMIT = None
MAX_CONTENT_LENGTH = 1024 * 1024
MAX_FORM_MEMORY_SIZE = MAX_CONTENT_LENGTH

# Log-in: tries that may fail for one name and address, and for one address, in a
# window of so many seconds; and how many proxies in front say where a request is from.
LOGIN_TRIES = env.int("LOGIN_TRIES", 10, validate=validate.Range(min=1))
LOGIN_TRIES_PER_ADDRESS = env.int(
    "LOGIN_TRIES_PER_ADDRESS", 100, validate=validate.Range(min=1)
)
LOGIN_TRIES_WINDOW = env.int(
    "LOGIN_TRIES_WINDOW", 5 * 60, validate=validate.Range(1, DAY)
)
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0, validate=validate.Range(0, 10))

# Passwords: seconds that a link to a new one works.
PASSWORD_RESET_TIMEOUT = env.int(
    "PASSWORD_RESET_TIMEOUT", 60 * 60, validate=validate.Range(1, DAY)
)
# A hash that costs nothing, for tests.
CHEAP_PASSWORDS = env.bool("CHEAP_PASSWORDS", False)

# The log: one JSON object a line. The server starts it, not the commands.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "flask_site.logs.RequestIdFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(levelname)s %(name)s %(message)s %(request_id)s",
            "rename_fields": {"levelname": "level", "name": "logger"},
            "timestamp": "time",
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": "json",
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"flask_site": {"level": "INFO"}},
}
