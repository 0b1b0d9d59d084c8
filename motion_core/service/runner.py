"""The worker that owns the models which make things: it loads them, keeps the last two, and runs batches."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from motion_core.catalog import ModelCard
from motion_core.service.jobs import JobTable
from motion_core.service.worker import Worker, fault_text
from motion_core.tasks import Generate, Sampling

log = logging.getLogger("laban.service")

LOADED = 2  # models kept in memory
# A batch costs a CPU time in proportion, and cancelling waits for a step; a GPU is hardly busy with a few.
CPU_BATCH, GPU_BATCH = 4, 32
LoadEngine = Callable[..., Any]  # engines.load_engine


def default_load(model: str, *, device: str) -> Any:
    from motion_core.engines import load_engine  # brings torch: seconds, so not at the start

    return load_engine(model, device=device)


class Runner(Worker):
    """`status`: "loading" (a model is on its way), "running" (a batch), or "ready"."""

    lane = "motion"

    def __init__(
        self, table: JobTable, *, device: str = "auto", preload: str = "", load: LoadEngine = default_load
    ) -> None:
        super().__init__(table)
        self.status = "loading" if preload else "ready"
        self._wanted = device
        self._preload = preload
        self._load = load
        self._models: OrderedDict[str, Any] = OrderedDict()
        self._last: Any = None  # the engine used last: it knows the device
        self._fault = ""

    @property
    def loaded(self) -> list[str]:
        return list(self._models)

    @property
    def cards(self) -> dict[str, ModelCard]:
        """The cards of the loaded models, as their checkpoints tell them."""
        return {model: engine.card for model, engine in list(self._models.items())}

    @property
    def device(self) -> str:
        """Where the model used last runs; before that, what was asked for."""
        return self._wanted if self._last is None else str(self._last.device.torch_device)

    @property
    def note(self) -> str:
        """A sentence about the device, for the user."""
        return self._fault or ("" if self._last is None else self._last.note)

    def begin(self) -> None:
        if self._preload:
            self._warm(self._preload)

    def note_state(self, state: str) -> None:
        self.status = state

    def batch_size(self) -> int:
        on_cpu = self._last is None or not self._last.device.is_gpu
        return CPU_BATCH if on_cpu else GPU_BATCH

    def engine(self, model: str) -> Any:
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

    def _warm(self, model: str) -> None:
        """Load a model and run it once for a moment, so that the first user does not wait for it."""
        try:
            engine = self.engine(model)
            wanted, action = engine.card.requires, next(iter(engine.card.actions), None)
            stand = Generate(
                "stand" if "text" in wanted else None, action if "action" in wanted else None, 1.0
            )
            engine.run_batch([(stand, _cheapest(engine.card))])
        except Exception as fault:  # told in /health; the service goes on without it
            log.exception("%s could not be loaded", model)
            self._fault = f"{model} could not be loaded: {fault_text(fault)}"
        self.status = "ready"


def _cheapest(card: ModelCard) -> Sampling:
    """One step where the model takes that."""
    steps = card.setting("steps")
    return Sampling() if steps is None or steps.fixed else Sampling(settings={"steps": 1})
