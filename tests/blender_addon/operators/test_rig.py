"""The button that adds a rig: our mannequin, or the body of the user's SMPL file."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from blender_addon.operators.generate import generate_fault
from blender_addon.operators.rig import _body_read
from blender_addon.session.session import SESSION

pytestmark = pytest.mark.usefixtures("session")


def write_smpl_model(path: Path) -> float:
    """Every 20th vertex of our mannequin as an SMPL file; its first beta makes the body larger by half. Returns the
    height of the unshaped body."""
    from motion_core.body.mesh import mannequin
    from motion_core.body.skeleton import JOINT, PARENTS, REST_JOINTS, TIPS

    body = mannequin()
    template = body.vertices[::20]
    hands = [REST_JOINTS[JOINT[joint]] + offset for joint, offset in (TIPS["left_hand"], TIPS["right_hand"])]
    joints = np.vstack([REST_JOINTS, hands])
    regressor = np.zeros((24, len(template)))
    for row, place in zip(regressor, joints):
        row[np.argsort(np.linalg.norm(template - place, axis=1))[:6]] = 1 / 6
    shapes = np.zeros((len(template), 3, 10))
    shapes[:, :, 0] = template / 2
    parents = [2**32 - 1, *PARENTS[1:], JOINT["left_wrist"], JOINT["right_wrist"]]
    numbers = np.arange(len(template) - 2)
    np.savez(
        path, v_template=template, shapedirs=shapes, J_regressor=regressor,
        f=np.stack([numbers, numbers + 1, numbers + 2], axis=1).astype(np.uint32),
        weights=np.hstack([body.weights[::20], np.zeros((len(template), 2))]),
        posedirs=np.zeros((len(template), 3, 207)), kintree_table=np.array([parents, range(24)], dtype=np.int64),
    )  # fmt: skip
    return float(np.ptp(template[:, 1]))


@pytest.mark.parametrize("beta", [0.0, -1.0])
def test_the_user_s_own_body_gives_the_rig_its_shape(context, preferences, tmp_path, beta):
    height = write_smpl_model(tmp_path / "SMPL_NEUTRAL.npz")
    preferences.smpl_model = str(tmp_path / "SMPL_NEUTRAL.npz")
    context.scene.laban.betas[0] = beta
    assert bpy.ops.laban.add_rig() == {"FINISHED"}
    rig = context.object
    heights = [vertex.co.z for vertex in rig.children[0].data.vertices]
    assert max(heights) - min(heights) == pytest.approx(height * (1 + beta / 2), abs=1e-3)
    assert min(heights) == pytest.approx(0, abs=0.02)
    context.scene.laban.steps, context.scene.laban.seconds = 2, 1.0
    assert generate_fault(context) == ""


def test_a_body_file_that_is_none_is_named(context, preferences, tmp_path):
    (tmp_path / "mine.npz").write_bytes(b"nothing")
    preferences.smpl_model = str(tmp_path / "mine.npz")
    with pytest.raises(RuntimeError, match=r"mine\.npz"):
        bpy.ops.laban.add_rig()
    assert len(bpy.data.armatures) == 0


def test_a_person_of_22_joints_with_a_body_is_added_beside_others(context, preferences):
    for number in (1, 2):
        assert bpy.ops.laban.add_rig() == {"FINISHED"}
        rig = context.object
        assert (rig.type, len(rig.data.bones), len(bpy.data.armatures)) == ("ARMATURE", 22, number)
        assert [child.find_armature() for child in rig.children] == [rig]
    assert len({thing.name for thing in bpy.data.objects}) == 4


def test_the_user_s_body_needs_a_backend_on_this_computer(context, preferences, tmp_path):
    preferences.smpl_model, preferences.python = str(tmp_path / "mine.npz"), ""
    with pytest.raises(RuntimeError, match="set its Python first"):
        bpy.ops.laban.add_rig()
    assert len(bpy.data.armatures) == 0


def test_a_scene_gone_meanwhile_gets_no_rig(context, preferences, tmp_path):
    _body_read(-1, SimpleNamespace(state="done", result=tmp_path / "none.npz"))
    assert SESSION.outcome.failed and "not in this file any more" in SESSION.outcome.text
    assert len(bpy.data.armatures) == 0
