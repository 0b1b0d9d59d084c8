"""The door: which layout a file is of, and what is refused."""

import pytest
import torch

from motion_core.convert import convert_checkpoint
from motion_core.formats import FormatError


@pytest.mark.slow
def test_another_family_is_refused(tmp_path):
    path = tmp_path / "other.pt"
    torch.save({"movement_encoder": {"main.0.weight": torch.ones(2)}, "epoch": 3}, path)
    with pytest.raises(FormatError, match=r"no checkpoint that Laban can convert.*movement_encoder"):
        convert_checkpoint(path, tmp_path / "ours.safetensors")
    with pytest.raises(ValueError, match=r"unknown family 'modi'; checkpoints of .*mdm"):
        convert_checkpoint(path, tmp_path / "ours.safetensors", family="modi")
