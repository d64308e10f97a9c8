"""Comments that a bare thread mails, as the tutorials of Django show it.

An experiment, not an example: `make storm` counts what it loses.
"""

import os
import smtplib
from email.message import EmailMessage
from threading import Thread
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

AUTHOR = "pen@example.org"
PAGE = """\
<!doctype html>
<title>A post</title>
{% for comment in comments %}<p>{{ comment.name }}: {{ comment.body }}</p>{% endfor %}
<form method="post" action="/posts/{{ post_id }}/comments/">
  {% csrf_token %}
  <input name="name"> <input name="email"> <textarea name="body"></textarea>
  <button>Send</button>
</form>
"""

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["DATABASE_URL"].removeprefix("sqlite:///"),
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    ("django.template.loaders.locmem.Loader", {"post.html": PAGE})
                ]
            },
        }
    ],
)
django.setup()


class Comment(models.Model):
    """A comment under a post."""

    post_id = models.BigIntegerField()
    name = models.CharField(max_length=80)
    email = models.CharField(max_length=254)
    body = models.TextField()

    objects: models.Manager["Comment"] = models.Manager()

    class Meta:
        app_label = "storm"
        db_table = "comment"

    def __str__(self) -> str:
        return self.body


def send(name: str, body: str) -> None:
    """Mail a comment to the author of the post."""
    message = EmailMessage()
    message["Subject"] = f"{name} replied"
    message["From"] = "noreply@example.org"
    message["To"] = AUTHOR
    message.set_content(body)
    server = urlsplit(os.environ["MAIL_URL"])
    with smtplib.SMTP(server.hostname or "", server.port or 25) as smtp:
        smtp.send_message(message)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the site is there."""
    return HttpResponse("ok")


@require_safe
def post(request: HttpRequest, post_id: int) -> HttpResponse:
    """Show the comments of a post, and the form."""
    comments = Comment.objects.filter(post_id=post_id)
    return render(request, "post.html", {"comments": comments, "post_id": post_id})


@require_POST
def add_comment(request: HttpRequest, post_id: int) -> HttpResponse:
    """Store a comment and mail it."""
    name, body = request.POST["name"], request.POST["body"]
    email = request.POST["email"]
    Comment.objects.create(post_id=post_id, name=name, email=email, body=body)
    Thread(target=send, args=(name, body)).start()
    return redirect(f"/posts/{post_id}/")


urlpatterns = [
    path("healthz", healthz),
    path("posts/<int:post_id>/", post),
    path("posts/<int:post_id>/comments/", add_comment),
]
app = get_wsgi_application()

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Comment)
