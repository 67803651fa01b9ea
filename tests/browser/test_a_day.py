"""A day at the desk: an operator's, with ten tickets from the queue to resolved; and a customer's with one."""

from __future__ import annotations

from collections import Counter

from helpdesk_lite.words.ticket import CLAIMED, CLOSED, Place
from tests.browser.seen import PHONE
from tests.browser.test_customers_way import fill_in
from tests.browser.test_handling import unfold
from tests.mail_desk import MailDesk

SUBJECTS = [f"Machine {count} hums" for count in range(10)]


def hand_up(seen):
    """Tell level 2 what was tried."""
    unfold(seen)
    seen.find("#up-note").fill("It hums louder at noon.")
    seen.press("Hand up to level 2")


def resolve(seen, solution):
    """Say what it was."""
    unfold(seen)
    seen.find("#solution").fill(solution)
    seen.press("Resolved")


def test_ten_tickets_from_the_queue_to_resolved_two_of_them_handed_up_and_one_merged(browse, quiet):
    numbers = [quiet.ticket(subject, minutes=60 - place) for place, subject in enumerate(SUBJECTS)]
    *ordinary, again, up, higher = numbers
    ines, ada = browse("ines"), browse("ada")
    for number in numbers:
        ines.go("/queue").press(f"Claim {number}")
        assert ines.path == f"/tickets/{number}"
    for number in (up, higher):
        hand_up(ines.go(f"/tickets/{number}"))
    assert ada.go("/queue").tickets() == [up, higher]
    for number in (up, higher):
        ada.go("/queue").press(f"Claim {number}")
        ada.find("#answer-text").fill("We exchange its bearings on Thursday.")
        ada.press("Send to the customer")
        resolve(ada, "Bearings")
    unfold(ines.go(f"/tickets/{again}"))
    ines.find("#other").fill(ordinary[0])
    ines.press("Merge into it")
    assert again in ines.go(f"/tickets/{ordinary[0]}").find("main").inner_text()
    for number in ordinary:
        ines.go(f"/tickets/{number}").find("#answer-text").fill("Pour oil on it.")
        ines.press("Send to the customer")
        resolve(ines, "Oil")

    told = {number: quiet.house.store.read(number) for number in numbers}
    assert told[again].place == Place(CLOSED, "ines")
    assert all(told[number].place == Place(CLAIMED, "ines") for number in ordinary)
    assert [told[number].place for number in (up, higher)] == [Place(CLAIMED, "ada")] * 2
    assert all(told[number].progress == "resolved" for number in numbers if number != again)
    kinds = Counter(entry.kind for ticket in told.values() for entry in ticket.entries)
    assert (kinds["claimed"], kinds["escalated"], kinds["answer"], kinds["resolved"]) == (12, 2, 9, 9)


def test_a_customer_writes_is_answered_closes_and_opens_again(browse, quiet):
    jane = browse(window=PHONE).go("/forms/contact")
    fill_in(jane)
    jane.press("Send")
    number = jane.find("#tracking-number").inner_text()
    mail = MailDesk.of(quiet.house)
    mail.answer("ines", number, "We come at noon.")
    jane.follow("See how it stands, or add something")
    assert "We come at noon." in jane.find(".story").inner_text()
    jane.find("#message").fill("Thank you, it is quiet now.")
    jane.press("Send")
    jane.press("Close it")
    assert quiet.house.store.place(number) == Place(CLOSED, "ines")
    jane.press("Open it again")
    assert quiet.house.store.place(number) == Place(CLAIMED, "ines")
    assert mail.kinds(number) == ["inquiry", "claimed", "answer", "letter", "closed", "reopened"]
