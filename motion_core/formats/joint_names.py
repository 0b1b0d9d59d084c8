"""Which joint is which, guessed from its name: Mixamo, Rokoko, Biped, Daz, Unreal, SMPL and plain English ones."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from motion_core.body.skeleton import JOINTS

# Words of the customs, without side, prefix, digits and punctuation.
_MIDDLE = {
    "pelvis": ("hips", "pelvis", "hip", "cog"),
    "neck": ("neck",),
    "head": ("head",),
}
_SPINE = ("spine", "chest", "upperchest", "abdomen", "lowerback", "torso", "tospine", "waist", "thorax")
_LIMBS = {
    "hip": ("upleg", "upperleg", "thigh", "hip", "legupper"),
    "knee": ("leg", "lowerleg", "shin", "calf", "knee", "leglower"),
    "ankle": ("foot", "ankle"),
    "foot": ("toebase", "toe", "toes", "ball"),
    "collar": ("collar", "clavicle", "shoulder", "inshoulder"),
    "shoulder": ("arm", "upperarm", "uparm", "shldr", "armupper", "shoulder"),
    "elbow": ("forearm", "lowerarm", "elbow", "armlower"),
    "wrist": ("hand", "wrist"),
}
_PREFIX = re.compile(
    r"^(mixamorig\d*[:_]|bip0*\d+[ _]|m_avg_|f_avg_|joint_|def[-_.]|[a-z0-9]+:)", re.IGNORECASE
)


def split_name(name: str) -> tuple[str | None, str]:
    """("left" | "right" | None, bare lower-case word) of a joint's name: "mixamorig:LeftUpLeg" -> ("left", "upleg")."""
    text = name.strip()
    while (shorter := _PREFIX.sub("", text)) != text and shorter:  # "character:mixamorig:Hips"
        text = shorter
    for side in ("left", "right"):
        if re.search(side, text, re.IGNORECASE):
            return side, _bare(re.sub(side, "", text, flags=re.IGNORECASE))
        initial = side[0]
        # L_Thigh, Thigh.L, thigh_l, lThigh: an initial set apart by punctuation or by the change of case
        if re.search(rf"^{initial}[ _.\-]|[ _.\-]{initial}([ _.\-]|$)", text, re.IGNORECASE):
            return side, _bare(
                re.sub(rf"^{initial}[ _.\-]|[ _.\-]{initial}(?=[ _.\-]|$)", "", text, flags=re.IGNORECASE)
            )
        if re.match(rf"{initial}[A-Z]", text):
            return side, _bare(text[1:])
    return None, _bare(text)


def _bare(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def guess_names(joints: Sequence[str], parents: Sequence[int], tips: Collection[str] = ()) -> dict[str, str]:
    """Our joint -> theirs, as far as names tell. Names of our own are taken at their word.

    tips: joints with an End Site, which stands in for toes that are missing ("tip:NAME").
    """
    if set(JOINTS) <= set(joints):
        return {joint: joint for joint in JOINTS}
    words = [split_name(name) for name in joints]
    found = {}
    for ours, known in _MIDDLE.items():
        if index := _first(words, None, known):
            found[ours] = joints[index[0]]
    for side in ("left", "right"):
        for ours, known in _LIMBS.items():
            if (index := _first(words, side, known)) and joints[index[0]] not in found.values():
                found[f"{side}_{ours}"] = joints[index[0]]
        _settle_shoulder(found, side)
        if f"{side}_foot" not in found and found.get(f"{side}_ankle") in tips:
            found[f"{side}_foot"] = f"tip:{found[f'{side}_ankle']}"
        if f"{side}_wrist" not in found and found.get(f"{side}_elbow") in tips:
            found[f"{side}_wrist"] = f"tip:{found[f'{side}_elbow']}"
    found |= _spine(words, joints, parents, found)
    return found


def _first(words: Sequence[tuple[str | None, str]], side: str | None, known: Sequence[str]) -> list[int]:
    """Indices of the joints with the earliest known word on that side."""
    for word in known:
        if hits := [i for i, (where, bare) in enumerate(words) if where == side and bare == word]:
            return hits
    return []


def _settle_shoulder(found: dict[str, str], side: str) -> None:
    """A "shoulder" is the collar bone where there is an upper arm besides, else the upper arm itself."""
    if f"{side}_shoulder" not in found and (collar := found.pop(f"{side}_collar", None)):
        found[f"{side}_shoulder"] = collar


def _spine(
    words: Sequence[tuple[str | None, str]],
    joints: Sequence[str],
    parents: Sequence[int],
    found: dict[str, str],
) -> dict[str, str]:
    """Spine joints in order from the pelvis up: the last is spine3, the first spine1, one between them spine2."""
    chain = [i for i, (side, bare) in enumerate(words) if side is None and bare in _SPINE]
    chain = [i for i in chain if joints[i] not in found.values()]
    depth = {i: _depth(i, parents) for i in chain}
    return spine_joints([joints[i] for i in sorted(chain, key=lambda i: depth[i])], fewest="spine3")


def spine_joints(chain: Sequence[str], fewest: str = "spine1") -> dict[str, str]:
    """Our spine joints of a chain of any length from the pelvis up; `fewest` names the only one of a chain of one."""
    if len(chain) < 2:
        return dict.fromkeys([fewest], chain[0]) if chain else {}
    table = {"spine1": chain[0], "spine3": chain[-1]}
    if len(chain) >= 3:
        table["spine2"] = chain[len(chain) // 2]
    return table


def _depth(joint: int, parents: Sequence[int]) -> int:
    depth = 0
    while parents[joint] >= 0:
        joint, depth = parents[joint], depth + 1
    return depth
