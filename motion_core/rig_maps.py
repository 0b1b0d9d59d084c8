"""Which bone of a rig is which joint. `motion_core/naming` finds it; here are control rigs, maps and messages.

A rig is keyed through its `bones`. Where other bones show the pose in the end (a limb that blends between IK and FK),
`shown` names them. `carrier` is a control that carries and turns the body without being a joint itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

import numpy as np

from motion_core.body.joints import PARTS
from motion_core.body.skeleton import JOINT, JOINTS, PARENT_OF
from motion_core.naming import Match, Skeleton, match_joints
from motion_core.naming.animals import animal_fault
from motion_core.naming.customs import OTHER, custom_of
from motion_core.naming.matching import spine_joints

REQUIRED: tuple[str, ...] = (
    "pelvis", "spine1", "head", "left_hip", "left_knee", "left_ankle", "right_hip", "right_knee", "right_ankle",
    "left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist",
)  # fmt: skip


ASKED, FEW = 6, 3  # joints that are asked for at once; fewer joints found than this are none


class RigError(ValueError):
    """A rig that cannot take a motion; the message says why and what to do."""


class Switch(NamedTuple):
    """A custom property of a pose bone and the value it must have while the bones of the map are keyed."""

    bone: str
    property: str
    value: float


@dataclass(frozen=True)
class BoneMap:
    """How a rig is posed. kind: which custom of naming. bones, shown: joint -> bone; `shown` only where it differs."""

    kind: str
    bones: dict[str, str]
    switches: tuple[Switch, ...] = ()
    shown: dict[str, str] = field(default_factory=dict)
    carrier: str | None = None

    @property
    def read(self) -> dict[str, str]:
        """Joint -> the bone whose pose is the joint's."""
        return self.bones | self.shown

    def to_json(self) -> str:
        return json.dumps(asdict(self) | {"switches": [list(switch) for switch in self.switches]})

    @classmethod
    def from_json(cls, text: str) -> BoneMap:
        """The inverse of `to_json`. Raises RigError for anything else."""
        try:
            entry = json.loads(text)
            switches = tuple(Switch(str(b), str(p), float(v)) for b, p, v in entry.get("switches", ()))
            bones, shown = _names(entry["bones"]), _names(entry.get("shown", {}))
            carrier = entry.get("carrier")
            return cls(str(entry["kind"]), bones, switches, shown, None if carrier is None else str(carrier))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RigError(f"this is no bone map ({error}): detect the bones again") from None


def _names(pairs: Mapping[str, str]) -> dict[str, str]:
    if unknown := [joint for joint in pairs if joint not in JOINT]:
        raise RigError(f"{unknown[0]!r} is no joint; use one of {', '.join(JOINTS)}")
    return {joint: str(pairs[joint]) for joint in JOINTS if pairs.get(joint)}


@dataclass(frozen=True)
class Custom:
    """The controls of a control rig. Of each joint the names are tried in order; SIDE stands for left or right.

    spine: from the pelvis up, as many as there are. The parents of controls say nothing about the body.
    """

    kind: str
    sides: tuple[str, str]
    joints: Mapping[str, Sequence[str]]
    spine: Sequence[str]
    shown: Mapping[str, Sequence[str]] = field(default_factory=dict)
    switches: Sequence[Switch] = ()
    carrier: str | None = None


def _limbs(collar: str, shoulder: str, elbow: str, wrist: str, leg: Sequence[str]) -> dict[str, list[str]]:
    arm = {"collar": [collar], "shoulder": [shoulder], "elbow": [elbow], "wrist": [wrist]}
    return arm | {joint: [name] for joint, name in zip(("hip", "knee", "ankle", "foot"), leg)}


def _sided(pattern: str, value: float, *bones: str) -> list[Switch]:
    return [Switch(bone.replace("SIDE", side), pattern, value) for bone in bones for side in ("L", "R")]


RIGIFY = Custom(
    "Rigify", ("L", "R"),
    {"pelvis": ["spine_fk"], "neck": ["neck"], "head": ["head"]}
    | _limbs("shoulder.SIDE", "upper_arm_fk.SIDE", "forearm_fk.SIDE", "hand_fk.SIDE",
             ("thigh_fk.SIDE", "shin_fk.SIDE", "foot_fk.SIDE", "toe_fk.SIDE")) | {"foot": ["toe_fk.SIDE", "toe.SIDE"]},
    spine=[f"spine_fk.{n:03}" for n in range(1, 8)],
    shown=_limbs("ORG-shoulder.SIDE", "ORG-upper_arm.SIDE", "ORG-forearm.SIDE", "ORG-hand.SIDE",
                 ("ORG-thigh.SIDE", "ORG-shin.SIDE", "ORG-foot.SIDE", "ORG-toe.SIDE")),
    switches=[*_sided("IK_FK", 1.0, "thigh_parent.SIDE", "upper_arm_parent.SIDE"),
              *_sided("FK_limb_follow", 0.0, "thigh_parent.SIDE", "upper_arm_parent.SIDE"),
              Switch("torso", "neck_follow", 1.0), Switch("torso", "head_follow", 1.0)],
    carrier="torso",
)  # fmt: skip
AUTO_RIG_PRO = Custom(
    "Auto-Rig Pro", ("l", "r"),
    {"pelvis": ["c_root_master.x"], "neck": ["c_neck.x"], "head": ["c_head.x"]}
    | _limbs("c_shoulder.SIDE", "c_arm_fk.SIDE", "c_forearm_fk.SIDE", "c_hand_fk.SIDE",
             ("c_thigh_fk.SIDE", "c_leg_fk.SIDE", "c_foot_fk.SIDE", "c_toes_fk.SIDE")),
    spine=[f"c_spine_{n:02}.x" for n in range(1, 7)],
    shown={"pelvis": ["root.x"], "neck": ["neck.x"], "head": ["head.x"]}
    | _limbs("shoulder.SIDE", "arm_stretch.SIDE", "forearm_stretch.SIDE", "hand.SIDE",
             ("thigh_stretch.SIDE", "leg_stretch.SIDE", "foot.SIDE", "toes_01.SIDE")),
    switches=[Switch(f"{bone}.{side}", "ik_fk_switch", 1.0) for bone in ("c_foot_ik", "c_hand_ik") for side in "lr"],
)  # fmt: skip
CONTROL_RIGS = (RIGIFY, AUTO_RIG_PRO)


def _by_custom(custom: Custom, names: Sequence[str]) -> dict[str, str]:
    """{joint: bone} of one table, as far as it goes."""
    table = {name.lower(): name for name in reversed(names)}
    found = _look_up(custom, custom.joints, table)
    chain = [table[name.lower()] for name in custom.spine if name.lower() in table]
    return found | spine_joints([bone for bone in chain if bone not in found.values()])


def _look_up(custom: Custom, joints: Mapping[str, Sequence[str]], table: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for joint, words in joints.items():
        sides = (
            ((joint, ""),)
            if joint in JOINT
            else tuple(zip((f"left_{joint}", f"right_{joint}"), custom.sides))
        )
        for full, side in sides:
            wanted = (word.replace("SIDE", side).lower() for word in words)
            if (bone := next((table[word] for word in wanted if word in table), None)) is not None:
                found[full] = bone
    return found


def _ordered(bones: Mapping[str, str]) -> dict[str, str]:
    return {joint: bones[joint] for joint in JOINTS if joint in bones}


def _completed(custom: Custom, bones: dict[str, str], names: Sequence[str]) -> BoneMap:
    table = {name.lower(): name for name in names}
    shown = _look_up(custom, custom.shown, table)
    shown = {
        joint: bone for joint, bone in _ordered(shown).items() if joint in bones and bones[joint] != bone
    }
    switches = tuple(switch for switch in custom.switches if switch.bone in names)
    carrier = custom.carrier if custom.carrier in names else None
    return BoneMap(custom.kind, _ordered(bones), switches, shown, carrier)


_SWITCHED = (
    ("arm", "arm"),
    ("hand", "arm"),
    ("thigh", "leg"),
    ("foot", "leg"),
)  # word in a bone's name: limb


def switch_joints(switch: Switch) -> set[str]:
    """The joints whose keys count only while the switch is set."""
    name = switch.bone.lower()
    side = "left" if re.search(r"[._]l$", name) else "right"
    for word, limb in _SWITCHED:
        if word in name:
            return set(PARTS[f"{side}_{limb}"])
    return set(PARTS["head"])


def missing_joints(bones: Mapping[str, str]) -> list[str]:
    """The joints a rig cannot do without that have no bone."""
    return [joint for joint in REQUIRED if not bones.get(joint)]


def find_bones(
    names: Iterable[str],
    parents: Mapping[str, str | None] | None = None,
    heads: Mapping[str, np.ndarray] | None = None,
) -> BoneMap:
    """The map of a rig with these bones.

    parents: {bone: bone above}, heads: {bone: (3,) where it begins at rest}, in any unit; None where not known.
    Raises RigError that names the joints without a bone, the bone that hangs in the wrong place, or the joints that may
    be one bone or another; it also tells an animal from a person.
    """
    names = list(names)
    for custom in CONTROL_RIGS:
        if not missing_joints(bones := _by_custom(custom, names)):
            return _completed(custom, bones, names)
    skeleton = Skeleton.of_tree(names, parents or {}, heads)
    match = match_joints(skeleton)
    if fault := _fault(names, parents or {}, match) or animal_fault(skeleton, match):
        raise RigError(f"{fault}{'' if 'list of bones' in fault else CHOOSE}")
    return _as_map(match.sure())


CHOOSE = ": if it is a person, choose its bones in the list of bones"


def nearest_map(
    names: Iterable[str],
    parents: Mapping[str, str | None] | None = None,
    heads: Mapping[str, np.ndarray] | None = None,
) -> BoneMap:
    """What `find_bones` finds, else what of it is sure: a start for choosing the rest by hand."""
    names = list(names)
    try:
        return find_bones(names, parents, heads)
    except RigError:
        match = match_joints(Skeleton.of_tree(names, parents or {}, heads))
        custom = max(CONTROL_RIGS, key=lambda custom: len(_by_custom(custom, names)))
        controls = _by_custom(custom, names)
        if len(controls) > len(match.sure()):
            return _completed(custom, controls, names)
        return _as_map(match.sure())


def _as_map(bones: Mapping[str, str]) -> BoneMap:
    """A map of these bones; a back of one bone is spine1."""
    found = dict(bones)
    if "spine1" not in found and "spine3" in found:
        found["spine1"] = found.pop("spine3")
    return BoneMap(custom_of(found.values()), _ordered(found))


def _fault(names: Sequence[str], parents: Mapping[str, str | None], match: Match) -> str:
    """Why a rig with this match cannot take a motion, "" when it can."""
    bones = _as_map(match.bones).bones
    unsure = match.unsure([joint for joint in match.bones if joint in REQUIRED or joint == "spine3"])
    if not missing_joints(bones):
        return _question(unsure, len(bones), len(names)) if unsure else ""
    if parents:
        loose = _as_map(match_joints(Skeleton(tuple(names))).bones).bones
        if not missing_joints(loose) and (fault := misplaced(loose, parents)):
            return fault
    return _nothing_fits({j: b for j, b in bones.items() if j not in unsure}, len(names))


def _question(unsure: Mapping[str, Sequence[str]], found: int, count: int) -> str:
    """What to ask of joints whose candidates are not sure; of nearly all of them, that names say nothing."""
    if len(unsure) > found / 2:
        return _nothing_fits({}, count)
    asked = [f"{joint} ({' or '.join(map(repr, names))}?)" for joint, names in list(unsure.items())[:ASKED]]
    return f"it is not sure which bones are {', '.join(asked)}: choose them in the list of bones"


def _nothing_fits(bones: Mapping[str, str], count: int) -> str:
    """What to say of a rig whose names are not enough: what was found and what is missing."""
    missing = ", ".join(missing_joints(bones))
    if len(bones) < FEW:
        return (
            f"this armature is not a humanoid that Laban knows: no bone for {missing}. "
            f"None of its {count} bones has a known name: choose them in the list of bones, or add a Laban rig"
        )
    found = ", ".join(f"{joint} = {bone!r}" for joint, bone in list(_ordered(bones).items())[:4])
    kind = custom_of(bones.values())
    like = "" if kind == OTHER else f"The names are most like those of {kind} rigs. "
    return (
        f"no bone for {missing}. {like}Found are {len(bones)} of {len(JOINTS)} joints ({found} ...): "
        "choose the missing ones in the list of bones"
    )


def misplaced(bones: Mapping[str, str], parents: Mapping[str, str | None]) -> str:
    """Why the bones cannot be those joints of one body, "" when they can: each must hang below the joint before."""
    for joint, bone in bones.items():
        above = PARENT_OF[joint]
        while above is not None and above not in bones:
            above = PARENT_OF[above]
        if above is None:
            continue
        chain: list[str] = []
        walk = parents.get(bone)
        while walk is not None and walk not in chain:
            chain.append(walk)
            walk = parents.get(walk)
        if bones[above] not in chain:
            return (
                f"bone {bone!r} ({joint}) does not hang below {bones[above]!r} ({above}): "
                "choose the right ones in the list of bones"
            )
    return ""


def check_map(bone_map: BoneMap, names: Iterable[str]) -> None:
    """Raises RigError when a map does not fit a rig with these bones: a bone is gone, used twice, or missing."""
    there = set(names)
    if missing := missing_joints(bone_map.bones):
        raise RigError(f"no bone for {', '.join(missing)}: choose them in the list of bones")
    carrier = {"carrier": bone_map.carrier} if bone_map.carrier else {}
    for joint, bone in [*bone_map.bones.items(), *bone_map.shown.items(), *carrier.items()]:
        if bone not in there:
            raise RigError(
                f"the rig has no bone {bone!r} ({joint}): choose another, or detect the bones again"
            )
    first: dict[str, str] = {}
    for joint, bone in bone_map.bones.items():
        if bone in first:
            raise RigError(f"bone {bone!r} is both {first[bone]} and {joint}: choose one of them")
        first[bone] = joint
