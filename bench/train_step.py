"""Time of one MDM training step on this machine, and what each setting costs. Run: python bench/train_step.py

Every row is the best of a few steps of the default size (width 256, 8 layers, feed-forward 1024, 4 heads) on 64
clips of 100 frames: noise, forward, loss, backward, clipping, AdamW. Rows change one thing against the first one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import torch
from torch.nn import functional as F

from motion_core.diffusion.denoiser import bind
from motion_core.diffusion.loss import diffusion_loss
from motion_core.diffusion.schedule import cosine_schedule
from motion_core.models.mdm import MDM, MDMConfig
from motion_core.nn import transformer
from motion_core.nn.condition import Condition
from motion_core.nn.memory import keep_freed_memory

CONFIG = MDMConfig(width=256, layers=8, heads=4, feedforward=1024, dropout=0.1, mask_frames=True)


def training_step(
    batch: int,
    frames: int,
    *,
    bf16: bool = True,
    fused: bool = True,
    padded: bool = False,
    dropout: float = 0.1,
) -> Callable[[], None]:
    """A function that trains on one random batch of that size."""
    torch.manual_seed(0)
    model = MDM(MDMConfig(**{**CONFIG.to_json(), "dropout": dropout})).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=fused)
    schedule = cosine_schedule(1000)
    x0 = torch.randn(batch, frames, CONFIG.features)
    mask = torch.ones(batch, frames, dtype=torch.bool)
    if padded:
        mask[:, frames - frames // 5 :] = False
    cond = Condition(pooled=torch.randn(batch, CONFIG.text_width), keep=torch.rand(batch) > 0.1)

    def step() -> None:
        t, noise = torch.randint(len(schedule), (batch,)), torch.randn_like(x0)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = diffusion_loss(bind(model, cond, mask), x0, t, noise, mask, schedule).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()

    return step


def best_times(step: Callable[[], None], repeats: int) -> tuple[float, float]:
    """Seconds of the clock, and of all cores together: the second hardly depends on what else the machine does."""
    step()
    clocks, cores = [], []
    for _ in range(repeats):
        clock, core = time.perf_counter(), time.process_time()
        step()
        clocks.append(time.perf_counter() - clock)
        cores.append(time.process_time() - core)
    return min(clocks), min(cores)


@contextmanager
def fused_attention() -> Iterator[None]:
    """Torch's own kernel in training too."""

    def attend(q, k, v, mask):  # type: ignore[no-untyped-def]
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)

    with mock.patch.object(transformer, "attend", attend):
        yield


@contextmanager
def dropout_of_each_value() -> Iterator[None]:
    """A random number for every activation, as nn.Dropout draws them."""

    def forward(self, x):  # type: ignore[no-untyped-def]
        return F.dropout(x, self.rate, self.training)

    with mock.patch.object(transformer.ChannelDropout, "forward", forward):
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    def row(name: str, **settings: bool | float) -> None:
        step = training_step(args.batch, args.frames, **settings)  # type: ignore[arg-type]
        clock, cores = best_times(step, args.repeats)
        print(f"{name:44s} {clock * 1000:8.0f} ms {cores * 1000:8.0f} ms", flush=True)

    print(f"{args.batch} clips of {args.frames} frames, {args.threads} threads: clock, processor time")
    row("memory given back after each use")
    keep_freed_memory()
    row("freed memory kept (all rows below too)")
    row("without dropout", dropout=0.0)
    row("padded batch, with a mask", padded=True)
    row("AdamW not fused", fused=False)
    with fused_attention():
        row("fused attention kernel")
    with dropout_of_each_value():
        row("dropout of each value")
    row("float32", bf16=False)


if __name__ == "__main__":
    main()
