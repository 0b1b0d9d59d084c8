"""What models are asked for, and what the baseline finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion_core.data.store import ClipStore, write_store
from motion_core.metrics.benchmark.split import load_split, spread
from motion_core.tasks import TaskError


def test_only_described_clips_of_the_split_are_asked_for(evaluation_store):
    split = load_split(evaluation_store)
    assert len(split) == 9 and "1 of 10 clips are left out" in split.notes[0]
    wanted = split.wanted(0)
    assert [w.seconds for w in wanted] == [m.seconds for m in split.motions]
    assert {evaluation_store.entries[w.clip]["split"] for w in wanted} == {"val"}
    written = [w.caption for w in wanted if evaluation_store.entries[w.clip]["captions"]]
    assert written and all("juggles" in caption for caption in written)


def test_a_replication_is_a_draw_of_its_own_and_repeats(evaluation_store):
    split = load_split(evaluation_store)
    assert split.wanted(3) == split.wanted(3)
    drawn = {tuple(w.caption for w in split.wanted(k)) for k in range(5)}
    assert len(drawn) > 1


def test_a_limit_is_spread_and_said(evaluation_store):
    split = load_split(evaluation_store, limit=3)
    assert [clip.index for clip in split.clips] == [12, 16, 20]  # first, middle, last of the nine
    assert any("3 of 9 clips" in note for note in split.notes)
    assert len(load_split(evaluation_store, limit=50)) == 9


def test_long_clips_are_cut_to_what_models_make(evaluation_store):
    split = load_split(evaluation_store, max_seconds=1.5)
    assert max(map(len, split.motions)) == 30 and any("cut to 1.5 s" in note for note in split.notes)
    front = split.motions[0]
    np.testing.assert_allclose(front.pelvis[0, :2], 0, atol=1e-6)


def test_bad_splits_are_named(evaluation_store, tmp_path):
    with pytest.raises(TaskError, match="'test'"):
        load_split(evaluation_store, "test")
    with pytest.raises(TaskError, match="limit is 1"):
        load_split(evaluation_store, limit=1)
    training = [evaluation_store.clip(k) for k in range(2)]
    write_store(tmp_path, training, {"made": "our own"})
    with pytest.raises(ValueError, match="val split has no clip"):
        load_split(ClipStore.open(tmp_path))


@pytest.fixture(scope="module")
def two_sources(evaluation_store, tmp_path_factory):
    """The same clips, every other one from another studio; of a third there is a single one to validate with."""
    folder = tmp_path_factory.mktemp("sources")
    clips = [evaluation_store.clip(k) for k in range(len(evaluation_store.entries))]
    names = ["ours", "theirs"] * (len(clips) // 2)
    names[-2] = "once"
    licences = dict.fromkeys(("ours", "theirs", "once"), "our own")
    write_store(folder, [replace(clip, source=name) for clip, name in zip(clips, names)], licences)
    return ClipStore.open(folder)


def test_a_source_by_itself_keeps_its_clips_and_their_numbers(two_sources):
    whole, part = load_split(two_sources), load_split(two_sources, sources=["theirs"])
    assert {clip.source for clip in part.clips} == {"theirs"} and len(part) == 4
    assert {w.clip: w.caption for w in part.wanted(0)}.items() <= {
        w.clip: w.caption for w in whole.wanted(0)
    }.items()  # the same request and seed as in the whole split, so that rows compare
    assert "1 of 5 clips are left out" in part.notes[1] and part.notes[0].startswith("only clips of theirs")
    assert len(load_split(two_sources, sources=["ours", "theirs", "once"])) == len(whole) == 9
    assert len(load_split(two_sources, sources=["ours", "theirs"])) == 8


def test_sources_without_enough_clips_are_named(two_sources):
    with pytest.raises(ValueError, match="unknown source 'ghost': the training set has ours, theirs, once"):
        load_split(two_sources, sources=["theirs", "ghost"])
    with pytest.raises(ValueError, match="usable clips of once in the val split: 1; at least 2"):
        load_split(two_sources, sources=["once"])


def test_spread_keeps_the_ends():
    assert spread(range(10), 3) == [0, 4, 9]
    assert spread([1, 2], 5) == [1, 2]
