"""A customer on a phone: from the list of forms to the tracking number, also with a mistake, also by keyboard alone."""

from __future__ import annotations

from tests.browser.seen import PHONE

MESSAGE = "It hums.\n\nLoudly, since Tuesday: ‘vrrr’."


def fill_in(seen, **changed):
    """Fill the contact form in."""
    typed = {"name": "Jane Doe", "email": "jane@example.com", "subject": "The pump hums", "message": MESSAGE, **changed}
    for name, value in typed.items():
        seen.find(f"#{name}").fill(value)


def without_the_browsers_own_checks(seen):
    """As a browser would send it that checks nothing."""
    seen.page.evaluate("document.querySelector('main form').noValidate = true")


def test_from_the_list_of_forms_to_the_tracking_number(browse, office):
    jane = browse(window=PHONE).go("/")
    jane.follow("Contact us")
    fill_in(jane)
    jane.press("Send")
    assert jane.path.startswith("/sent/")
    number = jane.find("#tracking-number").inner_text()
    ticket = office.house.store.read(number)
    assert ticket.inquiry.head.subject == "The pump hums"
    assert MESSAGE in [value for field in ticket.inquiry.fields for value in field.values]


def test_a_mistake_brings_the_page_back_with_all_that_was_typed(browse):
    jane = browse(window=PHONE).go("/forms/contact")
    fill_in(jane, email="jane", subject="")
    without_the_browsers_own_checks(jane)
    jane.press("Send")
    assert jane.page.title().startswith("Error: ")
    assert jane.find("#message").input_value() == MESSAGE
    assert jane.find("#email").input_value() == "jane"
    assert jane.find("#email").get_attribute("aria-invalid") == "true"
    assert jane.page.evaluate("document.activeElement.className").startswith("summary")
    jane.find(".summary a").first.click()
    assert jane.focus == "email"
    jane.find("#email").fill("jane@example.com")
    jane.find("#subject").fill("The pump hums")
    jane.press("Send")
    assert jane.find("#tracking-number").count() == 1


def test_the_message_beside_a_field_is_said_with_it(browse):
    jane = browse(window=PHONE).go("/forms/contact")
    fill_in(jane, email="jane")
    without_the_browsers_own_checks(jane)
    jane.press("Send")
    described = jane.find("#email").get_attribute("aria-describedby")
    assert "name@example.org" in jane.find(f"[id='{described.split()[-1]}']").inner_text()


def test_it_works_by_keyboard_alone(browse):
    jane = browse().go("/")
    keys = jane.page.keyboard
    keys.press("Tab")
    assert jane.focus == "Skip to the content"
    keys.press("Enter")
    keys.press("Tab")
    assert jane.focus == "Contact us"
    jane.enter()
    assert jane.path == "/forms/contact"
    jane.find("#name").focus()
    for text in ("Jane Doe", "jane@example.com", "The pump hums", "It hums."):
        keys.type(text)
        keys.press("Tab")
    keys.press("Enter")
    jane.find("#tracking-number").wait_for()


def test_it_works_without_script(browse):
    jane = browse(java_script_enabled=False).go("/forms/contact")
    fill_in(jane)
    jane.press("Send")
    assert jane.find("#tracking-number").count() == 1


def test_reloading_the_confirmation_sends_nothing(browse, office):
    jane = browse().go("/forms/contact")
    fill_in(jane, subject="Only once")
    jane.press("Send")
    number = jane.find("#tracking-number").inner_text()
    jane.page.reload()
    assert jane.find("#tracking-number").inner_text() == number
    assert [head.subject for head in office.house.store.pending(limit=1000)].count("Only once") == 1


def test_a_reader_of_italian_is_spoken_to_in_italian(browse):
    luca = browse(locale="it-IT").go("/")
    assert luca.heading == "Come possiamo aiutare?"
    assert luca.page.evaluate("document.documentElement.lang") == "it"


def test_the_confirmation_prints_with_its_number_and_without_the_rest(browse):
    jane = browse().go("/forms/contact")
    fill_in(jane)
    jane.press("Send")
    jane.page.emulate_media(media="print")
    assert jane.find("#tracking-number").is_visible()
    assert not jane.find("footer").is_visible()
