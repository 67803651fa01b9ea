"""Every setting there is: one table that settings.toml is written from, checked against and read into.

Guarantee: a file with mistakes gives no settings, but all mistakes at once, each with its line. It reads no files.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from helpdesk_lite import route
from helpdesk_lite.errors import SettingsMistaken
from helpdesk_lite.letter import is_address
from helpdesk_lite.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

Value = str | int | bool | list[str]


class Setting(NamedTuple):
    """One line of settings.toml. `wrong` says what is wrong with a value of the right type ("" if nothing)."""

    section: str
    name: str
    default: Value
    comment: str
    wrong: Callable[[Any], str] = lambda value: ""


LANGUAGES = ("en", "it")


def _one_of(*allowed: str) -> Callable[[str], str]:
    return lambda value: "" if value in allowed else f"it must be one of {', '.join(map(repr, allowed))}"


def _from(lowest: int) -> Callable[[int], str]:
    return lambda value: "" if value >= lowest else f"it must be {lowest} or more"


def _address(value: str) -> str:
    return "" if is_address(value) else f"{value!r} is not a mail address"


def _addresses(value: list[str]) -> str:
    return next((wrong for wrong in map(_address, value) if wrong), "")


def _pattern(value: str) -> str:
    if not value or (value.count("*") == 1 and is_address(value.replace("*", "x"))):
        return ""
    return "it must be an address with one * in it"


def _line(value: str) -> str:
    return "" if value.strip() and value.isprintable() else "it must be one line of text"


def _url(value: str) -> str:
    import re

    if not value or re.fullmatch(r"https?://[^\s/?#\"'<>\\@]+(?:/[^\s?#\"'<>\\]*)?", value):
        return ""
    return "it must look like https://www.example.org/cgi-bin/helpdesk.cgi"


def _transport(value: str) -> str:
    try:
        route.read_transport(value)
    except ValueError as wrong:
        return str(wrong)
    return ""


def _mailbox(value: str) -> str:
    try:
        if value:
            route.read_mailbox(value)
    except ValueError as wrong:
        return str(wrong)
    return ""


def _afterwards(value: str) -> str:
    is_known = value in ("flag", "delete") or (value.startswith("move:") and value != "move:" and value.isprintable())
    return "" if is_known else "it must be 'flag', 'delete' or 'move:' with a folder behind it"


TABLE = (
    Setting("desk", "name", "Help Desk", "what customers see as the name of this desk", _line),
    Setting("desk", "url", "", "public address of the entry script; `serve` fills in its own if empty", _url),
    Setting("desk", "address", "helpdesk@localhost", "the desk's own mail address", _address),
    Setting("desk", "broadcast", ["operators@localhost"], "told of every new ticket", _addresses),
    Setting("desk", "language", "en", "en | it: of notices, and where a reader's own is unknown", _one_of(*LANGUAGES)),
    Setting("desk", "show_operator", True, "customers see on their page who answers; never where answers are relayed"),
    Setting("desk", "resolved_days", 7, "a resolved ticket closes by itself after so many; 0: never", _from(0)),
    Setting("desk", "proxy", "", "address of a reverse proxy in front, whose X-Forwarded-For and -Proto are believed"),
    Setting(
        "mail",
        "transport",
        "maildir:data/mail",
        "or smtp://[user:password@]host[:port][?tls=starttls|implicit|none], sendmail:/usr/sbin/sendmail,\n"
        "# lmtp://host:port, lmtp:/path",
        _transport,
    ),
    Setting(
        "mail",
        "answers",
        "direct",
        "direct | copied | relayed: where an operator's Reply goes",
        _one_of("direct", "copied", "relayed"),
    ),
    Setting(
        "mail",
        "forward",
        "reshape",
        "reshape | auto: with auto, a letter goes to its operator as it came where its sender's domain allows (DMARC)",
        _one_of("reshape", "auto"),
    ),
    Setting("mail", "acknowledge", True, "mail the customer the tracking number (never what they typed)"),
    Setting(
        "mail",
        "ticket_addresses",
        "",
        'where answers come in, as in "*@tickets.example.org"; empty: "desk+*@example.org" for desk@example.org',
        _pattern,
    ),
    Setting(
        "mail",
        "trusted_results",
        "",
        "the mail server (authserv-id) whose DKIM verdict operators' letters must have passed; empty: not asked for",
    ),
    Setting("mail", "reopen_days", 30, "a letter reopens a ticket closed so lately, else opens a new one", _from(0)),
    Setting("limits", "letter_mb", 50, "most that one letter may bring, in MB", _from(1)),
    Setting("limits", "upload_mb", 25, "most that one submission may bring, in MB", _from(1)),
    Setting("limits", "submissions_per_hour", 30, "from one address; 0: no limit", _from(0)),
    Setting(
        "limits",
        "sign_in_tries",
        10,
        "wrong ones in a row, per name and per address, before it slows down; 0: no limit",
        _from(0),
    ),
    Setting(
        "sign_in",
        "by",
        "password",
        "password | remote_user: the web server has checked who it is (REMOTE_USER)",
        _one_of("password", "remote_user"),
    ),
    Setting("sign_in", "stay_hours", 12, "how long a sign-in lasts", _from(1)),
    Setting(
        "fetch",
        "mailbox",
        "",
        "where `helpdesk-lite fetch` finds letters: imaps://user:password@host[:port]/FOLDER",
        _mailbox,
    ),
    Setting(
        "fetch",
        "token_command",
        "",
        "a command that prints an access token (XOAUTH2), in place of a password in `mailbox`",
    ),
    Setting(
        "fetch",
        "afterwards",
        "flag",
        "flag | move:FOLDER | delete: what becomes of a letter there once the desk has it; the flag is $HelpDesk",
        _afterwards,
    ),
    Setting(
        "retention",
        "erase_after_days",
        0,
        "a closed ticket becomes anonymous, for good, after so many: no names, addresses, words or files; 0: never",
        _from(0),
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
        lines += [f"# {setting.comment}", f"{setting.name} = {_toml(setting.default)}"]
    return "\n".join(lines) + "\n"


class Told(NamedTuple):
    """A setting as the desk has it: its value as in settings.toml, and the line there, 0 if it is the default's."""

    setting: Setting
    value: str
    line: int

    @property
    def is_usual(self) -> bool:
        """Whether it is what a new desk has."""
        return self.value == _toml(self.setting.default)


def told(text: str) -> list[Told]:
    """Every setting, in the order of the table, with where its value in the sound TOML `text` comes from.

    A password in a value is not told.
    """
    import re
    import tomllib

    found = tomllib.loads(text)
    told = []
    for setting in TABLE:
        section = found.get(setting.section, {})
        is_written = setting.name in section
        value = _toml(section.get(setting.name, setting.default))
        value = re.sub(r"(://[^/@:\s\"]*):[^/@\s\"]*@", r"\1:...@", value)
        told.append(Told(setting, value, _line_of(text, setting.section, setting.name) if is_written else 0))
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
        said = _wrong_type(setting.default, value) or setting.wrong(value)
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


def _wrong_type(default: Value, value: Any) -> str:
    if isinstance(default, list):
        right = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return "" if right else 'it must be a list of texts, as in ["one", "two"]'
    if type(value) is not type(default):
        names = {bool: "true or false", int: "a whole number", str: "a text in quotes"}
        return f"it must be {names[type(default)]}"
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
