"""A dozen hand-made clips with labels and captions, and the settings of a small pool of them."""

import numpy as np
import torch

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.data.pool import DatasetConfig
from motion_core.data.store import ClipRecord
from motion_core.text import TextCondition

FPS, MAX_FRAMES = 20.0, 80


def body(frames, speed=0.0, turn=0.0, left=0.0, right=0.0) -> Motion:
    """Hanging arms that rise sideways by `left` and `right` radians and come down; gliding at `speed`, turning."""
    bump = np.sin(np.linspace(0, np.pi, frames))
    yaw = np.linspace(0, turn, frames)
    rotations = np.tile([1.0, 0, 0, 0], (frames, 22, 1))
    for side, sign, angle in (("left", 1, left), ("right", -1, right)):
        rotations[:, JOINT[f"{side}_shoulder"]] = quat.rotvec_to_quat(
            sign * (angle * bump - 1.4)[:, None] * np.array([0.0, 0, 1])
        )
    for side, sign in (("left", 1), ("right", -1)):
        swing = 0.3 * speed * sign * np.sin(np.arange(frames) / 3)
        rotations[:, JOINT[f"{side}_hip"]] = quat.rotvec_to_quat(swing[:, None] * np.array([1.0, 0, 0]))
    rotations[:, 0] = quat.multiply(quat.about_z(yaw), UPRIGHT)
    steps = np.stack([np.sin(yaw), -np.cos(yaw), 0 * yaw], 1) * speed / FPS
    return Motion.from_pelvis(FPS, np.cumsum(steps, axis=0) + [0, 0, STANDING_PELVIS], rotations)


def records() -> list[ClipRecord]:
    def label(name, action, motion, style="normal", split="train"):
        return ClipRecord(name, "studio", split, action, style, (), motion, free=False)

    return [
        label("walk1", "walk", body(90, 1.0)),
        label("walk2", "walk", body(70, 1.2)),
        label("walk3", "walk", body(60, 0.4), "old"),
        label("run", "run", body(50, 3.0)),
        label("turn", "walk turn right", body(60, 1.0, turn=1.6)),  # filed under the wrong side
        label("raise1", "raise up left hand", body(40, left=2.8)),
        label("raise2", "raise up right hand", body(40, right=2.8)),
        label("wave", "wave right hand", body(60, right=2.2)),
        label("waveold", "wave right hand", body(70, right=2.2), "elderly"),
        label("nothing", None, body(30)),
        ClipRecord(
            "told", "people", "train", None, None, ("A man walks forward.", "walks,  slowly"), body(60, 0.9)
        ),
        ClipRecord(
            "told2", "people", "train", "kick", None, ("a person raises the left hand",), body(30, left=2.5)
        ),
        ClipRecord("short", "people", "train", None, None, ("a person blinks",), body(10)),
        label("val1", "walk", body(100, 1.1), split="val"),
        ClipRecord("val2", "people", "val", None, None, ("a man lifts his right arm",), body(40, right=2.0)),
    ]


class Words:
    """A deterministic stand-in for a text encoder: letters counted, in each word and in the sentence."""

    name = "letters"

    def encode(self, texts):
        longest = max(len(t.split()) for t in texts)
        tokens = torch.zeros(len(texts), longest, 16)
        mask = torch.zeros(len(texts), longest, dtype=torch.bool)
        for row, text in enumerate(texts):
            for place, word in enumerate(text.split()):
                tokens[row, place] = torch.tensor([float(word.count(c)) for c in "abcdefghijklmnop"])
                mask[row, place] = True
        return TextCondition(tokens, tokens.sum(1), mask)


CONFIG = DatasetConfig(seed=3, size=90, max_frames=MAX_FRAMES, phrases=3, min_clips=2)
