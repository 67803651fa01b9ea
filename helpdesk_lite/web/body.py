"""What a browser posted: text pairs and uploads, read within limits, uploads straight to disk.

Guarantee: no more than the limits is ever read, no upload is ever whole in memory, and nothing is left in the spool
folder when the block ends. It gives no verdict on what was posted (forms/verdict).
"""

from __future__ import annotations

import os
from contextlib import contextmanager

from helpdesk_lite import disk
from helpdesk_lite.web.http import as_text, urlencoded_pairs
from helpdesk_lite.words.errors import RequestMalformed, TooLarge
from helpdesk_lite.words.form import Posted, Upload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from helpdesk_lite.web.http import Request

MOST_TEXT = 1 << 20  # bytes of text in one post
MOST_PARTS = 2000
MOST_UPLOADS = 500  # fewer than mail/parse reads of a message: a file that is kept is also seen
LONGEST_HEADER = 8192  # bytes of a part's header line
LONGEST_TYPE = 1000  # bytes of the request's Content-Type
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def check_size(request: Request, upload_mb: int) -> int:
    """The body's length in bytes; TooLarge before a byte of it is read, RequestMalformed if the length is none."""
    said = request.environ.get("CONTENT_LENGTH") or "0"
    if not (said.isascii() and said.isdigit() and len(said) < 16):
        raise RequestMalformed("The length of what was sent is not a number.")
    most = (upload_mb << 20) + MOST_TEXT
    if int(said) > most:
        raise TooLarge(upload_mb * 1_000_000 or MOST_TEXT)
    return int(said)


@contextmanager
def posted(request: Request, spool: str, upload_mb: int) -> Iterator[Posted]:
    """What the request posts, while the block runs. TooLarge, RequestMalformed."""
    left = check_size(request, upload_mb)
    kind = request.environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind == MULTIPART:
        with _Spool(spool, upload_mb << 20) as reader:
            reader.read(request, left)
            yield Posted(tuple(reader.pairs), tuple(reader.uploads))
    elif kind in (URLENCODED, ""):
        yield Posted(tuple(text_pairs(request, left)))
    else:
        raise RequestMalformed("A form is sent as a browser sends it, not as this kind of data.")


def typed(request: Request, spool: str, upload_mb: int = 0) -> dict[str, str]:
    """The fields of a form whose files nobody wants, by name; lines end in \\n alone. TooLarge, RequestMalformed."""
    with posted(request, spool, upload_mb) as found:
        return {name: value.replace("\r\n", "\n") for name, value in found.pairs}


def text_pairs(request: Request, left: int) -> list[tuple[str, str]]:
    """The pairs of an urlencoded body of `left` bytes. TooLarge, RequestMalformed."""
    if left > MOST_TEXT:
        raise TooLarge(MOST_TEXT)
    raw = b"".join(_chunks(request.environ["wsgi.input"], left))
    if raw.count(b"&") >= MOST_PARTS:
        raise RequestMalformed(f"A form has at most {MOST_PARTS} fields.")
    return urlencoded_pairs(raw)


def _chunks(source: BinaryIO, left: int) -> Iterator[bytes]:
    while left:
        piece = source.read(min(disk.CHUNK, left))
        if not piece:
            raise RequestMalformed("What was sent ends before its end.")
        left -= len(piece)
        yield piece


class _Spool:
    """Reads one multipart/form-data body (RFC 7578) with python-multipart; uploads go to files in `folder`."""

    def __init__(self, folder: str, most: int) -> None:
        self.pairs: list[tuple[str, str]] = []
        self.uploads: list[Upload] = []
        self._folder = folder
        self._most = most
        self._paths: list[str] = []
        self._header = b""
        self._headers: dict[bytes, bytes] = {}
        self._value = b""
        self._text = bytearray()
        self._file: BinaryIO | None = None
        self._parts = 0
        self._text_left = MOST_TEXT
        self._upload_left = most
        self._ended = False

    def __enter__(self) -> _Spool:
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()
        for path in self._paths:
            try:
                disk.remove(path, durable=False)
            except OSError:
                continue  # what is done is done; what lies here for a day is tidied away

    def read(self, request: Request, length: int) -> None:
        """Read the whole body."""
        from python_multipart.exceptions import FormParserError
        from python_multipart.multipart import MultipartParser, parse_options_header

        _, options = parse_options_header(request.environ.get("CONTENT_TYPE", "")[:LONGEST_TYPE])
        boundary = options.get(b"boundary", b"")
        if not 0 < len(boundary) <= 200:
            raise RequestMalformed("What was sent does not say where its parts begin.")
        self._options = parse_options_header
        try:
            parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._add_name,
                    "on_header_value": self._add_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin_data,
                    "on_part_data": self._add_data,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
            )
            for piece in _chunks(request.environ["wsgi.input"], length):
                parser.write(piece)
        except FormParserError:
            raise RequestMalformed("What was sent is not put together as a form is.") from None
        if not self._ended:
            raise RequestMalformed("What was sent ends before its end.")

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise RequestMalformed(f"A form has at most {MOST_PARTS} fields.")
        self._headers = {}

    def _add_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start : min(end, start + LONGEST_HEADER + 1)]
        self._check_header()

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start : min(end, start + LONGEST_HEADER + 1)]
        self._check_header()

    def _check_header(self) -> None:
        """Not left to the parser: its older versions read a header of any length, in quadratic time."""
        if len(self._header) + len(self._value) > LONGEST_HEADER:
            raise RequestMalformed("A part of what was sent has a header that is too long.")

    def _end_header(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header, self._value = b"", b""
        if len(self._headers) > 20:
            raise RequestMalformed("A part of what was sent has too many headers.")

    def _begin_data(self) -> None:
        _, options = self._options(self._headers.get(b"content-disposition", b""))
        self._name = _decoded(options.get(b"name", b""))
        self._file_name = _decoded(options[b"filename"]) if b"filename" in options else None
        self._text = bytearray()
        if self._file_name:
            if len(self._paths) == MOST_UPLOADS:
                raise RequestMalformed(f"A form has at most {MOST_UPLOADS} files.")
            path = os.path.join(self._folder, f"{os.getpid()}-{id(self):x}-{len(self._paths)}")
            self._paths.append(path)
            self._file = open(path, "wb")

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._file:
            self._upload_left -= end - start
            if self._upload_left < 0:
                raise TooLarge(self._most)
            self._file.write(data[start:end])
        else:
            self._text_left -= end - start
            if self._text_left < 0:
                raise TooLarge(MOST_TEXT)
            self._text += data[start:end]

    def _end_part(self) -> None:
        if self._file:
            size = self._file.tell()
            self._file.close()
            self._file = None
            kind = self._headers.get(b"content-type", b"application/octet-stream").decode("latin-1")
            self.uploads.append(Upload(self._name, _plain(self._file_name or ""), kind, size, self._paths[-1]))
        elif self._file_name is None:
            self.pairs.append((self._name, as_text(bytes(self._text))))

    def _end(self) -> None:
        self._ended = True


def _decoded(raw: bytes) -> str:
    """A name or file name as browsers write it: UTF-8, with these three escaped (HTML standard, 4.10.21.8)."""
    for escaped, plain in ((b"%22", b'"'), (b"%0D", b"\r"), (b"%0A", b"\n")):
        raw = raw.replace(escaped, plain)
    return as_text(raw)


def _plain(name: str) -> str:
    """A file's name without folders or control characters; some browsers have sent whole paths."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(character if character.isprintable() else "_" for character in last).strip()
    return shown[-150:] if shown.strip(".") else "file"
