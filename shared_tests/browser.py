"""A small browser and a reader of its pages; nothing here knows of any site."""

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx
import mf2py
from bs4 import BeautifulSoup, Tag

# Shared by all browsers, for a new one is costly. Every request has a connection of
# its own: a server may close an idle one, or one of which it has not read everything.
TRANSPORT = httpx.HTTPTransport(
    limits=httpx.Limits(max_keepalive_connections=0), trust_env=False
)

BODY_KEPT = 20_000

# Kinds of input that a form does not send unless they are pressed.
NO_VALUE = {"submit", "button", "reset", "image", "file"}


class BehindTLS(httpx.BaseTransport):
    """Speaks for a proxy that ends TLS: https to the browser, http to the site."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on, and say that it came over TLS."""
        return TRANSPORT.handle_request(
            httpx.Request(
                request.method,
                request.url.copy_with(scheme="http"),
                headers={**request.headers, "X-Forwarded-Proto": "https"},
                stream=request.stream,
                extensions=request.extensions,
            )
        )


@dataclass
class Step:
    """One exchange, as the report shows it."""

    method: str
    url: str
    status: int
    request: str
    response: str


class Browser:
    """Keeps cookies, follows no redirect by itself, remembers what it sent."""

    def __init__(
        self,
        url: str,
        steps: list[Step] | None = None,
        transport: httpx.BaseTransport = TRANSPORT,
    ) -> None:
        """Start without cookies at the site of this address."""
        self.url = url.rstrip("/")
        self.steps: list[Step] = [] if steps is None else steps
        if self.url.startswith("https://127."):
            transport = BehindTLS()
        self._client = httpx.Client(transport=transport, trust_env=False, timeout=30)

    @property
    def cookies(self) -> Any:
        """The jar, as http.cookiejar keeps it."""
        return self._client.cookies.jar

    def twin(self, url: str | None = None) -> Self:
        """Copy this browser with its cookies, as it is now."""
        twin = copy(self)
        twin.url = (url or self.url).rstrip("/")
        twin._client = httpx.Client(
            transport=self._client._transport, trust_env=False, timeout=30
        )
        for cookie in self.cookies:
            twin.cookies.set_cookie(cookie)
        return twin

    def close_window(self) -> None:
        """Forget what lives no longer than the window: the session cookies."""
        self.cookies.clear_session_cookies()

    def get(self, address: str, **headers: str) -> "Page":
        """Ask for a page of the site."""
        return self.request("GET", address, headers=headers)

    def head(self, address: str) -> "Page":
        """Ask for the headers of a page."""
        return self.request("HEAD", address)

    def post(self, address: str, fields: dict[str, Any] | None = None) -> "Page":
        """Send fields and nothing beside them."""
        return self.request("POST", address, fields=fields or {})

    def request(
        self,
        method: str,
        address: str,
        *,
        fields: dict[str, Any] | None = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> "Page":
        """Send one request, as a browser that stands on the site sends it."""
        url = address if address.startswith(("http:", "https:")) else self.url + address
        headers = {"Accept": "text/html,*/*", **(headers or {})}
        if method not in {"GET", "HEAD", "TRACE", "OPTIONS"}:
            origin = urlsplit(self.url)
            headers.setdefault("Origin", f"{origin.scheme}://{origin.netloc}")
            headers.setdefault("Referer", self.url + "/")
        request = self._client.build_request(
            method, httpx.URL(url), data=fields, content=content, headers=headers
        )
        sent = _raw(f"{method} {address} HTTP/1.1", request.headers, request.content)
        response = self._client.send(request)
        page = Page(self, address, response)
        received = _raw(
            f"HTTP/1.1 {response.status_code} {response.reason_phrase}",
            response.headers,
            response.content,
        )
        self.steps.append(Step(method, address, page.status, sent, received))
        return page


def _raw(first_line: str, headers: httpx.Headers, body: bytes) -> str:
    """Write a message out, its body cut where nobody reads on."""
    lines = [first_line, *(f"{name}: {value}" for name, value in headers.multi_items())]
    text = body[:BODY_KEPT].decode("utf-8", "replace")
    if len(body) > BODY_KEPT:
        text += f"\n… {len(body) - BODY_KEPT} more bytes"
    return "\n".join(lines) + "\n\n" + text


@dataclass
class Control:
    """A field of a form that a person fills in."""

    name: str
    element: Tag
    label: str
    described: list[Tag | None]

    @property
    def is_wrong(self) -> bool:
        """Whether the page marks the field as wrong."""
        return self.element.get("aria-invalid") == "true"

    @property
    def description(self) -> str:
        """The words of the elements that aria-describedby names."""
        return " ".join(words(element) for element in self.described if element)

    @property
    def is_required(self) -> bool:
        """Whether the browser insists on a value."""
        return self.element.has_attr("required")

    @property
    def maxlength(self) -> int | None:
        """The most characters that the browser lets in."""
        value = self.element.get("maxlength")
        return int(str(value)) if value else None


class Form:
    """A form of a page, filled in and sent as HTML says."""

    def __init__(self, page: "Page", element: Tag) -> None:
        """Read the form that `element` is."""
        self.page = page
        self.element = element
        self.method = str(element.get("method") or "get").upper()
        self.action = page.resolve(str(element.get("action") or page.address))

    @cached_property
    def values(self) -> dict[str, str]:
        """What the form would send as it stands, hidden fields among it."""
        values = {}
        for element in self._elements():
            kind = str(element.get("type") or "text").lower()
            if element.name == "textarea":
                # The first line break after the tag is not part of the value.
                text = element.get_text().replace("\r\n", "\n")
                values[element["name"]] = text.removeprefix("\n")
            elif element.name == "select":
                chosen = element.select_one("option[selected]") or element.select_one(
                    "option"
                )
                values[element["name"]] = (
                    str(chosen.get("value") or "") if chosen else ""
                )
            elif kind in {"checkbox", "radio"}:
                if element.has_attr("checked"):
                    values[element["name"]] = str(element.get("value") or "on")
            elif element.name == "input" and kind not in NO_VALUE:
                values[element["name"]] = str(element.get("value") or "")
        return values

    @property
    def hidden(self) -> dict[str, str]:
        """The fields that no person sees."""
        return {
            element["name"]: str(element.get("value") or "")
            for element in self._elements()
            if element.get("type") == "hidden"
        }

    @cached_property
    def controls(self) -> dict[str, Control]:
        """The fields that a person fills in, by name."""
        controls = {}
        for element in self._elements():
            kind = element.get("type")
            if element.name != "button" and kind not in NO_VALUE | {"hidden"}:
                named = str(element.get("aria-describedby") or "").split()
                controls[element["name"]] = Control(
                    element["name"],
                    element,
                    self._label(element),
                    [self.page.soup.find(id=name) for name in named],
                )
        return controls

    @property
    def errors(self) -> dict[str, str]:
        """What the page says about each field that it marks as wrong."""
        return {
            name: control.description
            for name, control in self.controls.items()
            if control.is_wrong
        }

    def submit(self, **fields: str | None) -> "Page":
        """Send the form with these fields filled in; None leaves a field out."""
        values = {**self.values, **fields}
        sent = {
            name: re.sub(r"\r\n|\r|\n", "\r\n", value)
            for name, value in values.items()
            if value is not None
        }
        browser = self.page.browser
        if self.method == "GET":
            query = httpx.QueryParams(sent)
            return browser.get(f"{self.action.split('?')[0]}?{query}")
        return browser.request("POST", self.action, fields=sent)

    def _elements(self) -> Iterator[Any]:
        for element in self.element.select("[name]"):
            if not element.has_attr("disabled"):
                yield element

    def _label(self, element: Tag) -> str:
        label = element.find_parent("label")
        if element.get("id"):
            label = self.page.soup.find("label", attrs={"for": element["id"]}) or label
        return words(label) if isinstance(label, Tag) else ""


@dataclass
class Entry:
    """A post in a list of posts."""

    element: Tag
    id: int
    title: str
    address: str
    author: str
    author_address: str
    date: datetime
    summary: str
    comments: str
    comments_address: str

    @property
    def is_read(self) -> bool:
        """Whether the entry carries the word "Read"."""
        return "Read" in (string.strip() for string in self.element.strings)


@dataclass
class Comment:
    """A comment under a post."""

    element: Tag
    author: str
    author_address: str | None
    date: datetime
    text: str
    delete_address: str | None


@dataclass
class Page:
    """An answer, read the way the open web reads pages."""

    browser: Browser
    address: str
    response: httpx.Response
    parser: str = field(default="html.parser", repr=False)

    @property
    def status(self) -> int:
        """The status code."""
        return self.response.status_code

    @property
    def headers(self) -> httpx.Headers:
        """The headers, whatever the case of their names."""
        return self.response.headers

    @property
    def text(self) -> str:
        """The body."""
        return self.response.text

    @property
    def is_redirect(self) -> bool:
        """Whether the answer sends the browser elsewhere after a form."""
        return self.status in {302, 303}

    @property
    def location(self) -> str:
        """Where the answer leads to; a path where that is on the site."""
        return self.resolve(self.headers["Location"])

    def follow(self) -> "Page":
        """Go where a redirect leads."""
        assert 300 <= self.status < 400, f"{self.status} is no redirect"
        return self.browser.get(self.location.split("#")[0])

    def resolve(self, href: str) -> str:
        """Turn a link of the page into an address: a path, or a URL of another site."""
        # As browsers read it: outer spaces and control characters count for nothing,
        # tabs and line breaks neither, and a backslash is a slash.
        href = re.sub(r"[\t\n\r]", "", href.strip("".join(map(chr, range(33)))))
        if not re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:", href, re.IGNORECASE):
            href = href.replace("\\", "/")
        url = urljoin(self.browser.url + self.address, href)
        if url == self.browser.url or url.startswith(
            tuple(self.browser.url + end for end in "/?#")
        ):
            return url[len(self.browser.url) :] or "/"
        return url

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The HTML, parsed."""
        return BeautifulSoup(self.text, self.parser)

    @cached_property
    def as_browsers_read(self) -> BeautifulSoup:
        """The HTML as the standard says that browsers repair it; slower."""
        return BeautifulSoup(self.text, "html5lib")

    @cached_property
    def microformats(self) -> list[dict[str, Any]]:
        """The top-level microformats of the page."""
        parsed = mf2py.parse(doc=copy(self.soup), url=self.browser.url + self.address)
        items: list[dict[str, Any]] = parsed["items"]
        return items

    @property
    def main(self) -> Tag:
        """The part of the page that is about its subject."""
        return self.soup.select_one("main") or self.soup

    @property
    def heading(self) -> str:
        """The words of the h1."""
        heading = self.soup.select_one("h1")
        return words(heading) if heading else ""

    @property
    def words(self) -> str:
        """What a person reads on the whole page."""
        return words(self.soup.body or self.soup)

    @property
    def user(self) -> str | None:
        """The user whom the page names with a link to the account."""
        link = self.soup.select_one('header a[href="/account/"]')
        return words(link) if link else None

    @property
    def messages(self) -> list[str]:
        """What the page says about the change before it."""
        return [words(element) for element in self.soup.select('[role="status"]')]

    @property
    def alerts(self) -> list[str]:
        """What the page says went wrong with a whole form."""
        return [words(element) for element in self.soup.select('[role="alert"]')]

    @property
    def errors(self) -> dict[str, str]:
        """What the page says about wrong fields, over all its forms."""
        return {name: text for form in self.forms for name, text in form.errors.items()}

    @cached_property
    def forms(self) -> list[Form]:
        """Every form of the page."""
        return [Form(self, element) for element in self.soup.select("form")]

    def form(self, action: str) -> Form:
        """Find the form that is sent to this path."""
        for form in self.forms:
            if form.action.split("?")[0] == action:
                return form
        found = [form.action for form in self.forms]
        raise LookupError(f"no form to {action} on {self.address}, only {found}")

    def has_form(self, action: str) -> bool:
        """Whether the page has a form that is sent to this path."""
        return any(form.action.split("?")[0] == action for form in self.forms)

    def links(self, rel: str | None = None) -> list[str]:
        """Addresses of all links, or of those of this relation."""
        selector = "a[href]" if rel is None else f'[rel~="{rel}"][href]'
        return [self.resolve(str(a["href"])) for a in self.soup.select(selector)]

    def link(self, rel: str) -> str | None:
        """Address of the first link of this relation, if there is one."""
        return next(iter(self.links(rel)), None)

    @cached_property
    def entries(self) -> list[Entry]:
        """The posts of a list, from the top."""
        return [
            self._entry(element) for element in self.soup.select(".h-feed .h-entry")
        ]

    @cached_property
    def comments(self) -> list[Comment]:
        """The comments of a post, from the top."""
        return [
            self._comment(element) for element in self.soup.select(".h-entry .h-cite")
        ]

    def _entry(self, element: Tag) -> Entry:
        link = _find(element, "a.u-url")
        author = _find(element, "a.p-author.h-card")
        comments = _find(element, 'a[href$="#comments"]')
        address = self.resolve(str(link["href"]))
        return Entry(
            element,
            int(re.findall(r"\d+", address)[-1]),
            words(_find(element, ".p-name")),
            address,
            words(author),
            self.resolve(str(author["href"])),
            _date(element),
            words(_find(element, ".p-summary")),
            words(comments),
            self.resolve(str(comments["href"])),
        )

    def _comment(self, element: Tag) -> Comment:
        author = _find(element, ".p-author.h-card")
        href = author.get("href")
        form = element.select_one("form")
        return Comment(
            element,
            words(author),
            self.resolve(str(href)) if href else None,
            _date(element),
            lines(_find(element, ".p-content, .e-content")),
            self.resolve(str(form["action"])) if form else None,
        )


def words(element: Tag) -> str:
    """Read the text of an element with its white space put in order."""
    return " ".join(element.get_text().split())


def lines(element: Tag) -> str:
    """Read the text of an element line by line."""
    element = copy(element)
    for line_break in element.select("br"):
        line_break.insert_after("\n")
    found = [line.strip() for line in element.get_text().splitlines()]
    return "\n".join(line for line in found if line)


def _find(element: Tag, selector: str) -> Tag:
    found = element.select_one(selector)
    if found is None:
        raise LookupError(f"no {selector} in {str(element)[:500]}")
    return found


def _date(element: Tag) -> datetime:
    return datetime.fromisoformat(
        str(_find(element, ".dt-published[datetime]")["datetime"])
    )
