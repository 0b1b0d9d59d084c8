"""Presets of bone maps: files of a folder, named by the artist, replaced, read back and deleted."""

from __future__ import annotations

import pytest

from blender_addon.rig.bone_map_presets import delete_preset, load_preset, preset_names, save_preset
from motion_core.body.joints import JOINTS
from motion_core.rig_maps import BoneMap, RigError, Switch

OURS = BoneMap(
    "mine", {joint: f"bone {joint}" for joint in JOINTS}, (Switch("arm", "IK_FK", 1.0),), carrier="root"
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Presets go to a folder of the test, which does not exist yet."""
    monkeypatch.setattr("blender_addon.rig.bone_map_presets.user_folder", lambda part: tmp_path / part)
    return tmp_path / "bones"


def test_maps_come_back_and_are_listed_without_regard_to_case(folder):
    assert preset_names() == []
    for name in ("zebra", "Ämi", " My rig (2) ", "my arm"):
        save_preset(name, OURS)
    assert preset_names() == ["my arm", "My rig (2)", "zebra", "Ämi"]
    assert load_preset("My rig (2)") == OURS
    assert sorted(path.name for path in folder.iterdir())[0] == "My rig (2).json"


def test_saving_again_replaces_and_deleting_leaves_the_others():
    save_preset("one", OURS)
    save_preset("two", OURS)
    other = BoneMap("other", OURS.bones)
    save_preset("one", other)
    assert load_preset("one") == other
    delete_preset("one")
    assert preset_names() == ["two"]
    for act in (load_preset, delete_preset):
        with pytest.raises(RigError, match="no preset 'one'"):
            act("one")


@pytest.mark.parametrize("name", ["", "  ", "../x", "a/b", "a\\b", ".hidden", "x" * 61, "con:", "end."])
def test_names_that_are_no_files_are_refused(name):
    for act in (lambda: save_preset(name, OURS), lambda: load_preset(name), lambda: delete_preset(name)):
        with pytest.raises(RigError, match="cannot be the name of a preset"):
            act()


def test_a_broken_preset_is_told():
    path = save_preset("mine", OURS)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RigError, match="cannot be read"):
        load_preset("mine")
    path.write_text("[]")
    with pytest.raises(RigError, match="no bone map"):
        load_preset("mine")


def test_a_folder_that_cannot_be_made_is_told(folder):
    folder.write_text("a file of that name")
    with pytest.raises(RigError, match="the preset 'mine' cannot be written"):
        save_preset("mine", OURS)
