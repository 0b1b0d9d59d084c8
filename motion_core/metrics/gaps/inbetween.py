"""How far a filled gap is from what was there: L2P, L2Q and NPSS as LAFAN1 defines them, centimetres, foot sliding.

Harvey, Yurick, Nowrouzezahrai and Pal, "Robust Motion In-Betweening" (2020), and the code that came with its data:
    L2P   mean over frames of |(p - p') / s|, p the world positions of all joints in one vector (66 of our 22), s the
          standard deviation of each coordinate over training windows (`gaps.position_scale`; the mean cancels)
    L2Q   mean over frames of |q - q'|, q the world quaternions of all joints in one vector (88)
    NPSS  Gopalakrishnan et al. 2019, on the same 88 series over the gap: the earth mover's distance of the two power
          spectra, each divided by its sum, and then the mean weighted by the power of the real series. The spectrum
          is the squared real part of the Fourier transform, as in that code, over all T frequencies.
q and -q are one rotation: L2Q takes the nearer; NPSS the real series made continuous in time, and the filled one too,
from the sign at the first frame that is nearer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.metrics.measures.physical import sliding_steps

Gap = tuple[int, int]  # frames start:stop
LEAST_POWER = 1e-12  # below it a series has no spectrum to speak of


@dataclass(frozen=True)
class GapSums:
    """Sums of one window, so that means over many windows are quotients of sums.

    The steps into and out of the gap count, so that a jump at its end shows.
    """

    l2p: float  # of the window
    l2q: float  # of the window
    centimetres: float  # mean distance of the joints
    npss: float  # weighted distance of the spectra
    power: float  # its weight
    slip: float  # cm/s, summed over the steps of feet on the floor
    steps: float  # how many such steps
    most_steps: float  # ... of so many
    pop: float  # cm: the largest change of a joint's step at both borders of the gap
    glide: float  # cm/s of the lower foot, however high: it shows feet lifted out of reach of `slip`


def gap_sums(truth: Motion, made: Motion, gap: Gap, scale: np.ndarray) -> GapSums:
    """The figures of one filled gap. scale (22,3): metres that count as 1 in L2P.

    Raises ValueError where the motions differ in length or rate, or the gap has no frame before or after it.
    """
    start, stop = gap
    if len(truth) != len(made) or abs(truth.fps - made.fps) > 1e-6:
        raise ValueError(
            f"the filled motion has {len(made)} frames at {made.fps:g} fps, the real one {len(truth)} at "
            f"{truth.fps:g}: give both alike"
        )
    if not 0 < start < stop < len(truth):
        raise ValueError(f"the gap {start}:{stop} needs a frame before and after it in {len(truth)} frames")
    (places, turns), (our_places, our_turns) = truth.kinematics(), made.kinematics()
    apart = (our_places - places)[start:stop]  # (T,22,3)
    real, ours = aligned(turns[start:stop], our_turns[start:stop])
    nearer = np.minimum(np.sum((real - ours) ** 2, -1), np.sum((real + ours) ** 2, -1))  # (T,22)
    npss, power = npss_sums(real.reshape(len(real), -1), ours.reshape(len(ours), -1))
    slips = sliding_steps(our_places[start - 1 : stop + 1], made.fps)
    return GapSums(
        l2p=float(np.sqrt(np.sum((apart / scale) ** 2, axis=(1, 2))).mean()),
        l2q=float(np.sqrt(nearer.sum(-1)).mean()),
        centimetres=float(100 * np.linalg.norm(apart, axis=-1).mean()),
        npss=npss,
        power=power,
        slip=float(slips.sum()),
        steps=float(len(slips)),
        most_steps=2.0 * (stop - start + 1),  # of either foot
        pop=largest_pop(our_places, gap),
        glide=lower_foot_speed(our_places[start - 1 : stop + 1], made.fps),
    )


def largest_pop(places: np.ndarray, gap: Gap) -> float:
    """Centimetres, of joints (T,22,3): |p(t+1) - 2 p(t) + p(t-1)| at the frames on either side of both borders."""
    changes = 100 * np.linalg.norm(np.diff(places, 2, axis=0), axis=-1).max(axis=1)  # at frames 1 .. T-2
    around = {gap[0] - 1, gap[0], gap[1] - 1, gap[1]}
    return float(max(changes[frame - 1] for frame in around if 1 <= frame <= len(changes)))


def lower_foot_speed(places: np.ndarray, fps: float) -> float:
    """cm/s, mean over the steps of joints (T,22,3), Z up: the ball of the foot that is lower on average of the step."""
    balls = places[:, [JOINT["left_foot"], JOINT["right_foot"]]]
    speeds = 100 * fps * np.linalg.norm(np.diff(balls[..., :2], axis=0), axis=-1)  # (T-1,2)
    heights = balls[1:, :, 2] + balls[:-1, :, 2]
    return float(np.where(heights[:, 0] <= heights[:, 1], speeds[:, 0], speeds[:, 1]).mean())


def aligned(real: np.ndarray, ours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quaternions (T,J,4) of both with signs that do not jump in time, starting on the same side."""
    real, ours = quat.continuous(real), quat.continuous(ours)
    opposite = np.sum(real[0] * ours[0], axis=-1) < 0  # (J,)
    return real, np.where(opposite[None, :, None], -ours, ours)


def npss_sums(real: np.ndarray, ours: np.ndarray) -> tuple[float, float]:
    """(weighted distance, weight) of series (T,D); NPSS of many windows is the quotient of the sums of these."""
    power, our_power = real_power(real), real_power(ours)  # (T,D)
    total = power.sum(0)  # (D,)
    distance = np.abs(np.cumsum(_shares(our_power) - _shares(power), axis=0)).sum(0)
    return float((distance * total).sum()), float(total.sum())


def real_power(series: np.ndarray) -> np.ndarray:
    """Squared real part of the discrete Fourier transform of (T,D): (sum over t of x cos(2 pi k t / T))^2."""
    times = np.arange(len(series))
    return (np.cos(2 * np.pi * np.outer(times, times) / len(series)) @ series) ** 2


def _shares(power: np.ndarray) -> np.ndarray:
    """Power (T,D) divided by its sum over frequencies; 0 where there is none."""
    total = power.sum(0)
    return np.where(total > LEAST_POWER, power / np.maximum(total, LEAST_POWER), 0.0)
