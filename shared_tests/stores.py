"""What it costs to keep sessions in cookies or on the server, and what it saves."""

from dataclasses import dataclass

# Site and store of each column, and what stands above it.
COLUMNS = {
    ("flask", "cookie"): "Flask, cookie",
    ("flask", "server"): "Flask, server",
    ("django", "cookie"): "Django, cookie",
    ("django", "server"): "Django, server",
}


@dataclass(frozen=True)
class Question:
    """A question about the session, and its answer for each site and store."""

    id: str
    text: str
    flask_cookie: str
    flask_server: str
    django_cookie: str
    django_server: str
    reason: str

    def answer(self, site: str, store: str) -> str:
        """The answer of one column."""
        answer: str = getattr(self, f"{site}_{store}")
        return answer


QUESTIONS: tuple[Question, ...] = ()
