"""`BodyData`: joints, mesh and skin weights of a body at rest, and its file."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from motion_core.body.skeleton import JOINTS, TIPS


@dataclass(frozen=True, eq=False)
class BodyData:
    """A skinned body in the SMPL rest frame: metres, Y up, facing +Z, arms sideways. Checked when made."""

    joints: np.ndarray  # (22,3)
    tips: np.ndarray  # (5,3) in the order of `skeleton.TIPS`
    vertices: np.ndarray  # (V,3)
    faces: np.ndarray  # (F,3) or (F,4) indices, counter-clockwise seen from outside
    weights: np.ndarray  # (V,22), rows sum to 1
    tones: np.ndarray  # (V,) from 0, skin, to 1, the darker joints
    floor: float  # height y that the soles stand on

    def __post_init__(self) -> None:
        vertices, faces = len(self.vertices), len(self.faces)
        expected = {
            "joints": (len(JOINTS), 3), "tips": (len(TIPS), 3), "vertices": (vertices, 3),
            "weights": (vertices, len(JOINTS)), "tones": (vertices,),
        }  # fmt: skip
        for name, shape in expected.items():
            found = getattr(self, name)
            if found.shape != shape:
                raise ValueError(f"{name} of the body has shape {found.shape}, expected {shape}")
            if not np.all(np.isfinite(found)):
                raise ValueError(f"{name} of the body is not finite")
        if self.faces.ndim != 2 or self.faces.shape[1] not in (3, 4) or faces == 0:
            raise ValueError(f"faces of the body have shape {self.faces.shape}, expected (faces, 3 or 4)")
        if self.faces.min() < 0 or self.faces.max() >= vertices:
            raise ValueError(f"a face of the body names a vertex outside 0 to {vertices - 1}")
        if not np.allclose(self.weights.sum(axis=1), 1, atol=1e-3):
            raise ValueError("the skin weights of the body do not sum to 1 at every vertex")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes an .npz, beside and renamed, so that a reader never meets half a file."""
        path = Path(path)
        partial = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with open(partial, "wb") as stream:
                np.savez_compressed(
                    stream, **{field.name: getattr(self, field.name) for field in fields(self)}
                )
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> BodyData:
        """Reads what `save` wrote. Raises ValueError naming the file and the fault."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                values = {field.name: stored[field.name] for field in fields(cls)}
            return cls(**{**values, "floor": float(values["floor"])})
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(f"{os.fspath(path)!r} is not a body of Laban's: {error}") from error
