"""Bone names and trees of well-known rigs, and what is right. They stand in `known_rigs.toml`.

trunk: pelvis | back | neck | head, from below. limbs: collar | shoulder | elbow | wrist | hip | knee | ankle | foot.
{} stands for the side, "-" for none; "a > b" is a bone and another one between it and the next joint. more: other
bones, "bone < the bone above". like, prefix: the names of another rig with something before them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from motion_core.body.skeleton import JOINT, REST_JOINTS
from motion_core.naming import Match, Skeleton, match_joints

LIMBS = ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot")


@dataclass(frozen=True)
class KnownRig:
    """As the file says. roots: bones above the pelvis. legs_on, arms_on: bones that these hang on."""

    trunk: str
    limbs: str
    sides: tuple[str, str]
    roots: tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()
    legs_on: str = ""
    arms_on: str = ""
    prefix: str = ""

    def parts(self) -> tuple[str, list[str], list[str], list[str]]:
        """Pelvis, back, neck bones and head bones."""
        pelvis, back, neck, head = (part.split(",") for part in self.trunk.split("|"))
        parts = ([bone.strip() for bone in part if bone.strip() != "-"] for part in (back, neck, head))
        return pelvis[0].strip(), *parts

    def tree(self) -> tuple[dict[str, str | None], dict[str, str]]:
        """{bone: bone above} and {joint: the right bone}."""
        pelvis, back, neck, head = self.parts()
        parents: dict[str, str | None] = {}
        above: str | None = None
        for bone in (*self.roots, pelvis, *" > ".join(back).split(" > ")):
            parents[bone], above = above, bone
        chest = above or pelvis
        right = {"pelvis": pelvis} | back_joints([bone.split(" > ")[0] for bone in back])
        for joint, bones in (("neck", neck), ("head", head)):
            for bone in bones:
                parents[bone], above = above, bone
            if bones:
                right[joint] = bones[0]
        for bone, on in self.more:
            for one, other in zip(_sided(bone, self.sides), _sided(on, self.sides)):
                parents.setdefault(one, other)
        for side, word in zip(("left", "right"), self.sides):
            self._limbs(parents, right, side, word, chest)
        put = self.prefix
        parents = {put + bone: on if on is None else put + on for bone, on in _from_the_root(parents).items()}
        return parents, {joint: put + bone for joint, bone in right.items()}

    def _limbs(
        self, parents: dict[str, str | None], right: dict[str, str], side: str, word: str, chest: str
    ) -> None:
        above = chest
        for joint, spelt in zip(LIMBS, self.limbs.split("|")):
            if joint == "hip":
                above = (self.legs_on or right["pelvis"]).replace("{}", word)
            elif joint == "collar":
                above = (self.arms_on or chest).replace("{}", word)
            names = [name.strip().replace("{}", word) for name in spelt.split(">")]
            if names == ["-"]:
                continue
            right[f"{side}_{joint}"] = names[0]
            for name in names:
                parents[name], above = above, name


def _from_the_root(parents: dict[str, str | None]) -> dict[str, str | None]:
    """The same, bones before those that hang on them."""

    def depth(bone: str) -> int:
        return 0 if (above := parents[bone]) is None else depth(above) + 1

    return {bone: parents[bone] for bone in sorted(parents, key=depth)}


def _sided(text: str, sides: tuple[str, str]) -> list[str]:
    return [text.replace("{}", side) for side in sides]


def back_joints(back: list[str]) -> dict[str, str]:
    """What is right of a back of so many bones."""
    if len(back) < 2:
        return dict(zip(["spine1"], back))
    middle = {"spine2": back[len(back) // 2]} if len(back) > 2 else {}
    return {"spine1": back[0], **middle, "spine3": back[-1]}


def places(parents: dict[str, str | None], right: dict[str, str]) -> dict[str, np.ndarray]:
    """Where the bones begin, (3,) each: our joints' places; others half a hand off the bone above."""
    joint_of = {bone: joint for joint, bone in right.items()}
    found: dict[str, np.ndarray] = {}

    def place(bone: str) -> np.ndarray:
        if bone not in found:
            above = parents[bone]
            if bone in joint_of:
                found[bone] = REST_JOINTS[JOINT[joint_of[bone]]].astype(float)
            else:
                found[bone] = (np.zeros(3) if above is None else place(above)) + [0.0, 0.0, 0.05]
        return found[bone]

    return {bone: place(bone) for bone in parents}


def matched(parents: dict[str, str | None], heads: dict[str, np.ndarray] | None = None) -> Match:
    """The match of a rig, {bone: bone above} and {bone: (3,)}."""
    return match_joints(Skeleton.of_tree(list(parents), parents, heads))


def one_spine(right: dict[str, str]) -> dict[str, str]:
    """With a back of one bone as the solver calls it."""
    return {"spine3" if j == "spine1" and "spine3" not in right else j: bone for j, bone in right.items()}


def quadruped() -> tuple[dict[str, str | None], dict[str, np.ndarray]]:
    """A dog with Mixamo's names at rest, Y up, looking along +Z: {bone: bone above}, {bone: (3,) metres}."""
    parents, _ = KNOWN["Mixamo"].tree()
    parents = {bone: on for bone, on in parents.items() if "Hand" not in bone or bone.endswith("Hand")}
    parents |= {"Tail": "Hips", "Tail1": "Tail", "Tail2": "Tail1"}
    heads = {
        "Hips": (0, 0.6, 0), "Spine": (0, 0.62, 0.15), "Spine1": (0, 0.63, 0.3), "Spine2": (0, 0.63, 0.45),
        "Neck": (0, 0.68, 0.55), "Head": (0, 0.85, 0.65), "HeadTop_End": (0, 0.85, 0.85), "Tail": (0, 0.6, -0.1),
        "Tail1": (0, 0.6, -0.25), "Tail2": (0, 0.6, -0.4),
    }  # fmt: skip
    limbs = {
        "Eye": (0.05, 0.87, 0.75), "Shoulder": (0.06, 0.62, 0.5), "Arm": (0.08, 0.45, 0.5),
        "ForeArm": (0.08, 0.28, 0.46), "Hand": (0.08, 0.06, 0.48), "UpLeg": (0.08, 0.55, 0),
        "Leg": (0.08, 0.33, 0.06), "Foot": (0.08, 0.12, -0.06), "ToeBase": (0.08, 0.02, 0.02),
        "Toe_End": (0.08, 0.02, 0.06),
    }  # fmt: skip
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        heads |= {side + part: (sign * at[0], *at[1:]) for part, at in limbs.items()}
    return parents, {bone: np.array(heads[bone], dtype=float) for bone in parents}


def _read() -> dict[str, dict[str, KnownRig]]:
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        table: {name: _rig(entry, rigs) for name, entry in rigs.items()} for table, rigs in tables.items()
    }


def _rig(entry: dict[str, Any], others: dict[str, dict[str, Any]]) -> KnownRig:
    entry = dict(entry)
    if "like" in entry:
        return replace(_rig(others[entry["like"]], others), prefix=entry["prefix"])
    more = tuple(tuple(pair.split(" < ")) for pair in entry.pop("more", ()))
    sides, roots = tuple(entry.pop("sides")), tuple(entry.pop("roots", ()))
    return KnownRig(sides=sides, roots=roots, more=more, **entry)


RIGS = _read()
KNOWN, FOREIGN = RIGS["known"], RIGS["foreign"]
