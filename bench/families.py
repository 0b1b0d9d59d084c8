"""Time of each denoiser at equal width and depth on this machine. Run: python bench/families.py

Best of a few runs, clock and processor time: one forward pass at 196 frames alone and guided (both halves in one
batch), in float32 without gradients as motions are made, and one bf16 training step (forward, loss, backward).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import torch
from torch import nn
from train_step import best_times

from motion_core.models.dit import BLOCKS, DiT, DiTConfig
from motion_core.models.mdm import MDM, MDMConfig
from motion_core.nn.condition import Condition, cat
from motion_core.nn.losses import masked_l2
from motion_core.nn.memory import keep_freed_memory

FRAMES, TRAIN_FRAMES, WORDS = 196, 100, 14
LEVELS = 1000


def models(width: int, layers: int, heads: int, drop: float) -> dict[str, nn.Module]:
    """MDM and the three transformers with the same sizes; feed-forward is four times the width."""
    torch.manual_seed(0)
    size = {"width": width, "layers": layers, "heads": heads, "dropout": drop}
    found: dict[str, nn.Module] = {"mdm": MDM(MDMConfig(feedforward=4 * width, **size))}
    for block in BLOCKS:
        found[f"dit-{block}"] = DiT(DiTConfig(block=block, stochastic_depth=drop, **size))
    return found


def condition(batch: int) -> Condition:
    """Texts of 5 to WORDS tokens."""
    real = torch.arange(WORDS)[None] < torch.randint(5, WORDS + 1, (batch, 1))
    return Condition(pooled=torch.randn(batch, 384), tokens=torch.randn(batch, WORDS, 384), token_mask=real)


def forward(model: nn.Module, guided: bool) -> Callable[[], None]:
    """One pass as a sampler asks for it."""
    cond = condition(1)
    cond = cat(cond, cond.without()) if guided else cond
    x, t = torch.randn(len(cond), FRAMES, 205), torch.full((len(cond),), LEVELS // 2)
    mask = torch.ones(len(cond), FRAMES, dtype=torch.bool)

    def run() -> None:
        with torch.inference_mode():
            model.eval()(x, t, cond, mask)

    return run


def training(model: nn.Module, batch: int) -> Callable[[], None]:
    """One batch, a fifth of it padded."""
    cond, t = condition(batch), torch.randint(LEVELS, (batch,))
    x0 = torch.randn(batch, TRAIN_FRAMES, 205)
    mask = torch.arange(TRAIN_FRAMES)[None] < torch.randint(
        TRAIN_FRAMES * 3 // 5, TRAIN_FRAMES + 1, (batch, 1)
    )

    def run() -> None:
        with torch.autocast("cpu", torch.bfloat16):
            loss = masked_l2(model.train()(x0, t, cond, mask), x0, mask).mean()
        loss.backward()
        model.zero_grad()

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--drop", type=float, default=0.0, help="dropout and stochastic depth")
    parser.add_argument("--batch", type=int, default=32, help="of the training step")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    keep_freed_memory()
    print(
        f"width {args.width}, {args.layers} layers, {args.threads} threads; ms of the clock (of the processor)"
    )
    print(f"{'':14s}{'weights':>9s}{'forward':>18s}{'guided':>18s}{'training':>18s}")
    for name, model in models(args.width, args.layers, args.heads, args.drop).items():
        runs = (forward(model, guided=False), forward(model, guided=True), training(model, args.batch))
        times = [best_times(run, args.repeats) for run in runs]
        cells = "".join(f"{f'{a * 1000:.1f} ({b * 1000:.1f})':>18s}" for a, b in times)
        print(f"{name:14s}{sum(p.numel() for p in model.parameters()) / 1e6:8.1f}M{cells}", flush=True)


if __name__ == "__main__":
    main()
