"""Where the extension writes, and paths as users type them."""

from __future__ import annotations

from pathlib import Path

import bpy

from blender_addon.paths import absolute, bundled_wheel, user_folder


def test_our_folders_lie_among_the_user_s_files_and_never_beside_the_code():
    folders = {part: user_folder(part) for part in ("results", "backend")}
    assert [folder.name for folder in folders.values()] == ["results", "backend"]
    code = Path(bpy.path.abspath(__file__)).parents[2] / "blender_addon"
    for folder in folders.values():
        assert folder.is_absolute() and "laban" in str(folder)
        assert code not in folder.parents
        assert Path(bpy.utils.user_resource("DATAFILES")) in folder.parents


def test_a_typed_path_loses_blanks_home_and_the_folder_of_the_file(context, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    assert absolute("  ") == ""
    assert absolute(" ~/motions ") == "/home/somebody/motions"
    assert absolute("/a/b c.npz") == "/a/b c.npz"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert absolute("//motions/walk.npz") == str(tmp_path / "motions" / "walk.npz")


def test_the_wheel_that_came_with_the_extension_is_found(tmp_path, monkeypatch):
    assert bundled_wheel() is None  # in a checkout
    monkeypatch.setattr("blender_addon.paths.__file__", str(tmp_path / "paths.py"))
    (tmp_path / "wheels").mkdir()
    assert bundled_wheel() is None
    for name in ("other-1.0-py3-none-any.whl", "laban-0.1.0-py3-none-any.whl"):
        (tmp_path / "wheels" / name).touch()
    assert bundled_wheel() == tmp_path / "wheels" / "laban-0.1.0-py3-none-any.whl"
