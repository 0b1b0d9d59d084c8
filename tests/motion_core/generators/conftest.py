"""A model that does every task, without training."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tiny_mdm import save_tiny_dit

from motion_core.generators import load_generator


@pytest.fixture(scope="module")
def generator(tmp_path_factory):
    path = tmp_path_factory.mktemp("tiny") / "dit.safetensors"
    save_tiny_dit(path, "adaln")
    made = load_generator("dit-adaln", checkpoint=path, device="cpu")
    made.card = replace(made.card, tasks=("generate", "complete", "edit", "sequence"))
    return made
