"""The geometric terms against motions whose answer is known."""

import numpy as np
import pytest
import torch

from motion_core.body.skeleton import FOOT_JOINTS, joint_indices
from motion_core.features import FeatureStats
from motion_core.features.smpl205 import DIM, SLICES, encode
from motion_core.models.mdm_losses import (
    ROOT_LIMIT,
    LossWeights,
    foot_steps,
    given_joints,
    mdm_losses,
    turned_joints,
)

ALL = LossWeights(positions=1, velocities=1, contacts=1)


@pytest.fixture
def features(walking_motion):
    return torch.from_numpy(encode(walking_motion))[None]  # (1,T,205)


@pytest.fixture
def stats(features):
    return FeatureStats.fit([features[0].numpy()])


def everywhere(x):
    return torch.ones(x.shape[:2], dtype=torch.bool)


def test_rotations_place_the_joints_that_the_features_list(features):
    assert torch.allclose(turned_joints(features), given_joints(features), atol=1e-5)


def test_foot_steps_are_as_long_as_in_the_world(features, walking_motion):
    world = walking_motion.joints()[:, joint_indices(FOOT_JOINTS)]
    order = [joint_indices(FOOT_JOINTS).index(joint_indices([name])[0]) for name in FOOT_JOINTS]
    expected = np.linalg.norm(np.diff(world[:, order], axis=0), axis=-1)
    got = foot_steps(features, given_joints(features))[0].norm(dim=-1).numpy()
    assert np.allclose(got, expected, atol=1e-5)
    assert expected.max() > 0.02


def test_the_truth_costs_nothing_and_its_standing_feet_stand(features, stats):
    x0 = stats.normalize(features)
    losses = mdm_losses(x0, x0, everywhere(x0), stats, ALL)
    assert set(losses) == {"loss", "features", "positions", "velocities", "contacts"}
    for name in ("features", "velocities"):
        assert losses[name] == 0
    assert losses["positions"] < 1e-9 and losses["contacts"] <= 0.01**2


def test_a_bent_knee_costs_position_and_a_slipping_pelvis_contact(features, stats):
    still = features[:, :1].repeat(1, 10, 1)
    still[:, :, SLICES["root_velocity"]] = 0
    still[:, :, SLICES["yaw_velocity"]] = 0
    slipping = still.clone()
    slipping[:, :, SLICES["root_velocity"]] = 0.05
    losses = mdm_losses(*map(stats.normalize, (slipping, still)), everywhere(still), stats, ALL)
    assert losses["contacts"].item() == pytest.approx(2 * 0.05**2 / 3, rel=1e-4)  # two of three axes slip
    assert losses["positions"] < 1e-9
    turning = still.clone()
    turning[:, :, SLICES["yaw_velocity"]] = 0.1
    assert (
        mdm_losses(*map(stats.normalize, (turning, still)), everywhere(still), stats, ALL)["contacts"] > 1e-6
    )
    rolled = still.clone()
    rolled[:, :, SLICES["rot6d"]] = still[:, :, SLICES["rot6d"]].roll(6, -1)
    assert (
        mdm_losses(*map(stats.normalize, (rolled, still)), everywhere(still), stats, ALL)["positions"] > 1e-4
    )


def test_walking_feet_are_free_to_move(features, stats):
    """Where the true foot moves, contact asks for nothing."""
    fast = features.clone()
    fast[:, :, SLICES["root_velocity"]] = torch.tensor([0.0, -0.5])
    losses = mdm_losses(*map(stats.normalize, (features * 1.01, fast)), everywhere(fast), stats, ALL)
    assert losses["contacts"] == 0


def test_padded_frames_count_nothing(features, stats):
    x0 = stats.normalize(features)
    mask = everywhere(x0)
    mask[:, 30:] = False
    wrong = x0.clone()
    wrong[:, 30:] += torch.randn(1, x0.shape[1] - 30, DIM)
    losses = mdm_losses(wrong, x0, mask, stats, ALL)
    for name in ("features", "velocities"):
        assert losses[name] == 0, name
    assert losses["positions"] < 1e-9


def test_the_sum_is_weighted_and_idle_terms_are_left_out(features, stats):
    torch.manual_seed(0)
    x0 = stats.normalize(features).repeat(4, 1, 1)
    pred = (x0 + 0.1 * torch.randn_like(x0)).requires_grad_()
    only = mdm_losses(pred, x0, everywhere(x0), stats, LossWeights())
    assert set(only) == {"loss", "features"} and only["loss"] == only["features"]
    losses = mdm_losses(pred, x0, everywhere(x0), stats, LossWeights(2.0, 3.0, 4.0))
    total = losses["features"] + 2 * losses["positions"] + 3 * losses["velocities"] + 4 * losses["contacts"]
    assert torch.allclose(losses["loss"], total)
    losses["loss"].backward()
    assert bool(torch.isfinite(pred.grad).all()) and bool((pred.grad.abs().sum((1, 2)) > 0).all())
    quarter = mdm_losses(pred, x0, everywhere(x0), stats, LossWeights(positions=1, every=4))
    alone = mdm_losses(pred[:1], x0[:1], everywhere(x0)[:1], stats, LossWeights(positions=1))
    assert torch.allclose(quarter["positions"], alone["positions"])


def test_the_root_counts_by_its_own_weight_and_a_flip_of_it_no_more_than_the_limit(features, stats):
    x0 = stats.normalize(features)
    wrong = x0.clone()
    wrong[:, :, SLICES["yaw_velocity"]] += 1.0
    weights = LossWeights(root=0.5)
    losses = mdm_losses(wrong, x0, everywhere(x0), stats, weights)
    assert torch.isclose(losses["root"], torch.tensor(0.25))  # one of four columns is off by one
    assert torch.isclose(losses["loss"], losses["features"] + 0.5 * losses["root"])
    flipped = x0.clone()
    flipped[:, :, SLICES["yaw_velocity"]] = 100.0
    assert mdm_losses(flipped, x0, everywhere(x0), stats, weights)["root"] < (ROOT_LIMIT + 3) ** 2 / 4
    limbs = x0.clone()
    limbs[:, :, SLICES["rot6d"]] += 1.0
    assert mdm_losses(limbs, x0, everywhere(x0), stats, weights)["root"] == 0


def test_the_world_counts_where_errors_of_the_steps_add_up(features, stats):
    x0 = stats.normalize(features)
    drifting = features.clone()
    drifting[:, 1:, SLICES["root_velocity"].start] += 0.01  # a centimetre a frame, seen from the heading
    drifting = stats.normalize(drifting)
    frames = x0.shape[1]
    losses = mdm_losses(drifting, x0, everywhere(x0), stats, LossWeights(world=2.0))
    away = 0.01 * torch.arange(frames)
    straight = (away**2).mean() / 3  # of three coordinates one is off, were the heading always the same
    assert 0.3 * straight < losses["world"] <= 1.01 * straight
    assert torch.isclose(losses["loss"], losses["features"] + 2 * losses["world"])
    assert mdm_losses(x0, x0, everywhere(x0), stats, LossWeights(world=2.0))["world"] < 1e-9


@pytest.mark.parametrize(
    "bad",
    [{"world": float("inf")}, {"root": -0.1}, {"positions": -1.0}, {"contacts": float("nan")}, {"every": 0}],
)
def test_impossible_weights_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        LossWeights(**bad)
