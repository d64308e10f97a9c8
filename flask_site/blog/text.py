"""Markdown in, safe HTML and a summary out."""

from html import unescape
from textwrap import shorten

import nh3
from markdown_it import MarkdownIt

# fmt: off
ALLOWED_TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6",
    "hr", "li", "ol", "p", "pre", "strong", "ul",
}
# fmt: on
SUMMARY_LENGTH = 200

# What XML, and so the feed, can carry.
PLAIN_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*\Z"

# HTML in the text stays visible as text; no page shows a picture.
markdown = MarkdownIt("commonmark", {"html": False}).disable("image")


def render(body):
    """Return the HTML of a CommonMark text, without anything that could do harm."""
    html = markdown.render(body)
    # The one h1 of the page is the title.
    html = html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return nh3.clean(html, tags=ALLOWED_TAGS)


def summarize(html):
    """Return the first words of a rendered text, 200 characters at most."""
    words = unescape(nh3.clean(html, tags=set()))
    return shorten(words, SUMMARY_LENGTH, placeholder=" …")
