"""What customers see besides the form: the list of forms, and the confirmation."""

from __future__ import annotations

from pathlib import Path

from tests.web.conftest import SCRIPT


def test_the_start_page_lists_the_forms_by_title(desk):
    forms = Path(desk.house.forms.path)
    (forms / "a.html").write_text("<title>Zebras</title><input name=stripes>")
    (forms / "z.html").write_text("<title>Ants &amp; bees</title><input name=legs>")
    page = desk.get("/").text
    assert page.index("Ants &amp; bees") < page.index("Contact us") < page.index("Zebras")
    assert f'href="{SCRIPT}/forms/z"' in page


def test_a_form_is_listed_from_the_moment_it_is_there(desk):
    assert "Repairs" not in desk.get("/").text
    (Path(desk.house.forms.path) / "repair.html").write_text("<title>Repairs</title><input name=what>")
    assert "Repairs" in desk.get("/").text


def test_without_forms_the_start_page_says_so(desk):
    (Path(desk.house.forms.path) / "contact.html").unlink()
    answer = desk.get("/")
    assert answer.status == 200
    assert "There is no contact form here yet" in answer.words
    assert "forms/" in answer.words


def test_a_broken_form_is_not_offered(desk):
    (Path(desk.house.forms.path) / "broken.html").write_text("{% if %}")
    page = desk.get("/").text
    assert "Contact us" in page
    assert "/forms/broken" not in page


def test_the_confirmation_shows_the_number_and_what_happens_next(desk):
    number = desk.ticket()
    answer = desk.get(f"/sent/{number}?key={desk.house.desk.key(number)}")
    assert answer.status == 200
    assert f'id="tracking-number">{number}<' in answer.text
    assert "We answer within two working days." in answer.text
    assert "The number is on its way to you by mail as well." in answer.words
    assert "Jane" not in answer.text


def test_the_confirmation_promises_no_mail_where_none_is_sent(desk):
    desk.house.settings = desk.house.settings._replace(acknowledge=False)
    number = desk.ticket()
    answer = desk.get(f"/sent/{number}?key={desk.house.desk.key(number)}")
    assert "on its way" not in answer.words
    assert "answers you by mail" in answer.words


def test_the_confirmation_is_not_kept_by_browsers_and_stays_here(desk):
    number = desk.ticket()
    headers = desk.get(f"/sent/{number}?key={desk.house.desk.key(number)}").headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")


def test_a_number_opens_nothing_without_its_key(desk):
    number = desk.ticket()
    other = desk.ticket()
    for query in ("", "?key=", "?key=x", f"?key={desk.house.desk.key(other)}"):
        answer = desk.get(f"/sent/{number}{query}")
        assert answer.status == 404
        assert "No ticket has this tracking number." in answer.words


def test_a_customer_reads_their_own_language(desk):
    number = desk.ticket()
    path = f"/sent/{number}?key={desk.house.desk.key(number)}"
    page = desk.get(path, **{"Accept-Language": "it-CH, it;q=0.9, en;q=0.5"}).text
    assert '<html lang="it">' in page
    assert "Thank you" not in page
    assert '<html lang="en">' in desk.get(path, **{"Accept-Language": "ja"}).text
