"""How a body is held and how often it does something, measured: angles over time, postures held, counts of events.

Arrays over time are (T,). Lengths are in metres, angles in degrees, times in seconds.
"""

from __future__ import annotations

import numpy as np

from motion_core.body.skeleton import ANKLE_HEIGHT, SOLE
from motion_core.editing.contacts import runs
from motion_core.editing.measures import reversals, smooth
from motion_core.metrics.prompts.observed import Observed

SIDES = ("left", "right")
UP = np.array([0.0, 0.0, 1.0])
FLIGHT = 0.06  # metres both feet are over the floor in a jump
STEADY = 0.25  # m/s: slower, and the way has no direction
STRIDE = 0.2  # metres one foot gets past the other in a step
BETWEEN = 0.15  # seconds: events closer to each other are one


def tilt(o: Observed, start: str, end: str) -> np.ndarray:
    """Angle (T,) between straight up and the line from one joint to another: 0 upright, 90 level, 180 upside down."""
    line = o.joint(end) - o.joint(start)
    return np.degrees(np.arccos(np.clip(line @ UP / np.linalg.norm(line, axis=-1), -1, 1)))


def trunk(o: Observed) -> np.ndarray:
    """Lean (T,) of the trunk in any direction."""
    return tilt(o, "pelvis", "neck")


def thigh(o: Observed, side: str) -> np.ndarray:
    """Angle (T,) of a thigh to straight down: 0 standing, 90 level."""
    return 180 - tilt(o, f"{side}_hip", f"{side}_knee")


def shin(o: Observed, side: str) -> np.ndarray:
    """Angle (T,) of a shin to straight down."""
    return 180 - tilt(o, f"{side}_knee", f"{side}_ankle")


def height(o: Observed, joint: str) -> np.ndarray:
    """Over the floor (T,)."""
    return o.joint(joint)[:, 2]


def lowest_foot(o: Observed) -> np.ndarray:
    """Height (T,) of the lower foot's sole over the floor."""
    feet = [
        height(o, f"{side}_{part}") - rest
        for side in SIDES
        for part, rest in (("foot", SOLE), ("ankle", ANKLE_HEIGHT))
    ]
    return np.min(feet, axis=0)


def seconds(o: Observed, held: np.ndarray) -> float:
    """In all, for which something (T,) holds."""
    return float(held.sum() / o.fps)


def longest(o: Observed, held: np.ndarray) -> float:
    """The longest time without a break for which something (T,) holds."""
    return max((stop - start for start, stop in runs(held)), default=0) / o.fps


def events(o: Observed, held: np.ndarray, least: float = 0.0, apart: float = BETWEEN) -> int:
    """How often something (T,) holds for `least` seconds; breaks shorter than `apart` do not count."""
    gap = round(apart * o.fps)
    joined = held.copy()
    for start, stop in runs(~held):
        if start > 0 and stop < len(held) and stop - start < gap:
            joined[start:stop] = True
    return sum(stop - start >= least * o.fps for start, stop in runs(joined))


def wrists_apart(o: Observed) -> np.ndarray:
    """Distance (T,) of the wrists."""
    return np.linalg.norm(o.joint("left_wrist") - o.joint("right_wrist"), axis=-1)


def feet_apart(o: Observed) -> np.ndarray:
    """Distance (T,) of the ankles over the floor."""
    return np.linalg.norm((o.joint("left_ankle") - o.joint("right_ankle"))[:, :2], axis=-1)


def turned(o: Observed) -> float:
    """Degrees between the headings that lie furthest apart, however long that takes."""
    return float(np.degrees(np.ptp(o.heading)))


def over_itself(o: Observed, joint: str) -> np.ndarray:
    """Height (T,) of a joint over the lowest joint of the body: who lies on a mat or a step lies, too."""
    return height(o, joint) - o.joints[:, :, 2].min(axis=1)


def speed(o: Observed) -> np.ndarray:
    """Of the pelvis over the floor (T,), m/s, without the sway of steps."""
    return np.linalg.norm(o.velocity, axis=-1)


def way_turned(o: Observed) -> float:
    """Degrees between the directions of travel that lie furthest apart; positive where it turns to the left."""
    ground = smooth(o.joint("pelvis")[:, :2], o.fps)
    steps = np.gradient(ground, axis=0)[speed(o) > STEADY]
    if len(steps) < 2:
        return 0.0
    angles = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    return float(np.degrees(np.ptp(angles)) * (1 if angles.argmax() > angles.argmin() else -1))


def roundness(o: Observed) -> float:
    """Area within the path, closed by a line, as a share of a circle's of that length: 1 a circle, 0 a line."""
    x, y = smooth(o.joint("pelvis")[:, :2], o.fps).T
    area = 0.5 * abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))))
    around = o.travel + float(np.hypot(x[-1] - x[0], y[-1] - y[0]))
    return 4 * np.pi * area / max(around, 1e-6) ** 2


def reach(o: Observed) -> np.ndarray:
    """How far (T,) the left ankle is in front of the right one, in the body's frame."""
    return o.in_body("right_ankle")[:, 1] - o.in_body("left_ankle")[:, 1]


def steps(o: Observed) -> int:
    """Steps of a walk: how often one foot that has passed the other is passed again, by STRIDE each."""
    return reversals(reach(o), STRIDE)


def unevenness(o: Observed) -> float:
    """How much the two steps of a stride differ: in reach, in lift, and in what the pelvis does.

    The pelvis of an even walk bobs and slows once a step; of a limp once a stride. Even walks have about 0.
    """
    ahead = reach(o)
    high, low = np.percentile(ahead, [95, 5])
    stride = _main_frequency(ahead, o.fps)
    ground = np.gradient(o.joint("pelvis")[:, :2], axis=0) * o.fps
    forward = np.sin(o.heading) * ground[:, 0] - np.cos(o.heading) * ground[:, 1]
    bobs = _once_a_stride(height(o, "pelvis"), stride, o.fps, 0.001)
    slows = _once_a_stride(forward, stride, o.fps, 0.01)
    lifts = [float(np.ptp(np.percentile(height(o, f"{side}_ankle"), [5, 95]))) for side in SIDES]
    lifted = np.log(max(lifts) / max(min(lifts), 1e-3))
    return float(max(bobs, slows) + 3 * abs(high + low) / max(high - low, 0.05) + lifted)


def _once_a_stride(values: np.ndarray, stride: float, fps: float, floor: float) -> float:
    """Logarithm of what happens once a stride, against what happens once a step."""
    once, twice = _power(values, stride, fps), _power(values, 2 * stride, fps)
    return float(np.log((once + 1e-5) / (twice + floor)))


def _main_frequency(values: np.ndarray, fps: float) -> float:
    """Hz of the strongest swing between 0.25 and 2 Hz."""
    spectrum = np.abs(np.fft.rfft((values - values.mean()) * np.hanning(len(values)), 4096))
    frequencies = np.fft.rfftfreq(4096, 1 / fps)
    strides = (frequencies > 0.25) & (frequencies < 2)
    return float(frequencies[strides][spectrum[strides].argmax()])


def _power(values: np.ndarray, frequency: float, fps: float) -> float:
    """Amplitude of one frequency, slow drift taken away."""
    time = np.arange(len(values)) / fps
    flat = values - np.polyval(np.polyfit(time, values, 2), time)
    window = np.hanning(len(values))
    return float(abs(np.sum(window * flat * np.exp(-2j * np.pi * frequency * time))) / window.sum())


def thrust(o: Observed, side: str) -> np.ndarray:
    """Forward speed (T,) of that wrist in the body's frame, m/s."""
    return -np.gradient(o.in_body(f"{side}_wrist")[:, 1]) * o.fps


def lean_forward(o: Observed) -> np.ndarray:
    """Degrees (T,) the line from pelvis to neck leans forward of upright."""
    spine = o.in_body("neck") - o.in_body("pelvis")
    return np.degrees(np.arctan2(-spine[:, 1], spine[:, 2]))


def on_toes(o: Observed) -> float:
    """How far the ankle of the lower foot is over its ball, median: 0.07 for a flat foot."""
    balls = np.stack([height(o, f"{side}_foot") for side in SIDES])
    ankles = np.stack([height(o, f"{side}_ankle") for side in SIDES])
    return float(np.median(np.where(balls[0] < balls[1], ankles[0] - balls[0], ankles[1] - balls[1])))
