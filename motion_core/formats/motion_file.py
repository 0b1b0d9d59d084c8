"""A motion file of any kind, told by its ending."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from motion_core.formats import FormatError

if TYPE_CHECKING:
    from motion_core.body.motion import Motion
    from motion_core.formats.reading import Reading

MOTION_ENDINGS = (".npz", ".bvh")  # that are written
READ_ENDINGS = (*MOTION_ENDINGS, ".npy")
# What people try, and what to do instead
OTHERS = {
    **dict.fromkeys((".pkl", ".pickle", ".p", ".pt", ".pth", ".ckpt"),
        "a pickle may run code and is never opened; where you trust it, load it in Python and save its arrays: "
        "np.savez('new.npz', poses=..., trans=..., mocap_framerate=...)"),
    **dict.fromkeys((".fbx", ".glb", ".gltf", ".vrma", ".dae", ".c3d", ".trc", ".asf", ".amc"),
        "this kind is not read; import it in Blender or a motion capture tool and export it as BVH"),
}  # fmt: skip


def read_motion(path: Path, reading: Reading | None = None) -> Motion:
    """Read by the ending, as `reading` says. Raises FormatError or OSError that name the file."""
    ending = path.suffix.lower()
    if ending in OTHERS and path.exists():
        raise FormatError(f"{path}: {OTHERS[ending]}")
    if ending == ".bvh":
        from motion_core.formats.bvh import read_bvh_motion

        return read_bvh_motion(path, reading)
    if ending == ".npy":
        from motion_core.formats.joint_arrays import read_npy

        return read_npy(path, reading)
    from motion_core.formats.npz import read_npz

    return read_npz(path, reading)
