"""Rank models and checkpoints of runs: the same evaluation as `laban evaluate`, with runs named by their folders.

python training/evaluate.py --data data_prepared --runs runs/dit-adaln runs/dit-crossattn@steps=8 --out out/evaluation
python training/evaluate.py --task complete --data data_prepared --runs runs/dit-adaln@steps=4 --limit 32

A run stands for `mdm@checkpoint=RUN/ema.safetensors`, whatever its family, which the checkpoint itself tells: so a
training can be judged before its weights are bundled. Everything else is as in `laban evaluate --help`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.catalog import DEFAULT_MODEL
from motion_core.cli import main as laban

CHECKPOINT = "ema.safetensors"


def contender_of(run: str) -> str:
    """`runs/x` or `runs/x@steps=8` as a contender; a file is taken as it is. Raises FileNotFoundError."""
    folder, _, settings = run.partition("@")
    path = Path(folder) / CHECKPOINT if Path(folder).is_dir() else Path(folder)
    if not path.is_file():
        raise FileNotFoundError(f"{run}: there is no {path}; train a while, or name a checkpoint")
    return f"{DEFAULT_MODEL}@" + ",".join(filter(None, [f"checkpoint={path}", settings]))


def arguments_of(argv: list[str]) -> list[str]:
    """The arguments of `laban evaluate`, --runs turned into --models."""
    if "--runs" not in argv:
        return ["evaluate", *argv]
    start = argv.index("--runs") + 1
    stop = next((k for k in range(start, len(argv)) if argv[k].startswith("--")), len(argv))
    rest, runs = argv[: start - 1] + argv[stop:], [contender_of(run) for run in argv[start:stop]]
    if not runs:
        raise ValueError("--runs names no folder: for example --runs runs/dit-adaln")
    if "--models" not in rest:
        return ["evaluate", *rest, "--models", *runs]
    place = rest.index("--models") + 1
    return ["evaluate", *rest[:place], *runs, *rest[place:]]


def main(argv: list[str] | None = None) -> int:
    argv = list(sys.argv[1:] if argv is None else argv)
    if {"-h", "--help"} & set(argv):
        print(__doc__)
    try:
        arguments = arguments_of(argv)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return laban(arguments)


if __name__ == "__main__":
    sys.exit(main())
