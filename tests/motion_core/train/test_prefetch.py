"""Batches made ahead: in order, not too many, errors where they are due."""

from __future__ import annotations

import threading
import time

import pytest

from motion_core.train.prefetch import prefetched


def test_prefetch_keeps_order_and_stays_within_its_depth():
    made = []

    def make(step):
        made.append(step)
        return step * 10

    stream = prefetched(make, 2, 50, depth=3)
    assert [next(stream) for _ in range(4)] == [20, 30, 40, 50]
    time.sleep(0.05)
    assert len(made) <= 4 + 3 + 1  # taken, waiting in the queue, one in hand
    stream.close()
    assert not [t for t in threading.enumerate() if t.name == "prefetch"]


def test_prefetch_raises_where_it_is_due():
    def make(step):
        if step == 3:
            raise OSError("disk gone")
        return step

    stream = prefetched(make, 0, 9, depth=4)
    assert [next(stream) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(OSError, match="disk gone"):
        next(stream)
