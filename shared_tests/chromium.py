"""A real browser, for what only a browser can judge."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, sync_playwright

from .browser import Browser

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MILLISECONDS_TO_ANSWER = 15_000

T = TypeVar("T")

# Runs before any script of a page, and is no matter of its Content-Security-Policy.
WATCH = """
addEventListener("securitypolicyviolation", event => console.error(
  `Content Security Policy: ${event.violatedDirective} ${event.blockedURI} `
  + `${event.sample} at ${event.target?.outerHTML ?? event.target}`
), true)
"""

# What in a page may run, or may bring in or send away what the site did not write.
LOOK = """
html => {
  const page = html === null
    ? document : new DOMParser().parseFromString(html, "text/html");
  // What is no HTML, the browser shows in a page of its own making.
  if (page.contentType !== "text/html") return [];
  const found = [];
  const protocols = ["http:", "https:", "mailto:"];
  for (const element of page.querySelectorAll("*")) {
    const name = element.localName;
    const told = element.outerHTML.slice(0, 200);
    if (["script", "style", "iframe", "frame", "object", "embed", "base", "applet",
         "svg", "math", "template", "portal"].includes(name)) {
      found.push(`an element ${name}: ${told}`);
    }
    if (name === "meta" && element.httpEquiv) found.push(`a meta: ${told}`);
    for (const attribute of element.attributes) {
      if (/^on|^style$|^srcdoc$|^formaction$|^ping$/i.test(attribute.name)) {
        found.push(`an attribute ${attribute.name}: ${told}`);
      }
    }
    for (const address of [element.href, element.src, element.action]) {
      if (typeof address === "string" && address !== ""
          && !protocols.includes(new URL(address, document.baseURI).protocol)) {
        found.push(`an address: ${told}`);
        if (name === "a") element.click();
      }
    }
  }
  return found;
}
"""

# Fills in the form of the page that goes to this path, and sends it as it then is.
# Where there is none, the form has what is typed and nothing beside it.
SEND = """
([action, typed]) => {
  const forms = [...document.forms];
  let form = forms.find(form => new URL(form.action).pathname === action);
  if (!form) {
    form = document.createElement("form");
    form.method = "post";
    form.action = action;
    document.body.append(form);
  }
  for (const [name, text] of Object.entries(typed)) {
    let control = form.elements[name];
    if (!control) {
      control = document.createElement("textarea");
      control.name = name;
      form.append(control);
    }
    control.value = text;
  }
  HTMLFormElement.prototype.submit.call(form);
}
"""


def chromium_program() -> str | None:
    """Find the program; None where no such browser is installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Chromium:
    """A browser that runs, in a thread of its own, and reaches one host alone.

    Playwright leaves an event loop running in its thread, and Django's database
    refuses to work where one runs.
    """

    def __init__(self, program: str, host: str) -> None:
        """Start it."""
        self._thread = ThreadPoolExecutor(1, "chromium")
        arguments = [f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {host}"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # as root it would not start

        def start() -> None:
            self._playwright = sync_playwright().start()
            self._browser = self._playwright.chromium.launch(
                executable_path=program, args=arguments
            )

        self.do(start)

    def do(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do something in the thread of the browser."""
        return self._thread.submit(work, *arguments).result()

    def open_window(self, visitor: Browser) -> "Window":
        """Open a window that has the cookies of a visitor, as they are now."""
        return self.do(Window, self, self.do(self._browser.new_context), visitor)

    def close(self) -> None:
        """End it."""
        self.do(self._browser.close)
        self.do(self._playwright.stop)
        self._thread.shutdown()


@dataclass
class Sight:
    """What a window showed after one step."""

    address: str
    status: int
    problems: list[str] = field(default_factory=list)


class Window:
    """A window that writes down what no page of a site should make it do."""

    def __init__(
        self, chromium: Chromium, context: BrowserContext, visitor: Browser
    ) -> None:
        """Open an empty page; called in the thread of the browser."""
        self.sights: list[Sight] = []
        self._chromium = chromium
        self._url = visitor.url
        self._problems: list[str] = []
        self._context = context
        context.set_default_timeout(MILLISECONDS_TO_ANSWER)
        context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value, "url": self._url}
                for cookie in visitor.cookies
            ]
        )
        context.add_init_script(WATCH)
        self._page = context.new_page()
        self._page.on("dialog", self._note_dialog)
        self._page.on("console", self._note_console)
        self._page.on(
            "pageerror", lambda error: self._problems.append(f"an error: {error}")
        )
        self._page.on(
            "request", lambda request: self._note_address("a request", request.url)
        )

    def open(self, address: str) -> Sight:
        """Open an address of the site, and look at what stands there."""
        return self._chromium.do(self._open, address)

    def send(self, action: str, typed: dict[str, str]) -> Sight:
        """Fill in and send a form of the page that is open; look at the answer."""
        return self._chromium.do(self._send, action, typed)

    def look_at(self, what: str, html: str) -> None:
        """Look at a part of a page that has come by another way."""
        self.sights.append(Sight(what, 0, self.evaluate(LOOK, html)))

    def evaluate(self, expression: str, argument: Any = None) -> Any:
        """Let the page that is open work something out."""
        return self._chromium.do(self._page.evaluate, expression, argument)

    def close(self) -> None:
        """Close it."""
        self._chromium.do(self._context.close)

    @property
    def problems(self) -> list[str]:
        """What went wrong, over all that was opened."""
        return [
            f"{sight.address}: {problem}"
            for sight in self.sights
            for problem in sight.problems
        ]

    def _open(self, address: str) -> Sight:
        response = self._page.goto(self._url + address)
        return self._look(address, response)

    def _send(self, action: str, typed: dict[str, str]) -> Sight:
        with self._page.expect_navigation() as navigation:
            self._page.evaluate(SEND, [action, typed])
        return self._look(action, navigation.value)

    def _look(self, address: str, response: Any) -> Sight:
        self._problems += self._page.evaluate(LOOK, None)
        sight = Sight(address, response.status if response else 0, self._problems)
        self.sights.append(sight)
        self._problems = []
        return sight

    def _note_dialog(self, dialog: Dialog) -> None:
        self._problems.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _note_console(self, message: ConsoleMessage) -> None:
        if "content security policy" in message.text.lower():
            self._problems.append(message.text)

    def _note_address(self, what: str, url: str) -> None:
        if urlsplit(url)[:2] != urlsplit(self._url)[:2]:
            self._problems.append(f"{what} to {url}")
