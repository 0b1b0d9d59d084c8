"""How far our numbers are from those of official code, on files in the official layouts.

    python training/measure_parity.py FOLDER

FOLDER may hold, each optional:

    humanml3d/joints/NAME.npy, humanml3d/new_joint_vecs/NAME.npy
        joints (T,22,3) of HumanML3D's body and its features (T-1,263)
    lab/NAME.npz, stmc/NAME.npz with lab/smpl_rifke/NAME.npy, stmc/smpl_rifke/NAME.npy
        SMPL motions and their features (T,205), encoded; NAME_made.npy: features as a network makes them, with
        NAME_made.npz, `rotations` (T,22,3,3) and `pelvis` (T,3) that official code decodes
    chains/NAME/
        an official checkpoint with what belongs beside it, and chain.npz: `start` (B,T,F), `noise` (S,B,T,F), the
        condition (`pooled`, or `tokens` and `token_mask`, or `action`; `before` (B,C,F)), and the sample `x0` (B,T,F)
        of the official sampler, normalised

Values must agree to 1e-5, samples after a whole chain to 1e-4. Where the heading passes the direction behind the first
frame's, the official sign of HumanML3D's turn is compared round; the lab's turns are compared up to whole ones.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.body import quaternions as quat
from motion_core.checkpoint import CheckpointInfo, load_checkpoint
from motion_core.convert import convert_checkpoint
from motion_core.diffusion.guidance import guided
from motion_core.diffusion.samplers import SAMPLERS
from motion_core.diffusion.schedule import make_schedule
from motion_core.features import FEATURES
from motion_core.features.humanml263 import SLICES, encode_263, y_up_to_z_up
from motion_core.features.smpl205 import SLICES as SLICES_205
from motion_core.formats.motion_file import read_motion
from motion_core.generators.families import build_model
from motion_core.nn.condition import Condition

VALUES, CHAINS = 1e-5, 1e-4
TURN, TURN_205 = SLICES["yaw_velocity"], SLICES_205["yaw_velocity"]
SUFFIXES = (".pt", ".pth", ".ckpt")
BESIDE = ("norm_stats.pt", "tmr-rifke-mean.pt", "tmr-rifke-std.pt")


@dataclass(frozen=True)
class Row:
    what: str
    files: int
    # The largest difference of any value.
    apart: float
    limit: float
    note: str = ""

    @property
    def good(self) -> bool:
        return self.apart <= self.limit


def humanml3d(folder: Path) -> Iterator[Row]:
    """Features of joints, value by value."""
    worst, turned, files = 0.0, 0, sorted(folder.glob("joints/*.npy"))
    for path in files:
        ours = encode_263(y_up_to_z_up(np.load(path).astype(np.float64))).astype(np.float64)
        theirs = np.load(folder / "new_joint_vecs" / path.name).astype(np.float64)
        behind = np.abs(ours[:, TURN] + theirs[:, TURN]) < np.abs(ours[:, TURN] - theirs[:, TURN]) - VALUES
        theirs[:, TURN] *= np.where(behind, -1, 1)
        turned += int(behind.sum())
        worst = max(worst, float(np.abs(ours - theirs).max()))
    if files:
        yield Row("HumanML3D, encoded", len(files), worst, VALUES, f"{turned} turns of the other sign")


def rifke(folder: Path, kind: str) -> Iterator[Row]:
    """The 205 features of motions, and motions of what networks make."""
    motions = [path for path in sorted(folder.glob("*.npz")) if not path.stem.endswith("_made")]
    worst = 0.0
    for path in motions:
        difference = FEATURES[kind].encode(read_motion(path)) - np.load(
            folder / "smpl_rifke" / f"{path.stem}.npy"
        )
        difference[:, TURN_205] -= 2 * np.pi * np.round(difference[:, TURN_205] / (2 * np.pi))
        worst = max(worst, float(np.abs(difference).max()))
    if motions:
        yield Row(f"{kind}, encoded", len(motions), worst, VALUES)
    made, worst = sorted(folder.glob("smpl_rifke/*_made.npy")), 0.0
    for path in made:
        ours = FEATURES[kind].decode(np.load(path), 20.0)
        with np.load(folder / f"{path.stem}.npz") as theirs:
            turned = quat.quat_to_matrix(ours.rotations.astype(np.float64)) - theirs["rotations"]
            worst = max(
                worst, float(np.abs(turned).max()), float(np.abs(ours.pelvis - theirs["pelvis"]).max())
            )
    if made:
        yield Row(f"{kind}, decoded", len(made), worst, VALUES)


def chain(folder: Path) -> Row:
    """A sample of the official checkpoint in `folder`, drawn by the converted one as its file says."""
    path = next(p for p in sorted(folder.iterdir()) if p.suffix in SUFFIXES and p.name not in BESIDE)
    with tempfile.TemporaryDirectory() as place:
        convert_checkpoint(path, Path(place) / "ours.safetensors")
        tensors, info = load_checkpoint(Path(place) / "ours.safetensors")
    with np.load(folder / "chain.npz") as file:
        given = {name: torch.from_numpy(file[name]) for name in file.files}
    told = info.diffusion
    x0 = _sampled(build_model(info, tensors), info, given)
    how = f"{told['sampler']}, {told['sampling_steps']} steps, guidance {told['guidance']:g}"
    apart = float((x0 - given["x0"]).abs().max())
    return Row(f"{folder.name}, sampled", 1, apart, CHAINS, how)


def _sampled(model: torch.nn.Module, info: CheckpointInfo, given: dict[str, torch.Tensor]) -> torch.Tensor:
    """(B,T,F) normalised, with the sampler, steps, guidance and floor that the checkpoint names."""
    told, start = info.diffusion, given["start"]
    least = told.get("floors", {}).get(told["sampler"])
    schedule = make_schedule(told["schedule"], told["steps"], least)
    before, parts = (
        given.get("before"),
        {n: given[n] for n in ("pooled", "tokens", "token_mask", "action") if n in given},
    )
    known_mask = None if before is None else torch.ones_like(before, dtype=torch.bool)
    keep = torch.ones(len(start), dtype=torch.bool)
    cond = Condition(**parts, known=before, known_mask=known_mask, keep=keep)
    mask = torch.ones(start.shape[:2], dtype=torch.bool)
    noise = iter(given["noise"])
    with torch.inference_mode():
        denoise = guided(model, cond, mask, float(told["guidance"]))
        return SAMPLERS[told["sampler"]](
            denoise, start, schedule, steps=told["sampling_steps"], noise=lambda: next(noise)
        )


def measured(folder: Path) -> Iterator[Row]:
    yield from humanml3d(folder / "humanml3d")
    for name in ("lab", "stmc"):
        yield from rifke(folder / name, f"smpl205-{name}")
    for place in sorted((folder / "chains").glob("*/")):
        yield chain(place)


def table(rows: Sequence[Row]) -> str:
    lines = [f"{'what':26} {'files':>5} {'largest difference':>19} {'limit':>8}"]
    lines += [
        f"{row.what:26} {row.files:5} {row.apart:19.1e} {row.limit:8.0e}  {'' if row.good else 'TOO FAR  '}{row.note}"
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    rows = list(measured(parser.parse_args(arguments).folder))
    print(table(rows))
    return 0 if rows and all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
