"""What a model that completes is shown while it trains: random parts of each clip, as its users will keep them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from motion_core.body.skeleton import JOINTS, PARTS, joint_indices
from motion_core.features.known import KNOWN_DIM, columns_without, path_columns, poses_known

LONGEST_CONTEXT = 20  # frames kept on each side of a gap
LONGEST_EDGE = 12  # frames kept beside a short gap
MOST_KEYS = 6
PART_CHOICES = ("left_arm", "right_arm", "arms", "left_leg", "right_leg", "legs", "head", "upper_body")

Pattern = Callable[[np.random.Generator, int], Tensor]  # (numbers, frames) -> (T,209) bool


def gap(rng: np.random.Generator, frames: int) -> Tensor:
    """A few frames at the start and at the end."""
    kept = np.zeros(frames, dtype=bool)
    before, after = rng.integers(1, max(2, min(LONGEST_CONTEXT, frames // 3) + 1), 2)
    kept[:before] = kept[frames - after :] = True
    return poses_known(torch.from_numpy(kept))


def gap_inside(rng: np.random.Generator, frames: int) -> Tensor:
    """All but one stretch of at most three seconds."""
    length = int(rng.integers(2, min(61, max(3, frames - 2))))
    start = int(rng.integers(1, max(2, frames - length)))
    kept = np.ones(frames, dtype=bool)
    kept[start : start + length] = False
    return poses_known(torch.from_numpy(kept))


def short_gap(rng: np.random.Generator, frames: int) -> Tensor:
    """A few frames, often a single one, on both sides of everything else."""
    kept = np.zeros(frames, dtype=bool)
    before, after = (
        1 if rng.random() < alone else int(rng.integers(2, max(3, min(LONGEST_EDGE, frames // 3) + 1)))
        for alone in (0.15, 0.3)
    )
    kept[:before] = kept[frames - after :] = True
    return poses_known(torch.from_numpy(kept))


def keys_between_ends(rng: np.random.Generator, frames: int) -> Tensor:
    """A gap with a few poses keyed in it."""
    known = short_gap(rng, frames)
    kept = np.zeros(frames, dtype=bool)
    kept[rng.integers(0, frames, rng.integers(1, 4))] = True
    return known | poses_known(torch.from_numpy(kept))


def keys(rng: np.random.Generator, frames: int) -> Tensor:
    """Single poses, as an animator keys them; the first frame mostly among them."""
    kept = np.zeros(frames, dtype=bool)
    kept[rng.integers(0, frames, rng.integers(1, MOST_KEYS + 1))] = True
    kept[0] |= rng.random() < 0.7
    return poses_known(torch.from_numpy(kept))


def start(rng: np.random.Generator, frames: int) -> Tensor:
    """The beginning: what is to be continued."""
    kept = np.zeros(frames, dtype=bool)
    kept[: rng.integers(1, max(2, min(2 * LONGEST_CONTEXT, frames // 2)))] = True
    return poses_known(torch.from_numpy(kept))


def body(rng: np.random.Generator, frames: int) -> Tensor:
    """Everything but one part of the body, or one to three joints."""
    if rng.random() < 0.8:
        free = joint_indices(PARTS[str(rng.choice(PART_CHOICES))])
    else:
        free = rng.integers(1, len(JOINTS), rng.integers(1, 4)).tolist()
    return columns_without(free).expand(frames, KNOWN_DIM).clone()


def path(rng: np.random.Generator, frames: int) -> Tensor:
    """Where the body goes; often with the pose it starts from."""
    known = path_columns(heading=bool(rng.random() < 0.6)).expand(frames, KNOWN_DIM).clone()
    if rng.random() < 0.3:  # places to be at, instead of a line
        known &= torch.from_numpy(rng.random(frames) < 4 / frames)[:, None]
    known[0] |= bool(rng.random() < 0.5)
    return known


# how often each is drawn; gaps are what is asked for most
PATTERNS: dict[Pattern, float] = {gap: 0.25, gap_inside: 0.15, keys: 0.2, start: 0.12, body: 0.15, path: 0.13}

GAPS: dict[Pattern, float] = {short_gap: 0.8, keys_between_ends: 0.2}
PATTERN_SETS = {"mixed": PATTERNS, "gaps": GAPS}


def random_known(rng: np.random.Generator, mask: Tensor, share: float, kinds: str = "mixed") -> Tensor:
    """What is shown of each clip: (B,T,209) bool, of a `share` of the clips anything. mask: (B,T) bool, real frames."""
    known = torch.zeros(*mask.shape, KNOWN_DIM, dtype=torch.bool)
    table = PATTERN_SETS[kinds]
    patterns, chances = list(table), np.array(list(table.values()))
    for row, frames in enumerate(mask.sum(1).tolist()):
        if rng.random() < share:
            pattern = patterns[int(rng.choice(len(patterns), p=chances / chances.sum()))]
            known[row, :frames] = pattern(rng, frames)
    return known
