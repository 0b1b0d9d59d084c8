"""The loss counts valid frames and samples alike."""

import pytest
import torch

from motion_core.diffusion.loss import diffusion_loss, q_sample
from motion_core.diffusion.schedule import cosine_schedule
from motion_core.nn.losses import masked_l2

SCHEDULE = cosine_schedule(1000)


@pytest.fixture
def noisy():
    generator = torch.Generator().manual_seed(0)
    x0, noise = torch.randn(4, 5, 3, generator=generator), torch.randn(4, 5, 3, generator=generator)
    t = torch.tensor([0, 300, 700, 950])
    return x0, noise, t, q_sample(x0, t, noise, SCHEDULE)


def test_loss_counts_valid_frames_and_samples_alike(noisy):
    x0, noise, t, x = noisy
    mask = torch.arange(5)[None] < torch.tensor([[5], [2], [1], [0]])
    wrong = (
        x0
        + mask[..., None] * torch.tensor([1.0, 2.0, 3.0, 4.0]).view(-1, 1, 1)
        + (~mask[..., None]).float() * 99
    )
    assert torch.allclose(masked_l2(wrong, x0, mask), torch.tensor([1.0, 4.0, 9.0, 0.0]), atol=1e-4)
    seen = []

    def denoise(given, level):
        seen.append((given, level))
        return wrong

    loss = diffusion_loss(denoise, x0, t, noise, mask, SCHEDULE)
    assert torch.allclose(loss, torch.tensor([1.0, 4.0, 9.0, 0.0]), atol=1e-4)
    assert torch.equal(seen[0][0], x) and torch.equal(seen[0][1], t)
