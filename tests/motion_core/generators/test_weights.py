"""Where the weights lie."""

from __future__ import annotations

from pathlib import Path

import pytest

import motion_core
from motion_core import load_generator
from motion_core.catalog import CATALOG
from motion_core.generators.weights import ENV_WEIGHTS, weights_folder, weights_path
from motion_core.tasks import TaskError


def test_unknown_model_and_absent_weights(tmp_path, monkeypatch):
    with pytest.raises(TaskError, match="unknown model 'gpt'; there are mdm"):
        load_generator("gpt")
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"mdm\.safetensors.*--checkpoint"):
        load_generator("mdm")


def test_the_folder_is_the_bundled_one_or_what_the_environment_names(tmp_path, monkeypatch):
    monkeypatch.delenv(ENV_WEIGHTS, raising=False)
    card = CATALOG["mdm"]
    assert weights_path(card) == Path(motion_core.__file__).parent / "weights" / card.checkpoint
    monkeypatch.setenv(ENV_WEIGHTS, str(tmp_path))
    (tmp_path / card.checkpoint).write_bytes(b"")
    assert weights_folder() == tmp_path and weights_path(card) == tmp_path / card.checkpoint
    monkeypatch.setenv(ENV_WEIGHTS, "")  # as good as not said
    assert weights_folder().name == "weights"


def test_a_file_that_is_named_is_taken_and_must_be_there(tmp_path):
    file = tmp_path / "my.safetensors"
    with pytest.raises(FileNotFoundError, match=r"model 'mdm' are not at .*my\.safetensors"):
        weights_path(CATALOG["mdm"], file)
    file.write_bytes(b"")
    assert weights_path(CATALOG["mdm"], str(file)) == file
