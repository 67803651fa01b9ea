"""All that is worked out once about a form's file: its page, its policy, its fields, or the mistakes that break it.

Guarantee: whatever the file holds, the answer is a value that marshal can keep; it raises nothing about the file's
content.
"""

from __future__ import annotations

from typing import Any

from helpdesk_lite import disk
from helpdesk_lite.forms.compose import Composed, Composer, Mistaken
from helpdesk_lite.forms.flat import flat
from helpdesk_lite.forms.page import Making
from helpdesk_lite.forms.schema import Reading
from helpdesk_lite.forms.source import Unreadable, decoded
from helpdesk_lite.forms.tree import TooDeep
from helpdesk_lite.words.form import Mistake
from helpdesk_lite.words.i18n import N_, Sentence


def made_of(name: str, path: str, composer: Composer, language: str, data: bytes | None = None) -> dict[str, Any]:
    """`form`, `pieces`, `policy`, `text` and `is_ours` of a form that works; of any other only `mistakes`."""
    found = read(name, path, composer, data)
    if isinstance(found, Mistake):
        return {"mistakes": [found.packed()]}
    composed, reading = found
    pieces, policy = Making(reading, language).done()
    return {
        "form": flat(reading.form),
        "pieces": pieces,
        "policy": policy,
        "text": composed.text,
        "is_ours": composed.is_ours,
    }


def read(name: str, path: str, composer: Composer, data: bytes | None = None) -> tuple[Composed, Reading] | Mistake:
    """The page and what it asks, or the mistake that keeps it from being one; of `data` instead, if given."""
    try:
        composed = composer.composed(path, decoded(disk.read(path) if data is None else data))
        reading = Reading(name, composed.text)
    except OSError as wrong:
        return Mistake(path, 0, Sentence("The file cannot be read: %(why)s.", why=wrong.strerror))
    except Unreadable as wrong:
        return Mistake(path, wrong.line, wrong.args[0])
    except Mistaken as wrong:
        return Mistake(wrong.path, wrong.line, wrong.text)
    except TooDeep:
        text = N_("Elements are nested deeper than browsers show: is an end tag missing again and again?")
        return Mistake(path, 1, Sentence(text))
    if reading.element is None:
        return Mistake(path, 1, Sentence("The page has no <form>, so there is nothing to fill in."))
    if not reading.form.fields:
        return Mistake(path, 1, Sentence("The form has no field with a name, so nothing of it could be sent."))
    return composed, reading
