"""Kinds of rigs by their names."""

from __future__ import annotations

import pytest
from known_rigs import KNOWN

from motion_core.naming.customs import OTHER, custom_of


@pytest.mark.parametrize(
    ("rig", "kind"),
    [
        ("Mixamo mixamorig1", "Mixamo"), ("Mixamo in an armature", "Mixamo"), ("Unreal 5", "Unreal"),
        ("VRoid", "VRoid"),
        ("VRM 0", "VRM"), ("Character Creator", "Character Creator"), ("Biped Bip001", "Biped"),
        ("Source ValveBiped", "Biped"), ("Daz Genesis 8", "Daz"), ("Daz Genesis 9", "Daz"), ("Poser", "Daz"),
        ("MakeHuman default", "MakeHuman"), ("MMD", "MMD"), ("SMPL", "SMPL"), ("SMPL in Unity", "SMPL"),
        ("Rigify, deforming bones", "Rigify, deforming bones"), ("Auto-Rig Pro, exported", "Auto-Rig Pro, exported"),
        ("Xsens", OTHER), ("VRChat", OTHER),
    ],
)  # fmt: skip
def test_kinds(rig, kind):
    assert custom_of(KNOWN[rig].tree()[1].values()) == kind
    assert custom_of([]) == OTHER
