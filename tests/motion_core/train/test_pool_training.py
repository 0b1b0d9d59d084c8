"""What trainings on a pool share: licences, weights to start from, what a family must define."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from tiny_maker import save_tiny
from torch import nn

from motion_core.catalog import NON_COMMERCIAL
from motion_core.train.pool_training import PoolTraining, Start, licence_of, start_from


@pytest.mark.parametrize(
    ("free", "sources", "licence"),
    [
        (True, {"cmu": "free for any use", "accad": "CC BY 3.0"}, "trained with free for any use; CC BY 3.0"),
        (False, {"bandai": "CC BY-NC 4.0 (non-commercial)", "cmu": "free"}, NON_COMMERCIAL),
        (False, {"lafan": "Non-Commercial", "cmu": "free"}, "non-commercial: trained with lafan"),
        (False, {"a": "research only", "b": "CC BY-NC, non-commercial"}, "non-commercial: trained with a, b"),
        (False, {"a": "who knows", "b": "free"}, "non-commercial: trained with a, b"),
    ],
)
def test_the_narrowest_source_decides_the_licence(free, sources, licence):
    assert licence_of({"free": free, "sources": sources}) == licence


class Net(nn.Module):
    """Of its two weights one has the name of the tiny family's."""

    def __init__(self) -> None:
        super().__init__()
        self.spread, self.other = nn.Parameter(torch.tensor(9.0)), nn.Parameter(torch.ones(2))


def test_weights_that_fit_are_copied_and_the_rest_is_named(tmp_path):
    path, model = save_tiny(tmp_path / "tiny.safetensors"), Net()
    assert start_from(model, path) == (["spread"], ["other"])
    assert model.spread.item() == pytest.approx(0.02) and torch.equal(model.other, torch.ones(2))
    with pytest.raises(ValueError, match=r"no weight of .*tiny\.safetensors fits this model"):
        start_from(nn.Linear(2, 2), path)


@pytest.mark.parametrize(("resume", "copied"), [(False, 0.02), (True, 9.0)])
def test_a_run_that_is_resumed_keeps_its_own_weights(tmp_path, resume, copied):
    path, model, said = save_tiny(tmp_path / "tiny.safetensors"), Net(), []
    Start(tmp_path, torch.device("cpu"), path, resume, said.append).take_weights(model, start_from)
    assert model.spread.item() == pytest.approx(copied)
    assert said == ([] if resume else [f"1 tensors from {path}; at random: other"])
    Start(tmp_path, torch.device("cpu")).take_weights(model, start_from)  # from nowhere
    assert model.spread.item() == pytest.approx(copied)


def training(seed: int) -> PoolTraining:
    data = SimpleNamespace(about={"config": {"size": 3}, "samples": 4, "frames": 5, "sentences": 6})
    settings = SimpleNamespace(loop=SimpleNamespace(seed=seed), batch_size=2)
    return PoolTraining(settings, data, torch.device("cpu"))


def test_a_seed_gives_the_first_weights():
    first = [(training(seed), nn.Linear(2, 2).weight)[1] for seed in (1, 1, 2)]
    assert torch.equal(first[0], first[1]) and not torch.equal(first[0], first[2])


def test_one_phase_trains_all_and_a_family_must_say_how():
    own = training(0)
    (phase,) = own.phases()
    assert (phase.name, phase.parameters) == ("model", None)
    with pytest.raises(NotImplementedError, match="PoolTraining has neither a loss nor phases"):
        own.loss(nn.Linear(1, 1), None, None)
    assert own.pool_identity("sentences") == {
        "config": {"size": 3},
        "samples": 4,
        "frames": 5,
        "sentences": 6,
    }
