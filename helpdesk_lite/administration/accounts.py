"""What administrators do with operators' accounts: make, invite, change, take away; and undo.

Guarantee: nobody else can; no change is without its entry in the log, which is on disk first; what somebody changed
meanwhile, here or in the file itself, is not overwritten unseen; there is an administrator left. The password of a
mailbox is neither shown nor told to the log, and a folder of this host is named by whoever runs it. It draws no page.
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.shelves.audit import ADDED, CHANGED, REMOVED, as_told, told_of
from helpdesk_lite.shelves.operators import COMMAND_LINE, Operator
from helpdesk_lite.words import signing, tracking
from helpdesk_lite.words.errors import FileChanged, MayBeKept, NotAllowed, OperatorMistaken
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.letter import INVITATION
from helpdesk_lite.words.rights import ADMINISTER
from helpdesk_lite.words.route import HIDDEN, without_password
from helpdesk_lite.words.ticket import Customer, Head, Inquiry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.audit import Audit, Noted
    from helpdesk_lite.shelves.operators import Operators

INVITED, PASSWORD = "invited", "password of"
LASTS = 7 * 86_400  # seconds that an invitation can be used
_ABOUT = "operators/"
_PURPOSE = "invitation"


class Accounts(NamedTuple):
    """The verbs. `lock` is the path of the lock under which they compare and write."""

    desk: Desk
    operators: Operators
    audit: Audit
    lock: str

    def add(self, operator: Operator, by: Operator, password: str | None = None) -> Operator:
        """Make the account; without a password nobody can sign in to it yet. NotAllowed, OperatorMistaken."""
        self._demand(by, operator.name)
        with disk.locked(self.lock):
            kept = self.operators.checked(operator, password)
            self._demand_place(kept, "", by)
            if self.operators.version(kept.name):
                raise OperatorMistaken(Sentence("There is an operator %(name)s already.", name=kept.name))
            self.audit.note(by.name, ADDED, _ABOUT + kept.name, None, _values(kept))
            self.operators.write(kept)
        return kept

    def change(self, operator: Operator, by: Operator, seen: str = "") -> None:
        """Write the account anew, but for its password.

        NotAllowed, OperatorMistaken; FileChanged if the file is not of the version `seen`, if one is given.
        """
        self._demand(by, operator.name)
        with disk.locked(self.lock):
            self._compare(operator.name, seen)
            known = self._found(operator.name, is_mistaken_too=True).deliver
            self._demand_place(operator, known, by)
            self._change(operator, by)

    def remove(self, name: str, by: Operator, seen: str = "") -> None:
        """Take the account away; tickets that it has stay. NotAllowed, OperatorMistaken, FileChanged as above."""
        self._demand(by, name)
        with disk.locked(self.lock):
            self._compare(name, seen)
            self._remove(name, by)

    def change_password(self, name: str, password: str, by: Operator) -> None:
        """Give the account a new password: every sign-in with the old one ends. NotAllowed, OperatorMistaken."""
        self._demand(by, name)
        with disk.locked(self.lock):
            self._change_password(name, password, by)

    def invite(self, name: str, by: Operator) -> None:
        """Mail them a link with which they choose a password. NotAllowed, OperatorMistaken."""
        self._demand(by, name)
        operator = self._found(name)
        settings = self.desk.settings
        if not settings.url:
            raise OperatorMistaken(Sentence("There is no [desk] url in settings.toml, so no link can be mailed."))
        if settings.sign_in_by != "password":
            text = N_("The web server signs operators in here: nobody needs a password of the desk.")
            raise OperatorMistaken(Sentence(text))
        url = f"{settings.url.rstrip('/')}/invitation?key={self.key(operator)}"
        self.audit.note(by.name, INVITED, _ABOUT + name)
        language = operator.language or settings.language
        mail_to(self.desk, operator, INVITATION, url=url, note=by.name, language=language)

    def key(self, operator: Operator) -> str:
        """What stands in a link of now; it is void once they have another password."""
        until = f"{int(self.desk.clock()) + LASTS:x}"
        return f"{operator.name}~{until}~{self._proof(operator, until)}"

    def invited(self, key: str) -> Operator | None:
        """Who was mailed the link with this key; None if it works no more."""
        name, _, rest = key.partition("~")
        until, _, proof = rest.partition("~")
        try:
            operator = self.operators.find(name)
        except OperatorMistaken:
            return None
        if operator is None or not signing.is_same(proof, self._proof(operator, until), self.desk.secret):
            return None
        return operator if int(until, 16) >= self.desk.clock() else None

    def accept(self, key: str, password: str) -> Operator:
        """Give who was invited the password that they have chosen. NotAllowed if the link is void; OperatorMistaken."""
        with disk.locked(self.lock):
            operator = self.invited(key)
            if operator is None:
                raise NotAllowed(Sentence("This link has been used, or it is too old."))
            self._change_password(operator.name, password, operator)
            try:
                return self._found(operator.name)
            except OSError as wrong:  # they have the password, and may not hear that nothing was changed
                raise MayBeKept(_ABOUT + operator.name) from wrong

    def undo(self, noted: Noted, by: Operator) -> None:
        """Have the account as it was before this entry. One that comes back has no password, and none of a mailbox, so
        mail goes to its address.

        NotAllowed, OperatorMistaken; FileChanged if it is not as the entry left it.
        """
        name = noted.about.removeprefix(_ABOUT)
        self._demand(by, name)
        with disk.locked(self.lock):
            operator = self.operators.find(name)
            now = _values(operator) if operator else None
            if now != noted.after:
                raise FileChanged(f"{name}.toml")
            before = as_told(Operator(name, ""), noted.before, OperatorMistaken)
            if before is None:
                self._remove(name, by, noted.name)
            elif operator is None:
                kept = self.operators.checked(_without_hidden(before))
                self.audit.note(by.name, ADDED, noted.about, None, _values(kept), noted.name)
                self.operators.write(kept)
            else:
                self._change(before, by, noted.name)

    def _change(self, operator: Operator, by: Operator, undoes: str = "") -> None:
        before = self._found(operator.name, is_mistaken_too=True)
        if operator.deliver == without_password(before.deliver):
            operator = operator._replace(deliver=before.deliver)
        if f":{HIDDEN}@" in operator.deliver:
            raise OperatorMistaken(Sentence("Give the mailbox with its password: it is kept nowhere else."))
        kept = self.operators.checked(operator)._replace(password_hash=before.password_hash)
        if kept == before:
            return
        if before.is_admin and not kept.is_admin:
            self._keep_an_administrator(operator.name)
        self.audit.note(by.name, CHANGED, _ABOUT + kept.name, _values(before), _values(kept), undoes)
        self.operators.write(kept)

    def _remove(self, name: str, by: Operator, undoes: str = "") -> None:
        before = self._found(name, is_mistaken_too=True)
        if by is not COMMAND_LINE:
            if before.is_admin:
                self._keep_an_administrator(name)
            count = len(self.desk.store.held_by(name, limit=1000))
            if count:
                text = N_("%(name)s has tickets still (%(count)s): hand them on first.")
                raise OperatorMistaken(Sentence(text, name=name, count=count))
        self.audit.note(by.name, REMOVED, _ABOUT + name, _values(before), None, undoes)
        self.operators.remove(name)

    def _change_password(self, name: str, password: str, by: Operator) -> None:
        self.operators.checked(self._found(name), password)
        self.audit.note(by.name, PASSWORD, _ABOUT + name)
        self.operators.change_password(name, password)

    def _keep_an_administrator(self, but: str) -> None:
        if not any(one.is_admin for one in self.operators.everybody() if one.name != but):
            raise OperatorMistaken(Sentence("There would be no administrator left."))

    def _demand(self, by: Operator, name: str) -> None:
        self.desk.demand(by, ADMINISTER, what=_ABOUT + name)

    def _demand_place(self, operator: Operator, known: str, by: Operator) -> None:
        """OperatorMistaken if somebody on the web names a folder or a socket of this host, but the `known` one."""
        if by is COMMAND_LINE or operator.deliver == known:
            return
        if operator.deliver.startswith(("maildir:", "lmtp:")) and not operator.deliver.startswith("lmtp://"):
            text = N_("A place on this host is set in data/operators/%(name)s.toml, by who runs the host.")
            raise OperatorMistaken(Sentence(text, name=operator.name))

    def _found(self, name: str, is_mistaken_too: bool = False) -> Operator:
        try:
            operator = self.operators.find(name)
        except OperatorMistaken:
            if not is_mistaken_too:
                raise
            return self.operators.mistaken(name)  # a file with mistakes: it is written anew
        if operator is None:
            raise OperatorMistaken(Sentence("There is no operator %(name)s.", name=name))
        return operator

    def _compare(self, name: str, seen: str) -> None:
        if seen and self.operators.version(name) not in ("", seen):
            raise FileChanged(f"{name}.toml")

    def _proof(self, operator: Operator, until: str) -> str:
        return signing.proof(self.desk.secret, _PURPOSE, operator.name, until, operator.password_hash)


def mail_to(
    desk: Desk, operator: Operator, kind: str, subject: str = "", note: str = "", url: str = "", language: str = ""
) -> None:
    """Mail the operator a letter about no ticket. No entry names it: lost in a crash, it is asked for again."""
    now = int(desk.clock())
    number = tracking.new_number(now, desk.chance())  # no ticket's: every letter has one
    inquiry = Inquiry(Head(number, now, "", "", subject), Customer(), ())
    letter = desk.letter(kind, inquiry, operator=operator.name, language=language)._replace(url=url, note=note)
    with desk.locked(number):
        desk.outbox.stage([letter])
        desk.outbox.publish([letter])


def is_undoable(noted: Noted) -> bool:
    """Whether `undo` knows how: not for a password or an invitation, which nothing is kept of."""
    return noted.about.startswith(_ABOUT) and noted.what in (ADDED, CHANGED, REMOVED)


def _values(operator: Operator) -> dict[str, Any]:
    """What the log keeps of an account: no passwords."""
    return told_of(operator._replace(deliver=without_password(operator.deliver)))


def _without_hidden(operator: Operator) -> Operator:
    """The account, reached by mail if the password of its mailbox is not known."""
    return operator._replace(deliver="mail") if f":{HIDDEN}@" in operator.deliver else operator
