"""The blog, the Flask way: an application factory and context globals."""

from environs import EnvError
from flask import Flask
from redis import Redis
from werkzeug.middleware.proxy_fix import ProxyFix

from . import (
    blog,
    context_processors,
    errors,
    health,
    hooks,
    static_files,
    users,
)
from .checks import ImproperlyConfigured, check_settings
from .converters import KeyConverter, UsernameConverter
from .extensions import cache, csrf, db, login_manager, migrate, server_session


def create_app(config=None):
    """Make the application from its settings, changed by a mapping of others.

    Raises ImproperlyConfigured where the settings are wrong or unsafe.
    """
    app = Flask(__name__)
    try:
        app.config.from_object("flask_site.settings")
    except EnvError as error:
        raise ImproperlyConfigured(str(error)) from error
    app.config.from_mapping(config or {})
    check_settings(app.config)
    if "*" in app.config["TRUSTED_HOSTS"]:
        app.config["TRUSTED_HOSTS"] = None  # Werkzeug knows no wildcard

    if proxies := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0)

    # First, so that what another hook refuses has an id and a line in the log too.
    app.before_request(hooks.start_request)
    app.before_request(hooks.refuse_unreadable_form)
    # Before Flask-Login: what is done after a request is done in reverse.
    static_files.init_app(app)

    db.init_app(app)
    migrate.init_app(app, db, directory=f"{app.root_path}/migrations")
    cache.init_app(app)
    csrf.init_app(app)
    # Flask-Login's own context processor asks for the user on every page.
    login_manager.init_app(app, add_context_processor=False)
    if app.config["SESSION_STORE"] == "server":
        app.config["SESSION_SQLALCHEMY"] = db
        if app.config["REDIS_URL"]:
            app.config["SESSION_REDIS"] = Redis.from_url(
                app.config["REDIS_URL"], **app.config["REDIS_OPTIONS"]
            )
        server_session.init_app(app)

    if app.config["TASKS"] == "celery":
        from . import celery  # noqa: PLC0415 - takes long, for those who need it

        celery.init_app(app)

    # Flask's own would let 5,000 digits through, which Python refuses to read.
    app.url_map.converters["int"] = KeyConverter
    app.url_map.converters["username"] = UsernameConverter
    app.before_request(hooks.load_read_posts)
    app.after_request(hooks.never_store)
    app.after_request(hooks.add_security_headers)
    # The last is called first, and so whatever becomes of the others.
    app.after_request(hooks.log_request)
    app.context_processor(context_processors.site)
    errors.init_app(app)

    app.register_blueprint(blog.bp)
    app.register_blueprint(users.bp)
    app.add_url_rule("/healthz", view_func=health.healthz)
    return app
