"""One thing that somebody does in a browser, and what is odd about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Fields = Mapping[str, str | list[str]]
SHOWN = 60


@dataclass(frozen=True)
class Step:
    """A request, and the page with the form that is sent, where it is one.

    A kind names a group of the shared story and a note, as the ledger knows them:
    "fields: NUL" is what DIFF-NUL-MESSAGE is about.
    """

    method: str
    address: str
    who: str = ""
    form: str = ""  # the page on which the form stands
    is_kept: bool = False  # the form has been open since this browser last saw it
    fields: Fields = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    is_multipart: bool = False
    kinds: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names under which the ledger may know this request."""
        return [
            self._name(*kind.partition(": ")[::2]) for kind in ("fuzz", *self.kinds)
        ]

    def _name(self, group: str, note: str) -> str:
        name = f"{group}: {self.who} {self.method} {self.address}"
        return f"{name} ({note})" if note else name

    def __str__(self) -> str:
        words = [f"{self.who:7} {self.method:6} {shorten(self.address)}"]
        if self.form:
            kept = "kept open" if self.is_kept else "opened"
            words.append(f"the form of {self.form}, {kept}")
        if self.is_multipart:
            words.append("as multipart")
        words += [f"{name}={shorten(value)!r}" for name, value in self.fields.items()]
        words += [f"{name}: {shorten(value)}" for name, value in self.headers.items()]
        if self.content is not None:
            words.append(f"body {shorten(self.content)!r}")
        if self.kinds:
            words.append(f"[{', '.join(self.kinds)}]")
        return "  ".join(words)


def shorten(value: Any) -> Any:
    """Cut a long text, and say how long it was."""
    if len(value) <= SHOWN or isinstance(value, list):
        return value
    rest = f"… {len(value)}"
    return value[:SHOWN] + (rest.encode() if isinstance(value, bytes) else rest)
