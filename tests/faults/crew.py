"""The long runs on every core: workers, each with a harmed desk of its own, which take their shares of the steps."""

from __future__ import annotations

import functools
import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults import arranged, handled, passed_on, verbs, written
from tests.faults.desks import HarmedDesk
from tests.faults.harm import Tried
from tests.faults.strace import Step

CORES = sorted(os.sched_getaffinity(0))


def made_in(folder: Path) -> HarmedDesk:
    """A desk to be harmed, with all that the verbs need."""
    desk = HarmedDesk(folder)
    verbs.leave_letters(desk)
    verbs.leave_a_mess(desk)
    verbs.leave_crowds(desk)
    verbs.leave_rules(desk)
    passed_on.leave_departments(desk)
    verbs.leave_a_sign_out(desk)
    verbs.leave_a_held_letter(desk)
    verbs.leave_old_tickets(desk)
    handled.leave_joined(desk)
    handled.leave_put_away(desk)
    arranged.leave_arranged(desk)
    written.leave_written(desk)
    return desk


class Share(NamedTuple):
    """Which of the steps a worker takes; the shares of all workers together are all steps, each once."""

    part: int
    of: int

    def taken(self, steps: Iterable[Step]) -> list[Step]:
        """Those of this share, told by their count: on another worker's desk their order may be another."""
        return [step for step in steps if step.count % self.of == self.part]


class Crew(AbstractContextManager["Crew"]):
    """Workers, one for each core. What they need lies in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._workers: Executor = ProcessPoolExecutor(len(CORES), multiprocessing.get_context("spawn"))

    def __exit__(self, *_: object) -> None:
        self._workers.shutdown()

    def together(self, work: Callable[..., Tried], *told: Any) -> Tried:
        """Let each worker do its share of `work(desk, share, *told)`, a module's function; what came of it all."""
        shares = [Share(part, len(CORES)) for part in range(len(CORES))]
        tasks = [self._workers.submit(_alone, self._folder, work, share, told) for share in shares]
        parts = [task.result() for task in tasks]
        missed, wrong = ([one for part in parts for one in part[place]] for place in (1, 2))
        return Tried(sum(part.faults for part in parts), missed, wrong)


def _alone(folder: Path, work: Callable[..., Tried], share: Share, told: Sequence[Any]) -> Tried:
    os.sched_setaffinity(0, {CORES[share.part]})
    return work(_desk_of_this_process(folder), share, *told)


@functools.cache
def _desk_of_this_process(folder: Path) -> HarmedDesk:
    return made_in(folder / f"worker-{os.getpid()}")
