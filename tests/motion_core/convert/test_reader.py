"""Files that are not ours to read: refused, and nothing in them is run."""

import json
import os
import sys

import numpy as np
import official_mdm as official
import pytest
import torch

from motion_core.convert import convert_checkpoint
from motion_core.formats import FormatError

FEATURES, FRAMES, BATCH, TEXT = 263, 11, 3, 24
ARGS = {
    "dataset": "humanml",
    "arch": "trans_enc",
    "layers": 2,
    "latent_dim": 32,
    "diffusion_steps": 50,
    "noise_schedule": "cosine",
    "cond_mask_prob": 0.1,
}


def write(folder, args, **sizes):
    """An official model with random weights, saved in the official layout, and its path."""
    torch.manual_seed(len(json.dumps(args)))
    features = sizes.pop("features", FEATURES)
    model = official.OfficialMDM(features, args, **sizes).eval()
    rng = np.random.default_rng(0)
    np.save(folder / "Mean.npy", rng.normal(size=features))
    np.save(folder / "Std.npy", rng.uniform(0.5, 2, size=features))
    return model, official.save_official(folder, model, args)


class Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


def test_a_malicious_pickle_is_refused_and_not_run(tmp_path):
    marker, path = tmp_path / "run", tmp_path / "model.pt"
    torch.save({"input_process.poseEmbedding.weight": Evil(marker)}, path)
    with pytest.raises(FormatError, match=r"more than weights.*system.*nothing in it was run"):
        convert_checkpoint(path, tmp_path / "ours.safetensors")
    assert not marker.exists() and not (tmp_path / "ours.safetensors").exists()


def test_a_child_that_dies_is_reported(tmp_path, monkeypatch):
    _, path = write(tmp_path, ARGS, text_width=TEXT)
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho 'killed' >&2\nexit 9\n")
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))
    with pytest.raises(FormatError, match=r"ended with status 9 \(killed\)"):
        convert_checkpoint(path, tmp_path / "ours.safetensors")
