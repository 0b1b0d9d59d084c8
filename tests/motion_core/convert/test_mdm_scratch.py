"""The scratch version of MDM is a config of the same class."""

import official_mdm as official
import pytest
import torch

from motion_core.checkpoint import load_checkpoint
from motion_core.convert import convert_checkpoint
from motion_core.models.mdm import MDM, MDMConfig
from motion_core.nn.condition import Condition


def build(tensors, info) -> MDM:
    model = MDM(MDMConfig.from_json(info.config)).eval()
    model.load_state_dict(tensors)
    return model


@pytest.mark.slow
def test_scratch_version_is_a_config_of_the_same_class(tmp_path):
    torch.manual_seed(1)
    theirs = official.ScratchMDM().eval()
    torch.save(theirs.state_dict(), tmp_path / "mdm_final.pth")
    torch.save({"mean": torch.tensor(0.25), "std": torch.tensor(0.5)}, tmp_path / "norm_stats.pt")
    info = convert_checkpoint(tmp_path / "mdm_final.pth", tmp_path / "ours.safetensors", family="mdm")
    assert (info.mean, info.std) == ((0.25,), (0.5,))
    assert info.diffusion == {
        "schedule": "linear", "steps": 1000, "predicts": "x0", "sampler": "ddpm", "sampling_steps": 1000,
        "guidance": 1.0,
    }  # fmt: skip
    ours = build(*load_checkpoint(tmp_path / "ours.safetensors", "mdm"))
    assert (ours.config.heads, ours.config.activation) == (8, "relu")
    x, t, action = torch.randn(2, 60, 66), torch.tensor([0, 999]), torch.tensor([5, 0])
    with torch.no_grad():
        got = ours(x, t, Condition(action=action), torch.ones(2, 60, dtype=torch.bool))
        assert torch.allclose(got, theirs(x, t, action), atol=1e-5)
