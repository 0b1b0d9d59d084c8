"""The state of an unfinished run: everything comes back, what is not one is named."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from motion_core.formats import FormatError
from motion_core.train.state import load_state, read_about, save_state

ABOUT = {"step": 7, "identity": {"width": 3}}


def trained(seed: int, width: int = 3, steps: int = 3):
    """(model, average, optimisers of two phases), after some steps."""
    torch.manual_seed(seed)
    model, ema = nn.Linear(2, width), nn.Linear(2, width)
    optimizers = {
        "first": torch.optim.AdamW([model.weight], lr=1e-2),
        "second": torch.optim.AdamW([model.bias], lr=1e-1),
    }
    for _ in range(steps):
        for optimizer in optimizers.values():
            optimizer.zero_grad()
            model(torch.randn(4, 2)).square().mean().backward()
            optimizer.step()
    return model, ema, optimizers


def test_a_run_goes_on_as_if_it_had_not_stopped(tmp_path):
    path = tmp_path / "state.safetensors"
    saved, fresh = trained(1), trained(2, steps=0)
    save_state(path, *saved, ABOUT)
    load_state(path, *fresh)
    assert read_about(path) == ABOUT
    for module, other in zip(saved[:2], fresh[:2]):
        for name, tensor in module.state_dict().items():
            assert torch.equal(tensor, other.state_dict()[name])
    for model, _, optimizers in (saved, fresh):
        for optimizer in optimizers.values():
            optimizer.zero_grad()
            model(torch.ones(1, 2)).sum().backward()
            optimizer.step()
    assert torch.equal(saved[0].weight, fresh[0].weight) and torch.equal(saved[0].bias, fresh[0].bias)


def test_weights_that_are_tied_are_saved(tmp_path):
    model = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
    model[1].weight = model[0].weight
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    save_state(tmp_path / "s", model, model, {"only": optimizer}, ABOUT)
    load_state(tmp_path / "s", model, model, {"only": optimizer})
    assert model[1].weight is model[0].weight


def test_what_is_no_state_of_this_model_is_named(tmp_path):
    path = tmp_path / "state.safetensors"
    save_state(path, *trained(1), ABOUT)
    with pytest.raises(FormatError, match="belongs to another model"):
        load_state(path, *trained(1, width=4))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(FormatError, match="no complete training state"):
        read_about(path)
