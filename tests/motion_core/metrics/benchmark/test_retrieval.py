"""The nearest training clip to a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.data.library import build_library
from motion_core.metrics.benchmark.retrieval import Retrieval
from motion_core.text import load_text_encoder


@pytest.mark.slow
def test_retrieval_finds_the_clip_that_is_meant(evaluation_store):
    retrieval = Retrieval(build_library(evaluation_store), load_text_encoder())
    assert retrieval.nearest("a man is juggling")[0].captions
    bowing = retrieval.nearest("someone takes a bow", 11)
    assert evaluation_store.entries[bowing[0].index]["action"] == "bow"
    numbers = [clip.index for clip in bowing]
    assert len(set(numbers)) == len(numbers) == 11  # different clips, not one clip's many sentences
    assert retrieval.nearest("someone takes a bow", 2) == bowing[:2]
    np.testing.assert_array_equal(
        retrieval.motions("someone takes a bow")[0].trans, evaluation_store.clip(numbers[0]).motion.trans
    )
