"""What is lost on the way to a rig and back, and how feet slide on it. Run: python bench/retarget.py

Rigs in plain numpy (tests/helpers/rig_rests.py), named as Mixamo, Unreal, VRoid (VRM) and Rigify's FK controls name
them, in T and A rests, in metres and centimetres, Z and Y up, with the body's proportions and with other ones, random
bone axes. Motions: clips of a prepared training set (--data). The round trip is the mean distance of all joints as a
share of the body's height; sliding is that of steps whose foot is on the floor in the motion, at the body's size,
against the motion's own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/helpers"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rig_names import MIXAMO, RIGIFY, UE4, VROID
from rig_rests import Y_UP, RestStyle, foreign_rig

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import BODY_HEIGHT, JOINT
from motion_core.data.store import ClipStore
from motion_core.metrics.benchmark.split import spread
from motion_core.metrics.measures.physical import contacts
from motion_core.retarget import (
    BoneCurves,
    RigBone,
    bone_poses_to_motion,
    find_bones,
    motion_to_bone_curves,
    pose_bones,
)
from motion_core.retarget.rig import Rig

RESTS = {"T": RestStyle(), "A": RestStyle(arms_down=0.8, elbows_bent=0.2, legs_apart=0.1)}
FEET = ("left_foot", "right_foot")


@dataclass(frozen=True)
class Kind:
    """A custom: names of the bones, what comes before each, a root above the pelvis, units and axes of its files."""

    names: Mapping[str, str]
    prefix: str = ""
    root: str | None = None
    scale: float = 1.0
    space: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0)


KINDS = {
    "Mixamo": Kind(MIXAMO, "mixamorig:", None, 100.0, tuple(Y_UP)),
    "Unreal": Kind(UE4, "", "root", 100.0),
    "VRM": Kind(VROID, "", "Root", 1.0, tuple(Y_UP)),
    "Rigify FK": Kind(RIGIFY, "", "torso", 1.0),
}


def rig_of(kind: Kind, style: RestStyle) -> list[RigBone]:
    """The joints of a rest as bones of a custom. What hangs on the pelvis hangs on Rigify's torso, which is there."""
    bones = foreign_rig(replace(style, scale=kind.scale, space=kind.space, prefix="", root=False))
    torso = kind.root == "torso"
    above = np.eye(4)
    above[:3, 3] = bones[0].head if torso else 0.0
    made = [RigBone(kind.root, None, above)] if kind.root else []
    for bone in bones:
        on_root = bone.parent is None or (torso and bone.parent == "pelvis")
        parent = kind.root if on_root else kind.prefix + kind.names[str(bone.parent)]
        made.append(replace(bone, name=kind.prefix + kind.names[bone.name], parent=parent))
    return made


def slips(places: np.ndarray, motion: Motion) -> np.ndarray:
    """cm/s of the steps (N,) that feet (T,2,3), metres, Z up, make while they are on the floor in the motion."""
    down = contacts(motion.joints())
    found = []
    for column, joint in enumerate(FEET):
        both = down[joint][1:] & down[joint][:-1]
        steps = np.linalg.norm(np.diff(places[:, column, :2], axis=0), axis=-1)
        found.append(100 * motion.fps * steps[both])
    return np.concatenate(found)


def feet_of_rig(bones: Sequence[RigBone], curves: BoneCurves, mapping: Mapping[str, str]) -> np.ndarray:
    """Heads (T,2,3) of the feet on the posed rig, along the motion's axes and at the body's size."""
    rig, poses = Rig(bones, mapping), pose_bones(curves, bones)
    heads = np.stack([poses.heads[mapping[joint]] for joint in FEET], axis=1)
    return quat.rotate(quat.conjugate(rig.frame), heads) / rig.scale()


@dataclass(frozen=True)
class Result:
    """error, worst: share of the body's height, mean and greatest of any joint and frame. sliding: cm/s."""

    error: float
    worst: float
    sliding: float
    own: float


def measure(kind: Kind, style: RestStyle, motions: Sequence[Motion]) -> Result:
    bones = rig_of(kind, style)
    found = find_bones([bone.name for bone in bones], {bone.name: bone.parent for bone in bones})
    errors, rig_slips, own_slips = [], [], []
    for motion in motions:
        curves = motion_to_bone_curves(motion, bones, found.bones, carrier=found.carrier)
        back = bone_poses_to_motion(pose_bones(curves, bones), bones, found.bones, motion.fps)
        errors.append(np.linalg.norm(back.joints() - motion.joints(), axis=-1).ravel() / BODY_HEIGHT)
        rig_slips.append(slips(feet_of_rig(bones, curves, found.bones), motion))
        own_slips.append(
            slips(motion.joints()[:, [JOINT[joint] for joint in FEET]].astype(np.float64), motion)
        )
    error, rig_slip, own = (np.concatenate(values) for values in (errors, rig_slips, own_slips))
    return Result(float(error.mean()), float(error.max()), float(rig_slip.mean()), float(own.mean()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("data_prepared"))
    parser.add_argument("--clips", type=int, default=40, help="of the validation split")
    args = parser.parse_args()
    store = ClipStore.open(args.data)
    numbers = [k for k, entry in enumerate(store.entries) if entry["split"] == "val"]
    motions = [store.clip(k).motion for k in spread(numbers, args.clips)]
    print(
        f"{len(motions)} clips, {sum(map(len, motions))} frames; aims: below 1 % of the body's height, sliding x 1.10\n"
    )
    print("| rig | rest | proportions | round trip % (worst joint) | sliding cm/s, motion -> rig | | |")
    print("| --- " * 7 + "|")
    for name, kind in KINDS.items():
        for rest, style in RESTS.items():
            for build, stretch in (("ours", 0.0), ("other: bones +-15 %", 0.15)):
                found = measure(kind, replace(style, seed=len(name), stretch=stretch), motions)
                quotient = found.sliding / found.own
                met = found.error < 0.01 and quotient < 1.1
                print(
                    f"| {name} | {rest} | {build} | {100 * found.error:.5f} ({100 * found.worst:.4f}) | "
                    f"{found.own:.1f} -> {found.sliding:.1f} | x {quotient:.3f} | {'met' if met else 'NOT MET'} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
