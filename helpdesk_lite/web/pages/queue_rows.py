"""What a row says of a ticket, in the queue and in other lists.

Guarantee: a subject tells no address to those who may not know who wrote. It imports nothing dear.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.ticket import Head

MAIL = ("mail", "Mail")  # form and title of a ticket that began with a letter (correspondence)
_LONGEST_SUBJECT = 120  # characters


def discreet(subject: str, said: Translation) -> str:
    """A subject without addresses: one may be the customer's."""
    if "@" not in subject:
        return subject
    from helpdesk_lite.mail import discretion

    return discretion.without_any(subject, said.gettext("(address)"))


def at_a_glance(subject: str) -> str:
    """What fits into a row; the ticket has the rest."""
    return subject if len(subject) <= _LONGEST_SUBJECT else subject[: _LONGEST_SUBJECT - 1].rstrip() + "…"


def form_title(head: Head, said: Translation) -> str:
    """Which form it came by, or that it came by mail, by telephone, and so on."""
    if head.channel:
        from helpdesk_lite.web.standing_words import CHANNELS

        return said.gettext(CHANNELS.get(head.channel, head.title))
    return said.gettext("By mail") if (head.form, head.title) == MAIL else head.title
