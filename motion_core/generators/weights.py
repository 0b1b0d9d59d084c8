"""Where the weights lie: beside the code, or in the folder that LABAN_WEIGHTS names. No torch."""

from __future__ import annotations

import os
from pathlib import Path

from motion_core.catalog import ModelCard

ENV_WEIGHTS = "LABAN_WEIGHTS"


def weights_folder() -> Path:
    """The folder of the bundled checkpoints, or the one the user names."""
    return Path(os.environ.get(ENV_WEIGHTS) or Path(__file__).resolve().parents[1] / "weights")


def weights_path(card: ModelCard, checkpoint: str | Path | None = None) -> Path:
    """The checkpoint file of a model. Raises FileNotFoundError that says how to get it."""
    path = Path(checkpoint) if checkpoint is not None else weights_folder() / card.checkpoint
    if not path.is_file():
        raise FileNotFoundError(
            f"the weights of model {card.id!r} are not at {path}: install laban with its weights, train them "
            f"(docs/weights.md), name a file with --checkpoint, or name a folder with {ENV_WEIGHTS}"
        )
    return path
