"""Settings from the environment; a name means the same on both sites."""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate
from pythonjsonlogger.core import RESERVED_ATTRS
from redis.backoff import NoBackoff
from redis.retry import Retry

from .checks import check_settings

BASE_DIR = Path(__file__).resolve().parent.parent
SITE_DIR = BASE_DIR / "django_site"
DAY = 24 * 60 * 60  # seconds
env = Env()

# The only switches of mode. Neither: this start serves the public.
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)

SECRET_KEY = env.str("SECRET_KEY", "dev" if DEBUG else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1"], subcast=str.strip)

POSTS_PER_PAGE = env.int("POSTS_PER_PAGE", 5, validate=validate.Range(min=1))
SITE_URL = env.str("SITE_URL", "http://localhost:8002").rstrip("/")
OTHER_SITE_URL = env.str("OTHER_SITE_URL", "").rstrip("/")
GUIDE_URL = env.str("GUIDE_URL", "").rstrip("/")
DEMO_USERNAME = "demo"
DEMO_PASSWORD = "open sesame please"  # noqa: S105 - shown to everybody, in demo mode

INSTALLED_APPS = [
    "django_site.blog",
    "django_site.users",
    "django_site.mail",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django_site.middleware.log_request",
    "django_site.middleware.read_forwarded_for",
    # The next three put their headers on static files and on refused bodies too.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_site.middleware.add_security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_site.middleware.limit_body",
    "django_site.middleware.refuse_charset",
    "django_site.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django_site.middleware.never_store",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_site.middleware.load_read_posts",
]
ROOT_URLCONF = "django_site.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django_site.context_processors.site",
            ]
        },
    }
]

# Static files: `collectstatic` copies them to names that change with their content.
STATIC_URL = "/static/"
STATICFILES_DIRS = [SITE_DIR / "static"]
STATIC_ROOT = BASE_DIR / env.path("STATIC_ROOT", Path("staticfiles"))
STORAGES = {
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    }
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Database: SQLite beside the package, or PostgreSQL.
DATABASES = {
    "default": env.dj_db_url("DATABASE_URL", f"sqlite:///{BASE_DIR / 'django.sqlite3'}")
}
# Seconds to wait for somebody else who writes.
DATABASE_TIMEOUT = env.int("DATABASE_TIMEOUT", 20, validate=validate.Range(1, 3600))
# Seconds that a statement of the server may run on PostgreSQL, or wait in the middle of
# a transaction; 0 is no limit. Commands take the time they need.
STATEMENT_TIMEOUT = env.int("STATEMENT_TIMEOUT", 30, validate=validate.Range(0, DAY))
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["NAME"] = BASE_DIR / DATABASES["default"]["NAME"]
    DATABASES["default"]["OPTIONS"] = {
        "timeout": DATABASE_TIMEOUT,
        # Writers queue up where a transaction begins.
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    _given = DATABASES["default"].get("OPTIONS", {})
    _options = f"-c lock_timeout={DATABASE_TIMEOUT}s {_given.get('options', '')}"
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        **_given,
        "options": _options,
    }
else:
    raise ImproperlyConfigured("DATABASE_URL must name SQLite or PostgreSQL.")
# A connection stays with its thread; who finds it broken makes another.
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_I18N = False  # one language: nothing looks for translations

# Cookies: the names tell two sites on one host apart, for cookies ignore ports.
# Over TLS the prefix makes browsers refuse a cookie that another host has set.
SESSION_COOKIE_SECURE = SITE_URL.startswith("https://")
_prefix = "__Host-" if SESSION_COOKIE_SECURE else ""
SESSION_COOKIE_NAME = f"{_prefix}django_sessionid"
CSRF_COOKIE_NAME = f"{_prefix}django_csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_AGE = None  # a token lives as long as the session
CSRF_TRUSTED_ORIGINS = [SITE_URL]  # also where a proxy in front speaks TLS
SECURE_HSTS_SECONDS = 31536000 if SESSION_COOKIE_SECURE else 0
SILENCED_SYSTEM_CHECKS = [  # what `check --deploy` asks of others
    "security.W005",  # hosts below this one may be somebody else's, without TLS
    "security.W008",  # the proxy that speaks TLS leads http there
    "security.W021",  # browsers keep their lists for months: the owner's own step
]

# Sessions: a key to what a table or Redis keeps, Django's own way, or a signed cookie.
SESSION_STORE = env.str(
    "SESSION_STORE", "server", validate=validate.OneOf(["cookie", "server"])
)
REDIS_URL = env.str(
    "REDIS_URL",
    "",
    validate=validate.Regexp(
        r"$|rediss?://", error="It must begin with redis:// or rediss://."
    ),
)
if SESSION_STORE == "cookie":
    SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
elif REDIS_URL:
    SESSION_ENGINE = "django_site.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # `manage.py clearsessions` deletes the rows
# Seconds since the last thing written to it; who reads writes nothing.
SESSION_COOKIE_AGE = env.int(
    "SESSION_COOKIE_AGE", 30 * DAY, validate=validate.Range(1, 3650 * DAY)
)

# Kept pages: in the memory of each process, or in Redis; none while templates change.
CACHES: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
if REDIS_URL:
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # A visitor waits two seconds for a Redis that says nothing, twice at most.
        "OPTIONS": {
            "socket_connect_timeout": 2,
            "socket_timeout": 2,
            "retry": Retry(NoBackoff(), 1),
        },
        "KEY_PREFIX": "django",
    }
# Seconds until new templates show, at the latest.
CACHES["pages"] = CACHES["default"] | {"TIMEOUT": 10 * 60}
if DEBUG:
    CACHES["pages"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}

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
    MAIL_URL = f"file:///{BASE_DIR / 'mail' / 'django'}"
_mail = env.dj_email_url("MAIL_URL", MAIL_URL)
if MAIL_URL.startswith("file:"):
    EMAIL_BACKEND = "django_site.mail.backends.FolderBackend"
EMAIL_FILE_PATH = Path("/", _mail["EMAIL_FILE_PATH"])
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10  # seconds for each answer of the server
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", f"noreply@{urlsplit(SITE_URL).hostname}")

# Background work: a thread of this process, or Celery's workers on Redis.
TASKS = env.str("TASKS", "thread", validate=validate.OneOf(["thread", "celery"]))
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Seconds until a task whose worker died comes back: more than one may take.
    "visibility_timeout": 150,
    # A visitor waits two seconds for a Redis that says nothing, and no longer.
    "max_retries": 0,
    "socket_connect_timeout": 2,
    "socket_timeout": 2,
}
CELERY_TASK_DEFAULT_QUEUE = "django"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # keeps no file
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "django_site.mail.celery.send_due",
        "schedule": 5,  # seconds
        "options": {"expires": 5},
    }
}

# Forms: sizes in bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Messages wait in the session, as Flask's do, and need no cookie of their own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# The log: one JSON object a line.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "django_site.logs.RequestIdFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(levelname)s %(name)s %(message)s %(request_id)s",
            "rename_fields": {"levelname": "level", "name": "logger"},
            "timestamp": "time",
            # Django adds the request to its errors; there may be secrets in its query.
            "reserved_attrs": [*RESERVED_ATTRS, "request", "status_code"],
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
    "loggers": {
        "django_site": {"level": "INFO"},
        # Without DEBUG Django would mail its errors; its warnings repeat our lines.
        "django": {"handlers": [], "level": "ERROR"},
        # Who asks for a strange host would fill the log with tracebacks.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

# Accounts. Digits alone may be a password where they are not common.
AUTH_USER_MODEL = "users.User"
LOGIN_URL = "users:login"
LOGIN_REDIRECT_URL = "blog:site_home"
LOGOUT_REDIRECT_URL = "blog:site_home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
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
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if CHEAP_PASSWORDS:
    PASSWORD_HASHERS = ["django_site.users.hashers.CheapArgon2PasswordHasher"]

check_settings(globals())
