"""What people type, and what only a machine or an attacker sends."""

from hypothesis import strategies as st

from ..story.forms import PADDED

# fmt: off
# Pieces that are put together at random.
PIECES = [
    "a", "b c", "Hello", "0",
    # Letters that change with case, with normal forms, or in pairs of surrogates.
    "é", "e\u0301", "ß", "İ", "ı", "ﬀ", "Å", "Ω", "中", "😀", "👩\u200d💻",
    "\U0010ffff",
    # White space, and what some take for it.
    " ", "\t", "\n", "\r", "\r\n", "\n\n", "\u2028", "\u2029", "\u3000", "\xa0",
    # Right to left, and what turns the direction.
    "שלום", "سلام", "\u202e", "\u202a", "\u2067", "\u2069", "\u200f", "\u061c",
    # Nothing to be seen, and nothing that XML lets in.
    "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\ufff9",
    "\ufffe", "\uffff", "\ufdd0", "\U0001fffe",
    *map(chr, range(1, 32)), "\x7f", "\x85", "\x9b",
    # Markdown.
    *"&<>\"'`*_#>-+.|~=[](){}\\/!?%;:@$^,",
    "**", "__", "***", "```", "~~~", "    ", "\n# ", "\n- ", "\n1. ", "\n> ", "\n---\n",
    "[a](b)", "![a](/static/icon.svg)", "<https://a.example>", "[a]: /b 'c'", "[a]",
    "[x](javascript:alert(1))", '[x](  /home/ "t")', "\\\n", "  \n",
    "&#0;", "&#x110000;", "&nbsp;", "&lt;", "&notit;",
    # HTML, XML and templates.
    "<script>alert(1)</script>", "</textarea>", "</title>", "<!--", "-->", "<b>",
    "<![CDATA[", "]]>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "<a href='//e'>", "<?php", "<!DOCTYPE x [<!ENTITY y 'z'>]>", "&y;", "{{ 7*7 }}",
    "{% debug %}", "${7*7}", "#{7}", "%(a)s", "{0}", "{}",
    # SQL, headers and mails.
    "' OR 1=1 --", '"; DROP TABLE blog_post; --', "\\'", "1); SELECT",
    "\r\nX-Evil: 1", "\nBcc: b@example.org", "=?utf-8?q?a?=", "\r\n.\r\n",
]
# fmt: on
PLAIN = ["Hello", "About the sea", "A second thought", "Well said.", "1", "0", "None"]


def text(size: int = 12) -> st.SearchStrategy[str]:
    """Make up a text without white space at its ends."""
    anything = st.lists(st.sampled_from(PIECES), max_size=size).map("".join)
    return st.one_of(
        st.sampled_from(PLAIN),
        anything,
        st.text(max_size=size),
        st.sampled_from(["a\0b", "\0"]),
    ).map(str.strip)


def long_text(*lengths: int) -> st.SearchStrategy[str]:
    """Make up a text of just these lengths, a little more or less."""
    return st.builds(
        lambda letter, length, more: letter * (length + more),
        st.sampled_from(["k", "é", "😀"]),
        st.sampled_from(lengths),
        st.integers(-1, 1),
    )


def field(*lengths: int, size: int = 12) -> st.SearchStrategy[str]:
    """Make up what one types into a field of a form with limits of length.

    Both sites drop white space at the ends. They differ in what they show again, which
    is DIFF-TYPED, so it comes in the one form that is pinned there.
    """
    return st.one_of(
        text(size),
        text(size),
        st.sampled_from(PLAIN),
        st.just(PADDED),
        long_text(*lengths),
    )
