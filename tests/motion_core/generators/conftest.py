"""Models without training: of texts, of actions, of every task; and one of a family that is no diffusion."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tiny_maker import CARD, FAMILY, save_tiny
from tiny_mdm import save_tiny_dit

from motion_core.catalog import CATALOG
from motion_core.generators import Generator, load_generator
from motion_core.generators.families import FAMILIES


@pytest.fixture(scope="module")
def generator(tmp_path_factory):
    path = tmp_path_factory.mktemp("tiny") / "dit.safetensors"
    save_tiny_dit(path, "adaln")
    made = load_generator("dit-adaln", checkpoint=path, device="cpu")
    made.card = replace(made.card, tasks=("generate", "complete", "edit", "sequence"))
    return made


@pytest.fixture(scope="module")
def text_model(tiny_folder) -> Generator:
    return load_generator("mdm", device="cpu", checkpoint=tiny_folder / "mdm.safetensors")


@pytest.fixture(scope="module")
def action_model(tiny_folder) -> Generator:
    return load_generator("mdm-action", device="cpu", checkpoint=tiny_folder / "mdm-action.safetensors")


@pytest.fixture
def tiny(tmp_path, monkeypatch) -> Generator:
    """A generator of the tiny family, which is in the tables while a test runs."""
    monkeypatch.setitem(FAMILIES, "tiny", FAMILY)
    monkeypatch.setitem(CATALOG, "tiny", CARD)
    return load_generator("tiny", device="cpu", checkpoint=save_tiny(tmp_path / "tiny.safetensors"))
