"""What lies between known poses, as a first guess: cubics through them, in the columns that a network is told.

A network that answers with what it adds to this guess starts out as good as an interpolation (Oreshkin et al. 2022,
"Motion In-Betweening via Deep Delta-Interpolator"), and has only the difference to learn.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from motion_core.body.rotations import yaw_to_matrix
from motion_core.features.known import KNOWN_DIM, STEPS, WORLD_ROOT
from motion_core.features.smpl205 import DIM, SLICES
from motion_core.features.stats import FeatureStats

LONGEST_SWING = 24  # frames: over longer gaps the speeds at the ends count as if the gap had so many


def frames_known(known_mask: Tensor) -> Tensor:
    """Frames (...,T) whose whole pose and place are known, of columns (...,T,209) bool."""
    return known_mask[..., : STEPS.start].all(-1) & known_mask[..., STEPS.stop :].all(-1)


def with_guess(known: Tensor, known_mask: Tensor, stats: FeatureStats) -> Tensor:
    """Known columns (B,T,209), normalised as `known_values` gives them, with a guess where `known_mask` is false.

    Before the first and behind the last known frame its pose is held. Where no frame is known the guess is 0, the mean.
    """
    frames = frames_known(known_mask)
    with torch.autocast(known.device.type, enabled=False):
        guess = _between(known.double(), frames, stats).to(known)
    guess = guess * frames.any(-1)[:, None, None]
    return torch.where(known_mask, known, guess)


def _between(known: Tensor, frames: Tensor, stats: FeatureStats) -> Tensor:
    """(B,T,209) float64 from known frames (B,T)."""
    told = known[
        ..., [c for c in range(KNOWN_DIM) if c < STEPS.start or STEPS.stop <= c < WORLD_ROOT.stop - 2]
    ]
    heading = torch.atan2(known[..., WORLD_ROOT.stop - 1], known[..., WORLD_ROOT.stop - 2])
    curve = _cubic(torch.cat([told, heading[..., None]], -1), frames)  # the heading is the last column
    pose, floor, yaw = curve[..., : DIM - 3], curve[..., DIM - 3 : DIM - 1], curve[..., -1]
    steps = torch.diff(floor, dim=1, prepend=floor[:, :1])
    turn = _wrapped(torch.diff(yaw, dim=1, prepend=yaw[:, :1]))
    steps = (yaw_to_matrix(-yaw)[..., :2, :2] @ steps[..., None]).squeeze(-1)
    plain = torch.zeros_like(known[..., :DIM])
    plain[..., SLICES["root_velocity"]], plain[..., SLICES["yaw_velocity"]] = steps, turn[..., None]
    normal = torch.cat(
        [pose[..., : STEPS.start], stats.normalize(plain)[..., STEPS], pose[..., STEPS.start :]], -1
    )
    return torch.cat([normal, floor, yaw.cos()[..., None], yaw.sin()[..., None]], -1)


def _wrapped(angle: Tensor) -> Tensor:
    """Into [-pi, pi): the nearer way round."""
    return (angle + math.pi) % (2 * math.pi) - math.pi


def _cubic(values: Tensor, frames: Tensor) -> Tensor:
    """Hermite's cubic through the known rows of values (B,T,C), whose last column is an angle; frames (B,T) bool.

    The slope at a known frame is the step to its known neighbour outside the gap, or straight on where there is none.
    """
    count = values.shape[1]
    index = torch.arange(count, device=values.device).expand(frames.shape)
    before = torch.where(frames, index, -1).cummax(1).values
    after = torch.where(frames, index, count).flip(1).cummin(1).values.flip(1)
    before, after = torch.where(before < 0, after, before), torch.where(after >= count, before, after)
    before, after = before.clamp(0, count - 1), after.clamp(0, count - 1)

    def at(place: Tensor) -> Tensor:
        return values.gather(1, place[..., None].expand_as(values))

    def known(place: Tensor) -> Tensor:
        inside = (place >= 0) & (place < count)
        return (frames.gather(1, place.clamp(0, count - 1)) & inside)[..., None]

    start, length = at(before), (after - before).clamp(min=1)[..., None].to(values)
    part = ((index - before)[..., None].to(values) / length).clamp(0, 1)  # held outside of all known frames
    whole = _difference(at(after), start)
    swing = length.clamp(max=LONGEST_SWING)
    leaving = _difference(start, at((before - 1).clamp(min=0))) * swing
    coming = _difference(at((after + 1).clamp(max=count - 1)), at(after)) * swing
    leaving = torch.where(known(before - 1), leaving, whole)
    coming = torch.where(known(after + 1), coming, whole)
    square, cube = part**2, part**3
    return (
        start
        + (cube - 2 * square + part) * leaving
        + (3 * square - 2 * cube) * whole
        + (cube - square) * coming
    )


def _difference(a: Tensor, b: Tensor) -> Tensor:
    """a - b, its last column the nearer way round."""
    difference = a - b
    return torch.cat([difference[..., :-1], _wrapped(difference[..., -1:])], -1)
