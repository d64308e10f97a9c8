"""What the terminal says about measurements."""

from typing import Any

Figures = dict[str, Any]
PAGES = f"{'':24}{'units':>8}{'from':>8}{'to':>8}{'noise':>7}{'us':>8}{'bytes':>8}"


def table_of_pages(found: list[Figures]) -> str:
    """Write what pages cost."""
    lines = [f"{PAGES}{'statements':>11}"]
    for row in found:
        name = f"{row['who']}: {row['what']}"
        lines.append(
            f"{name:24}{row['units']:8.1f}{row['low']:8.1f}{row['high']:8.1f}"
            f"{row['noise']:7.2f}{row['microseconds']:8.0f}{row['bytes']:8}"
            f"{row['statements']:11}"
        )
    return "\n".join(lines)
