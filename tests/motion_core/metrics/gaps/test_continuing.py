"""The table of going on: simple rules, a tiny model, and what they are compared with."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import stepping
from gap_store import save_gap_store

from motion_core.editing.carry_on import carry_on
from motion_core.metrics.gaps.continuing import (
    Ending,
    constant_velocity,
    continuing_to_json,
    continuing_to_markdown,
    load_endings,
    run_continuing,
    score,
    write_continuing,
    zero_velocity,
)
from motion_core.tasks import TaskError


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return save_gap_store(tmp_path_factory.mktemp("continuing"), (60, 80, 100, 140))


def test_a_stretch_from_the_middle_of_every_recording_that_is_long_enough(store):
    endings = load_endings(store)
    assert [(len(e.past), len(e.whole)) for e in endings] == [(60, 80)] * 3
    clip = store.clip(7).motion
    np.testing.assert_array_equal(endings[-1].whole.rotations, clip.rotations[30:110])
    assert len(load_endings(store, limit=2)) == 2


def test_the_rules_are_what_they_are_called():
    walk = stepping(80)
    still, gone = zero_velocity(walk, 20), constant_velocity(walk, 20)
    assert np.array_equal(still.trans[80:], np.repeat(walk.trans[-1:], 20, axis=0))
    steps = np.diff(gone.trans[79:], axis=0)
    np.testing.assert_allclose(
        steps[:, :2], np.tile((walk.trans[-1] - walk.trans[-2])[:2], (20, 1)), atol=1e-5
    )
    assert np.array_equal(gone.rotations[80:], still.rotations[80:])


def test_a_walk_is_best_walked_on():
    whole = stepping(100)
    ending = Ending(whole.slice(0, 80), whole)
    errors = [score([ending], [rule(ending.past, 20)])["second"][0] for rule in (carry_on, zero_velocity)]
    assert errors[0] < 0.5 * errors[1]
    perfect = score([ending], [whole])
    assert perfect["second"][0] == perfect["end"][0] == 0


def test_a_model_is_a_row(store, tiny_weights, tmp_path):
    table = run_continuing(["mdm@steps=2"], store, device="cpu", sources=["made"])
    assert table.recordings == 3 and [row.name for row in table.rows][-1] == "mdm@steps=2"
    assert table.rows[0].values["second"][0] == 0 and table.rows[-1].values["second"][0] > 0
    assert "| constant velocity |" in continuing_to_markdown(table)
    assert continuing_to_json(table)["split"] == "val"
    assert [path.name for path in write_continuing(table, tmp_path)] == ["continuing.md", "continuing.json"]


def test_faults_are_named(store, tmp_path):
    with pytest.raises(TaskError, match="split is 'test'"):
        load_endings(store, "test")
    with pytest.raises(ValueError, match="has 4 seconds"):
        load_endings(save_gap_store(tmp_path, (60,)))
