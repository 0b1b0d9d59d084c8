"""Joint positions to rotations: our analytic fit against the usual optimisation, in one process, as a ratio.

The optimisation is the kindest we can be to it: joints only (no mesh), our own differentiable kinematics, L-BFGS with a
strong Wolfe line search on rotation vectors (on 6D it sticks at 5 mm), started from the standing pose in the right
place and stopped once its mean joint error is below a millimetre. Run it with `python bench/fit.py`.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch

from motion_core.body import quaternions as quat
from motion_core.body.fitting import positions_to_rotations
from motion_core.body.kinematics import forward_kinematics
from motion_core.body.motion import Motion
from motion_core.body.rotations import rotvec_to_matrix
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.features.smpl205 import decode, encode

FPS = 20.0
GOOD_ENOUGH = 1e-3  # metres, mean over joints
MAX_STEPS, CHECK_EVERY = 300, 10


def target_motion(frames: int) -> Motion:
    """A smooth, seeded sway of all joints while walking and turning."""
    rng = np.random.default_rng(0)
    phase = np.linspace(0, frames / 5, frames)[:, None, None]
    sway = rng.normal(0, 0.3, (1, 22, 3)) * np.sin(phase + rng.uniform(0, 6, (1, 22, 3)))
    rotations = quat.rotvec_to_quat(sway)
    heading = quat.about_z(np.linspace(0, 2, frames))
    rotations[:, 0] = quat.multiply(quat.multiply(heading, UPRIGHT), rotations[:, 0])
    pelvis = np.stack([np.zeros(frames), -0.05 * np.arange(frames), np.full(frames, STANDING_PELVIS)], axis=1)
    return Motion.from_pelvis(FPS, pelvis, rotations)


def best_seconds(call, repeats: int) -> float:
    """The quickest of some calls: the least disturbed by what else the machine does."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def optimise(joints: np.ndarray, trans: np.ndarray) -> tuple[float, int]:
    """Rotations for joints (T,22,3) by L-BFGS. Returns the mean joint error in metres and the evaluations it took."""
    target, place = torch.from_numpy(joints), torch.from_numpy(trans)
    standing = np.tile(quat.IDENTITY, (len(joints), 22, 1))
    standing[:, JOINT["pelvis"]] = UPRIGHT
    rotvec = torch.from_numpy(quat.quat_to_rotvec(standing)).float().requires_grad_()
    optimiser = torch.optim.LBFGS([rotvec], max_iter=CHECK_EVERY, line_search_fn="strong_wolfe")
    evaluations, error = 0, np.inf

    def loss() -> torch.Tensor:
        nonlocal evaluations, error
        evaluations += 1
        optimiser.zero_grad()
        apart = forward_kinematics(place, rotvec_to_matrix(rotvec)) - target
        error = float(torch.linalg.vector_norm(apart.detach(), dim=-1).mean())
        value = apart.square().sum()
        value.backward()
        return value

    for _ in range(MAX_STEPS // CHECK_EVERY):
        optimiser.step(loss)
        if error < GOOD_ENOUGH:
            break
    return error, evaluations


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=196)
    frames = parser.parse_args().frames
    motion = target_motion(frames)
    joints = motion.joints()

    fitted = Motion(FPS, motion.trans, positions_to_rotations(joints))
    error = float(np.linalg.norm(fitted.joints() - joints, axis=-1).mean())
    ours = best_seconds(lambda: positions_to_rotations(joints), 10)
    start = time.perf_counter()
    other_error, evaluations = optimise(joints, motion.trans)
    other = time.perf_counter() - start

    print(f"{frames} frames on {torch.get_num_threads()} thread(s)")
    print(f"analytic fit       {1e3 * ours:9.1f} ms   mean joint error {1e3 * error:6.2f} mm")
    print(f"L-BFGS, joints only{1e3 * other:9.1f} ms   mean joint error {1e3 * other_error:6.2f} mm", end="")
    print(f"   ({evaluations} evaluations)")
    print(f"ratio {other / ours:.0f}")
    x0 = encode(motion)
    print(f"205 features: encode {1e3 * best_seconds(lambda: encode(motion), 10):.1f} ms", end=", ")
    print(f"decode {1e3 * best_seconds(lambda: decode(x0, FPS), 10):.1f} ms")


if __name__ == "__main__":
    main()
