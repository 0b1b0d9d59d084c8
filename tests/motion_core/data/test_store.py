"""The training set: written, read by memory map, refused when its parts disagree."""

from __future__ import annotations

import json

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.data.store import INDEX, ROTATIONS, ClipRecord, ClipStore, write_store
from motion_core.formats import FormatError


def record(name: str, frames: int = 5, **more) -> ClipRecord:
    rng = np.random.default_rng(frames)
    motion = Motion(20.0, rng.normal(size=(frames, 3)), quat.normalize(rng.normal(size=(frames, 22, 4))))
    values = {"source": "lab", "split": "train", "action": "walk", "style": None, "captions": ("a", "b")}
    return ClipRecord(name, **(values | more), motion=motion)


def test_clips_come_back(tmp_path):
    clips = [
        record("one", 5),
        record("two", 9, split="val", action=None, style="angry", captions=(), free=False),
    ]
    assert write_store(tmp_path / "set", clips, {"lab": "own"}) == 14
    store = ClipStore.open(tmp_path / "set")
    assert len(store) == 2 and store.fps == 20.0 and store.sources == {"lab": "own"}
    for i, clip in enumerate(clips):
        again = store.clip(i)
        assert (again.id, again.split, again.action, again.style) == (
            clip.id,
            clip.split,
            clip.action,
            clip.style,
        )
        assert again.captions == clip.captions and again.free == clip.free
        assert np.array_equal(again.motion.trans, clip.motion.trans)
        assert np.allclose(again.motion.rotations, clip.motion.rotations, atol=1e-6)
    assert isinstance(store.trans, np.memmap)
    store.clip(0).motion.trans[:] = 0  # a copy: the file stays as it is
    assert np.array_equal(ClipStore.open(tmp_path / "set").clip(0).motion.trans, clips[0].motion.trans)


@pytest.mark.parametrize(
    ("clips", "fault"),
    [
        ([], "no clip to store"),
        ([record("a"), record("b"), record("a")], "'a' is used twice"),
        ([record("a", split="test")], "split is 'test'"),
        ([record("a", official="test")], "official split is 'test'"),
        ([record("a", weight=0.0)], "weight is 0.0"),
        (
            [record("a", recording="r"), record("b", split="val", recording="r")],
            "recording 'r' is on both sides",
        ),
        ([record("a", group="g"), record("b", split="val", group="g")], "repetitions 'g' is on both sides"),
        ([record("a", source="moon")], "'moon' has no licence"),
    ],
)
def test_what_cannot_be_stored(tmp_path, clips, fault):
    with pytest.raises(ValueError, match=fault):
        write_store(tmp_path, clips, {"lab": "own"})
    with pytest.raises(FileNotFoundError, match="prepare_mocap"):
        ClipStore.open(tmp_path)


def test_another_frame_rate_is_refused(tmp_path):
    slow = record("a")
    slow = ClipRecord(
        "a", "lab", "train", None, None, (), Motion(30.0, slow.motion.trans, slow.motion.rotations)
    )
    with pytest.raises(ValueError, match="30 fps"):
        write_store(tmp_path, [slow], {"lab": "own"})


def test_damaged_sets_are_refused(tmp_path):
    write_store(tmp_path, [record("a"), record("b", 7)], {"lab": "own"})
    index = json.loads((tmp_path / INDEX).read_text())
    index["clips"][0]["frames"] = 6
    (tmp_path / INDEX).write_text(json.dumps(index))
    with pytest.raises(FormatError, match="counts 13 frames"):
        ClipStore.open(tmp_path)
    (tmp_path / ROTATIONS).write_bytes((tmp_path / ROTATIONS).read_bytes()[:200])
    with pytest.raises(FormatError, match="not a readable training set"):
        ClipStore.open(tmp_path)
    (tmp_path / INDEX).write_text("{")
    with pytest.raises(FormatError, match="not a readable training set"):
        ClipStore.open(tmp_path)


def test_what_is_known_of_repetitions_and_weights_comes_back(tmp_path):
    more = {"weak": True, "recording": "07_01", "group": "07:walk", "official": "val", "weight": 0.25}
    write_store(tmp_path, [record("a", **more), record("b")], {"lab": "own"})
    store = ClipStore.open(tmp_path)
    assert {name: getattr(store.clip(0), name) for name in more} == more
    for entry in store.entries:  # a set of an earlier version
        for name in more:
            del entry[name]
    assert (store.clip(0).weak, store.clip(0).group, store.clip(0).official) == (False, "", None)
    assert store.clip(0).weight == 1.0
