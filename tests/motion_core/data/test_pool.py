"""From clips to batches, on a store of a dozen hand-made clips."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from labelled_clips import CONFIG, FPS, MAX_FRAMES, Words, body, records

from motion_core.body.skeleton import JOINT
from motion_core.data.dataset import SHARES, TrainingSet
from motion_core.data.library import build_library, official_split
from motion_core.data.pool import DatasetConfig, build_training_set, stats_of, told_anew
from motion_core.data.recipes import make
from motion_core.data.samples import Materials, Mix
from motion_core.data.store import ClipRecord, ClipStore, write_store
from motion_core.features import FEATURES, smpl205
from motion_core.formats import FormatError


def test_a_pool_says_what_it_holds(pool):
    about = pool.about
    assert about["samples"]["train"] == len(pool) <= 90 and about["samples"]["val"] == 4
    assert set(about["groups"]) <= {*SHARES, "val"} and about["groups"]["real"] == 4
    assert "walk" in about["actions"] and "run" not in about["actions"]  # one clip is too few
    assert not about["free"] and about["sources"] == {"studio": "CC BY-NC 4.0", "people": "free"}
    assert json.dumps(about)


def test_no_feature_weighs_more_than_its_kind(pool):
    for part in smpl205.SLICES.values():
        std = pool.stats.std[part]
        assert std.min() >= 0.2 * np.sqrt(np.mean(std**2))
    quiet = pool.stats.std[smpl205.SLICES["rot6d"]].reshape(22, 6)[JOINT["left_knee"]]
    assert quiet.max() > 0.005  # the knees of these clips never bend: still no division by nothing


def test_features_come_back_as_they_were(store, pool):
    materials = Materials(build_library(store), MAX_FRAMES, 3)
    made = make(materials, 0, CONFIG.seed)
    found = pool.stats.denormalize(pool.clip(int(pool.train_rows[0])))
    np.testing.assert_allclose(found, smpl205.encode(made.motion), atol=3e-3)
    joints = smpl205.decode(found, FPS).joints()
    assert np.abs(joints - made.motion.joints()).max() < 5e-3


def test_no_augmentation_leaves_the_clips_and_their_mirror_images(store, tmp_path):
    mix = Mix(**dict.fromkeys(("scaled", "composed", "chained", "rested", "stood"), 0.0))
    about = build_training_set(
        store, Words(), replace(CONFIG, size=500, mix=mix), tmp_path, workers=1, report=lambda text: None
    )
    assert about["samples"]["train"] == 2 * len(build_library(store, seen=True).clips)
    bare = build_training_set(
        store,
        Words(),
        replace(CONFIG, size=1, mix=mix, seen=False),
        tmp_path,
        workers=1,
        report=lambda text: None,
    )
    assert bare["samples"]["train"] == 2 * len(build_library(store).clips)


def test_a_pool_like_another_is_normalised_alike(store, pool, tmp_path):
    stats = stats_of(pool.folder, "smpl205")
    few = replace(CONFIG, size=1, seen=False)
    build_training_set(store, Words(), few, tmp_path, workers=1, report=lambda text: None, stats=stats)
    like = TrainingSet.open(tmp_path)
    np.testing.assert_array_equal(like.stats.std, pool.stats.std)
    np.testing.assert_array_equal(like.stats.mean, pool.stats.mean)
    with pytest.raises(FormatError, match="has features 'smpl205', the new pool 'humanml263'"):
        stats_of(pool.folder, "humanml263")
    with pytest.raises(FormatError, match=r"nowhere is no training pool to be like"):
        stats_of(tmp_path / "nowhere", "smpl205")


def test_configurations_are_checked():
    for bad in ({"size": 0}, {"min_frames": 3}, {"min_frames": 300}, {"seed": -1}, {"mix": Mix(stood=-1)}):
        with pytest.raises(ValueError, match=r"must|at least"):
            DatasetConfig(**bad)


def test_features_that_are_not_finite_name_their_sample(store, monkeypatch, tmp_path):
    def spoilt(motion):
        x0 = smpl205.encode(motion)
        x0[0, 0] = np.nan
        return x0

    monkeypatch.setitem(FEATURES, "smpl205", replace(FEATURES["smpl205"], encode=spoilt))
    with pytest.raises(ValueError, match=r"sample \d+ .*not finite"):
        build_training_set(store, Words(), CONFIG, tmp_path, workers=1, report=lambda text: None)


def test_a_pool_without_captions_holds_clips_that_nobody_described(store, tmp_path):
    about = build_training_set(
        store, None, replace(CONFIG, size=1), tmp_path, workers=1, report=lambda text: None
    )
    assert about["text_encoder"] is None and about["sentences"] == 0
    assert not (tmp_path / "captions.json").exists()
    described = build_library(store).clips
    assert about["samples"]["train"] == 2 * (len(described) + 1)  # "nothing", and each one mirrored
    silent = TrainingSet.open(tmp_path, captions=False)
    assert sorted(silent.lengths[silent.train_rows])[::2] == sorted([30, *(c.frames for c in described)])
    assert torch.equal(silent.batch_at(5, 4, 0).x0, silent.batch_at(5, 4, 0).x0)
    assert silent.actions and set(next(silent.val_batches(9)).action.tolist()) <= {
        -1,
        *range(len(silent.actions)),
    }
    for ways in ({}, {"captions": False, "tokens": True}):
        with pytest.raises(ValueError, match="--no-captions"):
            TrainingSet.open(tmp_path, **ways)


def test_a_pool_of_clips_of_which_nothing_is_known(tmp_path):
    clips = [
        ClipRecord(f"c{n}", "own", s, None, None, (), body(40 + n, 1.0))
        for n, s in enumerate(("train", "val"))
    ]
    write_store(tmp_path / "store", clips, {"own": "free"})
    opened = ClipStore.open(tmp_path / "store")
    about = build_training_set(opened, None, CONFIG, tmp_path / "pool", workers=1, report=lambda text: None)
    assert about["samples"] == {"train": 2, "val": 2} and about["actions"] == []
    with pytest.raises(ValueError, match="no clip of 16 frames"):
        build_training_set(opened, Words(), CONFIG, tmp_path / "told", workers=1, report=lambda text: None)


def test_the_official_split_of_a_store(tmp_path):
    sides = {"walk1": "val", "told": "train", "val2": "train"}
    clips = [replace(record, official=sides.get(record.id)) for record in records()]
    write_store(tmp_path, clips, {"studio": "CC BY-NC 4.0", "people": "free"})
    official = official_split(ClipStore.open(tmp_path))
    assert {entry["id"]: entry["split"] for entry in official.entries} == sides
    assert len(official.clip(0).motion) == 90
    write_store(tmp_path, records(), {"studio": "CC BY-NC 4.0", "people": "free"})
    with pytest.raises(ValueError, match="no official split"):
        official_split(ClipStore.open(tmp_path))


def test_weights_and_titles_reach_the_draws(tmp_path):
    """A clip of a tenth of the weight is drawn a tenth as often; titles are a group of their own."""
    clips = [replace(record, official="train") for record in records()]
    blurred = [
        replace(c, weight=0.1) if c.id == "told" else replace(c, weak=True) if c.id == "told2" else c
        for c in clips
    ]
    write_store(tmp_path / "store", blurred, {"studio": "CC BY-NC 4.0", "people": "free"})
    store = ClipStore.open(tmp_path / "store")
    written = [clip for clip in build_library(store).clips if clip.captions]
    assert [(clip.weak, clip.written, clip.weight) for clip in written] == [
        (False, True, 0.1),
        (True, False, 1.0),
    ]
    build_training_set(
        store, Words(), replace(CONFIG, size=1), tmp_path / "pool", workers=1, report=lambda text: None
    )
    pool = TrainingSet.open(tmp_path / "pool")
    share = np.diff(pool.cumulative, prepend=0)
    group = pool.table["group"][pool.train_rows]
    names = list(pool.table["groups"])
    weight = pool.table["weight"][pool.train_rows]
    assert (
        np.allclose(weight[group == names.index("real")], 0.1) and (group == names.index("weak")).sum() == 2
    )
    wanted = pool._group_weights() * weight
    assert np.allclose(share, wanted / wanted.sum()) and np.all(share > 0)


class Initials:
    """A stand-in for a head of its own: the first two entries of a sentence's first token."""

    name = "initials"

    def summary_of(self, states, offsets):
        return np.stack([states[start, :2].astype(np.float32) for start in offsets[:-1]])


def test_sentences_can_be_summed_up_anew(pool, tmp_path):
    told = told_anew(pool.folder, Initials(), tmp_path / "told")
    assert told["text_encoder"] == "initials" and told["samples"] == pool.about["samples"]
    anew = TrainingSet.open(tmp_path / "told", tokens=True)
    one, two = anew.batch_at(2, 8, seed=1), TrainingSet.open(pool.folder, tokens=True).batch_at(2, 8, seed=1)
    assert anew.text_width == 2 and anew.token_width == 16
    assert torch.equal(one.x0, two.x0) and torch.equal(one.tokens, two.tokens)
    torch.testing.assert_close(one.pooled, two.tokens[:, 0, :2])


def test_a_pool_without_sentences_cannot_be_summed_up(pool, tmp_path):
    shutil.copytree(pool.folder, tmp_path / "silent")
    about = json.loads((tmp_path / "silent" / "pool.json").read_text())
    (tmp_path / "silent" / "pool.json").write_text(json.dumps(about | {"text_encoder": None}))
    with pytest.raises(FormatError, match="has no captions"):
        told_anew(tmp_path / "silent", Initials(), tmp_path / "told")
    assert not (tmp_path / "told").exists()
