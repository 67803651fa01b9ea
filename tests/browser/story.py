"""A ticket with everything that a thread can have, as its letters come in."""

from __future__ import annotations

from tests.browser.conftest import Office
from tests.mail_desk import DESK, JANE, MailDesk, letter

DASHES = "-- "
OPENING = f"""\
Good morning,

since Tuesday our coffee grinder hums but does not turn. It is the small one, bought in 2023.

Can somebody have a look this week?

Jane
{DASHES}
Jane Doe
Riverside Café, Mill Lane 4
+39 055 123456"""
ANSWER = f"""\
Good morning Jane,

we can come on Thursday at ten. Does that suit you?

On 21 Nov 2026, at 12:00, Jane Doe <jane@example.com> wrote:

> since Tuesday our coffee grinder hums but does not turn. It is the small one,
> bought in 2023.
>
> Can somebody have a look this week?

{DASHES}
Ines, Riverside Repairs"""
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mNgyD5LEhrVMKph+GoAAMn4C6/Bt0B4AAAAAElFTkSuQmCC"
WITH_PICTURE = f"""\
--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain

Thursday is fine. Here is where it stands:

> we can come on Thursday at ten. Does that suit you?

A photograph and the invoice are with this letter.
--inner
Content-Type: text/html

<div style="font-family: Georgia, serif"><p>Thursday is <b style="color: #0b6b5d">fine</b>. Here is where it stands:</p>
<blockquote>we can come on Thursday at ten. Does that suit you?</blockquote>
<p><img src="cid:photo@example.com" alt="The grinder on its shelf" width="160">
<img src="https://elsewhere.example/seen.gif" alt=""></p>
<table border="1"><tr><td style="background-color: #f1f4f0">Model</td><td>KM 49</td></tr></table>
<p>Our <a href="https://example.com/">opening hours</a></p></div>
--inner--

--outer
Content-Type: image/png; name="grinder on its shelf.png"
Content-ID: <photo@example.com>
Content-Disposition: inline
Content-Transfer-Encoding: base64

{PICTURE}
--outer
Content-Type: application/pdf; name="invoice 2023.pdf"
Content-Disposition: attachment
Content-Transfer-Encoding: base64

JVBERi0xLjcK
--outer--
"""
REPORT = """\
--b

This is the mail system at mx.example.org. Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; jane@example.com
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 The mailbox is full

--b
Content-Type: message/rfc822

Message-ID: {message_id}
To: jane@example.com

--b--
"""


class Story:
    """Jane writes to the desk of `office`, and what comes of it."""

    def __init__(self, office: Office, text: str = OPENING, sender: str = JANE, **about: str) -> None:
        self.mail = MailDesk.of(office.house)
        about = {"subject": "The coffee grinder hums", **about}
        self.number = self.mail.receive(letter(sender, DESK, text, about.pop("subject"), **about)).number

    def write(self, text: str, sender: str = JANE, **about: str) -> None:
        """Somebody writes to the ticket."""
        about = {"subject": "Re: The coffee grinder hums", **about}
        self.mail.receive(letter(sender, self.mail.address("ticket", self.number), text, about.pop("subject"), **about))

    def tell(self) -> str:
        """All of it; the ticket's number. It is ines's in the end."""
        self.mail.answer("ines", self.number, ANSWER)
        self.write("I am away until Monday.", subject="Out of office", Auto_Submitted="auto-replied")
        (sent,) = [one for one in self.mail.letters("answer") if one.number == self.number]
        kind = 'multipart/report; report-type=delivery-status; boundary="b"'
        report = REPORT.format(message_id=sent.message_id)
        self.mail.receive(
            letter("MAILER-DAEMON@example.org", DESK, report, "Undelivered mail", Content_Type=kind), sender=""
        )
        kind = 'multipart/mixed; boundary="outer"'
        self.write(
            WITH_PICTURE, Content_Type=kind, MIME_Version="1.0", Cc="office@riverside.example", subject="Thursday"
        )
        self.write("I am her neighbour. I could let you in.", "Tom Brook <tom@example.net>")
        self.mail.answer("ines", self.number, "note Ask Tom for the key. The grinder is still under warranty.")
        return self.number
