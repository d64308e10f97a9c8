"""What somebody typed, and what of it a page hands back."""

from .browser import Page

# What a page may lose or spoil.
TYPED = "\n\n# <b>One</b> & &amp; \"two\"</textarea><p>\n\n    three\n'four'"


def handed_back(page: Page, prefix: str = "") -> dict[str, str]:
    """Read the areas of a page in which nobody can write, by what they are called."""
    found = {}
    for area in page.main.select("textarea[readonly]"):
        name = str(area["name"])
        if name.startswith(prefix):
            text = area.get_text().replace("\r\n", "\n").removeprefix("\n")
            found[name.removeprefix(prefix)] = text
    return found
