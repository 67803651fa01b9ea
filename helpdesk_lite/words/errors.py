"""Everything that can go wrong, named by what happened, each with its evidence.

Guarantee: whatever the package raises on purpose derives from `DeskError`; its text is one calm sentence for people.
It does not decide how a door says it: status codes belong to the doors.
"""

from __future__ import annotations

from helpdesk_lite.words.i18n import N_, Sentence, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.words.form import Mistake, Problem
    from helpdesk_lite.words.ticket import Ticket


class DeskError(Exception):
    """Something the desk expected might happen; the text says what and what to do next.

    Where it may be shown on a page, the text is an i18n.Sentence.
    """

    @property
    def words(self) -> str:
        """The text as it was given, so that a page can say it in its reader's language (i18n.told)."""
        return self.args[0] if self.args else ""


class UnknownNumber(DeskError):
    """No ticket has this tracking number."""

    def __init__(self, number: str) -> None:
        super().__init__(Sentence("There is no ticket %(number)s.", number=number))
        self.number = number


class TicketMoved(DeskError):
    """The ticket is not where the doer thought: someone was faster. Says where it is now, and who closed it, if so."""

    def __init__(self, ticket: Ticket) -> None:
        self.number = ticket.number
        self.state, self.holder = ticket.place
        self.since = ticket.since
        self.closed_by = ticket.done_by if self.state == "closed" else ""
        doer = self.closed_by or self.holder
        super().__init__(f"Ticket {self.number} is {self.state}" + (f" by {doer}." if doer else "."))


class TicketChanged(DeskError):
    """The ticket has entries that the doer had not seen: those from the place `seen` on. Nothing was done."""

    def __init__(self, number: str, seen: int) -> None:
        super().__init__(f"Something was added to ticket {number} meanwhile.")
        self.number = number
        self.seen = seen


class AlreadyClaimed(TicketMoved):
    """Someone else has the ticket: `holder`, `since` (seconds UTC)."""


class NotAllowed(DeskError):
    """This operator may not do this to this ticket."""


class HandlingRefused(DeskError):
    """What was asked for a ticket cannot be as it was typed; the text says what would be right. Nothing was done."""


class BelongsElsewhere(HandlingRefused):
    """What is about `category` goes to a desk of its own, and cannot be kept here. Nothing was done."""

    def __init__(self, category: str) -> None:
        text = N_("Tickets about %(category)s are kept by a desk of their own, not by this one.")
        super().__init__(Sentence(text, category=category))
        self.category = category


class CustomersDiffer(HandlingRefused):
    """Two tickets that were to be merged have two customers: only who is sure may do that. Nothing was done."""

    def __init__(self, number: str, into: str) -> None:
        text = N_(
            "%(number)s and %(into)s have different customers: "
            "that of %(number)s would not get the answers in %(into)s."
        )
        super().__init__(Sentence(text, number=number, into=into))


class UnknownLetter(DeskError):
    """No letter that came in lies where the doer thought."""

    def __init__(self, digest: str) -> None:
        super().__init__("There is no such letter here any more.")
        self.digest = digest


class UnknownForm(DeskError):
    """There is no form of this name."""

    def __init__(self, name: str) -> None:
        super().__init__("There is no such form.")
        self.name = name


class FormOff(UnknownForm):
    """The form is switched off: its file is there, and nobody is to use it now."""


class BrokenForm(DeskError):
    """The form's file has mistakes that keep it from working: `mistakes`."""

    def __init__(self, name: str, mistakes: list[Mistake]) -> None:
        super().__init__(f"The form {name} has mistakes.")
        self.name = name
        self.mistakes = mistakes


class SubmissionRefused(DeskError):
    """What was typed does not fit the form: `problems`, in the order of the page."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("The form was not filled in as it asks.")
        self.problems = problems


class RequestMalformed(DeskError):
    """The request's bytes do not make sense (a broken multipart body, a bad length)."""


class TooLarge(DeskError):
    """More was sent than the desk takes: `limit` in bytes."""

    def __init__(self, limit: int) -> None:
        text = N_("That is more than the %(num)s MB this desk takes at once.")
        super().__init__(Sentence(text, num=limit // 1_000_000))
        self.limit = limit


class TooMany(DeskError):
    """Too many of these from one place: try again after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many tries. Please wait {retry_after} seconds.")
        self.retry_after = retry_after


class Mistaken(DeskError):
    """What a file says, or is to say, cannot be used: `mistakes`, one sentence each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class SettingsMistaken(Mistaken):
    """So it is with settings.toml, or another file of settings; the sentences tell path and line."""


class DeskUnusable(DeskError):
    """The desk's folders are missing, unreadable or unwritable: the text names the path and the mend."""


class DepartmentUnusable(DeskUnusable):
    """The desk of its own that a category has cannot be used just now; the text says why. Nothing was kept anywhere."""


class MayBeKept(DeskError):
    """The disk failed in the middle of a step that could then be neither finished nor undone."""

    def __init__(self, path: str) -> None:
        super().__init__(f"The disk failed halfway: it is not certain whether {path} was kept.")
        self.path = path


class FileMistaken(DeskError):
    """An account or a category cannot be as its file or somebody says: `mistakes`, one sentence each.

    The text has them all, and can be told in the reader's language.
    """

    def __init__(self, *mistakes: str) -> None:
        super().__init__(joined(mistakes, " "))
        self.mistakes = mistakes


class OperatorMistaken(FileMistaken):
    """An operator's name, address or password cannot be used."""


class CategoryMistaken(FileMistaken):
    """A category's name, or what its file says, cannot be used."""


class RulesMistaken(Mistaken):
    """So it is with rules.toml; each sentence tells the rule that it is about."""


class UnknownText(DeskError):
    """There is no file of this name that could be written here."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no {name} here.")
        self.name = name


class TextMistaken(Mistaken):
    """So it is with a file that is written online."""


class FileReadOnly(DeskError):
    """The user that runs the desk may not write this file. Nothing was changed."""

    def __init__(self, name: str) -> None:
        text = N_("The desk may not write %(name)s: change it by hand, or let the desk's user write it.")
        super().__init__(Sentence(text, name=name))
        self.name = name


class FileChanged(DeskError):
    """A file of the desk's is not as the doer had seen it: somebody else has changed it since. Nothing was done."""

    def __init__(self, name: str) -> None:
        super().__init__(Sentence("Somebody changed %(name)s meanwhile. Nothing was done.", name=name))
        self.name = name


class TicketDamaged(DeskError):
    """A ticket file cannot be read as one, or lies in two folders: the text names the file."""


class LetterRefused(DeskError):
    """A letter can never be sent as it is: `reason` in the server's or our own words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
