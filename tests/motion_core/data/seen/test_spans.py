from itertools import pairwise

import numpy as np
from gliding_motions import FRAMES, moving
from hypothesis import given
from hypothesis import strategies as st

from motion_core.data.seen.spans import Span, apart, around, long_runs, padded, windows
from motion_core.editing.measures import Measures

STILL = Measures(moving())


def test_rest_is_found_before_and_after():
    rest = np.ones(FRAMES, dtype=bool)
    rest[20:50] = False
    assert around(STILL, 30, 40, rest, reach=1.0) == (19 - 6, 51 + 6)  # with 0.3 s on either side
    assert around(STILL, 30, 40, rest, reach=0.2) is None
    assert around(STILL, 30, 40, np.zeros(FRAMES, dtype=bool), reach=9.0) is None


def test_long_runs_and_windows():
    held = np.zeros(FRAMES, dtype=bool)
    held[3:8] = held[20:60] = True
    assert long_runs(STILL, held, 1.0) == [(20, 60)]
    assert list(windows(STILL, 3.0))[-1][1] <= FRAMES and list(windows(STILL, 30.0)) == []


@given(st.integers(0, FRAMES - 1), st.integers(1, 30), st.floats(0, 9))
def test_padding_stays_inside(start, length, seconds):
    first, last = padded(STILL, start, min(FRAMES, start + length), seconds)
    assert 0 <= first <= start < last <= FRAMES


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 50), st.integers(1, 30)), max_size=12))
def test_what_is_kept_does_not_overlap_and_the_clearest_is(rows):
    spans = [(clear, Span(start, start + length, "turn left")) for clear, start, length in rows]
    kept = sorted(apart(spans), key=lambda s: s.start)
    assert all(a.stop <= b.start for a, b in pairwise(kept))
    if spans:
        assert max(spans, key=lambda pair: pair[0])[1] in kept
