"""A store of hand-made clips, and the pool that is made of it; both are only read."""

import pytest
from labelled_clips import CONFIG, Words, records

from motion_core.data.dataset import TrainingSet
from motion_core.data.pool import build_training_set
from motion_core.data.store import ClipStore, write_store


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    write_store(folder, records(), {"studio": "CC BY-NC 4.0", "people": "free"})
    return ClipStore.open(folder)


@pytest.fixture(scope="session")
def pool(store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pool")
    build_training_set(store, Words(), CONFIG, folder, workers=2, report=lambda text: None)
    return TrainingSet.open(folder)
