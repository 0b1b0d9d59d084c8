"""Batches of a pool: a function of step and seed, normal, masked, truthful."""

import shutil
from collections import Counter

import numpy as np
import pytest
import torch
from labelled_clips import MAX_FRAMES, Words

from motion_core.data.dataset import SHARES, TrainingSet
from motion_core.data.pool import ROWS
from motion_core.features import smpl205
from motion_core.formats import FormatError


def test_batches_are_normal_masked_and_truthful(pool):
    seen = Counter()
    padding, total = 0, 0
    for step in range(16):
        batch = pool.batch_at(step, 8, seed=1)
        frames = int(batch.lengths.max())
        assert batch.x0.shape == (8, frames, 205) and batch.x0.dtype == torch.float32
        assert batch.mask.shape == (8, frames) and torch.equal(batch.mask.sum(1), batch.lengths)
        assert frames <= MAX_FRAMES and batch.lengths.min() >= 16
        assert torch.isfinite(batch.x0).all() and (batch.x0[~batch.mask] == 0).all()
        assert batch.pooled.shape == (8, 16) and batch.action.max() < len(pool.actions)
        torch.testing.assert_close(
            batch.pooled, Words().encode(list(batch.captions)).pooled, atol=1e-2, rtol=0
        )
        padding, total = padding + int((~batch.mask).sum()), total + batch.mask.numel()
        seen.update(batch.captions)
    assert padding < 0.15 * total
    assert len(seen) > 30


def test_token_states_are_those_of_the_sentences(pool):
    assert pool.batch_at(0, 8, seed=1).tokens is None  # only where they are asked for
    told = TrainingSet.open(pool.folder, tokens=True)
    for batch in (told.batch_at(3, 8, seed=1), next(told.val_batches(4))):
        expected = Words().encode(list(batch.captions))
        torch.testing.assert_close(batch.tokens, expected.tokens, atol=1e-2, rtol=0)
        assert torch.equal(batch.token_mask, expected.mask)
    moved = told.batch_at(3, 8, seed=1).to("cpu")
    assert moved.tokens is not None and moved.captions == told.batch_at(3, 8, seed=1).captions


def test_missing_token_states_are_named(pool, tmp_path):
    broken = tmp_path / "pool"
    shutil.copytree(pool.folder, broken)
    (broken / "tokens.f16").write_bytes((pool.folder / "tokens.f16").read_bytes()[:-32])
    with pytest.raises(FormatError, match=r"tokens\.f16"):
        TrainingSet.open(broken, tokens=True)
    TrainingSet.open(broken)


def test_a_crop_starts_over_the_origin(pool):
    row = int(np.argmax(pool.lengths))
    part = pool.stats.denormalize(pool.clip(row, 5, 20))
    np.testing.assert_allclose(part[0, smpl205.SLICES["root_velocity"]], 0, atol=1e-5)
    whole = pool.stats.denormalize(pool.clip(row))
    np.testing.assert_allclose(part[1:], whole[6:25], atol=1e-4)


def test_samples_can_be_cut_to_windows(pool):
    cut = TrainingSet.open(pool.folder)
    cut.windows = (10, 14)
    for batch in (cut.batch_at(2, 8, 1), next(cut.val_batches(4))):
        assert int(batch.lengths.min()) >= 10 and int(batch.lengths.max()) <= 14
        first = cut.stats.denormalize(batch.x0[:, 0])[:, smpl205.SLICES["root_velocity"]]
        assert float(first.abs().max()) < 1e-4
    assert torch.equal(cut.batch_at(2, 8, 1).x0, cut.batch_at(2, 8, 1).x0)


def test_batches_are_a_function_of_step_and_seed(pool):
    again = TrainingSet.open(pool.folder)
    for step in (0, 7, 8, 101):
        a, b = pool.batch_at(step, 8, 4), again.batch_at(step, 8, 4)
        assert torch.equal(a.x0, b.x0) and a.captions == b.captions and torch.equal(a.action, b.action)
    assert pool.batch_at(0, 8, 4).captions != pool.batch_at(0, 8, 5).captions
    assert pool.batch_at(0, 8, 4).captions != pool.batch_at(1, 8, 4).captions


@pytest.mark.parametrize("world", [2, 4])
def test_the_ranks_share_one_batch(pool, world):
    whole = pool.batch_at(3, 8, 0)
    parts = [pool.batch_at(3, 8, 0, rank, world) for rank in range(world)]
    for name in ("x0", "mask", "pooled", "action", "lengths"):
        assert torch.equal(torch.cat([getattr(p, name) for p in parts]), getattr(whole, name))
    with pytest.raises(ValueError, match="cannot be dealt"):
        pool.batch_at(0, 9, 0, 0, 2)


def test_draws_follow_the_shares(pool):
    weights = np.diff(pool.cumulative, prepend=0)
    group = pool.table["group"][pool.train_rows]
    there = [name for name in SHARES if name in set(pool.table["groups"][np.unique(group)])]
    for number, name in enumerate(pool.table["groups"]):
        if name in there:
            wanted = SHARES[str(name)] / sum(SHARES[n] for n in there)
            assert weights[group == number].sum() == pytest.approx(wanted, rel=1e-6)


def test_action_batches_have_actions_alike_often(pool):
    actions = TrainingSet.open(pool.folder, actions_only=True)
    seen = Counter(int(a) for step in range(24) for a in actions.batch_at(step, 16, 0).action)
    assert -1 not in seen and set(seen) == set(range(len(pool.actions)))
    assert max(seen.values()) < 2 * min(seen.values())


def test_validation_is_every_held_out_clip_and_its_mirror_image(pool):
    batches = list(pool.val_batches(3))
    assert [len(b.captions) for b in batches] == [3, 1]
    said = " / ".join(text for b in batches for text in b.captions)
    assert "right arm" in said and "left arm" in said
    assert all(torch.equal(a.x0, b.x0) for a, b in zip(batches, pool.val_batches(3)))


def test_broken_pools_are_refused(pool, tmp_path, store):
    with pytest.raises(FileNotFoundError, match=r"prepare_dataset\.py"):
        TrainingSet.open(tmp_path)
    broken = tmp_path / "pool"
    broken.mkdir()
    for file in pool.folder.iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    (broken / ROWS).write_bytes((pool.folder / ROWS).read_bytes()[: 205 * 2 * 100])
    with pytest.raises(FormatError, match="100 frames"):
        TrainingSet.open(broken)
    (broken / "pool.json").write_text('{"version": 99}')
    with pytest.raises(FormatError, match="version 99"):
        TrainingSet.open(broken)


def test_samples_can_be_windows_of_one_length(pool):
    cut = TrainingSet.open(pool.folder, captions=False, window=32)
    assert len(cut) == (pool.lengths[pool.train_rows] >= 32).sum() < len(pool)
    starts = []
    for batch in (cut.batch_at(0, 8, 1), cut.batch_at(9, 8, 1), next(cut.val_batches(3))):
        assert batch.x0.shape[1] == 32 and batch.mask.all() and (batch.lengths == 32).all()
        starts.append(cut.stats.denormalize(batch.x0[:, 0])[:, smpl205.SLICES["root_velocity"]].abs().max())
    assert max(starts) < 1e-4
    assert torch.equal(cut.batch_at(9, 8, 1).x0, cut.batch_at(9, 8, 1).x0)
    halves = [cut.batch_at(9, 8, 1, rank, 2).x0 for rank in range(2)]
    assert torch.equal(torch.cat(halves), cut.batch_at(9, 8, 1).x0)
    with pytest.raises(ValueError, match="no clip of 500 frames or more"):
        TrainingSet.open(pool.folder, window=500)
    with pytest.raises(ValueError, match="window is 0"):
        TrainingSet.open(pool.folder, window=0)


def test_captions_can_be_left_out_of_batches(pool):
    silent = TrainingSet.open(pool.folder, captions=False)
    quiet, told = silent.batch_at(3, 8, 1), pool.batch_at(3, 8, 1)
    assert quiet.captions == () and quiet.pooled is None and quiet.to("cpu").tokens is None
    assert torch.equal(quiet.x0, told.x0) and torch.equal(quiet.action, told.action)
    with pytest.raises(ValueError, match="has no captions"):
        _ = quiet.sentences
