"""Letters as values: their names, their Message-IDs, and what may be mailed at all."""

from __future__ import annotations

import pytest

from helpdesk_lite.words import letter
from helpdesk_lite.words.letter import NOTICE, Letter

NUMBER = "K7QX-4M2B-9DT3"


def test_a_message_id_names_the_ticket_and_is_in_the_desks_domain() -> None:
    found = letter.message_id(NUMBER, NOTICE, 2**64 - 1, "example.org")

    assert found == f"<{NUMBER}.notice.ffffffffff@example.org>"
    assert Letter(found, NOTICE, NUMBER, "", 0).name == f"{NUMBER}.notice.ffffffffff"


def test_parts_of_a_letter_have_names_of_their_own() -> None:
    found = Letter(letter.message_id(NUMBER, NOTICE, 1, "example.org"), NOTICE, NUMBER, "", 0, part=2)

    assert found.name == f"{NUMBER}.notice.0000000001~2"


@pytest.mark.parametrize("address", ["info@भारत.example", "🎉@example.org", "a/b+c=d@ex_a-mple.org"])
def test_an_address_may_be_in_any_script(address: str) -> None:
    assert letter.is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        *("a\u202eb@example.org", "a\xa0b@example.org", "a@b.", "a@_b", "x" * 65 + "@b.org", "a@" + "b" * 64 + ".org"),
        *("a@" + "b." * 130 + "org", "a@[192.0.2.1]", '"a"@example.org', "a\ud800@example.org", "a@b\u2003c"),
    ],
)
def test_what_would_break_a_header_or_a_server_is_no_address(address: str) -> None:
    assert not letter.is_address(address)
