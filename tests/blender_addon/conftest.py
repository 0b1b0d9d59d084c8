"""Shared by the tests that run in Blender: an empty file for each, and foreign rigs made real."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rig_rests import RestStyle, foreign_rig

bpy = pytest.importorskip("bpy", reason="these tests run in Blender's module: tests/blender_addon/run_bpy.py")


@pytest.fixture
def context():
    """The context of an empty file at 24 fps."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    return bpy.context


@pytest.fixture
def make_foreign(context) -> Callable[..., object]:
    """make_foreign(style, name) -> armature object with the bones of `rig_rests.foreign_rig`."""

    def make(style: RestStyle, name: str = "Foreign"):
        from mathutils import Vector

        data = bpy.data.armatures.new(name)
        rig = bpy.data.objects.new(name, data)
        context.collection.objects.link(rig)
        context.view_layer.objects.active = rig
        bpy.ops.object.mode_set(mode="EDIT")
        for bone in foreign_rig(style):
            made = data.edit_bones.new(bone.name)
            made.head = bone.head
            made.tail = bone.head + bone.rest[:3, 1] * 0.08 * style.scale
            made.align_roll(Vector(bone.rest[:3, 2]))
            if bone.parent is not None:
                made.parent = data.edit_bones[bone.parent]
        bpy.ops.object.mode_set(mode="OBJECT")
        return rig

    return make


@pytest.fixture
def world_heads() -> Callable[..., np.ndarray]:
    """world_heads(rig, prefix="") -> (22,3) where Blender puts the joints at the current frame."""
    from motion_core.body.skeleton import JOINTS

    def read(rig, prefix: str = "") -> np.ndarray:
        bones = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
        return np.array([rig.matrix_world @ bones[prefix + joint].head for joint in JOINTS])

    return read


ROOT = Path(__file__).resolve().parents[2]
BACKEND = os.environ.get("LABAN_BACKEND_PYTHON") or str(ROOT / ".venv/bin/python")


@pytest.fixture(scope="session")
def backend_python() -> str:
    """An interpreter with laban[backend]; the tests that make motion need it."""
    if not Path(BACKEND).is_file():
        pytest.skip(f"no backend at {BACKEND} (set LABAN_BACKEND_PYTHON)")
    return BACKEND


@pytest.fixture(scope="session")
def tiny_weights(backend_python, tmp_path_factory) -> Path:
    """A folder with tiny but real checkpoints; the services of this process use them."""
    folder = tmp_path_factory.mktemp("weights")
    code = "import sys, pathlib, tiny_mdm as tiny; "
    code += "tiny.save_tiny_models(pathlib.Path(sys.argv[1]), diffusion={'steps': 1000})"
    subprocess.run(
        [backend_python, "-c", code, str(folder)],
        check=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests/helpers'}"},
    )
    os.environ["LABAN_WEIGHTS"] = str(folder)
    os.environ["OMP_NUM_THREADS"] = "1"
    return folder


@pytest.fixture(scope="session")
def _disabled_at_the_end():
    import addon_utils

    os.environ.pop("LABAN_BACKEND_PYTHON", None)
    yield
    addon_utils.disable("blender_addon", default_set=True)


@pytest.fixture
def enabled(_disabled_at_the_end):
    """The extension, enabled; its service, once started, serves all tests."""
    import addon_utils

    if "blender_addon" not in bpy.context.preferences.addons:
        assert addon_utils.enable("blender_addon", default_set=True) is not None


@pytest.fixture
def preferences(enabled, context, tmp_path):
    """The extension's preferences, all at their defaults but the folder of results."""
    found = bpy.context.preferences.addons["blender_addon"].preferences
    for setting in found.bl_rna.properties:
        if not setting.is_readonly:
            found.property_unset(setting.identifier)
    found.results = str(tmp_path / "results")
    return found


@pytest.fixture
def session(preferences, backend_python, tiny_weights):
    """The extension's session with a real backend at hand, nothing running but perhaps its service."""
    from blender_addon.session.outcome import Outcome
    from blender_addon.session.session import SESSION

    preferences.python = backend_python
    bpy.context.scene.laban.model = (
        "dit-adaln"  # which takes the two steps, or the thousand, that tests ask for
    )
    SESSION.outcome = Outcome()
    yield SESSION
    SESSION.cancel()
    for work in list(SESSION.background.values()):
        work.stop()
    SESSION.background.clear()
