"""The index as a file."""

from __future__ import annotations

import io
import json
import os
import random
import sys

import numpy as np
import pytest
from broken_files import damaged, write_no_files
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.search import store
from motion_core.search.folder import Stamp
from motion_core.search.store import Entry, Stored

ENTRIES = st.builds(
    lambda size, changed, seconds, seed, error: Entry(
        Stamp(size, changed),
        float(np.float32(seconds)),
        None if error else np.random.default_rng(seed).normal(size=4).astype(np.float32),
        error,
    ),
    st.integers(0, 2**62), st.integers(-(2**62), 2**62), st.floats(0, 1e6), st.integers(0, 9),
    st.sampled_from(["", "broken", "ä \u2028 \x00"]),
)  # fmt: skip
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.dictionaries(NAMES, ENTRIES, max_size=5))
def test_an_index_comes_back_as_it_was_saved(tmp_path_factory, entries):
    file = tmp_path_factory.mktemp("store") / "index.npz"
    store.save(file, Stored("mark", entries))
    back = store.load(file)
    assert back.fingerprint == "mark" and list(back.entries) == list(entries)
    for path, entry in entries.items():
        other = back.entries[path]
        assert (other.stamp, other.seconds, other.error) == (entry.stamp, entry.seconds, entry.error)
        assert (
            np.array_equal(other.vector, entry.vector) if entry.vector is not None else other.vector is None
        )


def saved(folder, **changed) -> bytes:
    """The content of a whole index of two motions, but for what is changed."""
    entries = {
        "a.npz": Entry(Stamp(1, 2), 3.0, np.ones(4, np.float32)),
        "b.npz": Entry(Stamp(1, 2), error="broken"),
    }
    store.save(folder / "index.npz", Stored("mark", entries))
    with np.load(folder / "index.npz") as archive:
        members = dict(archive)
    buffer = io.BytesIO()
    np.savez(buffer, **members | {name: np.array(value) for name, value in changed.items()})
    return buffer.getvalue()


ABOUT = {"format": store.FORMAT, "fingerprint": "mark", "paths": ["a.npz", "b.npz"], "errors": ["", "broken"]}


@pytest.mark.parametrize(
    "changed",
    [
        {"about": "{"}, {"about": "[" * 100_000}, {"about": "[]"}, {"about": "{}"}, {"about": 3.0},
        {"about": json.dumps(ABOUT | {"fingerprint": 3})}, {"about": json.dumps(ABOUT | {"paths": [1, 2]})},
        {"about": json.dumps(ABOUT | {"paths": 3})}, {"about": json.dumps(ABOUT | {"errors": [None, {}]})},
        {"about": json.dumps(ABOUT | {"errors": [""]})}, {"sizes": ["a", "b"]}, {"sizes": [np.nan, 1]},
        {"sizes": 1}, {"seconds": [np.nan, 0]}, {"seconds": [-1.0, 0]}, {"seconds": ["a", "b"]},
        {"vectors": [[np.nan] * 4] * 2}, {"vectors": ["a", "b"]}, {"vectors": [1.0, 2.0]}, {"vectors": [[1, 2]] * 2},
        {"vectors": [[1.0] * 4] * 3},
    ],
)  # fmt: skip
def test_an_index_that_does_not_fit_itself_is_none(tmp_path, changed):
    (tmp_path / "other.npz").write_bytes(saved(tmp_path, **changed))
    assert store.load(tmp_path / "other.npz") is None


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_index_is_none_or_whole(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("index")
    file = folder / "damaged.npz"
    file.write_bytes(damaged(saved(folder), random.Random(seed)))
    found = store.load(file)
    assert found is None or set(found.entries) == {"a.npz", "b.npz"}


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has neither pipes nor devices with a file's name"
)
def test_what_is_no_file_is_no_index(tmp_path):
    assert all(store.load(path) is None for path in write_no_files(tmp_path) if path.stem != "sparse")


def test_an_index_does_not_unpack_to_more_than_it_has(tmp_path):
    members = {name: np.zeros(2) for name in ("sizes", "changed", "seconds")}
    np.savez_compressed(
        tmp_path / "bomb.npz",
        about=np.array(json.dumps(ABOUT)),
        vectors=np.zeros((2, 1_000_000), np.float32),
        **members,
    )
    assert os.path.getsize(tmp_path / "bomb.npz") < 20_000 and store.load(tmp_path / "bomb.npz") is None
