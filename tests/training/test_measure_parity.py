"""The parity table: printed for files in the official layouts, and failing where their numbers differ."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import numpy as np
import official_dit
import official_humanml3d
import official_mdm
import official_rifke
import pytest
import torch
from dancing_motions import dancing

from motion_core.body import quaternions as quat
from motion_core.features.humanml263 import z_up_to_y_up
from motion_core.features.smpl205 import encode
from motion_core.formats.npz import write_npz

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training"))

import measure_parity

ARGS = {
    "dataset": "humanml",
    "arch": "trans_enc",
    "layers": 2,
    "diffusion_steps": 20,
    "noise_schedule": "cosine",
}
DIP = {
    **ARGS, "arch": "trans_dec", "text_encoder_type": "bert", "mask_frames": True, "diffusion_steps": 10,
    "context_len": 6, "pred_len": 9,
}  # fmt: skip
BATCH, FRAMES = 2, 9


def write_features(folder):
    """Joints and features of HumanML3D, motions and features of the lab and of STMC."""
    for name in ("humanml3d/joints", "humanml3d/new_joint_vecs", "lab/smpl_rifke", "stmc/smpl_rifke"):
        (folder / name).mkdir(parents=True)
    for seed in range(3):
        motion = dancing(80, seed, turns=0.4 * seed)
        joints = z_up_to_y_up(motion.joints().astype(float))
        np.save(folder / f"humanml3d/joints/{seed}.npy", joints)
        np.save(folder / f"humanml3d/new_joint_vecs/{seed}.npy", official_humanml3d.process(joints))
        write_205(folder, f"clip{seed}", motion)


def write_205(folder, name, motion):
    tips = motion.tips()
    places = np.concatenate([motion.joints(), np.stack([tips["left_hand"], tips["right_hand"]], 1)], 1)
    rotations = quat.quat_to_matrix(motion.rotations.astype(float))
    made = encode(motion) + np.random.default_rng(0).normal(0, 0.05, (len(motion), 205)).astype(np.float32)
    kinds = (("lab", official_rifke.lab_features, True), ("stmc", official_rifke.stmc_features, False))
    for kind, features, backward in kinds:
        write_npz(folder / kind / f"{name}.npz", motion)
        np.save(folder / kind / f"smpl_rifke/{name}.npy", features(rotations, places.astype(float)))
        np.save(folder / kind / f"smpl_rifke/{name}_made.npy", made)
        found, pelvis = official_rifke.decoded(made, backward)
        np.savez(folder / kind / f"{name}_made.npz", rotations=found, pelvis=pelvis)


def turned(x):
    """Between (B,T,F) and the official (B,F,1,T)."""
    return x.transpose(1, 2)[:, :, None] if x.dim() == 3 else x[:, :, 0].transpose(1, 2)


def write_mdm(folder, args, scale, steps):
    """An official MDM, and what its sampler makes from `start` and `noise`."""
    folder.mkdir(parents=True)
    torch.manual_seed(4)
    bert = args.get("text_encoder_type") == "bert"
    network = official_mdm.OfficialMDM(263, args, text_width=768 if bert else 512).eval()
    official_mdm.save_official(folder, network, args)
    np.save(folder / "Mean.npy", np.zeros(263))
    np.save(folder / "Std.npy", np.ones(263))
    start, noise = torch.randn(BATCH, FRAMES, 263), torch.randn(steps, BATCH, FRAMES, 263)
    text = torch.randn(BATCH, 5 if bert else 1, 768 if bert else 512)
    said, given = {"text": text.transpose(0, 1)}, {"pooled": text[:, 0]}
    if bert:
        real, before = torch.arange(5)[None] < torch.tensor([[5], [2]]), torch.randn(BATCH, 6, 263)
        said |= {"text_hidden": ~real, "prefix": turned(before)}
        given = {"tokens": text, "token_mask": real, "before": before}

    def predict(x, t):
        told, free = (network(x, t, uncond=uncond, **said) for uncond in (False, True))
        return free + scale * (told - free)

    with torch.no_grad():
        x0 = official_mdm.official_sample(predict, turned(start), map(turned, noise), steps)
    save_chain(folder, start=start, noise=noise, x0=turned(x0), **given)


def write_lab(folder, kind):
    """One of the lab's, sampled by DDPM in its hundred steps with guidance 3.5."""
    folder.mkdir(parents=True)
    torch.manual_seed(5)
    network = official_dit.OfficialDiT(kind).eval()
    official_dit.save_lightning(folder, network, official_dit.OfficialDiT(kind))
    for name, value in (("mean", 0.0), ("std", 1.0)):
        torch.save(torch.full((205,), value), folder / f"tmr-rifke-{name}.pt")
    start, noise = torch.randn(BATCH, FRAMES, 205), torch.randn(100, BATCH, FRAMES, 205)
    text = torch.randn(BATCH, 512) / 5
    nowhere = torch.zeros(2 * BATCH, FRAMES, dtype=torch.bool)

    def predict(x, gamma):
        both = torch.cat([text, torch.zeros_like(text)])
        told, free = network(torch.cat([x, x]), gamma.expand(2 * BATCH), both, nowhere).chunk(2)
        return free + 3.5 * (told - free)

    with torch.no_grad():
        x0 = official_dit.official_sample("ddpm", predict, start, iter(noise), 100)
    save_chain(folder, start=start, noise=noise, x0=x0, pooled=text)


def save_chain(folder, **tensors):
    np.savez(folder / "chain.npz", **{name: tensor.numpy() for name, tensor in tensors.items()})


def test_features_agree_to_1e_5(tmp_path, capsys):
    write_features(tmp_path)
    assert measure_parity.main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in printed[1:]] == [
        "HumanML3D", "smpl205-lab", "smpl205-lab", "smpl205-stmc", "smpl205-stmc",
    ]  # fmt: skip
    vectors = tmp_path / "humanml3d/new_joint_vecs/1.npy"
    np.save(vectors, np.load(vectors) + 2e-5)
    assert measure_parity.main([str(tmp_path)]) == 1
    assert "TOO FAR" in capsys.readouterr().out


@pytest.mark.slow
def test_chains_agree_to_1e_4(tmp_path, capsys):
    write_mdm(tmp_path / "chains/mdm", ARGS, 2.5, 20)
    write_mdm(tmp_path / "chains/dip", DIP, 7.5, 10)
    write_lab(tmp_path / "chains/lab-adaln", "adaln")
    status, printed = measure_parity.main([str(tmp_path)]), capsys.readouterr().out
    assert status == 0, printed
    rows = list(islice(printed.splitlines(), 1, None))
    assert [row.split(",")[0] for row in rows] == ["dip", "lab-adaln", "mdm"]
    assert "100 steps, guidance 3.5" in rows[1] and "10 steps, guidance 7.5" in rows[0]


def test_an_empty_folder_is_no_agreement(tmp_path):
    assert measure_parity.main([str(tmp_path)]) == 1
