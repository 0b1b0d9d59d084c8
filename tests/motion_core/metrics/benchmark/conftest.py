"""The evaluator, the split and the training clips of the small store, for every test of the benchmark."""

from __future__ import annotations

import pytest

from motion_core.data.library import build_library
from motion_core.embedding import load_embedder
from motion_core.metrics.benchmark.split import load_split
from motion_core.metrics.measures.copies import CopyIndex


@pytest.fixture(scope="session")
def embedder(all_weights):
    return load_embedder(device="cpu", checkpoint=all_weights / "tmr.safetensors")


@pytest.fixture(scope="session")
def split(evaluation_store):
    return load_split(evaluation_store)


@pytest.fixture(scope="session")
def train(evaluation_store):
    return build_library(evaluation_store)


@pytest.fixture(scope="session")
def training(train):
    return CopyIndex.build(train.motion(clip) for clip in train.clips)
