"""Draw the losses of one run or several: python training/plot_losses.py runs/mdm --out docs/mdm_losses.png"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from motion_core.formats.files import atomic_write
from motion_core.train.log import read_log
from motion_core.train.loop import LOG

SMOOTH = 15  # log lines in the moving average of the training loss


def smooth(values: list[float], width: int = SMOOTH) -> np.ndarray:
    """Mean over up to `width` values around each, shorter at the ends; same length."""
    kernel = np.ones(min(width, len(values)))
    return np.convolve(values, kernel, "same") / np.convolve(np.ones(len(values)), kernel, "same")


def series(records: list[dict[str, Any]], key: str) -> tuple[list[int], list[float]]:
    """(steps, values) of the records that have `key`."""
    pairs = [(record["step"], record[key]) for record in records if key in record]
    return [step for step, _ in pairs], [value for _, value in pairs]


def draw(axes: Any, records: list[dict[str, Any]], name: str) -> None:
    """Training (thin, smoothed) and validation loss of one run."""
    steps, losses = series(records, "loss")
    if not steps:
        raise ValueError(f"{name} has no training loss in its log yet")
    (line,) = axes.plot(steps, smooth(losses), lw=1, label=f"{name}: training")
    steps, losses = series(records, "val_loss")
    if steps:
        axes.plot(
            steps, losses, "o-", ms=3, color=line.get_color(), label=f"{name}: validation, averaged weights"
        )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, help="folders with log.jsonl")
    parser.add_argument("--out", type=Path, required=True, help="a .png or .svg file")
    options = parser.parse_args(arguments)
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    try:
        for run in options.runs:
            draw(axes, read_log(run / LOG), run.name)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    axes.set(xlabel="step", ylabel="loss (normalised features)", yscale="log")
    axes.grid(alpha=0.3, which="both")
    axes.legend()
    with atomic_write(options.out) as file:
        figure.savefig(file, format=options.out.suffix.lstrip(".") or "png", dpi=130)
    return 0


if __name__ == "__main__":
    sys.exit(main())
