"""Train a model on a training pool; the configuration's `family` says which kind.

    python training/train.py --config training/configs/dit_adaln.toml --data data_prepared/pool --out runs/dit-adaln
    python training/train.py ... --resume                # go on after a stop or a kill, exactly
    torchrun --nproc_per_node=4 training/train.py ...    # several GPUs, one machine

The result is OUT/ema.safetensors; `laban generate --checkpoint OUT/ema.safetensors` uses it. See docs/training.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.threads import let_threads_sleep

let_threads_sleep()  # before torch is loaded

from motion_core.train import command


def main(arguments: list[str] | None = None) -> int:
    return command.main(__doc__, "dit_adaln.toml", arguments)


if __name__ == "__main__":
    command.leave(main())
