"""Page numbers, on every list of posts."""

import pytest

from .browser import words
from .contract import row
from .visitor import ids

HUGE = [str(2**63 - 1), str(2**63), str(10**20), "9" * 4300, "9" * 5000]


@pytest.fixture(params=["/", "/home/", "author"])
def address(request, crowd):
    """A list of posts with several pages."""
    return crowd.author_address if request.param == "author" else request.param


def numbers(page):
    """The page links of a list: words and where they lead."""
    links = page.soup.select("main a[href]")
    return {
        words(link): page.resolve(link["href"])
        for link in links
        if words(link).isdecimal()
    }


def last_page(page):
    """The number of the last page."""
    return max(int(number) for number in [*numbers(page), *current(page)])


def current(page):
    """What is marked as the shown page."""
    return [words(element) for element in page.soup.select('[aria-current="page"]')]


def page_address(address, number):
    """The forms in which a list may link one of its pages."""
    return {f"{address}?page={number}"} | ({address} if number == 1 else set())


@row("PAGE-1")
@pytest.mark.parametrize("list_address", ["/", "/home/", "author"])
def test_page_2_follows_page_1_without_gap_or_repetition(browser, author, list_address):
    address = author.author_address if list_address == "author" else list_address
    size = len(browser.get("/").entries) or 5
    written = [post.id for post in author.write_posts(2 * size)]

    first, second = browser.read_together(address, f"{address}?page=2")

    shown = [entry.id for page in (first, second) for entry in page.entries]
    of_author = [
        entry.id
        for page in (first, second)
        for entry in page.entries
        if entry.author == author.username
    ]
    assert len(shown) == len(set(shown))
    assert of_author
    assert of_author == written[::-1][: len(of_author)]


@row("PAGE-1", "AUTHOR-1")
def test_the_pages_of_an_author_hold_every_post_once(browser, crowd):
    page = browser.get(crowd.author_address)
    count = last_page(page)
    shown = [
        number
        for n in range(1, count + 1)
        for number in ids(browser.get(f"{crowd.author_address}?page={n}"))
    ]

    assert len(shown) == len(set(shown)) > len(page.entries) * (count - 1)
    assert shown == sorted(shown, reverse=True)


@row("PAGE-2")
def test_page_1_is_shown_without_a_number(browser, address):
    bare, first = browser.read_together(address, f"{address}?page=1")

    assert first.status == bare.status == 200
    assert ids(bare) == ids(first)
    assert current(bare) == current(first) == ["1"]


@row("PAGE-3")
def test_page_past_the_end_is_not_found(browser, address):
    last = last_page(browser.get(address))

    assert browser.get(f"{address}?page={last}").status == 200
    # One more may come to be where others post; two more do not.
    assert browser.get(f"{address}?page={last + 2}").status == 404
    assert browser.get(f"{address}?page=999999").status == 404


@row("PAGE-3")
def test_the_page_right_past_the_end_is_not_found(browser, crowd):
    last = last_page(browser.get(crowd.author_address))

    assert browser.get(f"{crowd.author_address}?page={last + 1}").status == 404


@row("PAGE-4")
def test_page_zero_is_not_found(browser, address):
    assert browser.get(f"{address}?page=0").status == 404


@row("PAGE-5")
@pytest.mark.parametrize("number", ["-1", "-2", "-999999999999999999999"])
def test_negative_page_is_not_found(browser, address, number):
    assert browser.get(f"{address}?page={number}").status == 404


@row("PAGE-6")
@pytest.mark.parametrize(
    "text", ["abc", "1e3", "2.0", "0x2", "1;2", "%00", "two", "None"]
)
def test_page_that_is_no_number_is_not_found(browser, address, text):
    assert browser.get(f"{address}?page={text}").status == 404


@row("PAGE-7")
@pytest.mark.parametrize(
    "number", HUGE, ids=["2^63-1", "2^63", "10^20", "4300", "5000"]
)
def test_page_too_large_for_a_database_is_not_found(browser, address, number):
    assert browser.get(f"{address}?page={number}").status == 404


@row("PAGE-8")
@pytest.mark.parametrize("home", ["/", "/home/"])
@pytest.mark.parametrize("query", ["?page=", "?page"])
def test_empty_page_number_is_not_found_on_home(browser, crowd, home, query):
    assert browser.get(home + query).status == 404


@row("PAGE-9")
def test_the_page_before_is_linked_except_from_page_1(browser, address):
    before = [browser.get(f"{address}?page={n}").link("prev") for n in (1, 2, 3)]

    assert before[0] is None
    assert before[1] in page_address(address, 1)
    assert before[2] in page_address(address, 2)


@row("PAGE-10")
def test_the_page_after_is_linked_except_from_the_last(browser, address):
    page = browser.get(address)
    last = last_page(page)

    assert page.link("next") in page_address(address, 2)
    assert browser.get(f"{address}?page=2").link("next") in page_address(address, 3)
    assert browser.get(f"{address}?page={last}").link("next") is None


@row("PAGE-11")
@pytest.mark.parametrize("number", [1, 2, 3])
def test_only_the_shown_page_is_marked_as_current(browser, address, number):
    assert current(browser.get(f"{address}?page={number}")) == [str(number)]


@row("PAGE-12")
def test_first_last_and_neighboring_pages_are_linked_by_number(browser, address):
    page = browser.get(f"{address}?page=3")
    links = numbers(page)

    assert {"1", "2", "4", str(last_page(page))} <= set(links)
    for text, target in links.items():
        assert target in page_address(address, int(text))


@row("PAGE-13")
def test_page_5_of_20_leaves_pages_out(long_site, visit):
    reader = visit(long_site)
    author = reader.get("/").entries[0].author_address

    for address in ("/", "/home/", author):
        page = reader.get(f"{address}?page=5")

        assert last_page(page) >= 20
        assert "…" in words(page.main.select_one("nav"))
        assert {"1", "4", "6", str(last_page(page))} <= set(numbers(page))
        assert len(numbers(page)) < last_page(page) - 1


@row("PAGE-14")
def test_one_page_has_no_page_links(browser, author):
    author.write_post()

    page = browser.get(author.author_address)

    assert page.links("prev") == page.links("next") == []
    assert current(page) == []
    assert not [link for link in page.links() if "page=" in link]
