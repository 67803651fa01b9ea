"""A folder of ticket files that stays quick to list: once it is full, newcomers go into subfolders named as they begin.

    pending/3D9P-64M6-EPTV.mbox                  up to FULL entries
    pending/3D9P/3D9P-64M6-EPTV.mbox             then the tickets of 46 minutes together, up to FULL again
    pending/3D9P/3D9P-64/3D9P-64M6-EPTV.mbox     then those of 3 seconds

Guarantee: a small desk never sees a subfolder; a file has one of three paths, told by its name alone; names come in
order without looking into subfolders that are not asked for. It moves nothing that is there already.
"""

from __future__ import annotations

import os
from itertools import groupby, pairwise

from helpdesk_lite import disk
from helpdesk_lite.words import tracking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

END = ".mbox"
FULL = 250  # entries
_WIDTHS = (4, 7)  # characters of a number that name a subfolder, and one within it
_TRIES = 10


def paths(folder: str, number: str) -> list[str]:
    """Where the ticket's file may lie in and below the folder."""
    name = number + END
    outer, inner = (number[:width] for width in _WIDTHS)
    return [os.path.join(folder, name), os.path.join(folder, outer, name), os.path.join(folder, outer, inner, name)]


def find(folder: str, number: str) -> str:
    """Where the ticket's file lies in or below the folder; "" if it does not."""
    return next(filter(disk.is_there, paths(folder, number)), "")


def enter(folder: str, number: str, put: Callable[[str], None]) -> str:
    """Let `put` make the ticket's file at a path where there is room, in a folder that is on disk; the path.

    An empty subfolder may be taken away meanwhile: then once more.
    """
    for left in reversed(range(_TRIES)):
        path = _path_with_room(paths(folder, number))
        try:
            disk.make_folder(os.path.dirname(path))
            put(path)
        except FileNotFoundError:
            if not left:
                raise
            continue
        break
    return path


def leave(path: str) -> None:
    """Take the subfolders away that the file which was at `path` has left empty."""
    name = os.path.basename(path)
    while name.startswith(os.path.basename(path := os.path.dirname(path))) and disk.remove_empty(path):
        continue


def numbers(folder: str, after: str = "") -> Iterator[tuple[str, str]]:
    """The tickets in and below the folder whose numbers follow `after`, in order; each with its file's path."""
    for path in _files(folder, after, 0):
        number = os.path.basename(path).removesuffix(END)
        if number > after and tracking.is_number(number):
            yield number, path


def backwards(folder: str, before: str = "", level: int = 0) -> Iterator[str]:
    """The paths of the tickets in and below the folder, those with the highest numbers first; below `before`, if given.

    A subfolder is looked into when its turn comes.
    """
    width = _WIDTHS[level] if level < len(_WIDTHS) else None
    for start, group in groupby(reversed(disk.names(folder)), lambda name: name[:width]):
        if before and start > before[:width]:
            continue
        found = [os.path.join(folder, name) for name in group if name != start or width is None]
        if width is not None:
            found += backwards(os.path.join(folder, start), before, level + 1)
            found.sort(key=os.path.basename, reverse=True)
        for path in found:
            number = os.path.basename(path).removesuffix(END)
            if tracking.is_number(number) and (not before or number < before):
                yield path


def count(folder: str, most: int) -> int:
    """How many files are in and below the folder, told by their names; counting ends at `most`.

    Subfolders are looked into a level at a time, and only while there are not as many of them: none is empty for long.
    """
    found, folders = 0, [folder]
    while folders:
        below: list[str] = []
        for one in folders:
            names = disk.names(one)
            found += sum([name.endswith(END) for name in names])
            inside = [name for name in names if len(name) in _WIDTHS]
            if found + len(below) + len(inside) >= most:
                return most
            below += [os.path.join(one, name) for name in inside]
        folders = below
    return found


def everything(folder: str, level: int = 0) -> Iterator[tuple[str, bool]]:
    """Every path in and below the folder but subfolders and what is being written; whether a ticket may lie there."""
    for name in disk.names(folder, hidden=True):
        path = os.path.join(folder, name)
        if disk.is_unfinished(name):
            continue
        if level < len(_WIDTHS) and len(name) == _WIDTHS[level] and os.path.isdir(path):
            yield from everything(path, level + 1)
        else:
            number = name.removesuffix(END)
            begins = os.path.basename(folder) if level else ""
            yield path, name == number + END and tracking.is_number(number) and number.startswith(begins)


def _files(folder: str, after: str, level: int) -> Iterator[str]:
    """The visible files by name, those of each subfolder among those that begin like it. `after` spares subfolders."""
    width = _WIDTHS[level] if level < len(_WIDTHS) else None
    for start, group in groupby(disk.names(folder), lambda name: name[:width]):
        if start < after[:width]:
            continue
        names = list(group)
        here = (os.path.join(folder, name) for name in names if name != start or width is None)
        if names[0] == start and width is not None:
            from heapq import merge

            yield from merge(here, _files(os.path.join(folder, start), after, level + 1), key=os.path.basename)
        else:
            yield from here


def _path_with_room(paths: list[str]) -> str:
    """The first of these paths whose folder is not full. One that has a subfolder for the file is not asked again."""
    for path, below in pairwise(paths):
        if not os.path.isdir(os.path.dirname(below)) and disk.count(os.path.dirname(path)) < FULL:
            return path
    return paths[-1]
