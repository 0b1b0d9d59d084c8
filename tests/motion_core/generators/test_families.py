"""The table of families: what a checkpoint's word leads to."""

from __future__ import annotations

from dataclasses import is_dataclass, replace

import pytest
import torch
from tiny_maker import FAMILY, TinyMaker, save_tiny, tiny_info
from tiny_tmr import save_tiny_tmr

from motion_core import load_generator
from motion_core.formats import FormatError
from motion_core.generators.families import (
    FAMILIES,
    build_model,
    check_family,
    denoising_families,
    family_classes,
    maker_class,
)


def test_a_checkpoint_that_does_not_fit_its_configuration(tmp_path, tiny_folder):
    from motion_core.checkpoint import load_checkpoint, save_checkpoint

    tensors, info = load_checkpoint(tiny_folder / "mdm.safetensors")
    save_checkpoint(tmp_path / "wide.safetensors", tensors, replace(info, config=info.config | {"width": 64}))
    with pytest.raises(FormatError, match="does not fit"):
        load_generator("mdm", checkpoint=tmp_path / "wide.safetensors")


def test_every_row_leads_to_classes_that_are_there():
    for name, row in FAMILIES.items():
        model, config = family_classes(name)
        assert is_dataclass(config) and callable(config.from_json) and issubclass(model, torch.nn.Module)
        maker = maker_class(row)
        assert all(
            callable(getattr(maker, n)) for n in ("true_card", "batches", "steps_of", "make", "cut_note")
        )


def test_families_whose_models_denoise(monkeypatch):
    assert denoising_families() == ("mdm", "dit")
    monkeypatch.setitem(FAMILIES, "tiny", FAMILY)
    assert denoising_families() == ("mdm", "dit")


def test_a_family_without_a_maker_is_named(tmp_path):
    """A checkpoint that this Laban can read, of a family that it has no maker for."""
    save_tiny(tmp_path / "tiny.safetensors")
    for model in ("mdm", "dit-adaln-fast"):
        with pytest.raises(FormatError, match="family is 'tiny'; known are mdm, dit"):
            load_generator(model, device="cpu", checkpoint=tmp_path / "tiny.safetensors")


def test_a_retrieval_model_makes_no_motions(tmp_path):
    checkpoint = save_tiny_tmr(tmp_path) / "tmr.safetensors"
    with pytest.raises(FormatError, match="family is 'tmr'; known are mdm, dit"):
        load_generator("tmr", device="cpu", checkpoint=checkpoint)


def test_features_that_are_not_ours_are_named():
    with pytest.raises(FormatError, match="features is 'fish'; known are smpl205"):
        check_family(replace(tiny_info(), family="mdm", features="fish"))


def test_a_family_in_the_table_is_brought_to_life(tiny):
    assert isinstance(tiny.maker, TinyMaker) and tiny.card.family == "tiny"
    assert tiny.card.tasks == ("generate", "complete", "edit", "sequence")


def test_a_model_answers_and_does_not_learn(tiny):
    info = tiny_info()
    model = build_model(info, {"spread": torch.tensor(0.5)})
    assert not model.training and not model.spread.requires_grad and float(model.spread) == 0.5
    for wrong in (replace(info, config={"width": 3}), replace(info, config={})):
        tensors = {} if wrong.config == {} else {"spread": torch.tensor(0.5)}
        with pytest.raises(FormatError, match="does not fit its own configuration"):
            build_model(wrong, tensors)
