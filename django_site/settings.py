"""Settings from the environment; a name means the same on both sites."""

from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

from .checks import check_settings

BASE_DIR = Path(__file__).resolve().parent.parent
SITE_DIR = BASE_DIR / "django_site"
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
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    # The first three put their headers on static files and on refused bodies too.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_site.middleware.add_security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_site.middleware.limit_body",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
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
STATIC_URL = "/static/"
STATICFILES_DIRS = [SITE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # no collectstatic before a start
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Database: SQLite beside the package, or PostgreSQL.
DATABASES = {
    "default": env.dj_db_url("DATABASE_URL", f"sqlite:///{BASE_DIR / 'django.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["NAME"] = BASE_DIR / DATABASES["default"]["NAME"]
    # Seconds to wait for a writer; writers queue up where a transaction begins.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode = WAL",
    }
elif DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name SQLite or PostgreSQL.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"

# Cookies: the names tell two sites on one host apart, for cookies ignore ports.
SESSION_COOKIE_NAME = "django_sessionid"
SESSION_COOKIE_SECURE = SITE_URL.startswith("https://")
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # `manage.py clearsessions` deletes the rows
REMEMBER_DURATION = timedelta(days=30)
CSRF_COOKIE_NAME = "django_csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_AGE = None  # a token lives as long as the session
CSRF_TRUSTED_ORIGINS = [SITE_URL]  # also where a proxy in front speaks TLS
SECURE_HSTS_SECONDS = 31536000 if SESSION_COOKIE_SECURE else 0

# Forms: sizes in bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Messages wait in the session, as Flask's do, and need no cookie of their own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Errors go to the log of the server; without DEBUG Django would only mail them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "ERROR"}},
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
# Passwords: a hash that costs nothing, for tests.
CHEAP_PASSWORDS = env.bool("CHEAP_PASSWORDS", False)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if CHEAP_PASSWORDS:
    PASSWORD_HASHERS = ["django_site.users.hashers.CheapArgon2PasswordHasher"]

check_settings(globals())
