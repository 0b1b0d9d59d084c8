"""The 22 body joints of SMPL by name: order, parents, sides, body parts. `skeleton` adds the rest pose.

Standard library only: a panel that draws with these names loads nothing else.
"""

from __future__ import annotations

JOINTS: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle",
    "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
)  # fmt: skip
JOINT: dict[str, int] = {name: index for index, name in enumerate(JOINTS)}

PARENT_OF: dict[str, str | None] = {
    "pelvis": None,
    "left_hip": "pelvis", "left_knee": "left_hip", "left_ankle": "left_knee", "left_foot": "left_ankle",
    "right_hip": "pelvis", "right_knee": "right_hip", "right_ankle": "right_knee", "right_foot": "right_ankle",
    "spine1": "pelvis", "spine2": "spine1", "spine3": "spine2", "neck": "spine3", "head": "neck",
    "left_collar": "spine3", "left_shoulder": "left_collar", "left_elbow": "left_shoulder", "left_wrist": "left_elbow",
    "right_collar": "spine3", "right_shoulder": "right_collar", "right_elbow": "right_shoulder",
    "right_wrist": "right_elbow",
}  # fmt: skip
PARENTS: tuple[int, ...] = tuple(-1 if (p := PARENT_OF[name]) is None else JOINT[p] for name in JOINTS)
PARTS: dict[str, tuple[str, ...]] = {
    "left_arm": ("left_collar", "left_shoulder", "left_elbow", "left_wrist"),
    "right_arm": ("right_collar", "right_shoulder", "right_elbow", "right_wrist"),
    "left_leg": ("left_hip", "left_knee", "left_ankle", "left_foot"),
    "right_leg": ("right_hip", "right_knee", "right_ankle", "right_foot"),
    "spine": ("spine1", "spine2", "spine3"),
    "head": ("neck", "head"),
}
PARTS["legs"] = PARTS["left_leg"] + PARTS["right_leg"]
PARTS["arms"] = PARTS["left_arm"] + PARTS["right_arm"]
PARTS["upper_body"] = PARTS["spine"] + PARTS["head"] + PARTS["arms"]
PARTS["lower_body"] = ("pelvis", *PARTS["legs"])
FOOT_JOINTS: tuple[str, ...] = ("left_ankle", "left_foot", "right_ankle", "right_foot")


def mirrored_name(name: str) -> str:
    """The same name on the other side; names of the middle come back unchanged."""
    if name.startswith("left_"):
        return "right_" + name[len("left_") :]
    if name.startswith("right_"):
        return "left_" + name[len("right_") :]
    return name


def joint_indices(names: tuple[str, ...] | list[str]) -> list[int]:
    """Indices of joints or part names, in skeleton order. Raises ValueError naming an unknown one."""
    found: set[int] = set()
    for name in names:
        if name in PARTS:
            found.update(JOINT[j] for j in PARTS[name])
        elif name in JOINT:
            found.add(JOINT[name])
        else:
            raise ValueError(
                f"unknown joint or body part {name!r}; use one of {', '.join([*PARTS, *JOINTS])}"
            )
    return sorted(found)
