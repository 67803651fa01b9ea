"""A category with a desk of its own, on two servers: from one desk's form to the other's confirmation and mail."""

from __future__ import annotations

import re

from tests import servers
from tests.servers import change_settings
from tests.visitor import Visitor


def test_a_customer_of_one_desk_is_a_customer_of_the_other() -> None:
    with servers.new_desk(people=()) as desk, servers.new_desk(people=()) as council:
        folder = str(council.root)
        desk.run("category", "add", "council", "--desk", folder)
        form = desk.root / "forms" / "contact.html"
        form.write_text('<meta name="helpdesk-category" content="council">' + form.read_text())
        with servers.serve(desk) as url, servers.serve(council) as there:
            change_settings(council.root, url=there)
            fields = {"name": "Jane", "email": "jane@example.com", "subject": "Quietly", "message": "It burns."}
            answer = Visitor(url).post("/forms/contact", fields)
            assert answer.status == 200, answer
            way = re.search(r'href="([^"]*/sent/[^"]*)"', answer.text)
            assert way
            assert way[1].startswith(there)
            confirmation = Visitor(there).get(way[1].removeprefix(there))
            assert "We have your message." in confirmation.text
        (number,) = re.findall(r"/sent/([^?]+)", way[1])
        assert (desk.tickets(), council.tickets()) == (0, 1)
        assert council.mail("jane@example.com", number)
