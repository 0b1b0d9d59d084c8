"""Pickled files are read in a process of its own, and give tensors or a reason."""

import argparse

import pytest
import torch

from motion_core.convert.unpickle import main as unpickle


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04 broken zip"])
def test_damaged_files_are_refused(content, tmp_path):
    path = tmp_path / "model.pt"
    path.write_bytes(content)
    out = tmp_path / "tensors.safetensors"
    assert unpickle(str(path), str(out))["error"].startswith("is no complete PyTorch checkpoint")
    assert not out.exists()


def test_a_file_of_other_things_than_tensors_is_refused(tmp_path):
    path = tmp_path / "model.pt"
    torch.save({"name": "mdm", "layers": [1, 2]}, path)
    assert unpickle(str(path), str(tmp_path / "out"))["error"] == "holds no tensors"
    torch.save(argparse.Namespace(layers=8), path)
    assert "'argparse.Namespace'" in unpickle(str(path), str(tmp_path / "out"))["error"]
