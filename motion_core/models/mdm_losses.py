"""What MDM is trained on beside the features themselves: where joints are, how they move, feet that stand still.

Tevet et al. 2023, eq. 3 to 5, on the 205 features: world positions enter only through the pelvis's own frame, so no
error adds up along a clip, and a step is compared where it happens.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from motion_core.body.kinematics import joint_kinematics
from motion_core.body.rotations import yaw_to_matrix
from motion_core.body.skeleton import FOOT_JOINTS, JOINT, JOINTS
from motion_core.features import FeatureStats
from motion_core.features.smpl205 import FEATURE_JOINTS, SLICES, integrate_root, local_matrices
from motion_core.nn.losses import masked_l2

CONTACT_STEP = 0.01  # metres a frame: a foot that moves less in the data stands on the floor
BODY = len(JOINTS) - 1  # joints of the body without the pelvis; the features list two hands behind them
ROOT = slice(SLICES["root_height"].start, SLICES["yaw_velocity"].stop)
ROOT_LIMIT = 10.0  # deviations
FEET = [FEATURE_JOINTS.index(name) for name in FOOT_JOINTS]


@dataclass(frozen=True)
class LossWeights:
    """How much each geometric term counts beside the feature loss, whose weight is 1.

    world: where the joints are in the world, along the whole clip: for short clips between known poses, where errors of
    the steps add up to something that is seen.
    root: the features' own loss once more for the four columns of the root. Four of 205 hardly count in a mean, but
    they decide where the body goes and how it turns (HumanML3D's evaluator weighs them by 25 for the same reason).
    every: positions and contacts look at every n-th sample only. Kinematics and its gradient take a CPU a third of a
    training step of the bundled size; a share of the samples gives the same mean.
    """

    positions: float = 0.0
    velocities: float = 0.0
    contacts: float = 0.0
    root: float = 0.0
    world: float = 0.0
    every: int = 1

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError(f"every is {self.every}: use 1 for all samples, 4 for a quarter of them")
        for name in ("positions", "velocities", "contacts", "root", "world"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"loss weight {name} is {getattr(self, name)}: use a number from 0 on")


def given_joints(x: Tensor) -> Tensor:
    """Body joints (...,21,3) as features (...,205) list them: around the pelvis, seen from the heading, metres."""
    return x[..., SLICES["joints"]].unflatten(-1, (-1, 3))[..., :BODY, :]


def turned_joints(x: Tensor) -> Tensor:
    """The same joints (...,21,3) as the rotations of the features place them."""
    matrices = local_matrices(x)
    return joint_kinematics(matrices.new_zeros(*matrices.shape[:-3], 3), matrices)[0][
        ..., JOINT["pelvis"] + 1 :, :
    ]


def in_world(x: Tensor, joints: Tensor) -> Tensor:
    """Joints (B,T,21,3) around the pelvis, of features (B,T,205), with the pelvis's place and heading: metres."""
    pelvis, yaw = integrate_root(x)
    return joints @ yaw_to_matrix(yaw).transpose(-1, -2) + pelvis[..., None, :]


def foot_steps(x: Tensor, joints: Tensor) -> Tensor:
    """World displacement (B,T-1,4,3) of ankles and feet since the frame before, seen from each frame's heading.

    With l a foot around the pelvis, v the pelvis's step and a' its turn, all seen from the frame's heading:
    l_t + v_t - R(-a'_t) l_{t-1}; the height of the pelvis is added to l.
    """
    feet = joints[..., FEET, :]  # (B,T,4,3)
    step = torch.cat([x[..., SLICES["root_velocity"]], torch.zeros_like(x[..., :1])], -1)[:, 1:, None]
    rise = x[..., SLICES["root_height"]].diff(dim=1)[..., None]  # (B,T-1,1,1)
    step = step + torch.nn.functional.pad(rise, (2, 0))
    back = yaw_to_matrix(-x[:, 1:, SLICES["yaw_velocity"]].squeeze(-1))  # (B,T-1,3,3)
    return feet[:, 1:] + step - feet[:, :-1] @ back.transpose(-1, -2)


def geometric_losses(
    predicted: Tensor, true: Tensor, mask: Tensor, weights: LossWeights
) -> dict[str, Tensor]:
    """The terms that need kinematics, in square metres; features (B,T,205) in their own units, mask (B,T)."""
    ours, theirs, losses = turned_joints(predicted), given_joints(true), {}
    if weights.positions:
        losses["positions"] = masked_l2(ours, theirs, mask).mean()
    if weights.world:
        places = (in_world(predicted, ours), in_world(true, theirs))
        losses["world"] = masked_l2(*places, mask).mean()
    if weights.contacts:
        standing = foot_steps(true, theirs).norm(dim=-1, keepdim=True) <= CONTACT_STEP  # (B,T-1,4,1)
        slip = foot_steps(predicted, ours) * standing
        losses["contacts"] = masked_l2(slip, torch.zeros_like(slip), mask[:, 1:]).mean()
    return losses


def mdm_losses(
    x0_pred: Tensor, x0: Tensor, mask: Tensor, stats: FeatureStats, weights: LossWeights
) -> dict[str, Tensor]:
    """Named scalars, "loss" their weighted sum; terms of weight 0 are left out.

    x0_pred, x0: (B,T,205) normalised. mask: (B,T) bool. Each is a mean over samples of a mean over valid frames.
    """
    losses = {"features": masked_l2(x0_pred, x0, mask).mean()}
    total = losses["features"]
    if weights.root:
        # a heading that flips in a somersault is a hundred deviations, and says nothing
        ours, theirs = (part[..., ROOT].float().clamp(-ROOT_LIMIT, ROOT_LIMIT) for part in (x0_pred, x0))
        losses["root"] = masked_l2(ours, theirs, mask).mean()
    if weights.velocities:
        body = slice(SLICES["rot6d"].start, None)  # the root's own columns are velocities already
        ours, theirs = (part[..., body].float().diff(dim=1) for part in (x0_pred, x0))
        losses["velocities"] = masked_l2(ours, theirs, mask[:, 1:]).mean()
    if weights.positions or weights.contacts or weights.world:
        some = slice(None, None, weights.every)
        predicted, true = (stats.denormalize(part[some].float()) for part in (x0_pred, x0))
        losses |= geometric_losses(predicted, true, mask[some], weights)
    for name in ("velocities", "positions", "contacts", "root", "world"):
        if name in losses:
            total = total + getattr(weights, name) * losses[name]
    return {"loss": total, **losses}
