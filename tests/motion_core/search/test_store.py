"""The index as a file."""

from __future__ import annotations

import numpy as np
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
