"""How a mail leaves this machine, besides what Django brings."""

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend


class FolderBackend(BaseEmailBackend):
    """Puts each mail into a file that a mail program opens."""

    def send_messages(self, email_messages):
        """Write the files; return how many."""
        folder = settings.EMAIL_FILE_PATH
        folder.mkdir(parents=True, exist_ok=True)
        for mail in [message.message() for message in email_messages]:
            name = mail["Message-ID"].strip("<>")  # a second try makes no second file
            (folder / f"{name}.eml").write_bytes(mail.as_bytes())
        return len(email_messages)
