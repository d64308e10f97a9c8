"""Celery, bound to an application."""

from logging.config import dictConfig

from celery import Celery, Task
from celery.signals import setup_logging


def init_app(app):
    """Give the application a Celery whose tasks find it in `current_app`."""

    class ContextTask(Task):
        """A task within the application's context; there is no request."""

        def __call__(self, *args, **kwargs):
            """Run the task."""
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = Celery(app.name, task_cls=ContextTask, include=["flask_site.mail.celery"])
    celery.config_from_object(app.config["CELERY"])
    celery.set_default()  # shared tasks are this one's
    app.extensions["celery"] = celery

    @setup_logging.connect(weak=False)
    def set_up_logging(**kwargs):
        """Log as the web server does, not in Celery's own way."""
        dictConfig(app.config["LOGGING"])
