"""Which program's custom of naming a rig follows, to say so; nothing else depends on it."""

from __future__ import annotations

import re
from collections.abc import Iterable

OTHER = "other"
# kind -> what some of its names look like; the first kind of which all are there
_SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Character Creator", (r"CC_Base_[LR]_Thigh$",)),
    ("VRoid", (r"J_Bip_[LR]_UpperLeg$",)),
    ("VRM", (r"^(left|right)UpperLeg$", r"^(left|right)LowerArm$")),
    ("Mixamo", (r"(Left|Right)UpLeg$", r"(Left|Right)ForeArm$")),
    ("Auto-Rig Pro, exported", (r"^thigh_stretch\.[lr]$",)),
    ("Rigify, deforming bones", (r"^(DEF-)?thigh\.[LR]$", r"^(DEF-)?upper_arm\.[LR]$")),
    ("Unreal", (r"^thigh_[lr]$", r"^upperarm_[lr]$")),
    ("Biped", (r"Bip0*\d+[ _][LR][ _]Thigh$",)),
    ("Daz", (r"^[lr]ThighBend$",)),
    ("Daz", (r"^[lr]_?[Tt]high$", r"^[lr]_?[Ss]hin$")),
    ("MakeHuman", (r"^upperleg01\.[LR]$",)),
    ("MMD", ("ひざ",)),
    ("SMPL", (r"(^|_)(left|right|[LR])_[hH]ip$", r"(^|_)(left|right|[LR])_[wW]rist$")),
)


def custom_of(names: Iterable[str]) -> str:
    """The kind of rig whose names these are, or `OTHER`."""
    bare = [re.sub(r".*[:|]", "", name) for name in names]
    for kind, signs in _SIGNS:
        if all(any(re.search(sign, name) for name in bare) for sign in signs):
            return kind
    return OTHER
