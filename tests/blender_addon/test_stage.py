"""The stage of the examples: the camera sees the whole motion, and pictures come out."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import bpy
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector

from blender_addon.rig.rig import add_rig
from blender_addon.write.bake import bake
from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import STANDING_PELVIS, UPRIGHT

SOURCE = Path(__file__).resolve().parents[2] / "examples" / "stage.py"


@pytest.fixture(scope="module")
def stage_module():
    spec = importlib.util.spec_from_file_location("stage", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def walker(context):
    """Our rig on a straight way of three metres to its left and front."""
    rotations = np.tile(quat.IDENTITY, (30, 22, 1))
    rotations[:, 0] = UPRIGHT
    way = np.linspace([0, 0, STANDING_PELVIS], [2, -2.2, STANDING_PELVIS], 30)
    rig = add_rig(context)
    bake(context, rig, Motion.from_pelvis(24.0, way, rotations), start_frame=1)
    return rig


@pytest.mark.parametrize("resolution", [(96, 54), (54, 96), (80, 80)])
def test_the_camera_sees_every_pose(context, walker, stage_module, resolution):
    stage_module.Stage(context, [walker], 1, 30, resolution=resolution)
    for frame in (1, 15, 30):
        context.scene.frame_set(frame)
        seen = [
            world_to_camera_view(context.scene, context.scene.camera, walker.matrix_world @ Vector(corner))
            for bone in walker.pose.bones
            for corner in (bone.head, bone.tail)
        ]
        assert all(0.02 < point.x < 0.98 and 0.02 < point.y < 0.98 for point in seen)
    spread = np.ptp([point.x for point in seen]) + np.ptp([point.y for point in seen])
    assert spread > 0.25  # and not from far away


def test_pictures_are_written(context, walker, stage_module, tmp_path):
    stage = stage_module.Stage(context, [walker], 1, 30, engine="CYCLES", resolution=(48, 27))
    context.scene.cycles.samples = 1
    context.scene.cycles.use_denoising = False
    assert stage.render_still(tmp_path / "deep" / "still.png", frame=5) == tmp_path / "deep" / "still.png"
    frames = stage.render_frames(tmp_path / "frames", step=15)
    assert [path.name for path in frames] == ["0001.png", "0002.png"]
    pictures = [bpy.data.images.load(str(path)) for path in [tmp_path / "deep" / "still.png", *frames]]
    for picture in pictures:
        assert tuple(picture.size) == (48, 27)
        assert np.std(np.array(picture.pixels)) > 0.02  # something is to be seen
