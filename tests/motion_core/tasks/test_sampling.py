"""How a sample is drawn: a value that can be compared, copied and sent."""

from __future__ import annotations

import copy
import pickle

import pytest

from motion_core.tasks import (
    MAX_SEED,
    Request,
    Sampling,
    TaskError,
    seeds_from,
)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seed", -1), ("seed", MAX_SEED + 1), ("seed", 1.5), ("seed", True), ("seed", None),
        pytest.param("seed", 10**400, id="huge"),
    ],
)  # fmt: skip
def test_bad_sampling(field, value):
    with pytest.raises(TaskError, match=f"{field} is"):
        Sampling(**{field: value})


def test_a_seed_out_of_range_is_shown_in_full():
    with pytest.raises(TaskError, match=f"seed is {MAX_SEED + 1}: .* 0 to {MAX_SEED}"):
        Sampling(seed=MAX_SEED + 1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [([1], "settings is"), ({"steps": [4]}, "setting steps is"), ({"steps": True}, "setting steps is True")],
)
def test_bad_settings(settings, message):
    with pytest.raises(TaskError, match=message):
        Request.from_json({"text": "walk", "settings": settings})


FEW = Sampling(3, {"steps": 4, "guidance": 2.0})


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))])
@pytest.mark.parametrize("sampling", [Sampling(), FEW, Sampling(1, {"steps": 2}, old=("steps",))])
def test_a_copy_is_equal_and_has_the_same_hash(sampling, again):
    other = again(sampling)
    assert other == sampling and hash(other) == hash(sampling) and other.old == sampling.old


def test_equal_settings_make_one_value_in_any_order():
    other = Sampling(3, {"guidance": 2.0, "steps": 4})
    assert {FEW, other} == {FEW} and FEW.key == other.key == (("guidance", 2.0), ("steps", 4))
    assert FEW not in (Sampling(4, dict(FEW.settings)), Sampling(3, {"steps": 4}))


def test_settings_cannot_be_changed_nor_by_whom_they_came_from():
    told = {"steps": 4, "guidance": None}  # None: the model's own
    sampling = Sampling(settings=told)
    told["steps"] = 5
    assert dict(sampling.settings) == {"steps": 4}
    with pytest.raises(TypeError):
        sampling.settings["steps"] = 5


def test_fields_of_old_are_read_and_written_as_they_came():
    entry = {"text": "walk", "seed": 2, "steps": 4, "guidance": None, "settings": {"sampler": "ddim"}}
    sampling = Sampling.taken_from(entry)
    assert entry == {"text": "walk"} and sampling.old == ("steps",)
    assert sampling.to_json() == {"seed": 2, "steps": 4, "settings": {"sampler": "ddim"}}


def test_a_setting_among_the_settings_is_stronger_than_the_field_of_old():
    sampling = Sampling.taken_from({"steps": 4, "guidance": 1.5, "settings": {"steps": 5}})
    assert dict(sampling.settings) == {"steps": 5, "guidance": 1.5} and sampling.old == ("guidance",)
    assert sampling.to_json() == {"seed": 0, "guidance": 1.5, "settings": {"steps": 5}}


def test_seeds_follow_each_other_and_end_at_the_largest():
    drawn = seeds_from(Sampling(MAX_SEED - 3, {"steps": 2}), 4)
    assert [sampling.seed for sampling in drawn] == [MAX_SEED - 3, MAX_SEED - 2, MAX_SEED - 1, MAX_SEED]
    with pytest.raises(TaskError, match=f"seed is {MAX_SEED - 2}: 4 seeds from it on go beyond {MAX_SEED}"):
        seeds_from(Sampling(MAX_SEED - 2), 4)
    assert {sampling.key for sampling in drawn} == {(("steps", 2),)}
