"""Whether a template of a letter can be used: tried on letters about a ticket that there is not (mail/samples).

Guarantee: a template without a mistake here was written with all that a letter can bring, and with the least, in each
language. What a loop without an end does is not found out.
"""

from __future__ import annotations

from itertools import product

from helpdesk_lite.mail.samples import WRITTEN_BY_TEMPLATES, Sample
from helpdesk_lite.mail.templates import Templates, mistake
from helpdesk_lite.words.errors import LetterRefused
from helpdesk_lite.words.i18n import LANGUAGES, N_, Sentence
from helpdesk_lite.words.letter import ACKNOWLEDGEMENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from helpdesk_lite.mail.templates import Read
    from helpdesk_lite.mail.written import Written

_UNKNOWN = N_("%(place)s line %(line)s: there is no '%(name)s' in this letter")
HALVES = ("txt", "html", "subject")
# What each name stands for that a template may use.
MEANINGS = {
    "number": N_("the tracking number"),
    "url": N_("the link; empty without a [desk] url"),
    "desk": N_("the desk's name"),
    "language": N_("en or it"),
    "logo": N_("what stands for the logo behind cid: in HTML; empty without one"),
    "heading": N_("the subject line, with the number"),
    "subject": N_("the subject as the customer wrote it"),
    "message": N_("the message; in what is told or returned, what an operator wrote"),
    "note": N_("a sentence of the desk or of a colleague: why this letter comes"),
    "is_handed_up": N_("whether the ticket was handed up a level"),
    "fields": N_("the other answers: each has label, values and text"),
    "title": N_("the form's title"),
    "received": N_("when the ticket came"),
    "attachments": N_("the uploads: each has name and size"),
    "comes_in": N_("whether answers to this letter reach the desk"),
    "has_address": N_("whether the customer can be answered by mail"),
    "who": N_("who invites"),
    "name": N_("the operator's name"),
}


class Noting(Templates):
    """Templates that note which names each was given."""

    def __init__(self, folders: Sequence[str], typed: Mapping[str, str] | None = None) -> None:
        super().__init__(folders, typed)
        self.given: dict[str, set[str]] = {}

    def words(self, name: str, language: str, values: dict[str, Any]) -> str:
        """As Templates has it."""
        self.given[name] = {*values, "language"}
        return super().words(name, language, values)


class Rehearsal:
    """The letters that the templates in `folders` write about `sample`; `typed` ones count before those."""

    def __init__(self, sample: Sample, folders: Sequence[str], typed: Mapping[str, str] | None = None) -> None:
        self._sample = sample
        self._folders = folders
        self._templates = Noting(folders, typed)
        self._failed: dict[str, list[str]] = {}
        self._mentioned: dict[str, list[str]] = {}

    def mistakes(self, name: str) -> list[str]:
        """What is wrong with the template mail/`name`: sentences, each with its file and line."""
        from jinja2 import TemplateSyntaxError

        try:
            read = self._templates.read(name)
            needed = list(_needed(read))
        except LetterRefused as wrong:
            return [wrong.reason]
        except TemplateSyntaxError as wrong:  # a filter or a test that there is not
            return [mistake(read.place, wrong.lineno, wrong.message or "")]
        kinds = self.users(name)
        failed = [one for one in self.failures(kinds) if one.startswith(read.place)]
        known = self._known(name, kinds)
        unknown: list[str] = [
            Sentence(_UNKNOWN, place=read.place, line=line, name=called)
            for called, line in needed
            if kinds and called not in known
        ]
        return unknown or failed

    def shown_by(self, name: str) -> str:
        """The kind of letter that shows this template best; "" if it has a part in none."""
        kinds = self.users(name)
        return ACKNOWLEDGEMENT if ACKNOWLEDGEMENT in kinds else kinds[0] if kinds else ""

    def letter(self, kind: str, language: str) -> Written:
        """The letter of this kind. LetterRefused."""
        return self._sample.letter(kind, self._templates, language)

    def failures(self, kinds: Sequence[str]) -> list[str]:
        """What goes wrong with letters of these kinds, each sentence once."""
        return list(dict.fromkeys(said for kind in kinds for said in self._failures(kind)))

    def users(self, name: str) -> list[str]:
        """The kinds of letters that this template has, or would have, a part in."""
        own = {f"{kind}.{half}": kind for kind in WRITTEN_BY_TEMPLATES for half in HALVES}.get(name)
        return [kind for kind in WRITTEN_BY_TEMPLATES if kind == own or name in self._parts(kind)]

    def beside(self, name: str) -> set[str]:
        """The other templates of the letters that this one has a part in."""
        found = {one for kind in self.users(name) for one in self._parts(kind)} - {name}
        return set(filter(self._templates.has, found))

    def names(self, name: str) -> list[str]:
        """The names that the template mail/`name` may use, in the order of `MEANINGS`."""
        if not self._templates.has(name):
            return Rehearsal(self._sample, self._folders, {name: ""}).names(name)
        kinds = self.users(name)
        self.failures(kinds)
        known = self._known(name, kinds)
        return [one for one in MEANINGS if one in known]

    def _parts(self, kind: str) -> set[str]:
        """The letter's own templates, and all that these extend or include."""
        found: set[str] = set()
        left = [name for half in HALVES if self._templates.has(name := f"{kind}.{half}")]
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                if one not in self._mentioned:
                    self._mentioned[one] = _mentioned(self._templates, one)
                left += self._mentioned[one]
        return found

    def _failures(self, kind: str) -> list[str]:
        if kind not in self._failed:
            self._failed[kind] = []
            for is_bare, language in product((False, True), LANGUAGES):
                try:
                    self._sample._replace(is_bare=is_bare).letter(kind, self._templates, language)
                except LetterRefused as wrong:
                    self._failed[kind].append(wrong.reason)
        return self._failed[kind]

    def _known(self, name: str, kinds: Sequence[str]) -> set[str]:
        """The names that the template is given: its own, or of what many letters use, those that each of them has."""
        given = self._templates.given
        if name.endswith(".subject"):
            return given.get(name, set()) - {"has_address"}  # which a letter that is sent on does not know
        if name in given:
            return given[name]
        # A text that cannot be written keeps its HTML, which is given the same, from being tried.
        users = [given.get(f"{kind}.html", given.get(f"{kind}.txt", set())) for kind in kinds]
        return set.intersection(*users) if users else set()


def mistakes_of(sample: Sample, folders: Sequence[str], name: str, text: str) -> list[str]:
    """What would be wrong if the template mail/`name` said this, and is not wrong without: sentences as above."""
    typed = Rehearsal(sample, folders, {name: text})
    found = typed.mistakes(name)
    failed = typed.failures(typed.users(name))
    if found or not failed:
        return found
    now = Rehearsal(sample, folders)
    known = {said for other in typed.beside(name) for said in now.mistakes(other)}  # which is mended there
    return [one for one in failed if one not in known]


def _mentioned(templates: Templates, name: str) -> list[str]:
    """The templates that this one extends or includes; a broken or missing one mentions nothing."""
    from jinja2 import meta

    try:
        found = meta.find_referenced_templates(templates.read(name).tree)
    except LetterRefused:
        return []
    return [other.removeprefix("mail/") for other in found if other and other.startswith("mail/")]


def _needed(read: Read) -> Iterator[tuple[str, int]]:
    """Each name that the template needs to be given, and where it is first; not those it asks about (`is defined`)."""
    from jinja2 import meta, nodes

    asked = {
        one.node.name
        for kind, names in ((nodes.Test, ("defined", "undefined")), (nodes.Filter, ("default", "d")))
        for one in read.tree.find_all(kind)
        if one.name in names and isinstance(one.node, nodes.Name)
    }
    needed = meta.find_undeclared_variables(read.tree) - read.common
    told = set(asked)
    for one in read.tree.find_all(nodes.Name):
        if one.name in needed and one.name not in told:
            told.add(one.name)
            yield one.name, one.lineno
