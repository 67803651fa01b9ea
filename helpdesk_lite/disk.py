"""The disk, made honest: files appear whole, moves happen once, locks exclude.

Guarantee: when `write_new`, `replace`, `move` or `remove` returns, what it did survives a power cut; when
`write_new`, `move` or `exchange` raises OSError, nothing has changed (MayBeKept: the disk failed to take it back,
too). A file that can be seen under its own name is never half written. It is the only module that calls fsync,
rename, link or flock.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

CHUNK = 1 << 16
_BESIDE = ".new"  # the end of a name that is still being written; always hidden, always safe to delete


def beside(path: str) -> str:
    """The hidden name beside `path`, unique to this process and thread, that a file has while it is written."""
    from _thread import get_ident  # threading would bring half a dozen modules for it

    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}.{os.getpid()}-{get_ident():x}{_BESIDE}")


def is_unfinished(name: str) -> bool:
    """Whether a file's name (no folders) says that its writing was never finished."""
    return name.startswith(".") and name.endswith(_BESIDE)


def write_beside(path: str, chunks: Iterable[bytes], mode: int = 0o600) -> str:
    """Write and flush `chunks` to a hidden file beside `path`; return its path. Leaves nothing behind if it fails."""
    hidden = beside(path)
    descriptor = _make_hidden(hidden)
    try:
        with open(descriptor, "wb", buffering=CHUNK) as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            if mode != 0o600:
                os.fchmod(descriptor, mode)
            os.fsync(descriptor)
    except BaseException:
        _forget(hidden)
        raise
    return hidden


def put(path: str, chunks: Iterable[bytes], mode: int = 0o600) -> None:
    """Make `path` hold `chunks`, whole and flushed; its name is not, which the caller sees to before anyone is told."""
    rename_hidden(write_beside(path, chunks, mode), path)


def write_new(path: str, chunks: Iterable[bytes]) -> None:
    """Make the file `path` with `chunks`; FileExistsError if it is there already, which is then left alone."""
    hidden = write_beside(path, chunks)
    try:
        os.link(hidden, path)
    finally:
        _forget(hidden)
    _settle(path, [os.path.dirname(path)], lambda: os.unlink(path))


def replace(path: str, chunks: Iterable[bytes]) -> None:
    """Make `path` hold `chunks`, whether or not it was there before."""
    put(path, chunks)
    sync_folder(os.path.dirname(path))


def renew(path: str, chunks: Iterable[bytes], mode: int = 0o600) -> None:
    """Make the file `path` hold its next version. MayBeKept if it does, but perhaps not after a power cut."""
    put(path, chunks, mode)
    _make_last(path)


def move(source: str, target: str) -> None:
    """Rename `source` to `target`, for good. FileNotFoundError if it is no longer there.

    The caller holds the lock under which nobody else makes `target`: an existing file there is refused.
    """
    _refuse_existing(target)
    os.rename(source, target)
    folders = dict.fromkeys((os.path.dirname(target), os.path.dirname(source)))
    _settle(target, folders, lambda: os.rename(target, source))


def exchange(source: str, target: str, coming: str) -> None:
    """Move `source` to `target` and put `coming`, its next version, in its place there. The first rename decides.

    FileNotFoundError if `source` is gone; FileExistsError if `target` exists. The caller holds the lock of both.
    """
    _refuse_existing(target)
    before = beside(f"{coming}.before")  # the old version keeps a name until the new one is safe
    folders = [os.path.dirname(target), os.path.dirname(source)]

    def go_back() -> None:
        os.makedirs(os.path.dirname(source), mode=0o700, exist_ok=True)  # others may have found it empty
        os.rename(target, source)

    def take_back() -> None:  # as a move of its own, the old version coming: cut short, it ends like any other
        os.rename(before, coming)
        go_back()
        os.rename(coming, source)

    try:
        _link_hidden(source, before)
        os.rename(source, target)
        _settle(target, [], go_back, [(coming, target)])
        _settle(target, folders, take_back)
    except OSError:
        _forget(before)
        _forget(coming)
        raise
    _forget(before)


def rename_over(source: str, target: str) -> None:
    """Put the whole file `source` in the place of `target`, for good."""
    os.rename(source, target)
    sync_folder(os.path.dirname(target))


def rename_hidden(hidden: str, target: str) -> None:
    """Give a file made by `write_beside` its name, in any folder; its name is not flushed. It is gone if that fails."""
    try:
        os.rename(hidden, target)
    except BaseException:
        _forget(hidden)
        raise


def slide(source: str, target: str) -> None:
    """Rename `source` over `target` without waiting for the disk: for what can be done again after a crash."""
    os.rename(source, target)


def remove(path: str, durable: bool = True) -> None:
    """Take the file away; no matter if it is gone already."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    if durable:
        sync_folder(os.path.dirname(path))


def withdraw(path: str) -> None:
    """Take the file away, for good. MayBeKept if it is gone, but perhaps comes back after a power cut."""
    remove(path, durable=False)
    _make_last(path)


def _make_last(path: str) -> None:
    """Flush the folder of what was just done to the file, and cannot be undone. MayBeKept."""
    try:
        sync_folder(os.path.dirname(path))
    except OSError as wrong:
        from helpdesk_lite.words.errors import MayBeKept

        raise MayBeKept(path) from wrong


def jot(path: str, content: bytes) -> None:
    """Make `path` hold `content`, whole or not at all, without waiting for the disk: for what can be lost."""
    hidden = beside(path)
    try:
        with open(_make_hidden(hidden), "wb") as file:
            file.write(content)
    except BaseException:
        _forget(hidden)
        raise
    rename_hidden(hidden, path)


def remove_older(folder: str, oldest: float) -> None:
    """Take away the files in `folder` last changed before `oldest` (seconds UTC), without waiting for the disk."""
    for name in names(folder):
        path = os.path.join(folder, name)
        try:
            if os.path.getmtime(path) < oldest:
                os.unlink(path)
        except FileNotFoundError:
            continue  # another process tidies too


def append(path: str, record: bytes) -> None:
    """Add `record` to the end of `path` in one write, not flushed: for counts that may be lost in a power cut."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, record)
    finally:
        os.close(descriptor)


def record(path: str, line: bytes, durable: bool = True) -> int:
    """Add the line to the end of `path`, while nobody else does; at which byte it begins. Flushed, if it is to be.

    A line that a crash cut short is ended before it. If it raises OSError, nothing was added.
    """
    is_new = not os.path.exists(path)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        end = os.fstat(descriptor).st_size
        begun = b"\n" if end and os.pread(descriptor, 1, end - 1) != b"\n" else b""
        try:
            if os.write(descriptor, begun + line) < len(begun + line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
            if durable:
                os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, end)
            raise
    finally:
        os.close(descriptor)  # which ends the lock
    if durable and is_new:
        sync_folder(os.path.dirname(path))
    return end + len(begun)


def read(path: str) -> bytes:
    """All bytes of a small file."""
    with open(path, "rb") as file:
        return file.read()


def chunks_of(path: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes of `path` from `start` up to `end` (to its end if None), in pieces."""
    with open(path, "rb") as file:
        file.seek(start)
        left = -1 if end is None else end - start
        while left and (piece := file.read(CHUNK if left < 0 else min(CHUNK, left))):
            left -= len(piece) if left > 0 else 0
            yield piece


def names(folder: str, hidden: bool = False) -> list[str]:
    """The visible names in `folder`, or all of them, sorted; none if there is no such folder, or it is a file."""
    try:
        return sorted([name for name in os.listdir(folder) if hidden or not name.startswith(".")])
    except (FileNotFoundError, NotADirectoryError):
        return []


def count(folder: str) -> int:
    """How many entries the folder has, hidden ones too; none if there is no such folder."""
    try:
        return len(os.listdir(folder))
    except FileNotFoundError:
        return 0


def remove_empty(folder: str) -> bool:
    """Take the folder away if it is empty, without waiting for the disk; whether it was."""
    try:
        os.rmdir(folder)
    except OSError:
        return False
    return True


def make_folder(path: str, mode: int = 0o700) -> None:
    """Make the folder, and those above it, private to this user if nothing is said; no matter if it is there.

    FileNotFoundError if others, who found it empty, take it or one above it away at the same moment.
    """
    if not os.path.isdir(path):
        above = os.path.dirname(os.path.abspath(path))
        make_folder(above, mode)  # one by one: each name is to be on disk
        try:
            os.mkdir(path, 0o700)
            if mode != 0o700:
                os.chmod(path, mode)
        except FileExistsError:
            if not stat.S_ISDIR(os.stat(path).st_mode):
                raise
        sync_folder(above)


def is_there(path: str) -> bool:
    """Whether there is a file or folder. OSError if that cannot be told: nobody may go on as if there were none."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def touch(folder: str) -> None:
    """Say that something in or below the folder has changed: its time is now."""
    os.utime(folder)


def sync_folder(path: str) -> None:
    """Return when the names in the folder are on disk as they are now; if it has been taken away, when that is."""
    try:
        descriptor = os.open(path or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return sync_folder(os.path.dirname(path))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _settle(
    path: str, folders: Iterable[str], take_back: Callable[[], None], renames: Iterable[tuple[str, str]] = ()
) -> None:
    """Do what is left of a step: some renames, then flush the folders. If it fails, `take_back` undoes the whole step.

    Raises the failure; MayBeKept if it could not be undone either.
    """
    try:
        for source, target in renames:
            os.rename(source, target)
        for folder in folders:
            sync_folder(folder)
    except OSError as wrong:
        try:
            take_back()
        except OSError:
            from helpdesk_lite.words.errors import MayBeKept

            raise MayBeKept(path) from wrong
        raise


def _refuse_existing(path: str) -> None:
    """FileExistsError if there is something called this; OSError if that cannot be told."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)


def _make_hidden(hidden: str) -> int:
    """A new, empty file to write. One that a killed process of the same id left is not written to: it may be the second
    name of a file in use (see `write_new`).
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return os.open(hidden, flags, 0o600)
    except FileExistsError:
        os.unlink(hidden)
        return os.open(hidden, flags, 0o600)


def _link_hidden(path: str, hidden: str) -> None:
    """Give the file a second, hidden name."""
    try:
        os.link(path, hidden)
    except FileExistsError:
        os.unlink(hidden)
        os.link(path, hidden)


def _forget(hidden: str) -> None:
    """Take a hidden file away if that is possible; `verify` finds what was left."""
    try:
        os.unlink(hidden)
    except OSError:
        return


def _unlock(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_UN)


class locked:  # a verb, as it is used: `with disk.locked(path):`
    """Hold the lock file `path` (flock(2), made if missing) while the block runs; waits its turn.

    filelock's `FileLock(path)` excludes it and is excluded by it. The lock file stays: it must be one of a fixed few.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        except BaseException:
            os.close(self._descriptor)
            raise

    def __exit__(self, *_: object) -> None:
        for let_go in (_unlock, os.close):  # either is enough: whichever of them fails, nobody waits for ever
            try:
                let_go(self._descriptor)
            except OSError:
                continue
