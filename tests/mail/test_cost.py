"""What a submission pays for mail: the import of nothing heavy."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "argparse dataclasses email filelock html.parser jinja2 logging pathlib shutil smtplib socket subprocess tempfile "
    "urllib"
)
SUBMITTING = """
import sys
from helpdesk_lite.words.letter import Letter, message_id
from helpdesk_lite.words.form import FieldValue
from helpdesk_lite.mail import compose
from helpdesk_lite.mail.outbox import Outbox
from helpdesk_lite.words.ticket import Customer, Head, Inquiry
head = Head("K7QX-4M2B-9DT3", 1_795_262_400, "contact", "Contact", "Größe")
fields = (FieldValue("message", "Message", ("Hällo",)),)
inquiry = Inquiry(head, Customer("Jörg", "jane@example.com"), fields, "message")
name = message_id(head.number, "notice", 1, "example.org")
assert b"".join(compose.inquiry_message(inquiry, name, "desk@example.org"))
outbox = Outbox(sys.argv[1])
outbox.make_folders()
letter = Letter(name, "notice", head.number, "Größe", head.received_at, ("a@example.org",))
outbox.stage([letter])
outbox.publish([letter])
print([name for name in {heavy!r}.split() if name in sys.modules])
"""


def test_a_submission_imports_nothing_heavy_for_its_mail(tmp_path: object) -> None:
    script = SUBMITTING.format(heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
