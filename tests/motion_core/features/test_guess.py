"""The first guess between known poses: exact where nothing bends, the known columns untouched, nothing wild."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from motion_core.features import FeatureStats
from motion_core.features.guess import frames_known, with_guess
from motion_core.features.known import KNOWN_DIM, known_values, poses_known
from motion_core.features.smpl205 import DIM, SLICES, integrate_root

STATS = FeatureStats(np.linspace(-1, 1, DIM).astype(np.float32), np.linspace(0.5, 2, DIM).astype(np.float32))


def plain_features(frames: int, turn: float = 0.0, seed: int = 0) -> torch.Tensor:
    """A body (1,T,205) that walks ahead at 3 cm a frame and turns evenly, each other column on a line of its own."""
    rng = np.random.default_rng(seed)
    x0 = torch.from_numpy(
        rng.normal(size=(1, DIM)) + np.arange(frames)[:, None] * rng.normal(size=DIM) * 0.01
    )
    x0[:, SLICES["root_velocity"]] = torch.tensor([0.0, -0.03], dtype=torch.float64)
    x0[:, SLICES["yaw_velocity"]] = turn
    x0[0, SLICES["root_velocity"]], x0[0, SLICES["yaw_velocity"]] = 0.0, 0.0
    return x0[None]


def told(plain: torch.Tensor, kept: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    frames = torch.zeros(plain.shape[:2], dtype=torch.bool)
    frames[:, kept] = True
    values = known_values(torch.as_tensor(STATS.normalize(plain)).float(), STATS)
    return values, poses_known(frames)


def test_straight_lines_are_continued_exactly():
    plain = plain_features(30)
    values, mask = told(plain, [0, 1, 2, 24, 25, 29])
    guess = with_guess(torch.where(mask, values, torch.nan).nan_to_num(99.0), mask, STATS)
    torch.testing.assert_close(guess, values, atol=2e-4, rtol=1e-4)


@pytest.mark.parametrize("turn", [0.05, -0.2, 0.3])
def test_an_even_turn_is_followed_the_nearer_way_round(turn):
    plain = plain_features(21, turn)
    values, mask = told(plain, [0, 1, 9, 10, 19, 20])
    guess = with_guess(values, mask, STATS)
    _, yaw = integrate_root(torch.as_tensor(STATS.denormalize(guess[..., :DIM].double())))
    torch.testing.assert_close(yaw[0], turn * torch.arange(21, dtype=torch.float64), atol=1e-4, rtol=0)


def test_its_steps_lead_where_its_places_are():
    plain = plain_features(40, 0.04)
    values, mask = told(plain, [0, 1, 18, 38, 39])
    guess = with_guess(values, mask, STATS)
    pelvis, yaw = integrate_root(torch.as_tensor(STATS.denormalize(guess[..., :DIM].double())))
    torch.testing.assert_close(pelvis[..., :2], guess[..., DIM : DIM + 2].double(), atol=1e-3, rtol=0)
    torch.testing.assert_close(yaw.sin(), guess[..., KNOWN_DIM - 1].double(), atol=1e-3, rtol=0)


def test_what_is_known_keeps_its_bits_and_padding_does_no_harm():
    plain = plain_features(24, seed=3)
    values, mask = told(plain, [3, 4, 12])
    guess = with_guess(values, mask, STATS)
    assert torch.equal(guess[mask], values[mask])
    padded = torch.nn.functional.pad(values, (0, 0, 0, 5))
    padded_mask = torch.nn.functional.pad(mask, (0, 0, 0, 5))
    torch.testing.assert_close(with_guess(padded, padded_mask, STATS)[:, :24], guess)


def test_the_ends_are_held_and_nothing_known_is_the_mean():
    plain = plain_features(12, seed=1)
    values, mask = told(plain, [5, 6])
    guess = with_guess(values, mask, STATS)
    pose = [c for c in range(DIM) if not SLICES["root_velocity"].start <= c < SLICES["yaw_velocity"].stop]
    assert torch.allclose(guess[0, 0, pose], values[0, 5, pose]) and torch.allclose(
        guess[0, 11, pose], values[0, 6, pose]
    )
    nothing = with_guess(values, torch.zeros_like(mask), STATS)
    assert not nothing.any()


def test_known_frames_are_those_whose_pose_and_place_are_known():
    frames = torch.tensor([True, False, True, True])
    assert torch.equal(frames_known(poses_known(frames)), frames)
    half = poses_known(frames)
    half[0, 50] = False
    assert not frames_known(half)[0]
