"""Compiled templates, kept in a folder that may be read-only, damaged or deleted at any time.

Guarantee: whatever happens to the folder, a page only takes longer. A compiled template goes with the exact text it was
made from and the Python it was made for (Jinja2 sees to both).
"""

from __future__ import annotations

import os
import pickle

from jinja2.bccache import Bucket, BytecodeCache

from helpdesk_lite import disk


class KeptBytecode(BytecodeCache):
    """A file for each template in `folder`."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give `bucket` what was kept for it, if anything was."""
        try:
            bucket.bytecode_from_string(disk.read(self._path(bucket)))
        except (OSError, EOFError, ValueError, TypeError, pickle.UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what `bucket` has."""
        path = self._path(bucket)
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            hidden = disk.beside(path)
            with open(hidden, "wb") as file:
                file.write(bucket.bytecode_to_string())
            disk.slide(hidden, path)
        except OSError:
            return

    def _path(self, bucket: Bucket) -> str:
        return os.path.join(self._folder, f"template-{bucket.key}")
