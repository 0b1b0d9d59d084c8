"""Pickled files are read in a process of its own, and give tensors or a reason."""

import argparse
import zipfile

import pytest
import torch

from motion_core.convert.unpickle import DEPTH, Refused, plain_tensors, tensors_of
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


def test_nested_tables_keep_their_paths_and_numbers_become_tensors():
    found = dict(tensors_of({"a": {"b": torch.ones(2), "n": 3}, "flag": True, "word": "x", "big": 10**400}))
    assert (
        sorted(found) == ["a/b", "a/n", "big"]
        and float(found["a/n"]) == 3
        and float(found["big"]) == float("inf")
    )


def test_tables_without_an_end_are_refused():
    deep = {"x": torch.ones(1)}
    for _ in range(DEPTH + 1):
        deep = {"a": deep}
    again = {"x": torch.ones(1)}
    again["again"] = again
    wide = {"x": torch.ones(1)}
    for _ in range(40):
        wide = {"a": wide, "b": wide}
    for node in (deep, again, wide):
        with pytest.raises(Refused, match="without an end"):
            dict(tensors_of(node))


@pytest.mark.parametrize(
    ("tensor", "said"),
    [
        (torch.eye(3).to_sparse(), "no dense array"),
        (torch.ones(3, device="meta"), "no dense array"),
        (torch.ones(3, dtype=torch.complex64), "complex numbers"),
        (torch.ones(1).expand(10**6, 10**6), "larger than the whole file"),
    ],
)
def test_other_tensors_than_dense_numbers_are_refused(tensor, said):
    with pytest.raises(Refused, match=said):
        plain_tensors({"model": {"w": tensor}}, 1000)


def test_an_archive_that_unpacks_to_far_more_is_refused(tmp_path):
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model/data/0", bytes(40_000_000))
    assert "would unpack to 40 MB" in unpickle(str(path), str(tmp_path / "out"))["error"]
