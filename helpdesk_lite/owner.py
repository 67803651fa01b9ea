"""Whose data/ is: one user of the system, and root works for that user too; and what this user may write.

Guarantee: a command that root runs leaves no file that the desk's own user cannot open; giving a file back to that user
follows no link and gives away nothing that has a second name elsewhere. It decides nothing about rights in the desk.
"""

from __future__ import annotations

import errno
import os
import stat

from helpdesk_lite import disk
from helpdesk_lite.words.errors import DeskUnusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.root import Root

ROOT = 0
_HERE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def take_on(root: Root, may_give: bool = False) -> None:
    """If this is root, go on as the user whose the desk is: for good, unless `may_give` keeps `give` possible.

    DeskUnusable if that user cannot read this program.
    """
    path = root.data if os.path.isdir(root.data) else root.path
    if os.geteuid() != ROOT or not os.path.isdir(path) or (owner := _owner(path)) == ROOT:
        return
    group = _join_groups(owner, os.stat(path).st_gid)
    if may_give:
        os.setegid(group)
        os.seteuid(owner)
    else:
        os.setgid(group)
        os.setuid(owner)
    try:
        for program in (__file__, os.__file__):  # parts of both are still to be loaded
            os.close(os.open(program, os.O_RDONLY | os.O_CLOEXEC))
    except PermissionError:
        said = f"{path} belongs to {_name(owner)}, who cannot read {program}: install the program where everybody can."
        raise DeskUnusable(said) from None


def strangers(data: str) -> Iterator[tuple[str, str]]:
    """The files and folders in data/ that are not its owner's; each with a word for whose they are.

    A folder comes before what is in it, so that it may be given back first.
    """
    owner = _owner(data)
    for folder, folders, names in os.walk(data):
        for name in (*folders, *names):
            path = os.path.join(folder, name)
            try:
                found = os.lstat(path).st_uid
            except FileNotFoundError:
                continue  # it moved on meanwhile
            if found != owner:
                yield path, f"it belongs to {_name(found)}, but {os.path.basename(data)}/ to {_name(owner)}"


def give(path: str, data: str) -> bool:
    """Give the file or folder to the owner of data/; whether that could be done. Only root may, see `take_on`."""
    me, owner, group = os.geteuid(), _owner(data), os.stat(data).st_gid
    try:
        os.seteuid(ROOT)
    except PermissionError:
        return False
    try:
        with _opened(data, os.path.relpath(path, data)) as descriptor:
            found = os.fstat(descriptor)
            # Whoever can write to data/ could have linked somebody else's file into it.
            is_only_here = stat.S_ISDIR(found.st_mode) or (stat.S_ISREG(found.st_mode) and found.st_nlink == 1)
            if is_only_here:
                os.fchown(descriptor, owner, group)
            return is_only_here
    except OSError:
        return False
    finally:
        os.seteuid(me)


class _opened:
    """The file or folder `path` below `folder`, open while the block runs; no part of `path` may be a link."""

    def __init__(self, folder: str, path: str) -> None:
        self._descriptor = os.open(folder, _HERE & ~os.O_NOFOLLOW | os.O_DIRECTORY)
        for part in path.split(os.sep):
            outer = self._descriptor
            try:
                self._descriptor = os.open(part, _HERE, dir_fd=outer)
            finally:
                os.close(outer)

    def __enter__(self) -> int:
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def may_write(path: str) -> bool:
    """Whether this user may write the file, which must be there. OSError if that cannot be told."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC))  # os.access says no as well where the disk has failed
    except OSError as wrong:
        return _is_refusal(wrong)
    return True


def may_write_in(folder: str) -> bool:
    """Whether this user may make files in the folder, and the folder itself if it is not there. OSError as above."""
    from tempfile import TemporaryFile

    while not disk.is_there(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    if os.access(folder, os.W_OK | os.X_OK):
        return True
    try:
        TemporaryFile(dir=folder).close()
    except OSError as wrong:
        return _is_refusal(wrong)
    return True


def _is_refusal(wrong: OSError) -> bool:
    """False if this user was refused; whatever else went wrong is raised."""
    if wrong.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
        raise wrong
    return False


def _owner(path: str) -> int:
    """The user's number. A link counts as its maker's, unless root made it."""
    return os.lstat(path).st_uid or os.stat(path).st_uid


def _join_groups(owner: int, group: int) -> int:
    """Be in the groups that the user is in; the main one (`group` if the system does not know the user)."""
    import pwd

    try:
        known = pwd.getpwuid(owner)
    except KeyError:
        os.setgroups([group])
        return group
    os.initgroups(known.pw_name, known.pw_gid)
    return known.pw_gid


def _name(owner: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return f"user {owner}"
