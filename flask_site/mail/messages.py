"""What mails say."""

from email.charset import QP, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr, localtime, parseaddr
from urllib.parse import urlsplit

from flask import current_app

from flask_site.blog.models import Comment
from flask_site.extensions import db
from flask_site.users.models import User
from flask_site.users.tokens import make_token

# Not EmailMessage: it would decode what a name says in place of writing it, line
# breaks and all. A text that begins with "From " stays as it is.
POLICY = compat32.clone(linesep="\r\n", mangle_from_=False)
# Text goes as it is, where each line is short enough for SMTP (RFC 5321, 4.5.3.1.6).
LONGEST_LINE = 998
PLAIN, QUOTED = Charset("utf-8"), Charset("utf-8")
PLAIN.body_encoding, QUOTED.body_encoding = None, QP


def absolute_url(endpoint, **values):
    """Return an address for a mail: there may be no request that knows the host."""
    addresses = current_app.url_map.bind("")
    return current_app.config["SITE_URL"] + addresses.build(endpoint, values)


def write_comment_mail(comment_id):
    """Return what tells an author of a comment, or None where nobody wants to know."""
    comment = db.session.get(Comment, comment_id)
    if comment is None:  # deleted meanwhile
        return None
    post = comment.post
    if comment.author == post.author or not post.author.comment_mail:
        return None
    name = comment.author.username if comment.author else comment.name
    context = {
        "comment": comment,
        "name": name,
        "post_url": absolute_url("blog.show_post", post_id=post.id),
        "account_url": absolute_url("users.account"),
    }
    subject = f"{name} replied to “{post.title}”"
    mail = write_mail("comment", subject, post.author, context)
    mail["List-Unsubscribe"] = f"<{context['account_url']}>"
    return mail


def write_password_reset_mail(user_id):
    """Return what leads a user to a new password, or None where there is none."""
    user = db.session.get(User, user_id)
    if user is None:
        return None
    url = absolute_url("users.password_reset_confirm", token=make_token(user))
    context = {"user": user, "url": url}
    return write_mail("password_reset", "Set a new password", user, context)


def write_mail(template, subject, user, context):
    """Return a mail to a user, in plain text and in HTML."""
    local, _, domain = user.email.rpartition("@")
    mail = MIMEMultipart("alternative", policy=POLICY)
    # No line break can end the header.
    mail["Subject"] = Header(" ".join(subject.split()), "utf-8").encode()
    mail["From"] = formataddr(parseaddr(current_app.config["MAIL_FROM"]))
    mail["To"] = f"{local}@{domain.encode('idna').decode()}"
    mail["Date"] = format_datetime(localtime())
    mail["Auto-Submitted"] = "auto-generated"
    # Outside a request render_template() would ask its context processors for one.
    get_template = current_app.jinja_env.get_template
    for suffix, subtype in (("txt", "plain"), ("html", "html")):
        text = get_template(f"mail/{template}.{suffix}").render(context)
        longest = max(len(line) for line in text.encode().splitlines())
        charset = PLAIN if longest <= LONGEST_LINE else QUOTED
        mail.attach(MIMEText(text, subtype, charset, policy=POLICY))
    return mail


def write(message):
    """Return the mail of a stored message, or None where there is nothing to say."""
    mail = WRITERS[message.kind](message.object_id)
    if mail is not None:
        # The same on every try, so that a reader's program can drop the second copy.
        host = urlsplit(current_app.config["SITE_URL"]).hostname
        stamp = f"{message.date_created:%Y%m%d%H%M%S%f}"
        mail["Message-ID"] = f"<{stamp}.{message.id}@{host}>"
    return mail


WRITERS = {
    "comment": write_comment_mail,
    "password_reset": write_password_reset_mail,
}
