"""Whether texts match the patterns of a form, as a browser would say, in bounded time.

Guarantee: `matches` answers within about `DEADLINE` seconds whatever the pattern. Patterns are ECMAScript's with
the `v` flag, anchored at both ends (HTML, 4.10.5.3.6). One that does not compile, or takes too long, is ignored: it
fits everything. It does not say which form a pattern came from.
"""

from __future__ import annotations

import marshal
import os
import re
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DEADLINE = 1.0  # seconds for all patterns of one submission together
_SHORT = 1000  # characters; a plain pattern on a longer text is still matched, but where it can be stopped
_CHARACTER = r"[A-Za-z0-9 _@#:,%&;=~!<>'\"-]|\\[dDwWsS.+*?()\[\]{}|/^$]"
_CLASS = r"\[\^?(?:[A-Za-z0-9 _.@]|\\[dws.+/-]|[A-Za-z0-9]-[A-Za-z0-9])+\]"
# No groups, no alternatives: the work is bounded by the text's length to the power of the loose quantifiers.
_PLAIN = re.compile(rf"(?:(?:{_CHARACTER}|{_CLASS})(?:[*+?]|\{{[0-9]{{1,3}}(?:,[0-9]{{0,3}})?\}})?)+")
_LOOSE = re.compile(r"(?<!\\)(?:[*+?]|,[0-9]*\})")

FITS, FAILS, UNREADABLE, TOO_SLOW = "fits", "fails", "unreadable", "too slow"


def matches(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """For each (pattern, text): FITS, FAILS, UNREADABLE (the pattern does not compile) or TOO_SLOW."""
    answers = [match(*pair) if is_plain(*pair) else "" for pair in pairs]
    rest = [index for index, answer in enumerate(answers) if not answer]
    if rest:
        for index, answer in zip(rest, _matches_apart([pairs[index] for index in rest]), strict=True):
            answers[index] = answer
    return answers


def is_plain(pattern: str, text: str) -> bool:
    """Whether matching is sure to be quick: a row of characters and classes, few of them repeated, and a short text."""
    return len(text) <= _SHORT and bool(_PLAIN.fullmatch(pattern)) and len(_LOOSE.findall(pattern)) <= 2


def match(pattern: str, text: str) -> str:
    """FITS, FAILS or UNREADABLE, after as long as it takes."""
    import regress

    try:
        pattern = _strict(pattern)
        regress.Regex(pattern, "uv")  # alone first: "a)(b" must not become readable by the brackets put around it
        found = regress.Regex(f"^(?:{pattern})$", "uv").find(text)
    except (regress.RegressError, ValueError):
        return UNREADABLE
    return FAILS if found is None else FITS


def _strict(pattern: str) -> str:
    """The pattern where regress reads it otherwise than ECMA-262 (22.2.1): `[\\b]` is a backspace, `\\b+` an error."""
    pieces: list[str] = []
    depth = 0
    for piece in re.findall(r"\\.|.", pattern, re.DOTALL):
        if pieces and pieces[-1] in ("\\b", "\\B") and not depth and piece in "*+?{":
            raise ValueError("a word boundary cannot be repeated")
        depth += (piece == "[") - (piece == "]" and depth > 0)
        pieces.append("\\x08" if piece == "\\b" and depth else piece)
    return "".join(pieces)


def _matches_apart(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """The answers of a child process, which is stopped at the deadline. What it did not get to is TOO_SLOW."""
    to_child, from_child = os.pipe(), os.pipe()
    child = os.posix_spawn(
        _python(),
        [_python(), "-I", "-S", __file__, *sys.path],
        dict(os.environ),
        file_actions=[
            (os.POSIX_SPAWN_DUP2, to_child[0], 0),
            (os.POSIX_SPAWN_DUP2, from_child[1], 1),
        ],
    )
    os.close(to_child[0])
    os.close(from_child[1])
    try:
        _write(to_child[1], marshal.dumps(list(pairs)))
        said = _read_lines(from_child[0], len(pairs), time.monotonic() + DEADLINE)
    finally:
        os.close(from_child[0])
        os.kill(child, 9)
        os.waitpid(child, 0)
    return said + [TOO_SLOW] * (len(pairs) - len(said))


def _write(descriptor: int, data: bytes) -> None:
    """Give the child everything; it reads all before it says a word."""
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
    except BrokenPipeError:
        return  # the child is gone, so it says nothing, so nothing of it counts


def _read_lines(descriptor: int, count: int, until: float) -> list[str]:
    """Up to `count` whole lines that come before the moment `until` of the monotonic clock."""
    import select

    said = b""
    while said.count(b"\n") < count and (left := until - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            piece = os.read(descriptor, 1 << 16)
            if not piece:
                break
            said += piece
    return [line.decode() for line in said.split(b"\n")[:-1]]


def _python() -> str:
    """This Python as a program; a server that has Python inside it names itself in sys.executable."""
    name = os.path.basename(sys.executable or "")
    return sys.executable if name.startswith("python") else os.path.join(sys.prefix, "bin", "python3")


def answer_from_standard_input() -> None:
    """Be the child: read all pairs, then say a line for each; end by itself even when nobody is left to stop it."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (2, 3))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    with open(0, "rb") as file:
        pairs = marshal.loads(file.read())
    for pattern, text in pairs:
        os.write(1, match(pattern, text).encode() + b"\n")


if __name__ == "__main__":
    sys.path[:] = sys.argv[1:]
    answer_from_standard_input()
