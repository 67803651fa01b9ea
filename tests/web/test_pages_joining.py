"""Tickets that belong together, as their pages show them."""

from __future__ import annotations

import re

import pytest

from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place
from tests.web.conftest import SCRIPT


@pytest.fixture
def pair(desk):
    """A pending ticket, and one that ines has."""
    part, whole = desk.ticket("Still on fire", {"photo.png": b"\x89PNG"}), desk.ticket()
    desk.post(f"/tickets/{whole}/claim", "ines")
    return part, whole


def write(desk, number, text):
    """Its customer writes."""
    key = desk.house.desk.key(number)
    seen = str(len(desk.house.store.read(number).entries))
    return desk.post_form(f"/status/{number}/write", "", {"key": key, "seen": seen, "message": text})


def test_a_part_is_shown_below_the_whole_with_its_files_and_taken_out_again(desk, pair):
    part, whole = pair
    answer = desk.post(f"/tickets/{part}/merge", "ines", {"other": f" {whole.lower()} "})
    assert (answer.status, answer.headers["location"]) == (303, f"{SCRIPT}/tickets/{whole}")
    page = desk.get(f"/tickets/{whole}", "ines")
    assert "Merged into this one: Still on fire" in page.words
    assert f"ines merged {part} into it" in page.words
    (file,) = re.findall(rf'href="{SCRIPT}(/tickets/{part}/attachments/[^"]*)"', page.text)
    assert desk.get(file, "ines").content == b"\x89PNG"
    page = desk.get(f"/tickets/{part}", "ines")
    assert "Merged into another ticket" in page.words
    assert f"/tickets/{whole}" in page.text
    assert "/reopen" not in page.text
    assert part not in desk.get("/queue", "bob").text
    assert desk.post(f"/tickets/{part}/unmerge", "ines").status == 303
    assert desk.house.store.place(part) == QUEUE
    assert "Merged into this one" not in desk.get(f"/tickets/{whole}", "ines").words


def test_of_two_customers_it_asks_first(desk, pair):
    _, whole = pair
    other = desk.ticket("Mine too", email="john@example.com")
    answer = desk.post(f"/tickets/{other}/merge", "ines", {"other": whole})
    assert answer.status == 409
    assert "The two have different customers" in answer.words
    assert f'value="{whole}"' in answer.text
    assert desk.post(f"/tickets/{other}/merge", "ines", {"other": whole, "sure": "yes"}).status == 303


@pytest.mark.parametrize("typed", ["", "nonsense", "3D9P-64M6-EPTV", "itself"])
def test_a_number_that_cannot_be_comes_back_with_the_reason(desk, pair, typed):
    part, _ = pair
    answer = desk.post(f"/tickets/{part}/link", "ines", {"other": part if typed == "itself" else typed})
    assert answer.status == 422
    assert 'aria-invalid="true"' in answer.text


def test_what_is_closed_takes_nothing_in(desk, pair):
    part, whole = pair
    desk.post(f"/tickets/{whole}/close", "ines")
    answer = desk.post(f"/tickets/{part}/merge", "ines", {"other": whole})
    assert answer.status == 422
    assert f"{whole} is closed: nothing can be merged into it." in answer.words


def test_linked_both_say_so_until_they_are_not(desk, pair):
    part, whole = pair
    assert desk.post(f"/tickets/{whole}/link", "ines", {"other": part}).status == 303
    for one, other in (pair, pair[::-1]):
        assert f"Linked with {other}" in desk.get(f"/tickets/{one}", "ines").words
    assert desk.post(f"/tickets/{whole}/unlink", "ines", {"other": part}).status == 303
    for one in pair:
        assert "Linked with" not in desk.get(f"/tickets/{one}", "ines").words


def test_a_letter_is_split_off(desk, pair):
    _, whole = pair
    assert "Split off" not in desk.get(f"/tickets/{whole}", "ines").words
    write(desk, whole, "The roof leaks, too.")
    page = desk.get(f"/tickets/{whole}", "ines")
    (place,) = re.findall(r'<option value="(\d+)">Jane Doe, .*: The roof leaks, too.</option>', page.text)
    answer = desk.post(f"/tickets/{whole}/split", "ines", {"place": place})
    made = answer.headers["location"].rpartition("/")[2]
    page = desk.get(f"/tickets/{made}", "ines")
    assert f"Split off ticket {whole}" in page.words
    assert "The roof leaks, too." in page.words
    page = desk.get(f"/tickets/{whole}", "ines")
    assert f"Split off it {made}" in page.words
    assert "The roof leaks, too." in page.words
    assert desk.post(f"/tickets/{whole}/split", "ines", {"place": "0"}).status == 422


def test_what_the_part_s_customer_writes_comes_to_the_whole_and_not_to_its_page(desk, pair):
    _, whole = pair
    other = desk.ticket("Mine too", email="john@example.com")
    desk.post(f"/tickets/{other}/merge", "ines", {"other": whole, "sure": "yes"})
    answer = write(desk, other, "And mine?")
    assert answer.headers["location"].startswith(f"{SCRIPT}/status/{other}?"), "John has no key to Jane's ticket"
    assert "And mine?" in desk.get(f"/tickets/{whole}", "ines").words
    assert desk.house.store.place(whole) == Place(CLAIMED, "ines")
    page = desk.get(f"/status/{whole}?key={desk.house.desk.key(whole)}")
    assert "And mine?" not in page.words


def test_the_customer_is_led_from_the_part_to_the_whole(desk, pair):
    part, whole = pair
    desk.post(f"/tickets/{part}/merge", "ines", {"other": whole})
    page = desk.get(f"/status/{part}?key={desk.house.desk.key(part)}")
    assert "We handle it together with another inquiry, since" in page.words
    assert f"It goes on together with another of your inquiries: {whole}" in page.words
    assert f'href="{SCRIPT}/status/{whole}?key={desk.house.desk.key(whole)}"' in page.text
    assert "Open it again" not in page.words
    assert "Add something" in page.words


def test_a_customer_is_not_led_to_a_ticket_of_somebody_elses(desk, pair):
    _, whole = pair
    other = desk.ticket("Mine too", email="john@example.com")
    desk.post(f"/tickets/{other}/merge", "ines", {"other": whole, "sure": "yes"})
    page = desk.get(f"/status/{other}?key={desk.house.desk.key(other)}")
    assert "We handle it together with another inquiry, since" in page.words
    assert "What you write here is read with it." in page.words
    assert whole not in page.text
    assert "Open it again" not in page.words


def test_a_part_of_a_part_leads_to_the_last_that_is_theirs(desk, pair):
    part, whole = pair
    between = desk.ticket("It smokes", email="john@example.com")
    desk.post(f"/tickets/{part}/merge", "ines", {"other": between, "sure": "yes"})
    desk.post(f"/tickets/{between}/merge", "ines", {"other": whole, "sure": "yes"})
    page = desk.get(f"/status/{part}?key={desk.house.desk.key(part)}")
    assert f"another of your inquiries: {whole}" in page.words
    assert between not in page.text


def test_what_was_taken_out_again_stands_for_itself(desk, pair):
    part, whole = pair
    desk.post(f"/tickets/{part}/merge", "ines", {"other": whole})
    desk.post(f"/tickets/{part}/unmerge", "ines")
    page = desk.get(f"/status/{part}?key={desk.house.desk.key(part)}")
    assert "together with" not in page.words
