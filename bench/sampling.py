"""Warm text to motion against the published procedure, in one process. Run: python bench/sampling.py

Ours: prompt -> MiniLM -> 15 DPM-Solver++ steps of the bundled size (width 256, 8 layers, feed-forward 1024), both
halves of guidance in one batch -> features -> motion. Published: the network of official size (width 512, 8 layers,
feed-forward 1024, 263 features), 50 DDPM steps, two passes per step for guidance, transformer time alone. Weights
are random: the cost does not depend on them. The runs take turns, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import torch
from torch import Tensor

from motion_core.diffusion.guidance import guided
from motion_core.diffusion.samplers import ddpm, dpm_solver_pp_2m
from motion_core.diffusion.schedule import cosine_schedule
from motion_core.features import smpl205
from motion_core.models.mdm import MDM, MDMConfig
from motion_core.nn.condition import Condition
from motion_core.text import TextEncoder, load_text_encoder

OURS = MDMConfig(features=smpl205.DIM, width=256, layers=8, heads=4, feedforward=1024, text_width=384)
PUBLISHED = MDMConfig(features=263, width=512, layers=8, heads=4, feedforward=1024, text_width=512)
GUIDANCE, FPS = 2.5, 20.0
VERBS = ("walks", "runs", "jumps", "kicks", "waves", "bows", "turns", "dances")


def ours(frames: int, steps: int, encoder: TextEncoder | None, bf16: bool) -> Callable[[int], None]:
    """A function of the run's number (prompts differ, so that the encoder's cache does not answer)."""
    model, schedule = MDM(OURS).eval(), cosine_schedule(1000)
    mask = torch.ones(1, frames, dtype=torch.bool)

    def run(number: int) -> None:
        prompt = f"a person {VERBS[number % len(VERBS)]} {number} steps to the left"
        pooled = encoder.encode([prompt]).pooled if encoder else torch.randn(1, OURS.text_width)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            denoise = guided(model, Condition(pooled=pooled), mask, GUIDANCE)
            x0 = dpm_solver_pp_2m(denoise, torch.randn(1, frames, OURS.features), schedule, steps=steps)
        smpl205.decode(x0[0].float().numpy(), FPS)

    return run


def published(frames: int) -> Callable[[int], None]:
    model, schedule = MDM(PUBLISHED).eval(), cosine_schedule(50)
    mask = torch.ones(1, frames, dtype=torch.bool)
    cond = Condition(pooled=torch.randn(1, PUBLISHED.text_width))
    without = cond.without()

    def denoise(x: Tensor, t: Tensor) -> Tensor:
        given, free = model(x, t, cond, mask), model(x, t, without, mask)
        return free + GUIDANCE * (given - free)

    def run(number: int) -> None:
        with torch.inference_mode():
            ddpm(denoise, torch.randn(1, frames, PUBLISHED.features), schedule, steps=50)

    return run


def seconds(run: Callable[[int], None], number: int) -> tuple[float, float]:
    """Of the clock, and of all cores together: the second hardly depends on what else the machine does."""
    clock, cores = time.perf_counter(), time.process_time()
    run(number)
    return time.perf_counter() - clock, time.process_time() - cores


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=196)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)

    encoder = load_text_encoder("minilm")
    rows: dict[str, Callable[[int], None]] = {
        f"ours, {args.steps} steps, float32": ours(args.frames, args.steps, encoder, bf16=False),
        f"ours, {args.steps} steps, float32, without text encoder": ours(
            args.frames, args.steps, None, False
        ),
        f"ours, {args.steps} steps, bfloat16": ours(args.frames, args.steps, encoder, bf16=True),
        "published size, 50 steps, two passes": published(args.frames),
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in rows}
    for repeat in range(args.repeats + 1):
        for name, run in rows.items():
            taken = seconds(run, repeat)
            if repeat:  # the first round warms up
                times[name].append(taken)
    print(
        f"{args.frames} frames, {args.threads} threads, {args.repeats} runs: best, median, processor time of the best"
    )
    for name, taken in times.items():
        clock = sorted(clock for clock, _ in taken)
        cores = min(cores for _, cores in taken)
        print(f"{name:48s} {clock[0]:7.3f} s {clock[len(clock) // 2]:7.3f} s {cores:7.3f} s")
    for number, measure in enumerate(("clock", "processor time")):
        first, *_, last = (min(pair[number] for pair in taken) for taken in times.values())
        print(f"the last row takes {last / first:.1f} times as long as the first ({measure})")


if __name__ == "__main__":
    main()
