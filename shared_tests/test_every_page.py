"""What holds on every page."""

import re
import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from .browser import words
from .contract import row
from .servers import SITES, copy_database

PUBLIC = [
    "/",
    "/home/",
    "/home/?page=2",
    "{post}",
    "/authors/{name}/",
    "/login/",
    "/register/",
    "/session/",
    "/reset/",
    "/no/such/page/",
]
OF_A_USER = [
    "/",
    "{post}",
    "{post}edit/",
    "{post}delete/",
    "/posts/new/",
    "/account/",
    "/account/password/",
    "/session/",
    "/no/such/page/",
]
DOTTED = re.compile(r"\b[a-z_]\w*(?:\.\w+)+\b")


@pytest.fixture(scope="module")
def pages(site, visit, pen, crowd):
    """Every page, as an anonymous visitor and as a user."""
    browser, post = visit(site), pen.write_post()
    browser.reply(post)
    return [
        visitor.get(address.format(post=post.address, name=pen.username))
        for visitor, addresses in ((browser, PUBLIC), (pen, OF_A_USER))
        for address in addresses
    ]


@row("SITE-1")
def test_every_page_has_one_main_one_heading_a_title_and_a_skip_link(pages):
    for page in pages:
        assert len(page.soup.select("main")) == 1, page.address
        assert len(page.soup.select("h1")) == 1, page.address
        assert page.heading, page.address
        # The heading of home is the name of the blog, which titles have at the end.
        title, (about, *_) = words(page.soup.title), page.heading.split()
        assert title.startswith(about) or title.endswith(page.heading), title
        first = page.soup.body.select_one("a[href]")
        assert first["href"].startswith("#"), page.address
        assert page.soup.find(id=first["href"][1:]) is not None, page.address


@row("SITE-1")
def test_a_heading_in_a_text_does_not_become_the_heading_of_the_page(pen, browser):
    post = pen.write_post(body="# Mine\n\n<h1>Mine</h1>\n\nMine\n====")

    page = browser.get(post.address)

    assert [words(heading) for heading in page.soup.select("h1")] == [post.title]


@row("SITE-1")
def test_no_id_stands_twice(pages):
    for page in pages:
        found = [element["id"] for element in page.soup.select("[id]")]
        assert len(found) == len(set(found)), page.address


@row("SITE-2")
def test_the_footer_names_framework_and_view(pages):
    shown = [page for page in pages if page.status == 200]
    views = set()
    for page in shown:
        footer = words(page.soup.select_one("body > footer"))
        names = DOTTED.findall(footer)
        assert len(names) == 1, footer
        assert footer.startswith("Served by ")
        views.add(names[0])

    assert len(views) >= 11


@row("SITE-3")
@pytest.mark.parametrize(
    "address", ["/", "/home/?page=2", "/posts/1/", "/authors/demo/?page=2", "/login/"]
)
def test_the_footer_leads_to_the_same_page_of_the_other_site(demo_site, visit, address):
    page = visit(demo_site).get(address)

    footer = [link["href"] for link in page.soup.select("body > footer a[href]")]
    assert f"http://other.example:8000{address}" in footer


@row("SITE-3")
def test_the_footer_leads_nowhere_without_another_site(own_site, browser):
    footer = browser.get("/").soup.select_one("body > footer")

    assert "same page" not in words(footer)


@row("SITE-9")
@pytest.mark.parametrize("address", ["/", "/posts/1/", "/authors/demo/", "/login/"])
def test_the_footer_leads_to_the_view_in_the_guide(demo_site, visit, address):
    footer = visit(demo_site).get(address).soup.select_one("body > footer")

    (view,) = DOTTED.findall(words(footer))
    _, *module, name = view.split(".")
    page = f"http://guide.example:8000/side-by-side/{'.'.join(module)}.html#{name}"
    assert page in [link["href"] for link in footer.select("a[href]")]


@row("SITE-9")
def test_the_footer_leads_nowhere_without_a_guide(own_site, browser):
    footer = browser.get("/").soup.select_one("body > footer")

    assert "side by side" not in words(footer)


@row("SITE-4")
def test_the_demo_account_works(demo_site, visit):
    visitor = visit(demo_site)
    codes = visitor.get("/login/").main.select("code")

    username, password = (code.get_text() for code in codes)
    answer = visitor.log_in(username, password)

    assert answer.is_redirect
    assert answer.follow().user == username


@row("SITE-4")
def test_no_demo_account_is_shown_outside_demo_mode(public_site, visit_over_tls):
    page = visit_over_tls(public_site).get("/login/")

    assert page.main.select("code") == []
    assert "demo" not in page.main.get_text().lower()


USERS = "SELECT username, email FROM users_user"
POSTS = """
    SELECT title, body, body_html, summary, p.date_posted, username
    FROM blog_post p JOIN users_user u ON p.author_id = u.id
"""
COMMENTS = """
    SELECT title, username, c.name, c.email, c.body, c.date_posted
    FROM blog_comment c
    JOIN blog_post p ON c.post_id = p.id
    LEFT JOIN users_user u ON c.author_id = u.id
"""


def content_of(database):
    """Everything that the demo content says, whatever its ids."""
    with closing(sqlite3.connect(database)) as connection:
        return [
            sorted(connection.execute(query).fetchall(), key=str)
            for query in (USERS, POSTS, COMMENTS)
        ]


@row("SITE-5")
def test_the_demo_content_is_rich(demo_site, visit):
    reader = visit(demo_site)
    page = reader.get("/")
    entries = list(page.entries)
    while address := page.link("next"):
        page = reader.get(address)
        entries.extend(page.entries)

    comments = [int(entry.comments.split()[0].replace("no", "0")) for entry in entries]
    assert len(entries) >= 60
    assert len({entry.author for entry in entries}) >= 4
    assert sum(comments) >= 120


@row("SITE-5")
def test_loading_the_demo_content_again_changes_nothing(demo_site, launch):
    before = content_of(demo_site.database)

    launch.run(demo_site.name, "load_demo", demo_site.folder, demo_site.environment)

    assert content_of(demo_site.database) == before


@row("SITE-5")
def test_the_demo_content_is_the_same_on_every_site(made):
    contents = [content_of(database.path) for database in made("sqlite")]

    assert all(content == contents[0] for content in contents)


@pytest.fixture(scope="module")
def loaded(launch, site_name):
    """A site with the demo content and made-up posts, all of them on its first page."""
    site = launch.start(
        site_name, database=launch.demo_database(site_name), POSTS_PER_PAGE="500"
    )
    launch.run(site.name, "load_posts", site.folder, site.environment, "300")
    return site


@row("SITE-10")
def test_made_up_posts_are_older_than_what_is_there(demo_site, loaded, visit):
    newest = [entry.title for entry in visit(demo_site).get("/").entries]
    titles = [entry.title for entry in visit(loaded).get("/").entries]

    assert titles[: len(newest)] == newest
    assert titles[-300:] == [f"Made-up post {number}" for number in range(300, 0, -1)]


@row("SITE-10")
def test_half_of_the_made_up_posts_has_one_author(loaded, visit):
    entries = visit(loaded).get("/").entries[-300:]

    authors = Counter(entry.author for entry in entries)
    assert authors.most_common(1) == [("demo", 150)]


@row("SITE-10")
def test_made_up_posts_are_the_same_on_every_site(launch):
    contents = []
    for name in SITES:
        folder = launch.new_folder(f"{name}-loaded")
        copy_database(launch.demo_database(name), folder / "site.sqlite3")
        launch.run(name, "load_posts", folder, launch.environment(folder), "300")
        contents.append(content_of(folder / "site.sqlite3"))

    assert all(content == contents[0] for content in contents)


@row("SITE-6")
def test_the_style_sheet_is_css(browser):
    sheets = browser.get("/").links("stylesheet")

    assert sheets
    for sheet in sheets:
        page = browser.get(sheet)
        assert page.status == 200
        assert page.headers["Content-Type"].split(";")[0] == "text/css"


@row("SITE-7")
def test_no_page_has_script(pages):
    for page in pages:
        assert (
            page.soup.select("script, [onclick], [onsubmit], [onload], [style]") == []
        )
        assert "javascript:" not in page.text


@row("SITE-8")
def test_links_and_forms_lead_somewhere(pages):
    tried = set()
    for page in pages:
        for address in [
            *page.links(),
            *page.links("stylesheet"),
            *page.links("alternate"),
        ]:
            path = address.split("#")[0]
            key = (page.user, path)
            if path.startswith("/") and path != page.address and key not in tried:
                tried.add(key)
                answer = page.browser.get(path)
                assert answer.status not in {404, 500}, (page.address, path)
        for form in page.forms:
            answer = page.browser.get(form.action)
            assert page.status == 404 or answer.status not in {404, 500}, form.action


@row("SITE-8")
def test_links_to_a_part_of_a_page_find_it(pages):
    for page in pages:
        for link in page.soup.select('a[href^="#"]'):
            assert page.soup.find(id=link["href"][1:]) is not None
