"""The script as a user runs it: a small evaluator, a small data set, real and made motions."""

import evaluate_t2m
import numpy as np
import official_t2m
import pytest
import torch

from motion_core.checkpoint import save_checkpoint
from motion_core.convert import t2m
from motion_core.convert.unpickle import tensors_of


@pytest.fixture(scope="module")
def evaluator(tmp_path_factory):
    root = tmp_path_factory.mktemp("evaluator")
    path = official_t2m.write_official(root)
    tensors, info = t2m.convert(path, dict(tensors_of(torch.load(path, weights_only=True))))
    save_checkpoint(root / "t2m.safetensors", tensors, info)
    return root / "t2m.safetensors"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("HumanML3D")
    rng = np.random.default_rng(0)
    for name in ("new_joint_vecs", "texts", "made"):
        (root / name).mkdir()
    names = [f"{number:06d}" for number in range(304)]
    for name in names:
        x0 = rng.normal(size=(44, 263)).astype(np.float32)
        np.save(root / "new_joint_vecs" / f"{name}.npy", x0)
        np.save(root / "made" / f"{name}.npy", x0 + 3)
        (root / "texts" / f"{name}.txt").write_text("a person#a/DET person/NOUN#0.0#0.0\n")
    (root / "test.txt").write_text("\n".join(names))
    return root


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.slow
def test_real_stands_beside_what_was_made(evaluator, data, capsys):
    command = [str(evaluator), str(data), "--made", str(data / "made"), "--replications", "2"]
    assert evaluate_t2m.main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {cells(line)[0]: cells(line)[1:] for line in lines[2:]}
    assert list(rows) == ["real", "made"]
    fid = {name: float(row[3].split(" ")[0]) for name, row in rows.items()}
    assert fid["real"] < 0.1 * fid["made"]  # shifted features are told from real ones
    assert rows["made"][-1] == "–" and "±" in rows["real"][0]


def test_failures_are_named(evaluator, data, capsys):
    assert evaluate_t2m.main([str(evaluator), str(data), "--split", "val"]) == 1
    assert "val.txt does not exist" in capsys.readouterr().err
    assert evaluate_t2m.main([str(data / "none.safetensors"), str(data)]) == 1
    assert "no checkpoint at" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        evaluate_t2m.main([str(evaluator), str(data), "--replications", "0"])
    assert stopped.value.code == 2
