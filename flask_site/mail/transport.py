"""How a mail leaves this machine."""

import smtplib
import ssl
from contextlib import suppress
from functools import partial

from flask import current_app


def deliver(mail):
    """Put a mail into a folder or hand it to the SMTP server, as MAIL_URL says.

    Raises OSError, of which smtplib's errors are a kind, when it does not leave.
    """
    config = current_app.config
    if config["MAIL_URL"].startswith("file:"):
        folder = config["MAIL_FOLDER"]
        folder.mkdir(parents=True, exist_ok=True)
        name = mail["Message-ID"].strip("<>")  # a second try makes no second file
        (folder / f"{name}.eml").write_bytes(mail.as_bytes())
        return
    tls = ssl.create_default_context()  # smtplib's own would believe any server
    connect = (
        partial(smtplib.SMTP_SSL, context=tls)
        if config["MAIL_USE_SSL"]
        else smtplib.SMTP
    )
    # Without a time-out a server that says nothing would keep this thread for ever.
    server = connect(
        config["MAIL_HOST"], config["MAIL_PORT"], timeout=config["MAIL_TIMEOUT"]
    )
    try:
        if config["MAIL_USE_TLS"]:
            server.starttls(context=tls)
        if config["MAIL_USERNAME"]:
            server.login(config["MAIL_USERNAME"], config["MAIL_PASSWORD"])
        server.sendmail(mail["From"], mail["To"], mail.as_bytes())
    finally:
        with suppress(OSError):  # what was accepted is sent, whatever comes now
            server.quit()
