"""Reduces an answer to what a visitor, a browser or a crawler can tell apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

import httpx
from bs4 import BeautifulSoup, CData, NavigableString, Tag
from bs4.element import PreformattedString

# What belongs to the server or the wire, or says again what is compared already:
# Expires repeats Cache-Control, and the length of a page counts its quotes and spaces.
IGNORED = {"connection", "content-length", "date", "expires", "server", "transfer-encoding"}
LISTS = {"allow", "vary"}
PRESENT = {"etag", "last-modified"}

KEEPS_LINES = {"pre", "textarea"}
TOKEN = re.compile(r"[\w.-]{40,}")
MONTH = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
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
    title, lines = "", []
    text = response.text.replace(url, "").replace("\r\n", "\n")
    if kind == "text/html":
        soup = BeautifulSoup(text, "html.parser")
        title = " ".join(soup.title.get_text().split()) if soup.title else ""
        lines = list(html_lines(soup))
    elif kind.endswith("xml") and text:
        lines = list(xml_lines(ElementTree.fromstring(text)))  # noqa: S314 - our own sites
    else:
        lines = text.splitlines()
    return Answer(response.status_code, headers(response, url), title, tuple(lines))


def headers(response: httpx.Response, url: str) -> dict[str, str]:
    """Reduce the headers to what they say."""
    reduced = {}
    for name in {name.lower() for name in response.headers} - IGNORED:
        values = response.headers.get_list(name)
        value = ", ".join(values)
        if name == "set-cookie":
            date = response.headers.get("Date", "")
            value = " | ".join(sorted({cookie(value, date) for value in values}))
        elif name == "location":
            value = location(value, url)
        elif name == "cache-control":
            value = cache_control(value)
        elif name in LISTS:
            value = in_order(value)
        elif name in PRESENT:
            value = "present"
        reduced[name.title()] = value
    return reduced


def location(value: str, url: str) -> str:
    """Make an address relative to the site, its query decoded and encoded again."""
    parts = urlsplit(value.removeprefix(url))
    query = urlencode(parse_qsl(parts.query, keep_blank_values=True), safe="/")
    return parts._replace(query=query).geturl() or "/"


def cache_control(value: str) -> str:
    """Say whether an answer may be stored, and for how long."""
    return "no-store" if "no-store" in value else in_order(value)


def in_order(value: str) -> str:
    """Put a list of words, which is a set, in order."""
    return ", ".join(sorted(word.strip() for word in value.split(",")))


def cookie(value: str, date: str) -> str:
    """Describe a cookie without its name and its value: how long, and how guarded."""
    attributes = {}
    for part in value.split(";")[1:]:
        name, _, attribute = part.strip().partition("=")
        attributes[name.lower()] = attribute
    seconds = attributes.pop("max-age", None)
    expires = attributes.pop("expires", None)
    if seconds is None and expires is not None:
        lived = parsedate_to_datetime(expires) - parsedate_to_datetime(date)
        seconds = lived.total_seconds()
    if seconds is None:
        life = "until the browser closes"
    elif float(seconds) <= 0:
        return "deleted"
    else:
        life = f"{round(float(seconds) / SECONDS_A_DAY)} days"
    guards = sorted(f"{name}={value}".rstrip("=") for name, value in attributes.items())
    return "; ".join([life, *guards])


def html_lines(soup: BeautifulSoup) -> Iterator[str]:
    """Write the tree of a page, a line for each element and each text."""
    names = control_names(soup)
    for footer in soup.select("body > footer"):  # it says which framework answers
        footer.decompose()

    def write(element: Tag, depth: int) -> Iterator[str]:
        for child in element.children:
            if isinstance(child, Tag):
                yield "  " * depth + html_tag(child, names)
                yield from write(child, depth + 1)
            elif isinstance(child, NavigableString) and (
                isinstance(child, CData) or not isinstance(child, PreformattedString)
            ):
                text = str(child)
                if element.name in KEEPS_LINES:
                    # The first line break after the tag is not part of the text.
                    text = text.removeprefix("\n")
                else:
                    text = " ".join(text.split())
                if element.name == "time":
                    text = any_time(text)
                if text:
                    yield "  " * depth + text

    return write(soup, 0)


def control_names(soup: BeautifulSoup) -> dict[str, str]:
    """Find the name of each form control by its id, which is the framework's choice."""
    controls = soup.select("input[id][name], textarea[id][name], select[id][name]")
    return {str(control["id"]): str(control["name"]) for control in controls}


def html_tag(tag: Tag, names: dict[str, str]) -> str:
    """Write a tag with its attributes in order."""
    attributes = dict(tag.attrs)
    if attributes.get("type") == "hidden" and TOKEN.fullmatch(str(attributes.get("value"))):
        return "<input token>"
    if "datetime" in attributes:
        attributes["datetime"] = any_time(str(attributes["datetime"]))
    for name in ("id", "for", "aria-describedby"):
        if name in attributes:
            words = str(attributes[name]).split()
            attributes[name] = [relation(word, names) for word in words]
    written = "".join(
        f' {name}="{" ".join(sorted(value) if name == "class" else value)}"'
        if isinstance(value, list)
        else f' {name}="{value}"'
        for name, value in sorted(attributes.items())
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
    return MONTH.sub("Month", re.sub(r"\d+", "0", text))


def xml_lines(element: ElementTree.Element, depth: int = 0) -> Iterator[str]:
    """Write the tree of a feed, attributes in order, names with their namespace."""
    written = "".join(f' {name}="{value}"' for name, value in sorted(element.attrib.items()))
    text = " ".join((element.text or "").split())
    if element.tag.endswith(("}published", "}updated")):
        text = any_time(text)
    yield f"{'  ' * depth}<{element.tag}{written}>{text}"
    for child in element:
        yield from xml_lines(child, depth + 1)


def differences(first: Answer, second: Answer) -> dict[str, tuple[str, str]]:
    """Name each part in which two answers differ, with both values."""
    found = {}
    if first.status != second.status:
        found["status"] = str(first.status), str(second.status)
    for name in sorted(first.headers.keys() | second.headers.keys()):
        values = first.headers.get(name, ""), second.headers.get(name, "")
        if values[0] != values[1]:
            found[name] = values
    if first.body != second.body:
        found["body"] = bodies(first, second)
    return found


def bodies(first: Answer, second: Answer) -> tuple[str, str]:
    """Name two bodies by their titles where those differ, else by the lines that do."""
    if first.title != second.title:
        return name_of_body(first), name_of_body(second)
    lines: tuple[list[str], list[str]] = ([], [])
    matcher = SequenceMatcher(a=first.body, b=second.body, autojunk=False)
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if kind != "equal":
            lines[0].extend(line.strip() for line in first.body[start:end])
            lines[1].extend(line.strip() for line in second.body[other_start:other_end])
    return "\n".join(lines[0]), "\n".join(lines[1])


def name_of_body(answer: Answer) -> str:
    """Say in a few words what a body is."""
    if not answer.body:
        return "nothing"
    return f"page: {answer.title}" if answer.title else "\n".join(answer.body)
