"""Reduces an answer to what a visitor, a browser or a crawler can tell apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from email.utils import parsedate_to_datetime
from functools import lru_cache
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree as ET

import httpx

from .differences import Change

# What belongs to the server or the wire, or says again what is compared already:
# Expires repeats Cache-Control, and the length of a page counts its quotes and spaces.
IGNORED = {
    "connection",
    "content-length",
    "date",
    "expires",
    "server",
    "x-replica",  # a proxy adds it
    "transfer-encoding",
}
LISTS = {"allow", "vary"}
PRESENT = {"etag", "last-modified", "x-request-id"}

VOID = {"br", "hr", "img", "input", "link", "meta"}
CONTROLS = {"input", "select", "textarea"}
REFERENCES = {"aria-describedby", "for", "id"}
KEEPS_LINES = {"pre", "textarea"}
# Where an address names the content of a static file is the framework's choice.
VERSION = re.compile(r"(?<=\.css|\.svg)\?v=[0-9a-f]{12}|\.[0-9a-f]{12}(?=\.(css|svg))")
TOKEN = re.compile(r"[\w.-]{40,}")
MONTH = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
BRIEF = "until the browser closes"
SECONDS_A_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Answer:
    """What is compared of an answer: every value is a text, "" where there is none."""

    status: int
    headers: dict[str, str]
    title: str
    body: tuple[str, ...]


def normalize(response: httpx.Response, url: str) -> Answer:
    """Reduce the answer of the site at `url`."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    text = response.text.replace(url, "").replace("\r\n", "\n")
    # No browser shows the body of a redirect.
    lines = () if response.is_redirect else body_lines(kind, text)
    title = lines[lines.index("<title>") + 1] if "<title>" in lines else ""
    return Answer(response.status_code, headers(response), title, lines)


@lru_cache  # pages of errors come again and again
def body_lines(kind: str, text: str) -> tuple[str, ...]:
    """Write a body in lines that can be compared."""
    if kind == "text/html":
        return tuple(html_lines(text))
    if kind.endswith("xml") and text:
        return tuple(xml_lines(ET.fromstring(text)))  # noqa: S314 - our own sites
    return tuple(text.splitlines())


def headers(response: httpx.Response) -> dict[str, str]:
    """Reduce the headers to what they say."""
    reduced = {}
    for name in {name.lower() for name in response.headers} - IGNORED:
        values = response.headers.get_list(name)
        value = ", ".join(values)
        if name == "set-cookie":
            value = cookies(response)
        elif name == "location":
            value = location(value, response.request.headers["Host"])
        elif name == "cache-control":
            value = cache_control(value)
        elif name in LISTS:
            value = in_order(value)
        elif name in PRESENT:
            value = "present"
        elif name == "content-type":
            value = value.replace('"', "")
        reduced[name.title()] = value
    return {name: value for name, value in reduced.items() if value}


def location(value: str, host: str) -> str:
    """Make an address relative to its host, its query decoded and encoded again."""
    parts = urlsplit(value)
    if parts.netloc == host and parts.scheme in ("http", "https"):
        parts = parts._replace(scheme="", netloc="", path=parts.path or "/")
    query = urlencode(parse_qsl(parts.query, keep_blank_values=True), safe="/")
    return parts._replace(query=query).geturl()


def cache_control(value: str) -> str:
    """Say whether an answer may be stored, and for how long."""
    return "no-store" if "no-store" in value else in_order(value)


def in_order(value: str) -> str:
    """Put a list of words, which is a set, in order."""
    return ", ".join(sorted(word.strip() for word in value.split(",")))


def cookies(response: httpx.Response) -> str:
    """Describe the cookies that change something in the browser."""
    had = {
        cookie.strip()
        for cookie in response.request.headers.get("Cookie", "").split(";")
    }
    date = response.headers.get("Date", "")
    changed = set()
    for value in response.headers.get_list("Set-Cookie"):
        described = cookie(value, date)
        is_new = value.partition(";")[0] not in had
        if (
            is_new
            if described.startswith(BRIEF)
            else described != "deleted" or had != {""}
        ):
            changed.add(described)
    return " | ".join(sorted(changed))


def cookie(value: str, date: str) -> str:
    """Describe a cookie without its name and its value: how long, and how guarded."""
    attributes = {}
    for part in value.split(";")[1:]:
        name, _, attribute = part.strip().partition("=")
        attributes[name.lower()] = attribute
    max_age, expires = attributes.pop("max-age", ""), attributes.pop("expires", "")
    life = BRIEF
    if max_age or expires:
        seconds = int(max_age) if max_age else seconds_between(date, expires)
        if seconds <= 0:
            return "deleted"
        life = f"{round(seconds / SECONDS_A_DAY)} days"
    guards = sorted(f"{name}={value}".rstrip("=") for name, value in attributes.items())
    return "; ".join([life, *guards])


def seconds_between(start: str, end: str) -> float:
    """Count the seconds between two dates of headers."""
    return (parsedate_to_datetime(end) - parsedate_to_datetime(start)).total_seconds()


class Outline(HTMLParser):
    """Reads a page into its tags and texts, in order, without its footer."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.parts: list[Tag | str] = []
        self.open: list[str] = []
        self.hidden: list[Tag] = []
        self.feed(text)
        self.close()

    @property
    def is_in_footer(self) -> bool:
        """Whether this part says which framework answers."""
        return "footer" in self.open

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        """Keep a tag with its attributes."""
        part = Tag(tag, {name: value or "" for name, value in attributes})
        if part.attributes.get("type") == "hidden":
            # Where a form keeps what nobody sees is the framework's choice.
            part.attributes.pop("id", None)
            self.hidden.append(part)
        elif not self.is_in_footer and tag != "footer":
            self.parts.append(part)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Keep the end of an element."""
        if tag == "form":
            self.parts.extend(sorted(self.hidden, key=str))
            self.hidden.clear()
        if not self.is_in_footer:
            self.parts.append(Tag(f"/{tag}", {}))
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Keep a text: line by line where lines count, else with single spaces."""
        if KEEPS_LINES.isdisjoint(self.open):
            data = " ".join(data.split())
        elif isinstance(self.parts[-1], Tag):
            # The first line break after the tag is not part of the text.
            data = data.removeprefix("\n")
        if data and not self.is_in_footer:
            self.parts.append(any_time(data) if "time" in self.open else data)


@dataclass
class Tag:
    """The start of an element, or with a slash before its name the end."""

    name: str
    attributes: dict[str, str]


def html_lines(text: str) -> Iterator[str]:
    """Write a page, a line for each tag and each text."""
    parts = Outline(text).parts
    # Ids of controls are the framework's choice: what counts is what refers to what.
    names = {
        part.attributes["id"]: part.attributes["name"]
        for part in parts
        if isinstance(part, Tag)
        and part.name in CONTROLS
        and {"id", "name"} <= part.attributes.keys()
    }
    for part in parts:
        yield html_tag(part, names) if isinstance(part, Tag) else part


def html_tag(tag: Tag, names: dict[str, str]) -> str:
    """Write a tag with its attributes in order."""
    attributes = dict(tag.attributes)
    if attributes.get("type") == "hidden" and TOKEN.fullmatch(
        attributes.get("value", "")
    ):
        return "<input token>"
    for name in attributes.keys() & REFERENCES:
        words = attributes[name].split()
        attributes[name] = " ".join(relation(word, names) for word in words)
    if tag.name == "link":
        attributes["href"] = VERSION.sub("", attributes["href"])
    if tag.name == "input" and not attributes.get("value"):
        attributes.pop("value", None)  # an empty value and none are the same
    if "class" in attributes:
        attributes["class"] = " ".join(sorted(attributes["class"].split()))
    if "datetime" in attributes:
        attributes["datetime"] = any_time(attributes["datetime"])
    written = "".join(
        f' {name}="{value}"' for name, value in sorted(attributes.items())
    )
    return f"<{tag.name}{written}>"


def relation(id: str, names: dict[str, str]) -> str:
    """Replace the id of a control, or one made of it, by the name of the control."""
    for control, name in names.items():
        if id == control or id.startswith(control + "_"):
            return "@" + name + id.removeprefix(control)
    return id


def any_time(text: str) -> str:
    """Keep the form of a point in time and drop which one it is."""
    return MONTH.sub("Month", re.sub(r"\d+(\.\d+)?", "0", text))


def xml_lines(element: ET.Element, depth: int = 0) -> Iterator[str]:
    """Write the tree of a feed, attributes in order, names with their namespace."""
    written = "".join(
        f' {name}="{value}"' for name, value in sorted(element.attrib.items())
    )
    text = " ".join((element.text or "").split())
    if element.tag.endswith(("}published", "}updated")):
        text = any_time(text)
    yield f"{'  ' * depth}<{element.tag}{written}>{text}"
    for child in element:
        yield from xml_lines(child, depth + 1)


def differences(first: Answer, second: Answer) -> list[Change]:
    """Name each part in which two answers differ, with both values."""
    found = []
    if first.status != second.status:
        found.append(Change("status", str(first.status), str(second.status)))
    for name in sorted(first.headers.keys() | second.headers.keys()):
        values = first.headers.get(name, ""), second.headers.get(name, "")
        if values[0] != values[1]:
            found.append(Change(name, *values))
    if first.title != second.title:
        found.append(Change("body", name_of_body(first), name_of_body(second)))
    elif first.body != second.body:
        found.extend(changed_lines(first.body, second.body))
    return found


def changed_lines(first: tuple[str, ...], second: tuple[str, ...]) -> Iterator[Change]:
    """Name the lines in which two bodies differ, one by one where they are pairs."""
    matcher = SequenceMatcher(a=first, b=second, autojunk=False)
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        lines, others = first[start:end], second[other_start:other_end]
        if kind != "equal" and len(lines) == len(others):
            for line, other in zip(lines, others, strict=True):
                yield Change("body", line, other)
        elif kind != "equal":
            yield Change("body", "\n".join(lines), "\n".join(others))


def name_of_body(answer: Answer) -> str:
    """Say in a few words what a body is."""
    if not answer.body:
        return "nothing"
    return f"page: {answer.title}" if answer.title else "\n".join(answer.body)
