"""Arrays come out of pickles as they went in; what would build anything else is refused or left empty."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from motion_core.body.array_pickles import Array, unpickled
from motion_core.body.smpl_body import read_smpl_body

ROOT = Path(__file__).resolve().parents[3]
ARRAYS = (
    np.arange(6.0).reshape(2, 3),
    np.asfortranarray(np.arange(6, dtype=np.int32).reshape(2, 3)),
    np.arange(4, dtype=">u2"),
    np.zeros((0, 3), dtype=np.float32),
    np.array([True, False]),
    np.array(7.5),
)


class Call:
    """Pickles as the call of a function of numpy with these arguments, and a state."""

    def __init__(self, function, *arguments, state=None):
        self.how = (function, arguments) if state is None else (function, arguments, state)

    def __reduce__(self):
        return self.how


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("array", ARRAYS, ids=str)
def test_arrays_come_back(array, protocol):
    found = unpickled(pickle.dumps({"a": array, "b": [array]}, protocol))
    for one in (found["a"], *found["b"]):
        assert isinstance(one, Array) and one.value is not None
        assert one.value.dtype == array.dtype and np.array_equal(one.value, array)


def test_a_number_of_numpys_comes_back():
    assert unpickled(pickle.dumps(np.float32(2.5))) == 2.5


def test_objects_are_left_empty():
    found = unpickled(pickle.dumps({"names": np.array([{"a": 1}], dtype=object), "x": np.ones(2)}))
    assert found["names"].value is None and found["x"].value.tolist() == [1, 1]


OBJECTS, RECONSTRUCT = np.dtype("O"), np.zeros(1).__reduce__()[0]
HOSTILE = {
    "objects out of bytes": Call(np.ndarray, (3,), OBJECTS, b"A" * 24),
    "objects as a state": Call(
        RECONSTRUCT, np.ndarray, (0,), b"b", state=(1, (3,), OBJECTS, False, b"A" * 24)
    ),
    "a buffer of objects": Call(np.zeros(1).__reduce_ex__(5)[0], b"A" * 24, OBJECTS, (3,), "C"),
    "an object as a number": Call(np.float64(0).__reduce__()[0], OBJECTS, b"A" * 8),
    "terabytes": Call(np.ndarray, (10**12,), np.dtype("f8")),
    "more than there is": Call(
        RECONSTRUCT, np.ndarray, (0,), b"b", state=(1, (9,), np.dtype("f8"), False, b"A" * 8)
    ),
    "a negative size": Call(
        RECONSTRUCT, np.ndarray, (0,), b"b", state=(1, (-1,), np.dtype("f8"), False, b"A" * 8)
    ),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_arrays_are_refused_by_a_reader_that_lives(name, tmp_path):
    path = tmp_path / "SMPL_NEUTRAL.pkl"
    path.write_bytes(pickle.dumps({"v_template": HOSTILE[name]}))
    with pytest.raises(ValueError, match=r"SMPL_NEUTRAL\.pkl' is not an SMPL"):
        read_smpl_body(path)


@pytest.mark.slow
def test_the_program_ends_with_a_sentence(tmp_path):
    path = tmp_path / "SMPL_NEUTRAL.pkl"
    path.write_bytes(pickle.dumps({"v_template": HOSTILE["objects out of bytes"]}))
    command = [sys.executable, "-m", "motion_core.body.smpl_body", str(path), str(tmp_path / "out.npz")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 1 and done.stderr.startswith(f"{str(path)!r} is not an SMPL")
