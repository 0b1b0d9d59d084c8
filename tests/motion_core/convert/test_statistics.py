"""Mean and deviation beside a checkpoint: which files are taken, and which are refused."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.convert.statistics import read_array, read_statistics
from motion_core.formats import FormatError

PAIRS = (("Mean.npy", "Std.npy"), ("m.npy", "s.npy"))


def save(folder, names, values):
    folder.mkdir(exist_ok=True)
    for name, value in zip(names, values):
        np.save(folder / name, np.full((1, 3), value))


def read(path, *folders, features=3):
    return read_statistics(path / "model.pt", features, folders, PAIRS, "copy them there")


def test_the_first_folder_with_both_files_of_a_pair_is_taken(tmp_path):
    near, far = tmp_path / "near", tmp_path / "far"
    save(near, ["Mean.npy"], [9.0])  # half a pair is none
    save(far, PAIRS[1], [1.0, 2.0])
    mean, std = read(tmp_path, near, far)
    assert mean.dtype == np.float32 and mean.tolist() == [1.0] * 3 and std.tolist() == [2.0] * 3
    save(near, PAIRS[0], [5.0, 6.0])
    assert read(tmp_path, near, far)[1].tolist() == [6.0] * 3


def test_absent_and_short_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no Mean\.npy and Std\.npy or m\.npy and s\.npy.*copy them"):
        read(tmp_path, tmp_path)
    save(tmp_path, PAIRS[0], [0.0, 1.0])
    with pytest.raises(FormatError, match=r"Mean\.npy has 3 values; the model has 4 features"):
        read(tmp_path, tmp_path, features=4)


@pytest.mark.parametrize(("value", "said"), [(np.nan, "not finite"), (np.inf, "not finite")])
def test_numbers_that_are_none_are_refused(tmp_path, value, said):
    np.save(tmp_path / "Mean.npy", np.array([1.0, value]))
    with pytest.raises(FormatError, match=said):
        read_array(tmp_path / "Mean.npy")


def test_rubbish_and_pickled_objects_are_refused(tmp_path):
    path = tmp_path / "Mean.npy"
    for content in (b"", b"rubbish"):
        path.write_bytes(content)
        with pytest.raises(FormatError, match="no array of numbers"):
            read_array(path)
    np.save(path, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(FormatError, match="no array of numbers"):
        read_array(path)
