"""Forms: what a refused one brings back, and what each offers."""

from dataclasses import dataclass, field

import pytest

from .contract import row
from .visitor import token

LONG = "t" * 201


@dataclass
class Case:
    """A form: where it stands, who sends it, what is right and what is wrong."""

    page: str
    action: str
    who: str
    good: dict[str, str]
    bad: dict[str, str]
    passwords: dict[str, str] = field(default_factory=dict)


CASES = {
    "register": Case(
        "/register/",
        "/register/",
        "browser",
        {"username": "kim_{token}", "email": "{token}@example.org"},
        {"email": '<wrong> & "bad"'},
        {"password1": "some pass phrase", "password2": "some pass phrase"},
    ),
    "account": Case(
        "/account/",
        "/account/",
        "author",
        {"email": "{token}@example.org"},
        {"email": "wr<o>ng"},
    ),
    "password": Case(
        "/account/password/",
        "/account/password/",
        "author",
        {},
        {},
        {
            "old_password": "not the password",
            "new_password1": "some pass phrase",
            "new_password2": "some pass phrase",
        },
    ),
    "reset": Case(
        "/reset/",
        "/reset/",
        "browser",
        {"email": "{token}@example.org"},
        {"email": '<wrong> & "bad"'},
    ),
    "new": Case(
        "/posts/new/",
        "/posts/new/",
        "pen",
        {"title": "A <b>title</b>", "body": 'Line & "line"\n\n    line'},
        {"title": LONG},
    ),
    "edit": Case(
        "{post}edit/",
        "{post}edit/",
        "pen",
        {"title": "A <b>title</b>", "body": 'Line & "line"\n\n    line'},
        {"title": LONG},
    ),
    "reply": Case(
        "{post}",
        "{post}comments/",
        "browser",
        {
            "name": "K <i>m</i>",
            "email": "kim@example.org",
            "body": 'Line & "line"\n line',
        },
        {"email": "wr<o>ng"},
    ),
    "reply of a user": Case(
        "{post}",
        "{post}comments/",
        "author",
        {"body": "Well said."},
        {"body": "x" * 5001},
    ),
}


class Opened:
    """A case with its form before a visitor."""

    def __init__(self, request, name, post):
        """Open the page that has the form."""
        self.case = CASES[name]
        self.visitor = request.getfixturevalue(self.case.who)
        self.action = self.case.action.format(post=post.address)
        self.page = self.visitor.get(self.case.page.format(post=post.address))
        self.form = self.page.form(self.action)
        self.good = {
            key: value.format(token=token()) for key, value in self.case.good.items()
        }

    def submit(self, **fields):
        """Send the form, right but for these fields."""
        return self.form.submit(**{**self.good, **self.case.passwords, **fields})


@pytest.fixture
def opened(request, post):
    """Open the form that a test names."""
    return lambda name: Opened(request, name, post)


@pytest.fixture(scope="module")
def fresh_forms(nobody, pen, old_post):
    """Every form as it stands before somebody sends it."""
    people = {"browser": nobody, "author": pen, "pen": pen}
    return {
        name: people[case.who]
        .get(case.page.format(post=old_post.address))
        .form(case.action.format(post=old_post.address))
        for name, case in CASES.items()
    }


@row("FORM-1")
@pytest.mark.parametrize("name", CASES)
def test_a_refused_form_comes_back_as_typed(opened, name):
    form = opened(name)
    typed = {**form.good, **form.case.bad}

    page = form.submit(**form.case.bad)

    assert page.status == 400
    returned = page.form(form.action)
    for key, value in typed.items():
        assert returned.values[key] == value
    for key in form.case.passwords:
        assert returned.values[key] == ""


@row("FORM-1")
def test_a_refused_log_in_comes_back_with_the_name_and_without_the_password(browser):
    page = browser.log_in('<kim> & "co"', "not the password", remember=True)

    values = page.form("/login/").values
    assert page.status == 400
    assert values["username"] == '<kim> & "co"'
    assert values["password"] == ""
    assert "remember" in values


@row("FORM-1")
@pytest.mark.parametrize("choice", [None, "on"], ids=["off", "on"])
def test_a_refused_account_comes_back_with_the_choice_as_made(author, choice):
    form = author.get("/account/").form("/account/")

    page = form.submit(email="wrong", comment_mail=choice)

    assert page.status == 400
    assert ("comment_mail" in page.form("/account/").values) == bool(choice)


@row("FORM-1")
def test_a_returned_form_can_be_mended_and_sent(opened):
    form = opened("reply")
    refused = form.submit(**form.case.bad)

    answer = refused.form(form.action).submit(email="kim@example.org")

    assert answer.is_redirect


@row("FORM-2")
@pytest.mark.parametrize("name", CASES)
def test_a_wrong_field_says_so_and_names_its_message(opened, name):
    form = opened(name)
    wrong = list(form.case.bad or ["old_password"])

    page = form.submit(**form.case.bad)

    returned = page.form(form.action)
    assert [
        key for key, control in returned.controls.items() if control.is_wrong
    ] == wrong
    for key in wrong:
        control = returned.controls[key]
        assert control.described
        assert all(control.described), "aria-describedby names what is not there"
        # More is said than the help that the field always has.
        assert control.description != form.form.controls[key].description


@row("FORM-2")
@pytest.mark.parametrize("name", CASES)
def test_nothing_is_marked_as_wrong_before_the_form_was_sent(fresh_forms, name):
    form = fresh_forms[name]

    assert form.errors == {}
    assert all(all(control.described) for control in form.controls.values())


@row("FORM-3")
@pytest.mark.parametrize("name", CASES)
def test_every_field_has_a_label(fresh_forms, name):
    controls = fresh_forms[name].controls

    assert controls
    assert all(control.label for control in controls.values())


@row("FORM-3")
def test_every_field_of_log_in_has_a_label(browser):
    controls = browser.get("/login/").form("/login/").controls

    assert all(control.label for control in controls.values())


@row("FORM-4")
def test_white_space_at_the_ends_of_an_account_is_dropped(browser):
    name, email = token(), f"{token()}@example.org"

    browser.register(username=f" \t{name}  ", email=f"  {email}\u3000")

    page = browser.get("/account/")
    assert page.user == name
    assert page.form("/account/").values["email"] == email


@row("FORM-4")
def test_white_space_at_the_ends_of_a_name_is_dropped_at_log_in(browser, pen):
    assert browser.log_in(f"  {pen.username} ", pen.password).is_redirect


@row("FORM-4")
def test_white_space_at_the_ends_of_a_post_is_dropped(pen):
    post = pen.write_post(title="  A title\u3000", body="\n\n  A text.\n ")

    values = pen.get(post.edit_address).form(post.edit_address).values

    assert values["title"] == "A title"
    assert values["body"] == "A text."


@row("FORM-4")
def test_white_space_at_the_ends_of_a_reply_is_dropped(browser, post):
    browser.reply(
        post, name="  Kim ", email=" kim@example.org ", body="\n Well said.\n\n"
    )
    comment = browser.comments_on(post)[0]

    assert comment.author == "Kim"
    assert (
        comment.element.select_one(".p-content, .e-content").get_text().strip()
        == "Well said."
    )


@row("FORM-5")
@pytest.mark.parametrize("name", CASES)
def test_a_nul_is_refused(opened, name):
    form = opened(name)

    for control in [*form.good, *form.case.passwords]:
        page = form.submit(**{control: "a\x00b"})
        assert page.status == 400, control
        assert control in page.errors, control


@row("FORM-5")
@pytest.mark.parametrize("value", ["\x00", "\x00abc", "abc\x00"])
def test_a_nul_is_refused_wherever_it_stands(nobody, old_post, value):
    page = nobody.reply(old_post, name=value)

    assert page.status == 400
    assert set(page.errors) == {"name"}


@row("FORM-5")
@pytest.mark.parametrize("control", ["username", "password"])
def test_a_nul_is_refused_at_log_in(browser, pen, control):
    given = {"username": pen.username, "password": pen.password, control: "a\x00b"}

    page = browser.get("/login/").form("/login/").submit(**given)

    assert page.status == 400
    assert not browser.is_signed_in


@row("FORM-6")
@pytest.mark.parametrize(
    "name", ["account", "reset", "new", "edit", "reply", "reply of a user"]
)
def test_a_message_stands_on_the_next_page_and_on_that_alone(opened, name):
    form = opened(name)
    visitor = form.visitor

    page = form.submit().follow()

    assert len(page.messages) == 1
    assert visitor.get(page.address).messages == []
    assert visitor.get("/").messages == []


@row("FORM-6")
def test_a_message_waits_for_the_next_page(opened):
    form = opened("edit")
    answer = form.submit()

    form.visitor.get("/healthz")
    form.visitor.get("/feed.atom")

    assert len(answer.follow().messages) == 1


@row("FORM-6")
def test_another_visitor_sees_no_message(opened, new_browser):
    form = opened("edit")
    form.submit()

    assert new_browser().get("/").messages == []


@row("FORM-7")
@pytest.mark.parametrize("name", CASES)
def test_required_fields_say_so(fresh_forms, name):
    controls = fresh_forms[name].controls.values()
    fields = [item for item in controls if item.element.get("type") != "checkbox"]

    assert all(control.is_required for control in fields)
    assert not any(item.is_required for item in controls if item not in fields)


@row("FORM-7")
def test_log_in_requires_name_and_password_only(browser):
    controls = browser.get("/login/").form("/login/").controls

    required = {name for name, control in controls.items() if control.is_required}
    assert required == {"username", "password"}


@row("FORM-7")
@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("register", {"username": 30}),
        ("new", {"title": 200, "body": 50_000}),
        ("edit", {"title": 200, "body": 50_000}),
        ("reply", {"name": 80, "body": 5000}),
        ("reply of a user", {"body": 5000}),
    ],
)
def test_limits_of_length_are_told_to_the_browser(fresh_forms, name, limits):
    controls = fresh_forms[name].controls

    assert {key: controls[key].maxlength for key in limits} == limits
