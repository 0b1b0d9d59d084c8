"""Is what is kept kept, and is the rest smooth? Run: python bench/editing.py [--model dit-adaln@steps=4] [--only pins]

Through the public tasks, on motions that the model itself makes: 100 random sets of pins and kept poses; edits whose
other joints must not change a bit; loops; paths; minutes of prompts in one call; seconds against a plain generation.
Each line has its aim beside it. What is said of real clips needs a prepared training set (--data).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import torch
from courses import PATHS, off_the_heading, off_the_line
from generate import peak

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, PARTS, SOLE
from motion_core.data.store import ClipStore
from motion_core.editing.contacts import runs
from motion_core.editing.pins import pin_frames
from motion_core.generators import Generator
from motion_core.metrics.benchmark.contenders import Contender
from motion_core.metrics.benchmark.split import spread
from motion_core.metrics.measures.physical import physical_scores
from motion_core.tasks import Complete, Edit, Generate, Sampling, Sequence
from motion_core.tasks.pins_and_paths import CleanUp, Pin

PROMPTS = (
    "a person walks forward", "someone waves with the right hand", "a person runs forward", "a person bows",
    "a person walks backwards", "someone raises both hands", "a person turns left while walking",
    "a man punches forward", "a person walks slowly like an old man", "someone dances",
)  # fmt: skip
HANDS_AND_HEAD = ("left_wrist", "right_wrist", "head")
FEET = ("left_ankle", "right_ankle")
FREEZE = 0.002  # metres a frame (4 cm/s at 20 fps): what all joints stay below counts as frozen
NEAR = 0.01  # frames on each side of a seam between which velocities are taken
PLAIN = "a plain generation"
SLIDING = CleanUp(feet=False)
REAL_CLIPS = 600


@dataclass(frozen=True)
class Line:
    """One figure. met: None where there is no aim."""

    what: str
    found: str
    aim: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        verdict = {True: "met", False: "NOT MET", None: ""}[self.met]
        return f"| {self.what} | {self.found} | {self.aim} | {verdict} |"


@dataclass(frozen=True, eq=False)
class Bench:
    """A model with its settings, and motions of its own to work on."""

    generator: Generator
    sampling: Callable[[int], Sampling]
    bases: list[Motion]
    data: Path


def open_bench(model: str, data: Path, bases: int = 20) -> Bench:
    contender = Contender.parse(model)
    generator = contender.load("cpu")
    jobs = [
        (Generate(text=PROMPTS[k % len(PROMPTS)], seconds=5.0), contender.sampling(k)) for k in range(bases)
    ]
    return Bench(generator, contender.sampling, generator.run_batch(jobs), data)


def steps_of(motion: Motion) -> np.ndarray:
    """(T-1,22) metres that each joint moves from frame to frame."""
    return np.linalg.norm(np.diff(motion.joints().astype(np.float64), axis=0), axis=-1)


# --- pins -------------------------------------------------------------------------------------------------------------


def random_pins(base: Motion, rng: np.random.Generator) -> list[Pin]:
    """Two to five, at different times: where the joint is in the base, shifted as an animator would; metres."""
    times = np.sort(rng.choice(np.arange(4, len(base) - 4, 12), rng.integers(2, 6), replace=False)) / base.fps
    joints, heading = base.joints().astype(np.float64), base.heading()
    pins = []
    for start in times.tolist():
        frame, stop = round(start * base.fps), start + float(rng.choice([0.0, 0.0, 0.3]))
        kind = rng.choice(["limb", "foot", "place", "heading"], p=[0.45, 0.2, 0.2, 0.15])
        if kind == "heading":
            pins.append(
                Pin("pelvis", start, stop, None, float(heading[frame] + rng.uniform(-np.pi / 3, np.pi / 3)))
            )
            continue
        joint = {"limb": rng.choice(HANDS_AND_HEAD), "foot": rng.choice(FEET), "place": "pelvis"}[str(kind)]
        reach = {"limb": 0.2, "foot": 0.1, "place": 0.3}[str(kind)]
        place = joints[frame, JOINT[str(joint)]] + rng.normal(0, reach / np.sqrt(3), 3)
        if kind == "place":
            place[2] = joints[frame, JOINT["pelvis"], 2] - abs(rng.normal(0, 0.05))
        place[2] = max(place[2], SOLE + 0.05)
        pins.append(Pin(str(joint), start, stop, tuple(map(float, place))))
    return pins


def pin_tasks(bench: Bench, sets: int) -> list[Complete]:
    """Sets of pins with the first pose kept, and half of them with one or two more, which pins keep clear of."""
    tasks = []
    for number in range(sets):
        rng = np.random.default_rng(number)
        base = bench.bases[number % len(bench.bases)]
        pins = random_pins(base, rng)
        keep = [(0, 1)]
        taken = {
            f for pin in pins for f in range(pin_frames(base, pin)[0] - 10, pin_frames(base, pin)[-1] + 11)
        }
        free = [f for f in range(20, len(base) - 1) if f not in taken]
        if free and rng.random() < 0.5:
            keep.append((int(rng.choice(free)),) * 2)
            keep[-1] = (keep[-1][0], keep[-1][0] + 1)
        text = PROMPTS[number % len(PROMPTS)] if rng.random() < 0.7 else None
        tasks.append(Complete(base, tuple(keep), text, pins=tuple(pins)))
    return tasks


def pin_errors(made: Motion, pin: Pin) -> tuple[float, float]:
    """(centimetres, degrees) at the worst frame of a pin."""
    frames = pin_frames(made, pin)
    off = turn = 0.0
    if pin.position is not None:
        places = made.joints()[frames, JOINT[pin.joint]].astype(np.float64)
        off = 100 * float(np.linalg.norm(places - pin.position, axis=1).max())
    if pin.heading is not None:
        apart = (made.heading()[frames] - pin.heading + np.pi) % (2 * np.pi) - np.pi
        turn = float(np.degrees(np.abs(apart).max()))
    return off, turn


def pins(bench: Bench, sets: int) -> Iterator[Line]:
    tasks = pin_tasks(bench, sets)
    motions = bench.generator.run_batch([(task, bench.sampling(k)) for k, task in enumerate(tasks)])
    errors, told, bits, worst = [], 0, 0, []
    for task, made in zip(tasks, motions):
        missed = made.meta.get("missed_pins", [])
        told += len(missed)
        worst.append(steps_of(made).max())
        for pin in task.pins:
            said = any(text.startswith(f"{pin.joint} at {pin.start:g} s") for text in missed)
            errors.append((*pin_errors(made, pin), said))
        for start, stop in task.keep:
            bits += not same_bits(made, task.motion, slice(start, stop))
    table = np.array([error[:2] for error in errors])
    silent = table[[not error[2] for error in errors]]
    reasons = [text for made in motions for text in made.meta.get("missed_pins", [])]
    total = len(errors)
    far = int((table > (1.0, 1.0)).any(axis=1).sum())
    yield Line(f"pins in {sets} sets that are 1 cm or 1 degree off, of {total}", f"{far}", "0", far == 0)
    yield Line("... told as missed by the result", f"{told} ({len(reasons) and reasons[0]})")
    if len(silent):
        cm, degrees = silent.max(axis=0)
        yield Line("pins not told as missed: worst, cm", f"{cm:.3f}", "1", bool(cm < 1))
        yield Line("pins not told as missed: worst, degrees", f"{degrees:.3f}", "1", bool(degrees < 1))
    poses = sum(len(task.keep) for task in tasks)
    yield Line(f"kept poses that changed by a bit, of {poses}", str(bits), "0", bits == 0)
    yield Line(
        "largest step of a joint in each set, cm a frame",
        f"median {100 * median(worst):.1f}, 95th percentile {100 * np.percentile(worst, 95):.1f}, "
        f"worst {100 * max(worst):.1f}",
    )


# --- kept joints ------------------------------------------------------------------------------------------------------


def same_bits(made: Motion, given: Motion | None, frames: slice) -> bool:
    assert given is not None
    return np.array_equal(made.trans[frames], given.trans[frames]) and np.array_equal(
        made.rotations[frames], given.rotations[frames]
    )


def kept(bench: Bench) -> Iterator[Line]:
    """Every body part and some pairs, whole and in a span."""
    changed, cases = 0, 0
    jobs: list[tuple[Edit, Sampling]] = []
    for number, part in enumerate(name for name in PARTS if name != "body"):
        base = bench.bases[number % len(bench.bases)]
        span = (20, 70) if number % 2 else None
        jobs.append((Edit(base, (part,), PROMPTS[number % len(PROMPTS)], span), bench.sampling(number)))
    for (task, _), made in zip(jobs, bench.generator.run_batch(jobs)):
        others = [joint for joint in range(22) if joint not in task.joints]
        given = task.motion
        wrong = not np.array_equal(made.rotations[:, others], given.rotations[:, others])
        wrong |= JOINT["pelvis"] in others and not np.array_equal(made.trans, given.trans)
        if task.span:
            wrong |= not same_bits(made, given, slice(0, 20)) or not same_bits(made, given, slice(70, None))
        changed, cases = changed + wrong, cases + 1
    yield Line(f"edits of a part that changed a bit of another, of {cases}", str(changed), "0", changed == 0)


# --- loops ------------------------------------------------------------------------------------------------------------


def seam(loop: Motion) -> tuple[float, float]:
    """(millimetres, share) by which a round's last frame is off its first, and by which the velocity just after the
    seam differs from that just before: of the fastest joint's."""
    again = loop.moved(yaw=float(loop.heading()[-1] - loop.heading()[0]))
    again = again.moved(offset=tuple(float(v) for v in loop.pelvis[-1] - again.pelvis[0]))
    last = len(loop) - 1
    ends = loop.at_frames(np.array([last - NEAR, last])).kinematics()[0]
    begins = again.at_frames(np.array([0, NEAR])).kinematics()[0]
    off = 1000 * float(np.linalg.norm(ends[1] - begins[0], axis=-1).max())
    return off, jump(ends[1] - ends[0], begins[1] - begins[0])


def jump(before: np.ndarray, after: np.ndarray) -> float:
    """How far two steps (22,3) of all joints are apart, as a share of the longest."""
    longest = max(np.linalg.norm(before, axis=-1).max(), np.linalg.norm(after, axis=-1).max(), 1e-5)
    return float(np.linalg.norm(after - before, axis=-1).max() / longest)


def seam_inside(motion: Motion, frame: int) -> float:
    """The same share at any frame inside a motion."""
    places = motion.at_frames(np.array([frame - NEAR, frame, frame + NEAR])).kinematics()[0]
    return jump(places[1] - places[0], places[2] - places[1])


def loops(bench: Bench) -> Iterator[Line]:
    """New ones that travel and stay, with and without locked feet, and given motions whose ends are led back."""
    jobs: list[tuple[Complete, Sampling]] = []
    for number, prompt in enumerate(PROMPTS[:6]):
        for travel, clean in ((True, SLIDING), (False, SLIDING), (True, CleanUp())):
            task = Complete(None, text=prompt, seconds=4.0, loop=True, travel=travel, clean=clean)
            jobs.append((task, bench.sampling(number)))
        base = bench.bases[number]
        jobs.append((Complete(base, ((0, len(base) // 2),), loop=True), bench.sampling(number)))
    motions = bench.generator.run_batch(jobs)
    found = np.array([seam(made) for made in motions])
    usual = [seam_inside(base, frame) for base in bench.bases for frame in range(10, len(base) - 10, 10)]
    yield Line(
        f"seam of {len(found)} loops: worst position, mm",
        f"{found[:, 0].max():.4f}",
        "1",
        bool(found[:, 0].max() < 1),
    )
    worst, middle = found[:, 1].max(), np.median(found[:, 1])
    inside = np.median(usual)
    yield Line(
        "seam: worst change of velocity, % of the fastest joint's",
        f"{100 * worst:.1f} (median {100 * middle:.1f}; at any frame of a motion: median {100 * inside:.1f})",
        "2", bool(worst < 0.02),
    )  # fmt: skip
    for name, prompt in (("walk", 0), ("run", 2)):
        free, locked = motions[4 * prompt], motions[4 * prompt + 2]
        slides = [physical_scores(made).sliding for made in (free, locked)]
        yield Line(
            f"a {name} that loops: foot sliding, cm/s", f"{slides[0]:.0f}, with feet locked {slides[1]:.0f}"
        )


# --- paths ------------------------------------------------------------------------------------------------------------


def paths(bench: Bench, seeds: int = 2) -> Iterator[Line]:
    jobs = [
        (Complete(None, text=prompt, seconds=seconds, path=path), bench.sampling(seed))
        for prompt, seconds, path in PATHS.values()
        for seed in range(seeds)
    ]
    motions = bench.generator.run_batch(jobs)
    off = np.array(
        [(*off_the_line(m, task.path), off_the_heading(m, task.path)) for (task, _), m in zip(jobs, motions)]
    )  # type: ignore[arg-type]
    for what, worst in zip(
        ("beside the line, cm", "from a point at its time, cm", "off its direction, degrees"), off.max(0)
    ):
        yield Line(f"{len(jobs)} paths: worst, {what}", f"{worst:.2f}", "1", bool(worst < 1))
    steps = max(100 * steps_of(made).max() for made in motions)
    yield Line("... largest step of a joint, cm a frame", f"{steps:.1f}")
    sliding = np.nanmean([physical_scores(made).sliding for made in motions])
    yield Line("... foot sliding, cm/s", f"{sliding:.1f}")


# --- minutes of prompts -----------------------------------------------------------------------------------------------


def sequence_of(minutes: float) -> Sequence:
    """Prompts in turn, six seconds each."""
    return Sequence(tuple((PROMPTS[k % len(PROMPTS)], 6.0) for k in range(round(minutes * 10))))


def sequence_in_child(model: str, minutes: float) -> dict[str, float]:
    """Made in a process of its own, so that its peak of memory is its own."""
    command = [sys.executable, __file__, "--model", model, "--child", str(minutes)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout.strip().splitlines()[-1])


def child(model: str, minutes: float) -> None:
    bench = open_bench(model, Path(), bases=1)
    started = time.perf_counter()
    made = bench.generator.run(sequence_of(minutes), bench.sampling(0))
    seconds = time.perf_counter() - started
    largest = steps_of(made).max(axis=1)
    still = runs(largest < FREEZE)
    print(
        json.dumps(
            {
                "seconds": seconds, "memory": peak(), "frames": len(made), "largest": float(largest.max()),
                "at": float(largest.argmax() / made.fps), "p999": float(np.percentile(largest, 99.9)),
                "freeze": max([stop - start for start, stop in still], default=0) / made.fps,
            }
        )
    )  # fmt: skip


def real_steps(data: Path) -> tuple[np.ndarray, float]:
    """The farthest that any joint moves from one frame to the next, of frames of real clips; the longest freeze, s."""
    store = ClipStore.open(data)
    largest = [steps_of(store.clip(k).motion).max(axis=1) for k in spread(range(len(store)), REAL_CLIPS)]
    freeze = max(stop - start for one in largest for start, stop in [(0, 0), *runs(one < FREEZE)])
    return np.concatenate(largest), freeze / store.fps


def sequences(bench: Bench, model: str, minutes: float) -> Iterator[Line]:
    short, long = sequence_in_child(model, 1.0), sequence_in_child(model, minutes)
    name = f"{minutes:g} minutes in one call ({long['frames']:.0f} frames)"
    yield Line(f"{name}: seconds", f"{long['seconds']:.1f}")
    aim, met, freeze = "real clips' 99.9th percentile", None, ""
    if (bench.data / "index.json").exists():
        real, longest = real_steps(bench.data)
        limit = float(np.percentile(real, 99.9))
        aim, met = f"{100 * limit:.1f} ({aim})", bool(long["largest"] <= limit)
        freeze = f"{longest:.1f} (longest in {REAL_CLIPS} real clips)"
    yield Line(
        "... largest step of a joint, cm a frame",
        f"{100 * long['largest']:.1f} at {long['at']:.1f} s (99.9th percentile {100 * long['p999']:.1f})", aim, met,
    )  # fmt: skip
    yield Line("... longest stretch without motion, s", f"{long['freeze']:.1f}", freeze)
    growth = long["memory"] - short["memory"]
    yield Line(
        "... peak of memory against one minute, MB", f"{long['memory']:.0f} against {short['memory']:.0f}",
        "constant: < 20 more", growth < 20,
    )  # fmt: skip


# --- seconds ----------------------------------------------------------------------------------------------------------


def seconds(bench: Bench, repeat: int = 3) -> Iterator[Line]:
    """Warm, the four kinds in turn, so that all meet the same machine; on a busy one, read the processor time."""
    base = bench.generator.run(Generate(text=PROMPTS[0], seconds=9.8), bench.sampling(0))
    kinds = {
        PLAIN: Generate(text=PROMPTS[0], seconds=9.8),
        "an in-between with text": Complete(base, ((0, 10), (186, 196)), PROMPTS[0]),
        "an in-between without": Complete(base, ((0, 10), (186, 196))),
        "an edit of the left arm": Edit(base, ("left_arm",), PROMPTS[1]),
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
    for number in range(repeat + 1):
        for name, task in kinds.items():
            started = time.perf_counter(), time.process_time()
            bench.generator.run(task, bench.sampling(number))
            times[name].append((time.perf_counter() - started[0], time.process_time() - started[1]))
    best = {name: np.min(taken[1:], axis=0) for name, taken in times.items()}  # the first is not warm
    for name, (clock, processor) in best.items():
        aim = ("", None) if name == PLAIN else ("2 with capture and baking", bool(clock < 2))
        share = f"{processor / best[PLAIN][1]:.2f} of plain"
        yield Line(f"{name}, 196 frames: seconds", f"{clock:.2f} (processor {processor:.2f}: {share})", *aim)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="dit-adaln", help="as in `laban evaluate`: MODEL[@KEY=VALUE,...]")
    parser.add_argument("--data", type=Path, default=Path("data_prepared"))
    parser.add_argument("--sets", type=int, default=100, help="of pins")
    parser.add_argument("--minutes", type=float, default=5.0, help="of prompts in one call")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--only", nargs="+", choices=("pins", "kept", "loops", "paths", "sequences", "seconds")
    )
    parser.add_argument("--child", type=float, help=argparse.SUPPRESS)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.child:
        child(args.model, args.child)
        return
    bench = open_bench(args.model, args.data)
    parts = {
        "pins": lambda: pins(bench, args.sets),
        "kept": lambda: kept(bench),
        "loops": lambda: loops(bench),
        "paths": lambda: paths(bench),
        "sequences": lambda: sequences(bench, args.model, args.minutes),
        "seconds": lambda: seconds(bench),
    }
    print(f"{args.model}, {bench.generator.note}, {args.threads} threads\n")
    print("| | found | aim | |\n| --- | --- | --- | --- |", flush=True)
    for name in args.only or parts:
        for line in parts[name]():
            print(line, flush=True)


if __name__ == "__main__":
    main()
