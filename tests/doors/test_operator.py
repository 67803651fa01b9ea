"""The operator's way through every door: sign in, look, claim, find the message in the mailbox."""

from __future__ import annotations

import email
import email.policy
import time

from tests.doors.stories import submitted
from tests.servers import PASSWORD, Door


def test_nobody_sees_the_queue_unasked(door: Door) -> None:
    visitor = door.visitor()
    for path in ("/queue", "/mine", "/outbox", f"/tickets/{submitted(door)}"):
        answer = visitor.get(path)
        assert answer.status == 303
        assert answer.location.startswith(visitor.base + "/login")


def test_signing_in_needs_the_password(door: Door) -> None:
    visitor = door.visitor()
    wrong, unknown = visitor.sign_in("ines", "wrong"), visitor.sign_in("nobody-at-all", "wrong")
    assert wrong.status == unknown.status == 403
    assert wrong.text.replace("ines", "") == unknown.text.replace("nobody-at-all", "")
    assert not visitor.cookies
    assert visitor.follow(visitor.sign_in("ines", PASSWORD)).status == 200


def test_the_cookie_is_for_this_desk_only(door: Door) -> None:
    visitor = door.visitor()
    said = visitor.sign_in("ines", PASSWORD).headers["set-cookie"].lower()
    assert "httponly" in said and "samesite=lax" in said and f"path={visitor.base or '/'}" in said


def test_the_queue_shows_what_is_pending(door: Door) -> None:
    number = submitted(door, subject="Smoke on the stairs")
    page = door.operator("ines").get("/queue")
    assert page.status == 200
    assert f'data-ticket="{number}"' in page.text
    assert "Smoke on the stairs" in page.text
    assert "jane@example.com" not in page.text


def test_a_pending_ticket_hides_who_asked(door: Door) -> None:
    number = submitted(door, message="The boiler hums.")
    page = door.operator("ines").get(f"/tickets/{number}")
    assert page.status == 200
    assert "The boiler hums." in page.text
    assert "jane@example.com" not in page.text and "Jane Doe" not in page.text


def test_one_claims_and_the_other_hears_who(door: Door) -> None:
    number = submitted(door)
    ines, bob = door.operator("ines"), door.operator("bob")
    won = ines.post(f"/tickets/{number}/claim")
    assert won.status == 303
    assert "jane@example.com" in ines.follow(won).text
    lost = bob.post(f"/tickets/{number}/claim")
    assert lost.status == 409
    assert "ines" in lost.text.lower() and f'href="{bob.base}/queue"' in lost.text
    assert f'data-ticket="{number}"' not in bob.get("/queue").text
    assert bob.get(f"/tickets/{number}").status == 403
    assert door.desk.show(number)["holder"] == "ines"


def test_the_message_reaches_the_claimers_mailbox(door: Door) -> None:
    number = submitted(door, subject="Ärger mit dem Drucker", message="Er brennt.")
    door.operator("bob").post(f"/tickets/{number}/claim")
    (path,) = door.desk.mail("bob@example.org", number)
    letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert letter["Subject"] == f"[{number}] Ärger mit dem Drucker"
    answer_to = letter["Reply-To"] or letter["From"]
    assert [address.addr_spec for address in answer_to.addresses] == ["jane@example.com"]
    body = letter.get_body(("plain",))
    assert body is not None and "Er brennt." in body.get_content()


def test_the_broadcast_hears_of_a_new_ticket(door: Door) -> None:
    number = submitted(door)
    (path,) = door.desk.mail("operators@localhost", number)
    letter = path.read_text()
    assert "Auto-Submitted: auto-generated" in letter
    assert "jane@example.com" not in letter


def test_release_close_and_reopen(door: Door) -> None:
    number = submitted(door)
    ines, bob = door.operator("ines"), door.operator("bob")
    states = []
    for verb in ("claim", "release", "claim", "close", "reopen"):
        assert ines.post(f"/tickets/{number}/{verb}").status == 303
        states.append(door.desk.show(number)["state"])
    assert states == ["claimed", "pending", "claimed", "closed", "claimed"]
    assert bob.post(f"/tickets/{number}/close").status == 403
    assert door.operator("ada").post(f"/tickets/{number}/release").status == 303


def test_mine_lists_what_i_hold(door: Door) -> None:
    number = submitted(door, subject="Only mine")
    ines = door.operator("ines")
    ines.post(f"/tickets/{number}/claim")
    assert "Only mine" in ines.get("/mine").text
    assert "Only mine" not in door.operator("bob").get("/mine").text


def test_signing_out_ends_the_cookie_itself(door: Door) -> None:
    visitor = door.operator("ines")
    stolen = dict(visitor.cookies)
    assert visitor.post("/logout").status == 303
    assert not visitor.cookies
    visitor.cookies = stolen
    assert visitor.get("/queue").status == 303


def test_the_queue_says_when_nothing_has_changed(door: Door) -> None:
    ines = door.operator("ines")
    submitted(door)
    minute = None
    while minute != (minute := time.time() // 60):  # ages are told anew every minute, and the page with them
        tag = ines.get("/queue").headers["etag"]
        unchanged = ines.get("/queue", {"If-None-Match": tag})
    assert unchanged.status == 304
    submitted(door)
    assert ines.get("/queue", {"If-None-Match": tag}).status == 200
