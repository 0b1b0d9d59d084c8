"""The user's own SMPL, SMPL-H or SMPL-X file as a `BodyData`: their shape, their mesh. Numpy only.

    python -m motion_core.body.smpl_body SMPL_NEUTRAL.pkl body.npz --betas 0.5,-1.2

The files are licensed to each user; Laban carries none of them. A shaped body is linear in its betas (Loper et al.
2015, equations 8 and 10): vertices = template + shapedirs betas, joints = regressor vertices. Official .pkl files
hold classes of other programs; `array_pickles` reads arrays and empty stand-ins out of them and nothing else.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from motion_core.body.array_pickles import Array, StandIn, unpickled
from motion_core.body.mesh import BodyData
from motion_core.body.skeleton import JOINT, JOINTS, PARENTS, TIPS

NEEDED = ("v_template", "f", "weights", "J_regressor", "shapedirs", "kintree_table")
JOINT_COUNTS = {24: "SMPL", 52: "SMPL-H", 55: "SMPL-X"}
SHAPES_OF_SMPLX = (
    300  # SMPL-X files append expressions to the shapes: 300 + 100, or 10 + 10 in the first release
)
LARGEST_MATRIX = 10_000_000  # numbers; the regressor of SMPL-X has 576,125
MAX_BETA = 10.0  # standard deviations; beyond, no body is left


def _dense(value: Any) -> np.ndarray:
    """An array from an array, from chumpy's wrapper round one, or from scipy's compressed sparse matrix."""
    if isinstance(value, Array) and value.value is not None:
        return value.value
    if isinstance(value, StandIn):
        state = vars(value)
        if "x" in state:
            return _dense(state["x"])
        if {"data", "indices", "indptr"} <= set(state) and ("_shape" in state or "shape" in state):
            return _dense_from_compressed(state, columns="csc" in type(value).__name__)
        raise ValueError(f"a {type(value).__name__} holds no array that Laban can read")
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"an array of {array.dtype} where numbers belong")
    return array


def _dense_from_compressed(state: dict[str, Any], columns: bool) -> np.ndarray:
    """Compressed by columns (csc) or rows (csr): indptr[k]:indptr[k+1] are the entries of column or row k."""
    rows, cols = (int(n) for n in state["_shape" if "_shape" in state else "shape"])
    data, indices, indptr = (_dense(state[key]) for key in ("data", "indices", "indptr"))
    counts = np.diff(indptr)
    if not (rows > 0 and cols > 0 and rows * cols <= LARGEST_MATRIX and counts.min(initial=0) >= 0):
        raise ValueError(f"a sparse matrix of {rows} x {cols} with entries that do not fit it")
    if counts.sum() != len(data) or len(indices) != len(data):
        raise ValueError(f"a sparse matrix whose {len(data)} entries do not lie in it")
    major = np.repeat(np.arange(len(counts)), counts)
    dense = np.zeros((rows, cols))
    np.add.at(dense, (indices, major) if columns else (major, indices), data)
    return dense


def _members(path: Path) -> dict[str, np.ndarray]:
    content = path.read_bytes()
    if content[:2] == b"PK":
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            # other members of official files are pickled dictionaries; they are never touched
            return {name: _dense(archive[name]) for name in NEEDED if name in archive.files}
    stored = unpickled(content)
    if not isinstance(stored, dict):
        raise ValueError("it holds no table of arrays")
    return {name: _dense(stored[name]) for name in NEEDED if name in stored}


def _read(path: Path) -> dict[str, np.ndarray]:
    """The needed arrays, shapes checked against each other. Raises ValueError naming the file and the fault."""
    try:
        model = _members(path)
        if missing := [name for name in NEEDED if name not in model]:
            raise ValueError(f"{', '.join(missing)} is missing")
        _check(model)
    except FileNotFoundError:
        raise ValueError(
            f"there is no file {os.fspath(path)!r}: choose your SMPL, SMPL-H or SMPL-X file"
        ) from None
    except MemoryError:
        raise
    except Exception as error:  # a damaged pickle can raise anything
        raise ValueError(f"{os.fspath(path)!r} is not an SMPL, SMPL-H or SMPL-X file: {error}") from error
    return model


def _check(model: dict[str, np.ndarray]) -> None:
    vertices, joints = len(model["v_template"]), model["kintree_table"].shape[-1]
    if joints not in JOINT_COUNTS:
        known = ", ".join(f"{name} {count}" for count, name in JOINT_COUNTS.items())
        raise ValueError(f"it has {joints} joints ({known})")
    expected = {
        "v_template": (vertices, 3), "weights": (vertices, joints), "J_regressor": (joints, vertices),
        "kintree_table": (2, joints),
    }  # fmt: skip
    for name, shape in expected.items():
        if model[name].shape != shape:
            raise ValueError(f"{name} has shape {model[name].shape}, expected {shape}")
    if model["shapedirs"].ndim != 3 or model["shapedirs"].shape[:2] != (vertices, 3):
        raise ValueError(
            f"shapedirs has shape {model['shapedirs'].shape}, expected {(vertices, 3)} and shapes"
        )
    if tuple(_parents(model)[: len(JOINTS)]) != PARENTS:
        raise ValueError("its joints hang together otherwise than SMPL's")


def _parents(model: dict[str, np.ndarray]) -> np.ndarray:
    """(J,) -1 for the root, which the files mark by 2^32 - 1."""
    parents = model["kintree_table"][0].astype(np.int64)
    parents[0] = -1
    return parents


def _shapes(model: dict[str, np.ndarray]) -> np.ndarray:
    """shapedirs (V,3,S) without expressions."""
    shapes = model["shapedirs"]
    if model["weights"].shape[1] != 55:
        return shapes
    return shapes[..., : SHAPES_OF_SMPLX if shapes.shape[-1] > SHAPES_OF_SMPLX else 10]


def _body_joint(joint: int, parents: np.ndarray) -> int:
    """The nearest of our 22 joints at or above one of the model's: fingers are the wrist's, jaw and eyes the head's."""
    while joint >= len(JOINTS):
        joint = int(parents[joint])
    return joint


def _tips(vertices: np.ndarray, joints: np.ndarray, parents: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(5,3) in the order of `TIPS`: hands where fingers begin, the crown, the toe tips."""
    places = []
    for tip, (joint, usual) in TIPS.items():
        index = JOINT[joint]
        owned = vertices[weights[:, index] > 0.5]
        if tip.endswith("hand"):
            fingers = np.flatnonzero(parents == index)
            places.append(joints[fingers].mean(axis=0) if len(fingers) else joints[index] + usual)
        elif len(owned) == 0:
            places.append(joints[index] + usual)
        elif tip == "head_top":
            places.append(np.array([joints[index, 0], owned[:, 1].max(), joints[index, 2]]))
        else:
            front = owned[np.argmax(owned[:, 2])]
            places.append(np.array([joints[index, 0], front[1], front[2]]))
    return np.array(places)


def read_smpl_body(path: str | os.PathLike[str], betas: Sequence[float] = ()) -> BodyData:
    """The body of an official model file in the shape `betas` (any number of them; the rest is 0).

    Weights of fingers go to the wrist, those of jaw and eyes to the head, so that 22 joints move the mesh.
    Raises ValueError for a file that is no such model, and for betas that it lacks or that are far too large.
    """
    model = _read(Path(path))
    shapes = _shapes(model)
    values = np.asarray(betas, dtype=np.float64)
    if values.ndim != 1 or len(values) > shapes.shape[-1]:
        raise ValueError(f"{values.size} betas given: this file has {shapes.shape[-1]} shapes")
    if not np.all(np.abs(values) <= MAX_BETA):
        raise ValueError(f"betas must lie from {-MAX_BETA:g} to {MAX_BETA:g}")
    vertices = model["v_template"].astype(np.float64) + shapes[..., : len(values)].astype(np.float64) @ values
    joints = model["J_regressor"].astype(np.float64) @ vertices
    parents = _parents(model)
    weights = np.zeros((len(vertices), len(JOINTS)))
    for joint, column in enumerate(model["weights"].T):
        weights[:, _body_joint(joint, parents)] += column
    return BodyData(
        joints=joints[: len(JOINTS)],
        tips=_tips(vertices, joints, parents, weights),
        vertices=vertices,
        faces=model["f"].astype(np.int64),
        weights=weights / weights.sum(axis=1, keepdims=True),
        tones=np.zeros(len(vertices)),
        floor=float(vertices[:, 1].min()),
    )


def _numbers(text: str) -> list[float]:
    try:
        return [float(word) for word in text.replace(",", " ").split()]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: give numbers with commas, like 0.5,-1.2") from None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m motion_core.body.smpl_body", description=__doc__.split("\n")[0]
    )
    parser.add_argument("model", help="the SMPL, SMPL-H or SMPL-X file, .pkl or .npz")
    parser.add_argument("out", help="the .npz to write, for add_rig")
    parser.add_argument("--betas", type=_numbers, default=[], help="shape, for example 0.5,-1.2")
    options = parser.parse_args(arguments)
    try:
        read_smpl_body(options.model, options.betas).save(options.out)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
