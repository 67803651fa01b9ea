"""The operators' accounts: a file each in data/operators/, made by the desk, readable and editable by hand.

Guarantee: a name is one safe, plain word, so that no two names look alike and each is a folder name; a password is kept
only as an argon2 hash; a wrong file takes only its own account down, and `mistakes` names it.
It does not decide what an operator may do (desk) or how they sign in (web/session).
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.words import route, signing, times
from helpdesk_lite.words.errors import DeskError, OperatorMistaken
from helpdesk_lite.words.i18n import LANGUAGES, N_, Sentence
from helpdesk_lite.words.letter import is_address
from helpdesk_lite.words.rights import ADMINISTRATOR, OPERATOR, ROLES
from helpdesk_lite.words.standing import HIGHEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from helpdesk_lite.cache import Cache

NAME = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*\Z")  # ASCII and lower case: no look-alikes, no case tricks
LONGEST_NAME = 32
_ANY_ADDRESS = "any@localhost"  # in place of one that is missing, of which enough has been said
_HASH = re.compile(r'^password_hash = "([^"\\]*)"', re.MULTILINE)
UNREADABLE = (PermissionError, IsADirectoryError)  # the file's fault; all else is the disk's
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024


class Operator(NamedTuple):
    """Somebody who answers. `deliver` says how a claimed ticket's message reaches them (route.read_delivery).

    `role` is one of rights.ROLES; `categories` are those that they work in, all if none is named. `level` is the
    highest at which they work; `supervisor` names the operator whom they ask. Nothing is handed to them before the day
    (such as 2026-12-24, UTC) `absent_until`, if there is one. `skills` are what rules hand tickets by.
    """

    name: str
    email: str
    role: str = OPERATOR
    deliver: str = "mail"
    language: str = ""
    password_hash: str = ""
    level: int = HIGHEST
    supervisor: str = ""
    categories: tuple[str, ...] = ()
    absent_until: str = ""
    skills: tuple[str, ...] = ()

    @property
    def is_admin(self) -> bool:
        """Whether they may do everything."""
        return self.role == ADMINISTRATOR

    def is_away(self, now: float) -> bool:
        """Whether they are absent at this time (seconds UTC)."""
        return bool(self.absent_until) and times.iso(int(now))[:10] < self.absent_until


COMMAND_LINE = Operator("command line", "", ADMINISTRATOR)  # who may run it can write every file anyhow


class Operators:
    """The folder of accounts."""

    def __init__(self, folder: str, cache: Cache) -> None:
        self.folder = folder
        self._cache = cache

    def names(self) -> list[str]:
        """The names of all accounts, sorted."""
        return [name[:-5] for name in disk.names(self.folder) if name.endswith(".toml")]

    def find(self, name: str) -> Operator | None:
        """The operator of this name; None if there is none. OperatorMistaken if the file has mistakes."""
        if not is_name(name):
            return None
        path = self._path(name)
        values = self._cache.get(f"operator-{name}", [path], lambda: _read(path))
        return None if values is None else Operator(name, **values)

    def sound(self, name: str) -> Operator | None:
        """The same, but None if the file has mistakes, too: `mistakes` tells of it."""
        try:
            return self.find(name)
        except OperatorMistaken:
            return None

    def everybody(self) -> list[Operator]:
        """All operators whose files are in order, by name."""
        return [one for one in map(self.sound, self.names()) if one]

    def mistakes(self) -> list[str]:
        """What is wrong in the folder, one sentence each, with the file before it."""
        from helpdesk_lite.words.mistakes import in_file

        found: list[str] = []
        for name in self.names():
            try:
                operator = self.find(name)
                if operator is None:
                    said = Sentence("%(name)s is not a name for an operator", name=repr(name))
                    found.append(in_file(self._path(name), said))
                elif operator.supervisor and operator.supervisor not in self.names():
                    text = N_("supervisor = %(name)s: there is no such operator")
                    found.append(in_file(self._path(name), Sentence(text, name=repr(operator.supervisor))))
            except OperatorMistaken as wrong:
                found += wrong.mistakes
        return found

    def checked(self, operator: Operator, password: str | None = None) -> Operator:
        """The operator as they can be kept: with this password, or, for None, with the one they have.

        OperatorMistaken if anything about them cannot be used.
        """
        _check(operator)
        if operator.supervisor and operator.supervisor not in self.names():
            text = N_("There is no operator %(name)s, who is to be the supervisor.")
            raise OperatorMistaken(Sentence(text, name=operator.supervisor))
        return operator if password is None else operator._replace(password_hash=_hashed(password))

    def mistaken(self, name: str) -> Operator:
        """Of an account whose file has mistakes, its name and its password."""
        found = _HASH.search(self.text(name))
        return Operator(name, "", password_hash=found[1] if found else "")

    def write(self, operator: Operator) -> None:
        """Write the file, whether or not it was there before. MayBeKept if the disk failed at the very end."""
        disk.make_folder(self.folder)
        disk.renew(self._path(operator.name), [_written(operator)])

    def version(self, name: str) -> str:
        """What tells this version of the file from the next; "" if there is none."""
        if not is_name(name) or not disk.is_there(self._path(name)):
            return ""
        return signing.digest_of([self.text(name)])

    def text(self, name: str) -> str:
        """What the file says, word for word; "" if there is none, or it may not be read."""
        try:
            return disk.read(self._path(name)).decode("utf-8", "replace") if is_name(name) else ""
        except (FileNotFoundError, *UNREADABLE):
            return ""

    def add(self, operator: Operator, password: str) -> Operator:
        """Make the account. OperatorMistaken if anything about it cannot be used, or the name is taken."""
        _check(operator)
        kept = operator._replace(password_hash=_hashed(password))
        disk.make_folder(self.folder)
        try:
            disk.write_new(self._path(kept.name), [_written(kept)])
        except FileExistsError:
            raise OperatorMistaken(Sentence("There is an operator %(name)s already.", name=kept.name)) from None
        return kept

    def change_password(self, name: str, password: str) -> None:
        """Give the account a new password: every sign-in with the old one ends. OperatorMistaken."""
        operator = self.find(name)
        if operator is None:
            raise OperatorMistaken(Sentence("There is no operator %(name)s.", name=name))
        disk.renew(self._path(name), [_written(operator._replace(password_hash=_hashed(password)))])

    def remove(self, name: str) -> None:
        """Take the account away; their tickets stay. OperatorMistaken if there is none."""
        if not is_name(name) or not disk.is_there(self._path(name)):
            raise OperatorMistaken(Sentence("There is no operator %(name)s.", name=name))
        disk.withdraw(self._path(name))

    def is_password(self, operator: Operator | None, password: str) -> bool:
        """Whether this is the operator's password; takes the same time for an operator that does not exist."""
        from argon2.exceptions import InvalidHashError, VerificationError

        hasher = _hasher()
        known = operator.password_hash if operator and operator.password_hash else _NOBODYS_HASH
        try:
            hasher.verify(known, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
        return known != _NOBODYS_HASH

    def _path(self, name: str) -> str:
        return os.path.join(self.folder, f"{name}.toml")


def is_name(name: str) -> bool:
    """Whether an operator can be called this; or a category, which is a file of the same kind."""
    return len(name) <= LONGEST_NAME and bool(NAME.match(name))


def toml_in(path: str, mistaken: type[DeskError]) -> dict[str, Any] | None:
    """What the file says; None if there is none. `mistaken`, with its name, if it may not be read or is no TOML."""
    import tomllib

    from helpdesk_lite.words.mistakes import in_file, no_toml

    try:
        return tomllib.loads(disk.read(path).decode("utf-8-sig"))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeError) as wrong:
        raise mistaken(in_file(path, no_toml(wrong))) from None
    except UNREADABLE as wrong:
        said = Sentence("it cannot be read: %(what)s", what=wrong.strerror)
        raise mistaken(in_file(path, said)) from None


def _check(operator: Operator) -> None:
    """OperatorMistaken unless there can be such an account; whether what it names exists is another question."""
    if mistakes := list(_mistakes_of(operator)):
        raise OperatorMistaken(*mistakes)


def _mistakes_of(operator: Operator) -> Iterator[str]:
    from helpdesk_lite.words.mistakes import no_address, not_from, not_one_of

    if not is_name(operator.name):
        yield Sentence("An operator's name is one plain word of a to z, 0 to 9, dots, - and _, such as ines.")
    if not is_address(operator.email):
        yield no_address(operator.email)
    if operator.language and operator.language not in LANGUAGES:
        text = N_("%(language)s is not one of the languages %(known)s.")
        yield Sentence(text, language=repr(operator.language), known=", ".join(LANGUAGES))
    if operator.role not in ROLES:
        yield not_one_of("role", operator.role, ROLES)
    for category in operator.categories:
        if not is_name(category):
            text = N_("categories: %(name)s is no category's name, such as billing.")
            yield Sentence(text, name=repr(category))
    if operator.absent_until and not _is_day(operator.absent_until):
        text = N_("absent_until = %(day)s: it must be a day, such as 2026-12-24.")
        yield Sentence(text, day=repr(operator.absent_until))
    if not 1 <= operator.level <= HIGHEST:
        yield not_from("level", operator.level, HIGHEST)
    try:
        route.read_delivery(operator.deliver)
    except ValueError as wrong:
        yield Sentence("deliver = %(value)s: %(what)s.", value=repr(operator.deliver), what=wrong.args[0])


def _is_day(text: str) -> bool:
    try:
        return times.iso(times.typed(text, "00:00:00"))[:10] == text
    except ValueError:
        return False


# Argon2id as RFC 9106 section 4 recommends for little memory (19 MiB, OWASP's floor): a cheap host has to bear it.
_PASSES, _KIBIBYTES, _LANES = 2, 19_456, 1
_NOBODYS_HASH = (  # of a password that was thrown away
    "$argon2id$v=19$m=19456,t=2,p=1$a8QKNUmna7K7b8AGysSjkA$YhsM1rmMkbzTzvJNcIurNmZDIOvh1v9+WYvzigLNCyQ"
)


def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher(_PASSES, _KIBIBYTES, _LANES)


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise OperatorMistaken(Sentence("A password needs at least %(num)s characters.", num=SHORTEST_PASSWORD))
    if len(password) > LONGEST_PASSWORD:
        raise OperatorMistaken(Sentence("A password has at most %(num)s characters.", num=LONGEST_PASSWORD))
    hashed: str = _hasher().hash(password)
    return hashed


def _written(operator: Operator) -> bytes:
    import json

    values = {"email": operator.email, "admin": operator.is_admin, **operator._asdict()}
    del values["name"]
    if operator.role in (OPERATOR, ADMINISTRATOR):  # which `admin` tells
        del values["role"]
    for field in ("level", "supervisor", "categories", "absent_until", "skills"):
        if values[field] == Operator._field_defaults[field]:
            del values[field]
    # What is left out is what an older version does not know: it would take the account down for it.
    lines = [f"{field} = {json.dumps(value, ensure_ascii=False)}" for field, value in values.items()]
    return ("\n".join(lines) + "\n").encode()


def _read(path: str) -> dict[str, Any] | None:
    """The fields of the account in the file; None if there is no file. OperatorMistaken."""
    from helpdesk_lite.words.mistakes import in_file, not_as_in

    name = os.path.basename(path)[:-5]
    values = toml_in(path, OperatorMistaken)
    if values is None:
        return None
    texts = ("email", "deliver", "language", "password_hash", "supervisor", "role", "absent_until")
    shape = {**dict.fromkeys(texts, str), "admin": bool, "level": int, "categories": list, "skills": list}
    if "absent_until" in values:
        values["absent_until"] = str(values["absent_until"])  # TOML has days of its own, without quotes
    wrong = [field for field, value in values.items() if type(value) is not shape.get(field)]
    found: list[str] = [not_as_in(field, values.pop(field), shape) for field in wrong]
    if "email" not in (*values, *wrong):
        found.append(Sentence("email is missing."))
    is_admin = values.pop("admin", False)
    if is_admin and values.setdefault("role", ADMINISTRATOR) != ADMINISTRATOR:
        found.append(Sentence("admin = true and role = %(role)s: it cannot be both.", role=repr(values["role"])))
    for field in ("categories", "skills"):
        values[field] = tuple(map(str, values.get(field, ())))
    found += _mistakes_of(Operator(name, **{"email": _ANY_ADDRESS, **values}))
    if found:
        raise OperatorMistaken(*(in_file(path, one) for one in found))
    return values
