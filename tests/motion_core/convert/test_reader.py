"""Files that are not ours to read: refused, and nothing in them is run."""

import os
import sys

import pytest
import torch
from hostile_checkpoints import write_corpus

from motion_core.convert import convert_checkpoint
from motion_core.convert.reader import read_pickled
from motion_core.formats import FormatError


class Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


@pytest.mark.slow
def test_a_malicious_pickle_is_refused_and_not_run(tmp_path):
    marker, path = tmp_path / "run", tmp_path / "model.pt"
    torch.save({"input_process.poseEmbedding.weight": Evil(marker)}, path)
    with pytest.raises(FormatError, match=r"more than weights.*system.*nothing in it was run"):
        convert_checkpoint(path, tmp_path / "ours.safetensors")
    assert not marker.exists() and not (tmp_path / "ours.safetensors").exists()


def test_a_child_that_dies_is_reported(tmp_path, monkeypatch):
    path = tmp_path / "model.pt"
    torch.save({"weight": torch.ones(2)}, path)
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho 'killed' >&2\nexit 9\n")
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))
    with pytest.raises(FormatError, match=r"ended with status 9 \(killed\)"):
        convert_checkpoint(path, tmp_path / "ours.safetensors")


@pytest.mark.slow
def test_nested_tensors_and_numbers_come_back_by_their_path(tmp_path):
    path = tmp_path / "model.pt"
    torch.save({"model": {"weight": torch.arange(3.0)}, "epoch": 7, "done": True, "name": "mdm"}, path)
    found = read_pickled(path)
    assert set(found) == {"model/weight", "epoch"}
    assert found["model/weight"].tolist() == [0.0, 1.0, 2.0] and float(found["epoch"]) == 7


def test_a_file_that_is_absent_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.pt"):
        read_pickled(tmp_path / "nothing.pt")


@pytest.mark.slow
def test_a_torch_in_the_current_folder_or_on_a_path_is_not_run(tmp_path, monkeypatch):
    path, here = tmp_path / "model.pt", tmp_path / "here"
    torch.save({"weight": torch.ones(2)}, path)
    here.mkdir()
    for name in ("torch.py", "safetensors.py", "json.py", "sitecustomize.py"):
        (here / name).write_text(
            f"open({str(tmp_path / 'was-run')!r}, 'w'); raise SystemExit('taken over')\n"
        )
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", str(here))
    assert read_pickled(path)["weight"].tolist() == [1.0, 1.0]
    assert not (tmp_path / "was-run").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["pickle-of-a-memory", "doubled", "zip-bomb", "output-huge", "pickle-endless-text"]
)
def test_files_that_ask_for_too_much_are_refused_soon(name, tmp_path):
    path = write_corpus(tmp_path, [name])[name]
    with pytest.raises(FormatError, match=f"{name}/model000000042.pt"):
        read_pickled(path)


def test_an_empty_file_is_named(tmp_path):
    (tmp_path / "model.pt").touch()
    with pytest.raises(FormatError, match=r"model\.pt is empty"):
        read_pickled(tmp_path / "model.pt")
