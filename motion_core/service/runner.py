"""The one thread that owns the models: it loads them, keeps the last two, and turns batches of slots into motions."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from motion_core.catalog import ModelCard
from motion_core.formats.npz import motion_to_bytes
from motion_core.service.jobs import JobTable, Slot, Stopped
from motion_core.tasks import Generate, Sampling

log = logging.getLogger("laban.service")

LOADED = 2  # models kept in memory
# A batch costs a CPU time in proportion, and cancelling waits for a step; a GPU is hardly busy with a few.
CPU_BATCH, GPU_BATCH = 4, 32
LoadGenerator = Callable[..., Any]  # motion_core.generators.load_generator


def default_load(model: str, *, device: str) -> Any:
    from motion_core.generators import load_generator  # brings torch: seconds, so not at the start

    return load_generator(model, device=device)


class Runner:
    """`start` once; then the table's jobs are worked off until the table is closed.

    `status`: "loading" (a model is on its way), "running" (a batch), or "ready".
    """

    def __init__(
        self, table: JobTable, *, device: str = "auto", preload: str = "", load: LoadGenerator = default_load
    ) -> None:
        self.status = "loading" if preload else "ready"
        self._table = table
        self._wanted = device
        self._preload = preload
        self._load = load
        self._models: OrderedDict[str, Any] = OrderedDict()
        self._last: Any = None  # the generator used last: it knows the device
        self._fault = ""
        self._thread = threading.Thread(target=self._work, name="laban-runner", daemon=True)

    @property
    def loaded(self) -> list[str]:
        return list(self._models)

    @property
    def cards(self) -> dict[str, ModelCard]:
        """The cards of the loaded models, as their checkpoints tell them."""
        return {model: generator.card for model, generator in list(self._models.items())}

    @property
    def device(self) -> str:
        """Where the model used last runs; before that, what was asked for."""
        return self._wanted if self._last is None else str(self._last.device.torch_device)

    @property
    def note(self) -> str:
        """A sentence about the device, for the user."""
        return self._fault or ("" if self._last is None else self._last.device.note)

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout: float) -> bool:
        """Wait for the thread to end (close the table first); false when it is still busy."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        if self._preload:
            self._warm(self._preload)
        while slots := self._table.take(self._batch_size()):
            self._finish(slots)
            self.status = "ready"

    def _batch_size(self) -> int:
        on_cpu = self._last is None or not self._last.device.is_gpu
        return CPU_BATCH if on_cpu else GPU_BATCH

    def _warm(self, model: str) -> None:
        """Load a model and run it once for a moment, so that the first user does not wait for it."""
        try:
            generator = self._generator(model)
            words: dict[Any, dict[str, Any]] = {
                "text": {"text": "stand"},
                "action": {"action": next(iter(generator.card.actions), None)},
            }
            once = Sampling(steps=None if generator.card.fixed else 1)
            generator.run(Generate(seconds=1.0, **words.get(generator.card.needs, {})), once)
        except Exception as fault:  # told in /health; the service goes on without it
            log.exception("%s could not be loaded", model)
            self._fault = f"{model} could not be loaded: {fault_text(fault)}"
        self.status = "ready"

    def _generator(self, model: str) -> Any:
        if model not in self._models:
            self.status = "loading"
            begun = time.monotonic()
            while len(self._models) >= LOADED:
                self._models.popitem(last=False)
            self._models[model] = self._load(model, device=self._wanted)
            log.info("%s loaded in %.1f s", model, time.monotonic() - begun)
        self._models.move_to_end(model)
        self._last, self._fault = self._models[model], ""
        return self._last

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
                if not isinstance(fault, ValueError):  # a TaskError is the user's, not ours
                    log.exception("a job failed")
                self._table.fail(slots, fault_text(fault))

    def _run(self, slots: list[Slot]) -> None:
        slots = [slot for slot in slots if slot.job.state == "running"]
        if not slots:
            return
        generator = self._generator(slots[0].job.model)
        self.status = "running"
        with self._table.progress(slots) as on_step:
            motions = generator.run_batch([slot.request for slot in slots], on_step=on_step)
        for slot, motion in zip(slots, motions, strict=True):
            self._table.deliver(slot, motion_to_bytes(motion))


def fault_text(fault: Exception) -> str:
    """An exception in a sentence; its kind is named where the text alone would not tell."""
    words = str(fault).strip()
    return words if words and isinstance(fault, ValueError | OSError) else f"{type(fault).__name__}: {words}"
