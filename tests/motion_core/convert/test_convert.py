"""The door: which layout a file is of, what is refused, and that what is converted makes motions as published."""

import numpy as np
import official_dit
import official_mdm
import pytest
import torch
from hostile_checkpoints import CORPUS, write_corpus
from safetensors.torch import load_file
from tiny_encoders import save_encoders

from motion_core import Generate, Sampling, TaskError, load_generator
from motion_core.convert import convert_checkpoint
from motion_core.convert.unpickle import main as unpickle
from motion_core.convert.unpickle import tensors_of
from motion_core.features import FEATURES
from motion_core.formats import FormatError
from motion_core.generators.makers.parts import standing_still
from motion_core.models.dit import gamma_table, noise_level_table
from motion_core.text import shared_encoder


@pytest.mark.slow
def test_another_family_is_refused(tmp_path):
    path = tmp_path / "other.pt"
    torch.save({"movement_encoder": {"main.0.weight": torch.ones(2)}, "epoch": 3}, path)
    with pytest.raises(FormatError, match=r"no checkpoint that Laban can convert.*movement_encoder"):
        convert_checkpoint(path, tmp_path / "ours.safetensors")
    with pytest.raises(ValueError, match=r"unknown family 'modi'; checkpoints of .*mdm"):
        convert_checkpoint(path, tmp_path / "ours.safetensors", family="modi")


ARGS = {
    "dataset": "humanml",
    "arch": "trans_enc",
    "layers": 2,
    "diffusion_steps": 10,
    "noise_schedule": "cosine",
}
BERT = {"arch": "trans_dec", "text_encoder_type": "bert", "mask_frames": True}
WORDS = {"text": "a person walks"}
# arguments, features, sizes, words, guidance and longest clip that they come with
OFFICIAL = {
    "humanml": ({}, 263, {"text_width": 512}, WORDS, 2.5, 9.8),
    "kit": ({"dataset": "kit"}, 251, {"text_width": 512}, WORDS, 2.5, 9.8),
    "humanact12": (
        {"dataset": "humanact12", "cond_mask_prob": 0},
        150,
        {"actions": 12},
        {"action": "boxing"},
        1.0,
        3.0,
    ),
    "uestc": (
        {"dataset": "uestc", "cond_mask_prob": 0},
        150,
        {"actions": 40},
        {"action": "action 7"},
        1.0,
        3.0,
    ),
    "unconstrained": ({"dataset": "humanact12", "unconstrained": True}, 150, {}, {}, 1.0, 3.0),
    "dip": ({**BERT, "context_len": 20, "pred_len": 40}, 263, {"text_width": 768}, WORDS, 7.5, 9.8),
}


@pytest.fixture(scope="module")
def encoders(tmp_path_factory):
    """Text encoders as wide as the official ones, where Laban looks for them."""
    folder = save_encoders(tmp_path_factory.mktemp("encoders"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAN_TEXT_ENCODER", str(folder))
        shared_encoder.cache_clear()
        yield
    shared_encoder.cache_clear()


def in_this_process(patch):
    """Read checkpoints here: starting a child takes seconds, and test_reader.py starts real ones."""

    def read(path):
        return dict(tensors_of(torch.load(path, map_location="cpu", weights_only=True)))

    for module in ("", ".mdm_scratch", ".statistics"):
        patch.setattr(f"motion_core.convert{module}.read_pickled", read)


def official_file(folder, name):
    """A tiny model of an official layout with random weights around a standing body."""
    change, features, sizes, *_ = OFFICIAL[name]
    args = {**ARGS, **change}
    torch.manual_seed(1)
    if features in (263, 251):
        kind = {263: "humanml263", 251: "kit251"}[features]
        fps = {263: 20.0, 251: 12.5}[features]
        np.save(folder / "Mean.npy", FEATURES[kind].encode(standing_still(4, fps)).mean(0))
        np.save(folder / "Std.npy", np.full(features, 0.02))
    return official_mdm.save_official(folder, official_mdm.OfficialMDM(features, args, **sizes), args)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(OFFICIAL))
def test_a_converted_file_makes_motions_as_published(name, tmp_path, encoders, monkeypatch):
    in_this_process(monkeypatch)
    *_, words, guidance, longest = OFFICIAL[name]
    convert_checkpoint(official_file(tmp_path, name), tmp_path / "ours.safetensors")
    generator = load_generator("mdm", device="cpu", checkpoint=tmp_path / "ours.safetensors")
    generator.again = False  # random weights do not do what is said
    own = {setting.name: setting.default for setting in generator.card.settings}
    assert (own["sampler"], own["steps"], own["guidance"]) == ("ddpm", 10, guidance)
    assert generator.card.max_seconds == pytest.approx(longest) and own["spacing"] == 1.0
    if not words:
        assert generator.run(Generate(), Sampling(3, {"steps": 1})).seconds == pytest.approx(longest, abs=0.1)
    seen = []
    motion = generator.run(Generate(**words, seconds=3.0), Sampling(3), lambda k, n: seen.append((k, n)))
    assert motion.seconds == pytest.approx(3.0, abs=0.1) and np.isfinite(motion.joints()).all()
    assert motion.joints()[..., 2].max() > 0.5
    assert seen[-1] == (len(seen), len(seen)) and len(seen) == (20 if name == "dip" else 10)
    again = generator.run_batch([(Generate(**words, seconds=s), Sampling(3)) for s in (1.0, 3.0)])
    assert np.abs(again[1].joints() - motion.joints()).max() < 1e-3
    with pytest.raises(TaskError, match="at most"):
        generator.run(Generate(**words, seconds=12.0))


@pytest.mark.slow
def test_22_joints_make_motions_in_a_thousand_steps(tmp_path, monkeypatch):
    in_this_process(monkeypatch)
    torch.save(official_mdm.ScratchMDM().state_dict(), tmp_path / "mdm_final.pth")
    torch.save({"mean": torch.tensor(0.1), "std": torch.tensor(0.4)}, tmp_path / "norm_stats.pt")
    convert_checkpoint(tmp_path / "mdm_final.pth", tmp_path / "ours.safetensors")
    generator = load_generator("mdm-action", device="cpu", checkpoint=tmp_path / "ours.safetensors")
    assert (generator.card.own("steps"), generator.card.own("sampler")) == (1000, "ddpm")
    motion = generator.run(Generate(action="sit", seconds=1.0), Sampling(0, {"steps": 5}))
    assert len(motion) == 20 and np.isfinite(motion.joints()).all()


@pytest.mark.slow
def test_the_labs_floor_and_guidance_are_read_from_the_file(tmp_path, encoders, monkeypatch):
    in_this_process(monkeypatch)
    for name, value in (("mean", 0.0), ("std", 0.1)):
        torch.save(torch.full((205,), value), tmp_path / f"tmr-rifke-{name}.pt")
    network = official_dit.OfficialDiT("adaln")
    convert_checkpoint(official_dit.save_lightning(tmp_path, network, network), tmp_path / "ours.safetensors")
    generator = load_generator("dit-adaln", device="cpu", checkpoint=tmp_path / "ours.safetensors")
    own = {setting.name: setting.default for setting in generator.card.settings}
    assert (own["sampler"], own["steps"], own["guidance"], own["spacing"]) == ("ddpm", 100, 3.5, 1.0)
    maker = generator.maker
    for sampler, least in (("ddim", 1e-5), ("ddpm", 1e-9), ("ddim", 1e-5)):
        generator.run(Generate(**WORDS, seconds=1.0), Sampling(0, {"sampler": sampler, "steps": 2}))
        assert float(maker._schedule(1, 1, sampler).alpha_bar[-1]) == pytest.approx(least)
        told = official_dit.gamma_of(torch.ones(1), least)
        assert float(told) == pytest.approx(least) == float(gamma_table(100, least)[-1])
        assert torch.equal(maker.model.noise_levels, noise_level_table(gamma_table(100, least), 8))


def test_what_only_its_own_code_would_raise_is_said_in_a_sentence(tmp_path, monkeypatch):
    in_this_process(monkeypatch)
    path = tmp_path / "motion_encoder.pt"
    strange = {"projection.weight": torch.ones(3), "tokens": torch.ones(2, 4)}
    torch.save(strange | {"seqTransEncoder.layers.0.linear1.weight": torch.ones(4)}, path)
    (tmp_path / "text_encoder.pt").write_bytes(path.read_bytes())
    monkeypatch.setattr("motion_core.convert.tmr.read_pickled", lambda _: strange)
    with pytest.raises(FormatError, match=r"motion_encoder\.pt .*TMR"):
        convert_checkpoint(path, tmp_path / "ours.safetensors")
    assert not (tmp_path / "ours.safetensors").exists()


# Refused for what they ask of memory and time alone, by limits that a process of its own has (test_reader.py).
NEED_LIMITS = {
    "zip-bomb",
    "pickle-of-a-memory",
    "pickle-long-memo",
    "pickle-endless-text",
    "t2m-words-doubled",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(CORPUS) - NEED_LIMITS))
def test_hostile_files_are_refused_in_a_sentence_of_our_own(name, tmp_path, monkeypatch):
    def read(path):
        if not path.is_file():
            raise FileNotFoundError(f"no checkpoint at {path}")
        answer = unpickle(str(path), str(tmp_path / "tensors"))
        if "error" in answer:
            raise FormatError(f"{path} {answer['error']}")
        return load_file(tmp_path / "tensors")

    for module in ("", ".mdm_scratch", ".statistics", ".tmr"):
        monkeypatch.setattr(f"motion_core.convert{module}.read_pickled", read)
    path = write_corpus(tmp_path, [name])[name]
    with pytest.raises((FormatError, FileNotFoundError), match=name) as told:
        convert_checkpoint(path, tmp_path / "ours.safetensors")
    assert not any(word in str(told.value) for word in ("torch.load", "weights_only", "PytorchStreamReader"))
    assert not (tmp_path / "ours.safetensors").exists() and not (tmp_path / name / "was-run").exists()
