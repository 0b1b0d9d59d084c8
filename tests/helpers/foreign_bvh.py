"""For tests: a march on the spot, written as BVH on a skeleton that is not ours."""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, OFFSETS, PARENTS, STANDING_PELVIS, UPRIGHT
from motion_core.formats.bvh import quat_to_zxy

MIXAMO = {
    "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck", "head": "Head",
    **{
        f"{side}_{ours}": f"{side.capitalize()}{theirs}"
        for side in ("left", "right")
        for ours, theirs in (
            ("hip", "UpLeg"), ("knee", "Leg"), ("ankle", "Foot"), ("foot", "ToeBase"),
            ("collar", "Shoulder"), ("shoulder", "Arm"), ("elbow", "ForeArm"), ("wrist", "Hand"),
        )
    },
}  # fmt: skip


def march(frames: int = 90) -> Motion:
    """Somebody who stands, then marches on the spot with swinging, bending arms; knees and elbows are hinges."""
    phase = np.linspace(0, 6 * np.pi, frames)
    swing = np.sin(phase)
    rotations = np.tile(quat.IDENTITY, (frames, len(JOINTS), 1))
    rotations[:, JOINT["pelvis"]] = quat.multiply(quat.about_z(0.4 * np.sin(phase / 6)), UPRIGHT)

    def turn(
        joint: str, x: np.ndarray | float = 0.0, y: np.ndarray | float = 0.0, z: np.ndarray | float = 0.0
    ) -> None:
        axes = np.stack([np.broadcast_to(v, frames) for v in (x, y, z)], axis=-1)
        rotations[:, JOINT[joint]] = quat.multiply(rotations[:, JOINT[joint]], quat.rotvec_to_quat(axes))

    for side, sign in (("left", 1), ("right", -1)):
        lift = np.maximum(sign * swing, 0)
        turn(f"{side}_hip", x=-0.9 * lift)
        turn(f"{side}_knee", x=1.2 * lift)
        turn(f"{side}_ankle", x=-0.3 * lift)
        turn(f"{side}_shoulder", z=-sign * 1.3)
        rotations[:, JOINT[f"{side}_shoulder"]] = quat.multiply(
            quat.rotvec_to_quat(np.stack([0.5 * sign * swing, 0 * swing, 0 * swing], -1)),
            rotations[:, JOINT[f"{side}_shoulder"]],
        )
        turn(f"{side}_elbow", y=-sign * (0.7 + 0.5 * swing))
        turn(f"{side}_wrist", z=0.2 * swing)
    turn("spine1", y=0.1 * swing)
    turn("head", y=0.3 * swing)
    pelvis = np.tile([0.0, 0.0, STANDING_PELVIS], (frames, 1))
    return Motion.from_pelvis(30.0, pelvis, rotations)


def foreign_text(
    motion: Motion, seed: int, *, scale: float = 100.0, up: str = "y", positions: bool = False
) -> str:
    """The same movement on a skeleton whose joint axes point anywhere: its zero pose is a heap."""
    rng = np.random.default_rng(seed)
    axes = quat.normalize(rng.normal(size=(len(JOINTS), 4)))  # G = S axes
    joints, world = motion.kinematics()
    if up == "y":
        world, joints = (
            quat.multiply(quat.conjugate(UPRIGHT), world),
            quat.rotate(quat.conjugate(UPRIGHT), joints),
        )
    source = quat.multiply(world, quat.conjugate(axes))
    local, offsets = source.copy(), np.zeros((len(JOINTS), 3))
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            local[:, joint] = quat.multiply(quat.conjugate(source[:, parent]), source[:, joint])
            offsets[joint] = quat.rotate(axes[parent], OFFSETS[joint].astype(float)) * scale
    names = [MIXAMO[joint] for joint in JOINTS]
    order: list[int] = []

    def lines(joint: int) -> list[str]:
        order.append(joint)
        moves = "Xposition Yposition Zposition " if positions or joint == 0 else ""
        shown = np.zeros(3) if positions else offsets[joint]  # position channels replace OFFSET
        children = [c for c, p in enumerate(PARENTS) if p == joint]
        return [
            f"{'JOINT' if joint else 'ROOT'} {names[joint]}", "{", "OFFSET " + " ".join(f"{v:.6f}" for v in shown),
            f"CHANNELS {6 if moves else 3} {moves}Zrotation Xrotation Yrotation",
            *(line for child in children for line in lines(child)),
            *([] if children else ["End Site", "{", "OFFSET 0 0 0", "}"]), "}",
        ]  # fmt: skip

    head = ["HIERARCHY", *lines(0), "MOTION", f"Frames: {len(motion)}", f"Frame Time: {1 / motion.fps:.7f}"]
    angles = np.degrees(quat_to_zxy(local))
    rows = []
    for frame in range(len(motion)):
        row: list[float] = []
        for joint in order:
            if joint == 0:
                row += list(joints[frame, 0] * scale)
            elif positions:
                row += list(offsets[joint])
            row += list(angles[frame, joint])
        rows.append(" ".join(f"{value:.6f}" for value in row))
    return "\n".join([*head, *rows, ""])
