"""The extension as a whole: what it declares, what enabling loads and leaves behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import addon_utils
import bpy
import pytest

from blender_addon.registration import CLASSES, add_to_blender, remove_from_blender
from blender_addon.session.session import SESSION
from motion_core import __version__

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = tomllib.loads((ROOT / "blender_addon" / "blender_manifest.toml").read_text(encoding="utf-8"))
OPERATORS = [kind for kind in CLASSES if issubclass(kind, bpy.types.Operator)]
SETTINGS = [
    kind for kind in CLASSES if issubclass(kind, (bpy.types.PropertyGroup, bpy.types.AddonPreferences))
]


def known_to_blender() -> set[str]:
    """Every class of ours that Blender knows."""
    found = {name for name in dir(bpy.types) if re.match("LABAN_|Laban", name)}
    return found | {f"laban.{name}" for name in dir(bpy.ops.laban)}


def handlers() -> dict[str, int]:
    lists = {name: getattr(bpy.app.handlers, name) for name in dir(bpy.app.handlers)}
    return {name: len(value) for name, value in lists.items() if isinstance(value, list)}


def test_the_manifest_says_what_the_platform_asks_for():
    assert (MANIFEST["id"], MANIFEST["version"]) == ("laban", __version__)
    assert MANIFEST["blender_version_min"] == "4.2.0"
    assert MANIFEST["license"] == ["SPDX:GPL-3.0-or-later"]
    assert MANIFEST["wheels"] == [f"./wheels/laban-{__version__}-py3-none-any.whl"]
    assert set(MANIFEST["permissions"]) == {"network", "files"}
    for text in (MANIFEST["tagline"], *MANIFEST["permissions"].values()):
        assert 0 < len(text) <= 64
        assert text[-1].isalnum()


def test_every_button_and_setting_explains_itself(enabled):
    assert {kind.bl_idname for kind in OPERATORS} >= {
        "laban.generate", "laban.cancel", "laban.add_rig", "laban.start_service", "laban.stop_service",
        "laban.make_environment", "laban.check_environment",
    }  # fmt: skip
    for kind in OPERATORS:
        assert len(kind.__doc__ or "") > 20, kind
    for kind in SETTINGS:
        for name in kind.__annotations__:
            assert len(kind.bl_rna.properties[name].description) > 15, (kind, name)


def test_the_tab_is_called_laban(enabled):
    panels = [kind for kind in CLASSES if issubclass(kind, bpy.types.Panel)]
    assert panels
    assert {(kind.bl_category, kind.bl_space_type, kind.bl_region_type) for kind in panels} == {
        ("Laban", "VIEW_3D", "UI")
    }


def test_a_hundred_times_on_and_off_leaves_nothing(context):
    addon_utils.disable("blender_addon", default_set=True)
    assert known_to_blender() == set()
    before = handlers()
    for _ in range(100):
        assert addon_utils.enable("blender_addon", default_set=True) is not None
        addon_utils.disable("blender_addon", default_set=True)
    assert known_to_blender() == set()
    assert not hasattr(bpy.types.Scene, "laban")
    assert "blender_addon" not in bpy.context.preferences.addons
    assert handlers() == before
    assert SESSION.service.state == "off"


def test_registering_twice_is_registering_once(enabled):
    names = known_to_blender()
    assert len(names) > 15
    add_to_blender()
    assert known_to_blender() == names
    remove_from_blender()
    remove_from_blender()
    assert known_to_blender() == set()
    add_to_blender()
    assert known_to_blender() == names


STARTUP = """
import sys, os
sys.path.insert(0, {root!r})
import bpy, addon_utils
before = set(sys.modules)
assert addon_utils.enable("blender_addon") is not None
print("LOADED", *sorted({{name.partition(".")[0] for name in set(sys.modules) - before}}))
addon_utils.disable("blender_addon")
sys.stdout.flush()
os._exit(0)
"""


def test_enabling_loads_nothing_heavy_and_no_threads(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", STARTUP.format(root=str(ROOT))],
        capture_output=True, text=True, timeout=120, env={**os.environ, "BLENDER_USER_RESOURCES": str(tmp_path)},
    )  # fmt: skip
    line = next((line for line in done.stdout.splitlines() if line.startswith("LOADED")), None)
    assert line is not None, done.stdout + done.stderr
    loaded = set(line.split()[1:])
    assert {"blender_addon", "motion_core"} <= loaded
    heavy = {"torch", "scipy", "transformers", "numpy", "ssl", "asyncio", "multiprocessing", "concurrent"}
    assert not loaded & heavy


@pytest.mark.parametrize("name", ["prompt", "seconds", "seed"])
def test_settings_are_kept_in_the_file(enabled, context, tmp_path, name):
    value = {"prompt": "a person kicks", "seconds": 3.5, "seed": 2**31 - 1}[name]
    setattr(context.scene.laban, name, value)
    path = str(tmp_path / "kept.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert getattr(bpy.context.scene.laban, name) == value


def test_without_its_library_the_extension_says_so_in_a_sentence(capsys, monkeypatch):
    """The folder of site-packages is gone: another Blender with the same user folder has emptied it."""
    import blender_addon

    addon_utils.disable("blender_addon", default_set=True)

    def gone(name: str, *_: object, **__: object) -> object:
        if name.endswith("registration") or name == "registration":
            raise ModuleNotFoundError("No module named 'motion_core'", name="motion_core")
        return real(name, *_, **__)

    real = __import__
    monkeypatch.setattr("builtins.__import__", gone)
    blender_addon.register()
    assert "install it again" in capsys.readouterr().out and len(blender_addon._stand_ins) == 1
    blender_addon.unregister()
    monkeypatch.undo()
    assert not blender_addon._stand_ins and "LabanWithoutLibrary" not in known_to_blender()
