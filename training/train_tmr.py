"""Train the retrieval model (TMR) on a training pool: `training/train.py`, where a family that is not named is tmr.

    python training/train_tmr.py --config training/configs/tmr.toml --data data_prepared/pool --out runs/tmr

training/measure_tmr.py says how well the result finds.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.threads import let_threads_sleep

let_threads_sleep()  # before torch is loaded

from motion_core.train import command


def main(arguments: list[str] | None = None) -> int:
    return command.main(__doc__, "tmr.toml", arguments, otherwise="tmr")


if __name__ == "__main__":
    command.leave(main())
