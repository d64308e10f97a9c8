"""What mails say."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from django_site.blog.models import Comment


def absolute_url(viewname, **kwargs):
    """Return an address for a mail: there may be no request that knows the host."""
    return settings.SITE_URL + reverse(viewname, kwargs=kwargs)


def write_comment_mail(comment_id):
    """Return what tells an author of a comment, or None where nobody wants to know."""
    comments = Comment.objects.select_related("author", "post__author")
    comment = comments.filter(pk=comment_id).first()
    if comment is None:  # deleted meanwhile
        return None
    post = comment.post
    if comment.author == post.author or not post.author.comment_mail:
        return None
    name = comment.author.username if comment.author else comment.name
    context = {
        "comment": comment,
        "name": name,
        "post_url": absolute_url("blog:show_post", post_id=post.pk),
        "account_url": absolute_url("users:account"),
    }
    subject = f"{name} replied to “{post.title}”"
    mail = write_mail("comment", subject, post.author, context)
    mail.extra_headers["List-Unsubscribe"] = f"<{context['account_url']}>"
    return mail


def write_password_reset_mail(user_id):
    """Return what leads a user to a new password, or None where there is none."""
    user = get_user_model().objects.filter(pk=user_id).first()
    if user is None:
        return None
    url = absolute_url(
        "users:password_reset_confirm",
        uidb64=urlsafe_base64_encode(force_bytes(user.pk)),
        token=default_token_generator.make_token(user),
    )
    context = {"user": user, "url": url}
    return write_mail("password_reset", "Set a new password", user, context)


def write_mail(template, subject, user, context):
    """Return a mail to a user, in plain text and in HTML."""
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()),  # no line break can end the header
        body=render_to_string(f"mail/{template}.txt", context),
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(
        render_to_string(f"mail/{template}.html", context), "text/html"
    )
    return mail


def write(message):
    """Return the mail of a stored message, or None where there is nothing to say."""
    mail = WRITERS[message.kind](message.object_id)
    if mail is not None:
        # The same on every try, so that a reader's program can drop the second copy.
        host = urlsplit(settings.SITE_URL).hostname
        stamp = f"{message.date_created:%Y%m%d%H%M%S%f}"
        mail.extra_headers["Message-ID"] = f"<{stamp}.{message.pk}@{host}>"
    return mail


WRITERS = {
    "comment": write_comment_mail,
    "password_reset": write_password_reset_mail,
}
