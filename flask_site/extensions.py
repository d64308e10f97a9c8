"""The extensions, made once and bound to an application by its factory."""

import sqlite3
from datetime import datetime

from flask_caching import Cache
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_session import Session
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import BigInteger, Engine, Integer, event
from sqlalchemy.orm import DeclarativeBase, registry

from .columns import UTCDateTime


def include_name(name, type_, parent_names):
    """Hide tables without a model from `flask db migrate`; dropping is by hand."""
    return type_ != "table" or name in db.metadata.tables


def render_item(type_, item, autogen_context):
    """Write the types of this site into migrations with their import."""
    if type_ == "type" and isinstance(item, UTCDateTime):
        autogen_context.imports.add("from flask_site.columns import UTCDateTime")
        return "UTCDateTime()"
    return False


class Model(DeclarativeBase):
    """The base of all models: wide keys, times in UTC."""

    registry = registry(
        type_annotation_map={
            int: BigInteger().with_variant(Integer, "sqlite"),
            datetime: UTCDateTime,
        }
    )


db = SQLAlchemy(model_class=Model)
migrate = Migrate(include_name=include_name, render_item=render_item)
csrf = CSRFProtect()
server_session = Session()
cache = Cache(with_jinja2_ext=False)
login_manager = LoginManager()
login_manager.login_view = "users.login"
login_manager.login_message = None  # the log-in page itself says why one is there


@event.listens_for(Engine, "connect")
def set_up_sqlite(connection, record):
    """Keep foreign keys, let readers read while somebody writes, lose no commit."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
