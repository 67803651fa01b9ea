"""A letter to look at: what a template as it is typed would write, mailed to the administrator who is at it.

Guarantee: it goes to nobody else, says in its subject that it is a trial, and is about no ticket; nothing is saved.
Its words travel with it through the outbox, since no file holds them: the courier only puts a header above them.
"""

from __future__ import annotations

import io
from typing import NamedTuple

from helpdesk_lite.administration.accounts import mail_to
from helpdesk_lite.mail import charsets, head
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import LetterRefused, TextMistaken
from helpdesk_lite.words.i18n import Sentence
from helpdesk_lite.words.letter import SAMPLE, is_address
from helpdesk_lite.words.rights import ADMINISTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.administration.stationery import Stationery
    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.operators import Operator


class Sampling(NamedTuple):
    """The verb."""

    desk: Desk
    stationery: Stationery

    def send(self, place: str, name: str, text: str, language: str, by: Operator) -> None:
        """Mail the letter that the template would make if it said `text`, without its files, to whoever asks.

        NotAllowed; TextMistaken if there is none, or it cannot be written, or they have no address.
        """
        self.desk.demand(by, ADMINISTER, what=name)
        if not is_address(by.email):
            raise TextMistaken([Sentence("Your account has no mail address to which it could go.")])
        if wrong := self.stationery.check(place, name, text):
            raise TextMistaken(wrong)
        rehearsal = self.stationery.rehearsal(place, name, text if text.strip() else None, by)
        kind = rehearsal.shown_by(name)
        if not kind:
            raise TextMistaken([Sentence("No letter is made of it yet.")])
        try:
            written = rehearsal.letter(kind, language)._replace(attachments=())
        except LetterRefused as refused:  # another template of this letter is broken already
            raise TextMistaken([refused.words]) from None
        found, _ = head.read(io.BytesIO(b"".join(written.head) + b"\n"))
        said = i18n.translation(language).gettext("Trial: %(subject)s")
        subject = said % {"subject": charsets.decoded_words(found.first("subject"))}
        words = b"".join(written.chunks()).decode("utf-8", "replace")
        mail_to(self.desk, by, SAMPLE, subject=subject, note=words, language=language)
