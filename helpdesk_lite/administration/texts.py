"""Files of text that administrators may write online: the rules, forms, and what else stands in the table of kinds.

Guarantee: nobody else can; no name leads out of a kind's own folder; no change is without its entry in the log, with
the text before and after, which is on disk first; what somebody changed meanwhile, on the web or in the file itself, is
not overwritten unseen. The files are the truth, and an empty text is no file. It judges no text (a kind says how).
"""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.forms.folder import OFF, is_name
from helpdesk_lite.forms.source import Unreadable, decoded
from helpdesk_lite.owner import may_write_in
from helpdesk_lite.shelves.audit import ADDED, CHANGED, REMOVED, SWITCHED_OFF, SWITCHED_ON
from helpdesk_lite.words import signing
from helpdesk_lite.words.errors import FileChanged, FileReadOnly, TextMistaken, UnknownText
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.rights import ADMINISTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.audit import Audit, Noted
    from helpdesk_lite.shelves.operators import Operator

LARGEST = 500_000  # bytes of a text that is written online: the log keeps it twice
_TOO_LARGE = Sentence(N_("It has more than %(kb)s kB; larger files are changed by hand alone."), kb=LARGEST // 1000)
_NO_FILE = Sentence(N_("It is no file of this folder, or leads out of it."))
_UNREADABLE = Sentence(N_("The desk may not read it: its owner has to let the user that runs the desk do so."))
_TEXTS, _SWITCHES = (ADDED, CHANGED, REMOVED), (SWITCHED_OFF, SWITCHED_ON)


class Kind(NamedTuple):
    """Files of one kind: the `names` "forms/*.html" lie at `paths` "/srv/desk/forms/*.html". Without a star, one file.

    `check` says what is wrong with a text, one sentence each, given the word that stands for the star. `page` is where
    one is edited, below the entry script. With `may_be_mistaken` a text with mistakes is written if an administrator
    insists; with `has_switch` a file can be switched off. `mode` is that of a new file.
    """

    names: str
    paths: str
    check: Callable[[str, str], list[str]]
    page: str
    may_be_mistaken: bool = False
    has_switch: bool = False
    mode: int = 0o644

    def word(self, name: str) -> str | None:
        """What stands in this name for the star, "" if the kind has none; None if it is no name of this kind."""
        begin, star, end = self.names.partition("*")
        word = name.removeprefix(begin).removesuffix(end)
        is_ours = begin + word + end == name and (is_name(word) if star else not word)
        return word if is_ours else None

    def path(self, word: str) -> str:
        """Where the file lies. The folders above may have stars in their names, too."""
        begin, star, end = self.paths.rpartition("*")
        return begin + word + end if star else end


class Text(NamedTuple):
    """A file as it is now, at `path`: its text, and the version, which tells it from the next one.

    `problem` says why it cannot be shown as it is; if it is not `is_readable` either, it is changed by hand alone.
    """

    name: str
    word: str
    kind: Kind
    path: str
    text: str = ""
    version: str = signing.digest_of([""])
    is_there: bool = False
    is_off: bool = False
    problem: str = ""
    is_readable: bool = True


class Texts(NamedTuple):
    """The verbs. `lock` is the path of the lock under which they compare and write.

    A version that was `seen` is compared; "" stands for any. Each raises UnknownText if no kind has the name, and what
    changes a file NotAllowed.
    """

    desk: Desk
    audit: Audit
    lock: str
    kinds: Iterable[Kind]

    def read(self, name: str) -> Text:
        """The file of this name as it is now, whether or not it is there."""
        kind, word = self._kind(name)
        path = kind.path(word)
        is_off = kind.has_switch and not _is_there(path) and _is_there(path + OFF)
        found = Text(name, word, kind, path + OFF if is_off else path, is_off=is_off)
        if not _is_there(found.path):
            return found
        wrong, raw = _content(found.path, "*" in kind.names)
        if wrong:
            known = os.lstat(found.path)
            version = f"{known.st_mtime_ns:x}-{known.st_size:x}"
            return found._replace(version=version, is_there=True, problem=wrong, is_readable=False)
        text, problem = text_in(raw)
        version = signing.digest_of([raw.decode("latin-1")])
        return found._replace(text=text, version=version, is_there=True, problem=problem)

    def is_writable(self, name: str) -> bool:
        """Whether the user that runs the desk may write this file."""
        return may_write_in(os.path.dirname(os.path.realpath(self.read(name).path)))

    def check(self, name: str, text: str) -> list[str]:
        """What is wrong with such a text, one sentence each."""
        kind, word = self._kind(name)
        if _is_large(text):
            return [_TOO_LARGE]
        return kind.check(word, text) if text.strip() else []

    def write(
        self, name: str, text: str, by: Operator, seen: str = "", insists: bool = False, is_off: bool = False
    ) -> None:
        """Have the file say this; it goes if that is nothing. A new one is switched off from the start with `is_off`.

        TextMistaken with every mistake, unless the kind lets one insist; FileChanged; FileReadOnly.
        """
        self.desk.demand(by, ADMINISTER, what=name)
        text = text.replace("\r\n", "\n").replace("\r", "\n") if text.strip() else ""
        self._demand_sound(name, text, insists)
        with disk.locked(self.lock):
            now = self._seen(name, seen)
            then = now._replace(text=text, is_there=bool(text), is_off=now.is_off if now.is_there else is_off)
            self._become(now, then, by)

    def remove(self, name: str, by: Operator, seen: str = "") -> None:
        """Take the file away. FileChanged, FileReadOnly."""
        self.write(name, "", by, seen)

    def switch(self, name: str, is_on: bool, by: Operator, seen: str = "") -> None:
        """Have the file count, or not. UnknownText if it is not there; TextMistaken, FileChanged, FileReadOnly."""
        self.desk.demand(by, ADMINISTER, what=name)
        with disk.locked(self.lock):
            now = self._seen(name, seen)
            if not (now.is_there and now.kind.has_switch):
                raise UnknownText(name)
            self._become(now, now._replace(is_off=not is_on), by)

    def undo(self, noted: Noted, by: Operator) -> None:
        """Have the file as before this entry. FileChanged if it is not as that left it; TextMistaken; FileReadOnly."""
        name = noted.about
        self.desk.demand(by, ADMINISTER, what=name)
        with disk.locked(self.lock):
            now = self.read(name)
            if noted.what in _SWITCHES:
                is_as_left = now.is_there and now.is_off == (noted.what == SWITCHED_OFF)
                then = now._replace(is_off=not now.is_off)
            elif not now.is_readable:
                raise TextMistaken([now.problem])
            else:
                is_as_left = now.text == text_of(noted.after)
                text = text_of(noted.before)
                self._demand_sound(name, text, insists=True)
                is_off = now.is_off if now.is_there else not (noted.before or {}).get("in_use", True)
                then = now._replace(text=text, is_there=bool(text), is_off=is_off)
            if not is_as_left:
                raise FileChanged(name)
            self._become(now, then, by, noted.name)

    def earlier(self, name: str, before: str = "") -> tuple[list[Noted], str]:
        """A page of the entries about this file, the newest first, and where to look on (audit.Audit.about)."""
        return self.audit.about(name, before)

    def is_undoable(self, noted: Noted) -> bool:
        """Whether `undo` can take this entry back."""
        return noted.what in (*_TEXTS, *_SWITCHES) and any(kind.word(noted.about) is not None for kind in self.kinds)

    def _kind(self, name: str) -> tuple[Kind, str]:
        for kind in self.kinds:
            word = kind.word(name)
            if word is not None:
                return kind, word
        raise UnknownText(name)

    def _demand_sound(self, name: str, text: str, insists: bool) -> None:
        """TextMistaken, unless it has no mistakes, or none that one could not insist on."""
        if insists and self._kind(name)[0].may_be_mistaken and not _is_large(text):
            return
        mistakes = self.check(name, text)
        if mistakes:
            raise TextMistaken(mistakes)

    def _seen(self, name: str, seen: str) -> Text:
        now = self.read(name)
        if seen and seen != now.version:
            raise FileChanged(name)
        return now

    def _become(self, now: Text, then: Text, by: Operator, undoes: str = "") -> None:
        """Note the change, then make it. Nothing happens if there is none."""
        is_same = now.text == then.text and now.is_there and then.is_there
        is_switch = is_same and (now.is_off != then.is_off or not now.problem)  # bytes that are no UTF-8 become it
        if not (now.is_there or then.is_there) or (is_switch and now.is_off == then.is_off):
            return
        if not is_switch and not now.is_readable:
            raise TextMistaken([now.problem])
        then = then._replace(path=now.kind.path(now.word) + (OFF if then.is_off else ""))
        if is_switch and _is_there(then.path):
            file = os.path.basename(then.path)
            raise TextMistaken(
                [Sentence(N_("There is a file %(file)s, too. Take one of the two away first."), file=file)]
            )
        if not self.is_writable(now.name):
            raise FileReadOnly(now.name)
        if is_switch:
            self.audit.note(by.name, SWITCHED_OFF if then.is_off else SWITCHED_ON, now.name, undoes=undoes)
        else:
            what = CHANGED if now.is_there and then.is_there else ADDED if then.is_there else REMOVED
            self.audit.note(by.name, what, now.name, _values(now), _values(then), undoes)
        _make(now, then)


def text_of(values: dict[str, Any] | None) -> str:
    """The text that the log tells of."""
    return str((values or {}).get("text", ""))


def _is_large(text: str) -> bool:
    return len(text.encode("utf-8", "replace")) > LARGEST


def _values(one: Text) -> dict[str, Any] | None:
    """What the log says of a file."""
    if not one.is_there:
        return None
    return {"text": one.text, "in_use": False} if one.is_off else {"text": one.text}


def _make(now: Text, then: Text) -> None:
    """Have the disk say so."""
    if now.is_there and now.is_off != then.is_off:
        disk.move(now.path, then.path)
    elif not then.is_there:
        disk.withdraw(now.path)
    else:
        path = os.path.realpath(then.path)  # a link to another file of the folder stays one
        mode = os.stat(path).st_mode & 0o777 if now.is_there else now.kind.mode
        disk.make_folder(os.path.dirname(path), 0o755 if now.kind.mode & 0o004 else 0o700)
        disk.renew(path, [then.text.encode("utf-8", "replace")], mode)


def _is_there(path: str) -> bool:
    """Whether there is anything, be it a link that leads nowhere. OSError if that cannot be told."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _content(path: str, is_held: bool) -> tuple[str, bytes]:
    """What is in the file; why it cannot be shown and changed online, "" if it can. If it `is_held`, it must be in its
    folder itself. OSError if the disk fails: nobody may take that for a file that says something else."""
    folder = os.path.realpath(os.path.dirname(path))
    try:
        known = os.stat(path)
        if not stat.S_ISREG(known.st_mode) or (is_held and os.path.dirname(os.path.realpath(path)) != folder):
            return _NO_FILE, b""
        return (_TOO_LARGE, b"") if known.st_size > LARGEST else ("", disk.read(path))
    except PermissionError:
        return _UNREADABLE, b""
    except OSError as wrong:
        if wrong.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):  # a link that leads nowhere
            return _NO_FILE, b""
        raise


def text_in(raw: bytes) -> tuple[str, str]:
    """The text that the bytes are, and what is to be said of it."""
    try:
        return decoded(raw), ""
    except Unreadable as wrong:
        words = N_("Line %(line)s: %(reason)s It is shown as Windows-1252; saved here, it is UTF-8.")
        said = Sentence(words, line=wrong.line, reason=str(wrong))
        return raw.decode("cp1252", "replace").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd"), said
