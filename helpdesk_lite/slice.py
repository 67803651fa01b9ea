"""A piece of an open file as a file of its own, so that a message within a file reads as if it were alone.

Guarantee: it reads what is there and holds nothing in memory; positions count from the piece's beginning.
"""

from __future__ import annotations

import io
import os


class Slice(io.RawIOBase):
    """The bytes of an open file from `start` to `end`, as a file of its own; the descriptor is its to close."""

    def __init__(self, descriptor: int, start: int, end: int) -> None:
        self._descriptor = descriptor
        self._start, self._end = start, end
        self._at = start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: self._start, os.SEEK_CUR: self._at, os.SEEK_END: self._end}[whence]
        self._at = max(self._start, origin + offset)
        return self._at - self._start

    def tell(self) -> int:
        return self._at - self._start

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = os.pread(self._descriptor, min(len(buffer), max(0, self._end - self._at)), self._at)
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()
