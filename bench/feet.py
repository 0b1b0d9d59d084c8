"""What the clean-up of new motions does to feet and tremor. Run: python bench/feet.py --data data_prepared

For each kind of action: real clips, samples as they were made before (`--raw` but for the floor), samples as they come
out now, and the foot lock on the real clips, which should leave them as they are (docs/lab-log.md, 2026-11-29).
"""

from __future__ import annotations

import argparse
import re

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.catalog import DEFAULT_MODEL
from motion_core.data.store import ClipStore
from motion_core.editing.planting import lock_feet
from motion_core.generators import Generator, load_generator
from motion_core.generators.finishing import tidied
from motion_core.metrics.measures.physical import mean_of_scores, physical_scores
from motion_core.tasks import Generate, Sampling

# Words of captions, and the prompt
KINDS = {
    "walk": (r"\bwalks? (straight )?forward", "a person walks forward"),
    "run": (r"\b(runs?|jogs?|sprints?) (straight )?(forward|in place)", "a person runs forward"),
    "jump": (r"person jump(s|ed) (forward|up|in place)|hops", "a person jumps forward twice"),
    "wave": (r"person wav(e|es|ing)|waves", "a person waves with the right hand"),
    "kick": (r"\bkick(s|ing)", "a person kicks with the right foot"),
    "dance": (r"person (is )?danc(es|ing)", "a person dances"),
    "stand": (r"\bstand(s|ing) (still|in place|idle)", "a person stands still"),
    "crawl": (r"\bcrawl", "a person crawls on hands and knees"),
    "cartwheel": (r"cartwheel", "a person does a cartwheel"),
}
CLIPS, SEEDS, LONGEST, SHORTEST = 6, 3, 160, 50  # frames
LEGS = [JOINT[f"{side}_{name}"] for side in ("left", "right") for name in ("hip", "knee", "ankle", "foot")]


def real_clips(store: ClipStore, words: str) -> list[Motion]:
    """Clips whose captions say it, one of each group of repetitions."""
    found: dict[str, int] = {}
    for number, entry in enumerate(store.entries):
        said = any(re.search(words, caption, re.IGNORECASE) for caption in entry["captions"])
        if said and entry["frames"] >= SHORTEST and len(found) < CLIPS:
            found.setdefault(entry.get("group") or entry["id"], number)
    return [store.clip(number).motion.slice(0, LONGEST) for number in found.values()]


def samples(generator: Generator, prompt: str) -> list[Motion]:
    jobs = [(Generate(text=prompt, seconds=6.0, split=False), Sampling(seed)) for seed in range(SEEDS)]
    return generator.run_batch(jobs)


def bends(motion: Motion) -> np.ndarray:
    """Angular accelerations (T-2,8) of the legs' joints, rad/s^2."""
    q = motion.rotations[:, LEGS].astype(np.float64)
    turns = quat.quat_to_rotvec(quat.multiply(quat.conjugate(q[:-1]), q[1:]))
    return np.linalg.norm(np.diff(turns, axis=0), axis=-1) * motion.fps**2


def line(title: str, motions: list[Motion]) -> str:
    scores = mean_of_scores([physical_scores(motion) for motion in motions])
    bend = np.mean([np.percentile(bends(motion), 99) for motion in motions])
    return (
        f"  {title:12} sliding {scores.sliding:5.1f} cm/s  penetration {scores.penetration:.2f} cm  floating "
        f"{scores.floating:.2f} cm  jerk {scores.jerk:5.0f} m/s^3  bends {bend:4.0f} rad/s^2"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="a prepared training set")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    args = parser.parse_args()
    store, generator = ClipStore.open(args.data), load_generator(args.model)
    generator.clean_up = False
    for kind in args.kinds:
        words, prompt = KINDS[kind]
        real, raw = real_clips(store, words), samples(generator, prompt)
        locked = [lock_feet(motion) for motion in real]
        moved = np.mean([np.abs(a.joints() - b.joints()).mean() for a, b in zip(real, locked)])
        print(kind, line("real", real), sep="\n")
        print(line("before", [tidied(motion, 1.0) for motion in raw]))
        print(line("now", [lock_feet(tidied(motion)) for motion in raw]))
        print(f"{line('real, locked', locked)}  moved by {100 * moved:.2f} cm a coordinate", flush=True)


if __name__ == "__main__":
    main()
