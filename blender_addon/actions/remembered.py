"""The request that made a motion, as text in its action: all that is needed to make the motion again.

The text is JSON. It holds the request as the service gets it, and where the result belongs. A motion that was handed in
is packed: its values become whole numbers, then their changes from frame to frame, then zlib and base64. That takes
about 200 characters a frame. The motion is rounded before it is handed in: the text holds what was asked, to the bit.
No bpy.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from motion_core.body.joints import JOINTS
from motion_core.body.motion import Motion
from motion_core.tasks import MAX_FRAMES, Request, TaskError

REQUEST = "request"  # entry of a result's meta
REMEMBERED = f"laban_{REQUEST}"  # custom property of its action
LONGEST = 600_000  # characters; files of results hold a million of meta in all
PLACE, TURN = (
    2.0**16,
    2.0**17,
)  # whole numbers a metre (0.015 mm), and a quaternion's component (0.002 degrees)
FARTHEST = 30_000.0  # metres; more do not fit into 32 bits
SAID = ("licence", "text")  # what is remembered of a motion's meta
COLUMNS = 3 + 4 * len(JOINTS)


@dataclass(frozen=True, eq=False)
class RememberedRequest:
    """A request, and where its result belongs."""

    asked: Request
    about: dict[str, Any]  # where the result belongs: `Landing.facts`, and the scene's rate
    packed: dict[str, Any] | None = None  # the task's motion as text

    @classmethod
    def of(cls, asked: Request, about: dict[str, Any]) -> RememberedRequest:
        """The task's motion is rounded: nothing moves by more than a fiftieth of a millimetre."""
        if getattr(asked.task, "motion", None) is None:
            return cls(asked, about)
        packed = pack(asked.task.motion)
        return cls(replace(asked, task=replace(asked.task, motion=unpack(packed))), about, packed)

    @property
    def task(self) -> Any:
        return self.asked.task

    def to_text(self) -> str:
        """The inverse of `from_text`; "" when it is longer than an action should hold."""
        request = self.asked.to_json()
        if self.packed is not None:
            request["motion"] = self.packed
        text = json.dumps({"request": request, "about": self.about})
        return text if len(text) <= LONGEST else ""

    @classmethod
    def from_text(cls, text: str) -> RememberedRequest:
        """The inverse. Raises TaskError."""
        try:
            entry = json.loads(text)
            request, about = dict(entry["request"]), dict(entry["about"])
            packed = request.get("motion")
            if packed is not None:
                request["motion"] = unpack(packed)
        except (ValueError, TypeError, KeyError, RecursionError, binascii.Error, zlib.error) as error:
            raise TaskError(f"what made this motion cannot be read any more ({error!r})") from None
        return cls(Request.from_json(request), about, packed)

    def with_seed(self, seed: int | None) -> RememberedRequest:
        """The same with another seed; None: with its own."""
        if seed is None:
            return self
        sampling = replace(self.asked.sampling, seed=seed)
        return replace(self, asked=replace(self.asked, sampling=sampling))


def pack(motion: Motion) -> dict[str, Any]:
    """A motion as an object; its rotations and places are rounded. Raises TaskError for one too far away."""
    if np.abs(motion.trans).max() > FARTHEST:
        raise TaskError(
            f"the rig is {np.abs(motion.trans).max():.0f} m from its origin: apply its location first"
        )
    numbers = np.concatenate(
        [motion.trans * PLACE, motion.rotations.reshape(len(motion), -1) * TURN], axis=1, dtype=np.float64
    )
    changes: np.ndarray = np.diff(np.round(numbers).astype(np.int64), axis=0, prepend=0)
    folded = ((changes << 1) ^ (changes >> 63)).astype("<u4")  # small numbers of both signs have few bits
    planes = np.ascontiguousarray(folded.T).view(np.uint8).reshape(-1, 4).T
    packed = base64.b64encode(zlib.compress(planes.tobytes(), 9)).decode()
    told = {"fps": motion.fps, "frames": len(motion), "packed": packed, "betas": motion.betas.tolist()}
    return told | {name: motion.meta[name] for name in SAID if motion.meta.get(name) is not None}


def unpack(entry: dict[str, Any]) -> Motion:
    """The inverse of `pack`, but for its rounding. Raises ValueError, zlib.error and the like for anything else."""
    frames = int(entry["frames"])
    if not 1 <= frames <= MAX_FRAMES:
        raise ValueError(f"{frames} frames")
    size = frames * COLUMNS * 4
    raw = zlib.decompressobj().decompress(base64.b64decode(entry["packed"], validate=True), size)
    if len(raw) != size:
        raise ValueError(f"{len(raw)} bytes of {size}")
    planes = np.frombuffer(raw, np.uint8).reshape(4, -1)
    folded = np.ascontiguousarray(planes.T).view("<u4").reshape(COLUMNS, frames).T.astype(np.int64)
    numbers = np.cumsum((folded >> 1) ^ -(folded & 1), axis=0)
    meta = {name: str(entry[name]) for name in SAID if name in entry}
    rotations = (numbers[:, 3:] / TURN).reshape(frames, len(JOINTS), 4)
    return Motion(entry["fps"], numbers[:, :3] / PLACE, rotations, np.array(entry["betas"]), meta=meta)
