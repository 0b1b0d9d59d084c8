"""The small tools beside the training scripts: plots of losses, packed weights."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from motion_core.checkpoint import CheckpointInfo, load_checkpoint, save_checkpoint
from motion_core.data.dataset import TrainingSet
from motion_core.nn.learnt_sentences import LearntSentences
from motion_core.wording.sides import sides_said

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training"))

import pack_weights
import plot_losses


def write_log(folder, records):
    folder.mkdir()
    (folder / "log.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return folder


def test_smoothing_keeps_constants_and_means():
    np.testing.assert_allclose(plot_losses.smooth([2.0] * 40), 2.0)
    np.testing.assert_allclose(plot_losses.smooth([0.0, 3.0, 6.0], width=3), [1.5, 3.0, 4.5])


def test_two_runs_are_drawn_into_one_picture(tmp_path):
    runs = [
        write_log(
            tmp_path / name,
            [{"step": s, "loss": 1 / s} for s in range(1, 30)] + [{"step": 29, "val_loss": 0.1}],
        )
        for name in ("a", "b")
    ]
    out = tmp_path / "losses.png"
    assert plot_losses.main([*map(str, runs), "--out", str(out)]) == 0
    with Image.open(out) as picture:
        assert picture.width > 600 and len(picture.convert("RGB").getcolors(10**6)) > 3


def test_a_run_without_losses_is_named(tmp_path, capsys):
    run = write_log(tmp_path / "empty", [])
    assert plot_losses.main([str(run), "--out", str(tmp_path / "x.png")]) == 1
    assert "empty has no training loss" in capsys.readouterr().err
    assert not (tmp_path / "x.png").exists()


def test_packing_halves_the_file_and_keeps_its_description(tmp_path, capsys):
    info = CheckpointInfo(
        "mdm", {"width": 4}, "smpl205", [0.1], [1], 20, licence="CC0", training={"steps": 7}
    )
    weights = {"w": torch.randn(64, 64, generator=torch.Generator().manual_seed(0)), "b": torch.zeros(3)}
    save_checkpoint(tmp_path / "full", weights, info)
    assert pack_weights.main([str(tmp_path / "full"), "--out", str(tmp_path / "packed")]) == 0
    packed, found = load_checkpoint(tmp_path / "packed")
    assert found == info
    assert (tmp_path / "full").stat().st_size - (tmp_path / "packed").stat().st_size > 64 * 64 * 1.9
    torch.testing.assert_close(packed["w"], weights["w"], rtol=1e-3, atol=1e-6)
    assert "weights changed by at most" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"no weights"])
def test_packing_something_else_fails_with_its_name(tmp_path, capsys, content):
    (tmp_path / "bad").write_bytes(content)
    assert pack_weights.main([str(tmp_path / "bad"), "--out", str(tmp_path / "packed")]) == 1
    assert "bad is no complete safetensors file" in capsys.readouterr().err
    assert not (tmp_path / "packed").exists()


def test_sentences_of_the_pool_are_packed_with_the_weights(tmp_path, pool, capsys):
    info = CheckpointInfo(
        family="mdm", config={}, features="smpl205", mean=[0.0], std=[1.0], fps=20.0, conditioning="text",
        text_encoder="minilm",
    )  # fmt: skip
    save_checkpoint(tmp_path / "full", {"w": torch.ones(2)}, info)
    packed = [str(tmp_path / "full"), "--sentences", str(pool), "--out", str(tmp_path / "packed")]
    assert pack_weights.main(packed) == 0
    tensors, _ = load_checkpoint(tmp_path / "packed")
    learnt = LearntSentences.taken_from(tensors)
    assert set(tensors) == {"w"} and learnt is not None
    sentences = TrainingSet.open(pool)
    said = {sides_said(caption) for caption in sentences.captions}
    assert set(learnt.sides.tolist()) == said and learnt.vectors.shape[1] == sentences.text_width
    save_checkpoint(tmp_path / "other", {"w": torch.ones(2)}, replace(info, text_encoder="minilm-motion"))
    assert pack_weights.main([str(tmp_path / "other"), *packed[1:]]) == 1
    assert "has sentences of minilm, the model reads minilm-motion" in capsys.readouterr().err
