"""A worker: a thread that takes jobs of its lane, has an engine carry them out, and hands in the results."""

from __future__ import annotations

import logging
import threading

from motion_core.engines import Engine
from motion_core.service.jobs import JobTable, Slot, Stopped
from motion_core.service.shelf import Content
from motion_core.tasks import Task

log = logging.getLogger("laban.service")


class Worker:
    """`start` once; then the lane's jobs are worked off until the table is closed."""

    # Which jobs it takes.
    lane: str

    def __init__(self, table: JobTable) -> None:
        self._table = table
        self._thread = threading.Thread(target=self._work, name=f"laban-{self.lane}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout: float) -> bool:
        """Wait for the thread to end (close the table first); false when it is still busy."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def engine(self, model: str) -> Engine:
        """The engine of a model, ready to run."""
        raise NotImplementedError

    def batch_size(self) -> int:
        """How many results are made together."""
        return 1

    def admit(self, task: Task) -> None:
        """Raises TaskError for a task that this service does not take. Asked before it is queued."""

    def begin(self) -> None:
        """What is done before the first job."""

    def note_state(self, state: str) -> None:
        """Told "running" and "ready"."""

    def _work(self) -> None:
        self.begin()
        while slots := self._table.take(self.batch_size(), self.lane):
            self._finish(slots)
            self.note_state("ready")

    def _finish(self, slots: list[Slot]) -> None:
        """Run a batch. If it fails, each slot is tried alone, so that a bad request harms nobody else's."""
        try:
            self._run(slots)
        except Stopped:
            pass
        except Exception as fault:
            if len({slot.job for slot in slots}) > 1:
                for slot in slots:
                    self._finish([slot])
            else:
                if not isinstance(fault, ValueError | OSError):  # those are the user's, not ours
                    log.exception("a job failed")
                self._table.fail(slots, fault_text(fault))

    def _run(self, slots: list[Slot]) -> None:
        slots = [slot for slot in slots if slot.job.state == "running"]
        if not slots:
            return
        engine = self.engine(slots[0].job.model)
        self.note_state("running")
        with self._table.progress(slots) as on_step:
            results = engine.run_batch([slot.work for slot in slots], on_step)
        for slot, result in zip(slots, results, strict=True):
            self._table.deliver(slot, Content(result.to_bytes(), result.media_type))


def fault_text(fault: Exception) -> str:
    """An exception in a sentence; its kind is named where the text alone would not tell."""
    words = str(fault).strip()
    return words if words and isinstance(fault, ValueError | OSError) else f"{type(fault).__name__}: {words}"
