"""What the models know: kept small on disk, found again, and near where it should be."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.formats import FormatError
from motion_core.hearing.known import (
    KNOWN,
    Known,
    Thing,
    load_known,
    quantised,
    read_known,
    read_plain,
    save_known,
    things_json,
)


def units(rng: np.random.Generator, count: int, width: int) -> np.ndarray:
    rows = rng.normal(size=(count, width)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def known() -> Known:
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(12, 12)))[0][:, :8].astype(np.float32)
    things = (Thing("walk forward", "going", 9), Thing("sit down", "sitting", 4), Thing("run", "going", 5))
    return Known(things, units(rng, 3, 12), basis, units(rng, 20, 12) @ basis, 0.6, units(rng, 3, 5))


def test_it_comes_back_from_disk_nearly_as_it_was(known, tmp_path):
    save_known(tmp_path / "known.safetensors", known)
    again = read_known(tmp_path / "known.safetensors")
    assert (again.things, again.far) == (known.things, known.far)
    assert again.learnt.dtype == again.plain.dtype == np.float32
    for name in ("plain", "basis", "learnt", "foreign"):
        assert getattr(again, name) == pytest.approx(getattr(known, name), abs=0.01)


def test_rows_of_any_size_are_kept_to_a_hundredth():
    rows = np.array([[1.0, -0.5], [1e-3, 2e-3], [0.0, 0.0]], dtype=np.float32)
    whole, scale = quantised(rows)
    assert whole.dtype == np.int8
    off = np.abs(whole * scale.astype(np.float32) - rows)
    assert np.all(off <= 0.01 * np.abs(rows).max(axis=1, keepdims=True))


def test_what_was_learnt_is_close_and_its_own_name_is_nearest(known):
    assert known.closeness(known.plain[1]) == pytest.approx(1.0, abs=1e-5)
    assert known.nearest(known.plain[1], 2)[0].text == "sit down"
    assert len(known.nearest(known.plain[1], 2)) == 2
    learnt = known.basis @ known.learnt[3]
    assert known.closeness(learnt) == pytest.approx(float(known.learnt[3] @ known.learnt[3]), abs=1e-5)
    assert known.far_fragment < known.far < known.bare


def test_things_by_group(known):
    assert [thing.text for thing in known.groups()["going"]] == ["walk forward", "run"]
    assert things_json(known)["groups"]["sitting"] == [{"text": "sit down", "clips": 4}]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("walk forward", "a person walks forward"),
        ("do a cartwheel", "a person does a cartwheel"),
        ("be angry", "a person is angry"),
        ("dance", "a person dances"),
    ],
)
def test_a_thing_as_a_sentence(text, sentence):
    assert Thing(text, "").sentence == sentence


def test_a_damaged_file_says_so(tmp_path):
    (tmp_path / "known.safetensors").write_bytes(b"nothing")
    with pytest.raises(FormatError, match=r"make it with training/make_known\.py"):
        read_known(tmp_path / "known.safetensors")


def test_the_bundled_file_is_small_and_holds_no_caption():
    known = load_known()
    assert KNOWN.stat().st_size < 2_000_000
    assert len(known.things) > 200 and len(known.learnt) > 5000
    plain = {thing.text for thing in read_plain()}
    assert {thing.text for thing in known.things} <= plain
    assert min(thing.clips for thing in known.things) >= 3
    assert len(known.foreign) == len(known.things)
