"""Settings from the environment; a name means the same on both sites."""

import os
from datetime import timedelta
from pathlib import Path

from environs import Env, validate
from sqlalchemy import make_url

BASE_DIR = Path(__file__).resolve().parent.parent
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
_url = make_url(
    env.str(
        "DATABASE_URL",
        f"sqlite:///{BASE_DIR / 'flask.sqlite3'}",
        validate=validate.Regexp(r"(sqlite|postgres(ql)?)://"),
    )
)
if _url.get_backend_name() == "sqlite":
    _url = _url.set(database=str(BASE_DIR / (_url.database or "")))
    # Seconds to wait for a writer; writers queue up where a transaction begins.
    SQLALCHEMY_ENGINE_OPTIONS: dict[str, object] = {
        "connect_args": {"timeout": 20, "isolation_level": "IMMEDIATE"}
    }
else:
    _url = _url.set(drivername="postgresql+psycopg")
    SQLALCHEMY_ENGINE_OPTIONS = {"pool_pre_ping": True}  # the server may have restarted
SQLALCHEMY_DATABASE_URI = _url

# Cookies: the names tell two sites on one host apart, for cookies ignore ports.
SESSION_COOKIE_NAME = "flask_session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SITE_URL.startswith("https://")
REMEMBER_COOKIE_NAME = "flask_remember"
REMEMBER_COOKIE_DURATION = timedelta(days=30)
REMEMBER_COOKIE_HTTPONLY = True
REMEMBER_COOKIE_SAMESITE = "Lax"
REMEMBER_COOKIE_SECURE = SESSION_COOKIE_SECURE

# Forms: a token lives as long as the session; sizes in bytes.
WTF_CSRF_TIME_LIMIT = None
MAX_CONTENT_LENGTH = 1024 * 1024
MAX_FORM_MEMORY_SIZE = MAX_CONTENT_LENGTH

# Passwords: a hash that costs nothing, for tests.
CHEAP_PASSWORDS = env.bool("CHEAP_PASSWORDS", False)
