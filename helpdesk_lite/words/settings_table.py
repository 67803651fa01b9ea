"""Every setting there is: one table that settings.toml is written from, checked against and read into.

Guarantee: a file with mistakes gives no settings, but all mistakes at once, each with its line. It reads no files.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from helpdesk_lite.words import route
from helpdesk_lite.words.errors import SettingsMistaken
from helpdesk_lite.words.i18n import LANGUAGES, N_, Sentence
from helpdesk_lite.words.letter import is_address
from helpdesk_lite.words.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

Value = str | int | bool | list[str]


class Setting(NamedTuple):
    """One line of settings.toml. `wrong` says what is wrong with a value of the right type ("" if nothing).

    It is one of the `choices`, if there are any. `hosts` says why whoever runs the host sets it, and no page does; and
    `caution` what a change of it brings with it. All texts are for gettext.
    """

    section: str
    name: str
    default: Value
    comment: str
    wrong: Callable[[Any], str] = lambda value: ""
    choices: tuple[str, ...] = ()
    hosts: str = ""
    caution: str = ""

    @property
    def key(self) -> str:
        """What it is called among all."""
        return f"{self.section}.{self.name}"

    def problem(self, value: Any) -> str:
        """What is wrong with this as its value; "" if nothing is."""
        wrong = _wrong_type(self.default, value) or self.wrong(value)
        if not wrong and self.choices and value not in self.choices:
            return Sentence("it must be one of %(known)s", known=", ".join(map(repr, self.choices)))
        return wrong


def _from(lowest: int) -> Callable[[int], str]:
    return lambda value: "" if value >= lowest else Sentence("it must be %(lowest)s or more", lowest=lowest)


def _address(value: str) -> str:
    return "" if is_address(value) else Sentence("%(value)s is not a mail address", value=repr(value))


def _addresses(value: list[str]) -> str:
    return next((wrong for wrong in map(_address, value) if wrong), "")


def _pattern(value: str) -> str:
    if not value or (value.count("*") == 1 and is_address(value.replace("*", "x"))):
        return ""
    return Sentence("it must be an address with one * in it")


def _line(value: str) -> str:
    return "" if value.strip() and value.isprintable() else Sentence("it must be one line of text")


def _url(value: str) -> str:
    import re

    if not value or re.fullmatch(r"https?://[^\s/?#\"'<>\\@]+(?:/[^\s?#\"'<>\\]*)?", value):
        return ""
    return Sentence("it must look like %(example)s", example="https://www.example.org/cgi-bin/helpdesk.cgi")


def _read_by(read: Callable[[str], object]) -> Callable[[str], str]:
    """What `read` has to say against a value."""

    def problem(value: str) -> str:
        try:
            read(value)
        except ValueError as wrong:
            said: str = wrong.args[0]
            return said
        return ""

    return problem


def _afterwards(value: str) -> str:
    is_known = value in ("flag", "delete") or (value.startswith("move:") and value != "move:" and value.isprintable())
    return "" if is_known else Sentence("it must be 'flag', 'delete' or 'move:' with a folder behind it")


_BELIEVED = N_("it says whom the desk believes")
TABLE = (
    Setting("desk", "name", "Help Desk", N_("what customers see as the name of this desk"), _line),
    Setting(
        "desk",
        "url",
        "",
        N_("public address of the entry script; `serve` fills in its own if empty"),
        _url,
        caution=N_("Links in mails lead there; those in mails that were sent before do not change."),
    ),
    Setting(
        "desk",
        "address",
        "helpdesk@localhost",
        N_("the desk's own mail address"),
        _address,
        caution=N_(
            "Answers to mails that were sent before are then no longer known by their address: operators answer those "
            "tickets on the web."
        ),
    ),
    Setting("desk", "broadcast", ["operators@localhost"], N_("told of every new ticket"), _addresses),
    Setting("desk", "language", "en", N_("of notices, and where a reader's own is unknown"), choices=tuple(LANGUAGES)),
    Setting(
        "desk", "show_operator", True, N_("customers see on their page who answers; never where answers are relayed")
    ),
    Setting("desk", "resolved_days", 7, N_("a resolved ticket closes by itself after so many; 0: never"), _from(0)),
    Setting(
        "desk",
        "proxy",
        "",
        N_("address of a reverse proxy in front, whose X-Forwarded-For and -Proto are believed"),
        hosts=_BELIEVED,
    ),
    Setting(
        "mail",
        "transport",
        "maildir:data/mail",
        N_(
            "or smtp://[user:password@]host[:port][?tls=starttls|implicit|none], sendmail:/usr/sbin/sendmail,\n"
            "lmtp://host:port, lmtp:/path"
        ),
        _read_by(route.read_transport),
        hosts=N_("it can name a program to run, and hold a password"),
    ),
    Setting(
        "mail",
        "answers",
        "direct",
        N_("where an operator's Reply goes"),
        choices=("direct", "copied", "relayed"),
    ),
    Setting(
        "mail",
        "forward",
        "reshape",
        N_("with auto, a letter goes to its operator as it came where its sender's domain allows (DMARC)"),
        choices=("reshape", "auto"),
    ),
    Setting("mail", "acknowledge", True, N_("mail the customer the tracking number (never what they typed)")),
    Setting(
        "mail",
        "ticket_addresses",
        "",
        N_('where answers come in, as in "*@tickets.example.org"; empty: "desk+*@example.org" for desk@example.org'),
        _pattern,
        caution=N_("Answers to mails that were sent with another pattern are then no longer known by their address."),
    ),
    Setting(
        "mail",
        "trusted_results",
        "",
        N_(
            "the mail server (authserv-id) whose DKIM verdict operators' letters must have passed; empty: not asked for"
        ),
        hosts=_BELIEVED,
    ),
    Setting(
        "mail",
        "reopen_days",
        30,
        N_("a letter reopens a ticket closed so lately, else opens a new one"),
        _from(0),
    ),
    Setting("limits", "letter_mb", 50, N_("most that one letter may bring, in MB"), _from(1)),
    Setting("limits", "upload_mb", 25, N_("most that one submission may bring, in MB"), _from(1)),
    Setting("limits", "submissions_per_hour", 30, N_("from one address; 0: no limit"), _from(0)),
    Setting(
        "limits",
        "sign_in_tries",
        10,
        N_("wrong ones in a row, per name and per address, before it slows down; 0: no limit"),
        _from(0),
    ),
    Setting(
        "sign_in",
        "by",
        "password",
        N_("with remote_user, the web server has checked who it is (REMOTE_USER)"),
        choices=("password", "remote_user"),
        hosts=N_("it can let everybody in, or nobody"),
    ),
    Setting("sign_in", "stay_hours", 12, N_("how long a sign-in lasts"), _from(1)),
    Setting(
        "fetch",
        "mailbox",
        "",
        N_("where `helpdesk-lite fetch` finds letters: imaps://user:password@host[:port]/FOLDER"),
        _read_by(lambda value: value and route.read_mailbox(value)),
        hosts=N_("it holds a password"),
    ),
    Setting(
        "fetch",
        "token_command",
        "",
        N_("a command that prints an access token (XOAUTH2), in place of a password in `mailbox`"),
        hosts=N_("it is a program to run"),
    ),
    Setting(
        "fetch",
        "afterwards",
        "flag",
        N_("flag | move:FOLDER | delete: what becomes of a letter there once the desk has it; the flag is $HelpDesk"),
        _afterwards,
    ),
    Setting(
        "retention",
        "erase_after_days",
        0,
        N_("a closed ticket becomes anonymous, for good, after so many: no names, addresses, words or files; 0: never"),
        _from(0),
        hosts=N_("what it erases does not come back"),
    ),
)
_FIELD = {("sign_in", "by"): "sign_in_by"}


def default_text() -> str:
    """settings.toml as a new desk has it: every setting, with its comment."""
    lines: list[str] = ["# Every setting of this desk. A change is seen at the next request."]
    section = ""
    for setting in TABLE:
        if setting.section != section:
            section = setting.section
            lines += ["", f"[{section}]"]
        choices = f"{' | '.join(setting.choices)}: " if setting.choices else ""
        comment = f"{choices}{setting.comment}".replace("\n", "\n# ")
        lines += [f"# {comment}", f"{setting.name} = {_toml(setting.default)}"]
    return "\n".join(lines) + "\n"


class Told(NamedTuple):
    """A setting as the desk has it: its value, and its line in settings.toml, 0 if it is not there."""

    setting: Setting
    value: Value
    line: int

    @property
    def is_usual(self) -> bool:
        """Whether it is what a new desk has."""
        return self.value == self.setting.default

    @property
    def shown(self) -> str:
        """The value as settings.toml has it, but for a password in it."""
        return route.without_password(_toml(self.value))


def told(text: str) -> list[Told]:
    """Every setting, in the order of the table, with where its value in the sound TOML `text` comes from."""
    import tomllib

    found = tomllib.loads(text)
    told = []
    for setting in TABLE:
        section = found.get(setting.section, {})
        line = _line_of(text, setting.section, setting.name) if setting.name in section else 0
        told.append(Told(setting, section.get(setting.name, setting.default), line))
    return told


def read(text: str, path: str = "settings.toml") -> Settings:
    """The settings that the TOML `text` says; SettingsMistaken with every mistake, as `path:line: ...`."""
    return Settings(check(text, path))


def check(text: str, path: str = "settings.toml") -> dict[str, Any]:
    """Plain values, by field of `Settings`, that the TOML `text` says; SettingsMistaken with every mistake."""
    import tomllib

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsMistaken([f"{path}: {wrong}"]) from None
    mistakes = _unknown(found, text, path)
    values: dict[str, Any] = {}
    for setting in TABLE:
        section = found.get(setting.section, {})
        value = section.get(setting.name, setting.default) if isinstance(section, dict) else setting.default
        said = setting.problem(value)
        if said:
            line = _line_of(text, setting.section, setting.name)
            mistakes.append((line, f"[{setting.section}] {setting.name} = {_toml(value)}: {said}"))
        values[_FIELD.get((setting.section, setting.name), setting.name)] = value
    if mistakes:
        raise SettingsMistaken([f"{path}:{line}: {said}" for line, said in sorted(mistakes)])
    return values


def _unknown(found: dict[str, Any], text: str, path: str) -> list[tuple[int, str]]:
    known: dict[str, list[str]] = {}
    for setting in TABLE:
        known.setdefault(setting.section, []).append(setting.name)
    mistakes = []
    for section, inside in found.items():
        if section not in known or not isinstance(inside, dict):
            mistakes.append((_line_of(text, section), f"there is no section [{section}]; there are {', '.join(known)}"))
            continue
        for name in inside:
            if name not in known[section]:
                said = f"there is no setting {name} in [{section}]; there are {', '.join(known[section])}"
                mistakes.append((_line_of(text, section, name), said))
    return mistakes


_TYPES: dict[type, str] = {
    bool: Sentence("it must be true or false"),
    int: Sentence("it must be a whole number"),
    str: Sentence("it must be a text in quotes"),
}


def _wrong_type(default: Value, value: Any) -> str:
    if isinstance(default, list):
        right = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return "" if right else Sentence('it must be a list of texts, as in ["one", "two"]')
    if type(value) is not type(default):
        return _TYPES[type(default)]
    return ""


def _line_of(text: str, section: str, name: str = "") -> int:
    """The line of the setting, or of the section's head; 1 if it is not written in so many words."""
    wanted = [(section, name)] if name else [(section, ""), ("", section)]
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip()
        if word.startswith("["):
            inside = word[1:].partition("]")[0].strip()
            key = ""
        else:
            key = word.partition("=")[0].strip().strip("\"'")
        if (inside, key) in wanted and word:
            return number
    return 1


def _toml(value: Any) -> str:
    import json

    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, default=str)
