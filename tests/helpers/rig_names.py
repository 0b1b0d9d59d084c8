"""How the bones of common rigs are called, {joint: bone}; plain tables, for rigs made in Blender and in numpy."""

from __future__ import annotations

from collections.abc import Mapping

SIDES = (("left", "L", "Left", "l"), ("right", "R", "Right", "r"))


def _named(middle: Mapping[str, str], limbs: Mapping[str, str], side: int) -> dict[str, str]:
    """{joint: bone}; `limbs` hold {} for the side, spelt as column `side` of SIDES."""
    both = {
        f"{words[0]}_{joint}": name.format(words[side]) for words in SIDES for joint, name in limbs.items()
    }
    return {**middle, **both}


LIMBS = ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot")


def _limbs(*names: str) -> dict[str, str]:
    return dict(zip(LIMBS, names))


MIXAMO = _named(
    {"pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck", "head": "Head"},
    _limbs("{}Shoulder", "{}Arm", "{}ForeArm", "{}Hand", "{}UpLeg", "{}Leg", "{}Foot", "{}ToeBase"), 2,
)  # fmt: skip
UE4 = _named(
    {"pelvis": "pelvis", "spine1": "spine_01", "spine2": "spine_02", "spine3": "spine_03", "neck": "neck_01",
     "head": "head"},
    _limbs("clavicle_{}", "upperarm_{}", "lowerarm_{}", "hand_{}", "thigh_{}", "calf_{}", "foot_{}", "ball_{}"), 3,
)  # fmt: skip
VROID = _named(
    {"pelvis": "J_Bip_C_Hips", "spine1": "J_Bip_C_Spine", "spine2": "J_Bip_C_Chest", "spine3": "J_Bip_C_UpperChest",
     "neck": "J_Bip_C_Neck", "head": "J_Bip_C_Head"},
    _limbs("J_Bip_{}_Shoulder", "J_Bip_{}_UpperArm", "J_Bip_{}_LowerArm", "J_Bip_{}_Hand", "J_Bip_{}_UpperLeg",
           "J_Bip_{}_LowerLeg", "J_Bip_{}_Foot", "J_Bip_{}_ToeBase"), 1,
)  # fmt: skip
ARP_EXPORT = _named(
    {"pelvis": "root.x", "spine1": "spine_01.x", "spine2": "spine_02.x", "spine3": "spine_03.x", "neck": "neck.x",
     "head": "head.x"},
    _limbs("shoulder.{}", "arm_stretch.{}", "forearm_stretch.{}", "hand.{}", "thigh_stretch.{}", "leg_stretch.{}",
           "foot.{}", "toes_01.{}"), 3,
)  # fmt: skip
ARP_CONTROLS = _named(
    {"pelvis": "c_root_master.x", "spine1": "c_spine_01.x", "spine2": "c_spine_02.x", "spine3": "c_spine_03.x",
     "neck": "c_neck.x", "head": "c_head.x"},
    _limbs("c_shoulder.{}", "c_arm_fk.{}", "c_forearm_fk.{}", "c_hand_fk.{}", "c_thigh_fk.{}", "c_leg_fk.{}",
           "c_foot_fk.{}", "c_toes_fk.{}"), 3,
)  # fmt: skip
RIGIFY = _named(
    {"pelvis": "spine_fk", "spine1": "spine_fk.001", "spine2": "spine_fk.002", "spine3": "spine_fk.003",
     "neck": "neck", "head": "head"},
    _limbs("shoulder.{}", "upper_arm_fk.{}", "forearm_fk.{}", "hand_fk.{}", "thigh_fk.{}", "shin_fk.{}",
           "foot_fk.{}", "toe_fk.{}"), 1,
)  # fmt: skip
