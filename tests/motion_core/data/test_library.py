"""What is known of the clips at hand."""

import numpy as np
import pytest
from labelled_clips import records

from motion_core.body.skeleton import JOINT
from motion_core.data.library import build_library, describe, selected


def test_the_library_tells_what_clips_show(store):
    library = build_library(store)
    by_name = {store.entries[c.index]["id"]: c for c in library.clips}
    assert set(by_name) == {r.id for r in records() if r.split == "train"} - {"short", "nothing"}
    assert by_name["turn"].label.content == "walk turn left"
    assert (
        by_name["told"].captions == ("a man walks forward", "walks, slowly") and by_name["told"].label is None
    )
    assert by_name["walk3"].label.style == "elderly" and "slow" in by_name["walk3"].label.traits
    assert by_name["raise1"].label.traits >= {"high"}
    assert library.actions()["walk"] == 3
    assert library.stands and all(s.stop - s.start >= 30 for s in library.stands)
    for stand in library.stands:  # no hand is up, whatever the clip's own hands do
        joints = library.motion(stand).joints()
        assert joints[:, JOINT["right_wrist"], 2].max() < joints[:, JOINT["spine2"], 2].max()


def test_parts_in_which_one_deed_is_seen(store):
    parts = [clip for clip in build_library(store, seen=True).clips if clip.start is not None]
    names = {(store.entries[clip.index]["id"], clip.label.content) for clip in parts}
    assert names == {("told2", "raise up left hand")}  # what has a label alone is not searched
    library = build_library(store, seen=True)
    (part,) = parts
    whole = store.clip(part.index).motion
    motion = library.motion(part)
    assert len(motion) == part.frames <= len(whole) and part.captions == ()
    assert np.array_equal(motion.trans, whole.trans[part.start : part.start + part.frames])
    assert "1 parts in which one deed is seen" in describe(library)


def test_parts_of_a_store(store):
    free = selected(store, free_only=True)
    assert {e["source"] for e in free.entries} == {"people"} and list(free.sources) == ["people"]
    assert len(selected(store, ["studio"])) == 11
    with pytest.raises(ValueError, match=r"unknown source 'ghost'.*studio"):
        selected(store, ["ghost"])
    with pytest.raises(ValueError, match="the val split has no clip"):
        build_library(selected(store), "val", min_frames=400)
