"""Reading body models, on small files in the official layouts; the shaped body is compared with smplx's own."""

from __future__ import annotations

import os
import pickle
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from motion_core.body.mesh import BodyData, mannequin
from motion_core.body.skeleton import JOINT, JOINTS, PARENTS, REST_JOINTS
from motion_core.body.smpl_body import main, read_smpl_body

EXTRA_PARENTS = {
    24: [20, 21],
    52: [p for wrist in (20, 21) for finger in range(5) for p in (wrist, -1, -2)],  # -1: the joint before
    55: [15, 15, 15] + [p for wrist in (20, 21) for finger in range(5) for p in (wrist, -1, -2)],
}


def small_model(joints: int = 24, shapes: int = 10, seed: int = 0) -> dict[str, np.ndarray]:
    """Every 20th vertex of our mannequin in SMPL's layout: a real, if ragged, body."""
    rng = np.random.default_rng(seed)
    body = mannequin()
    template = body.vertices[::20]
    count = len(template)
    parents = list(PARENTS)
    for parent in EXTRA_PARENTS[joints]:
        parents.append(parent if parent > 0 else len(parents) - 1)
    weights = np.zeros((count, joints))
    weights[:, :22] = body.weights[::20]
    for extra in range(22, joints):  # hands and face are split among the extra joints
        owner = next(j for j in _chain(extra, parents) if j < 22)
        weights[:, extra] = weights[:, owner] * 0.02
    weights /= weights.sum(axis=1, keepdims=True)
    regressor = np.zeros((joints, count))
    for joint in range(joints):
        target = (
            REST_JOINTS[joint]
            if joint < 22
            else REST_JOINTS[next(j for j in _chain(joint, parents) if j < 22)]
        )
        near = np.argsort(np.linalg.norm(template - target, axis=1))[:6]
        regressor[joint, near] = 1 / 6
    return {
        "v_template": template,
        "f": np.stack([np.arange(count - 2), np.arange(1, count - 1), np.arange(2, count)], axis=1).astype(
            np.uint32
        ),
        "weights": weights,
        "J_regressor": regressor,
        "shapedirs": rng.normal(0, 0.01, (count, 3, shapes)),
        "posedirs": rng.normal(0, 0.01, (count, 3, 9 * (joints - 1))),
        "kintree_table": np.array([[2**32 - 1, *parents[1:]], list(range(joints))], dtype=np.int64),
    }


def _chain(joint: int, parents: list[int]) -> list[int]:
    chain = [joint]
    while parents[chain[-1]] >= 0:
        chain.append(parents[chain[-1]])
    return chain


def write_official_pickle(path: Path, model: dict[str, np.ndarray]) -> None:
    """As the SMPL files are: Python 2 pickles with chumpy's and scipy's objects in them."""

    class Ch:
        def __init__(self, x):
            self.x, self.dirty_vars, self._itr = x, set(), None

    class csc_matrix:
        def __init__(self, dense):
            columns, rows = np.nonzero(dense.T)
            self.data, self.indices = dense[rows, columns], rows.astype(np.int32)
            self.indptr = np.searchsorted(columns, np.arange(dense.shape[1] + 1)).astype(np.int32)
            self._shape, self.maxprint = dense.shape, 50

    modules = {"chumpy.ch": Ch, "scipy.sparse.csc": csc_matrix}
    before = {name: sys.modules.get(name) for name in ("chumpy", *modules)}
    try:
        sys.modules["chumpy"] = types.ModuleType("chumpy")
        for name, kind in modules.items():
            sys.modules[name] = types.ModuleType(name)
            kind.__module__, kind.__qualname__ = name, kind.__name__
            setattr(sys.modules[name], kind.__name__, kind)
        wrapped = model | {
            "v_template": Ch(model["v_template"]),
            "shapedirs": Ch(model["shapedirs"]),
            "J_regressor": csc_matrix(model["J_regressor"]),
            "bs_type": "lrotmin",
        }
        path.write_bytes(pickle.dumps(wrapped, protocol=2))
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name)
            else:
                sys.modules[name] = module


def check_body(body: BodyData, model: dict[str, np.ndarray], betas: np.ndarray) -> None:
    vertices = model["v_template"] + model["shapedirs"][..., : len(betas)] @ betas
    np.testing.assert_allclose(body.vertices, vertices, atol=1e-12)
    np.testing.assert_allclose(body.joints, (model["J_regressor"] @ vertices)[:22], atol=1e-12)
    np.testing.assert_array_equal(body.faces, model["f"])
    np.testing.assert_allclose(body.weights.sum(axis=1), 1)
    assert body.floor == vertices[:, 1].min()


@pytest.mark.parametrize(("joints", "shapes"), [(24, 10), (24, 300), (52, 16), (55, 400), (55, 20)])
def test_npz_files_of_all_three_kinds(tmp_path, joints, shapes):
    model = small_model(joints, shapes)
    # official files also hold pickled dictionaries, which must not be needed
    np.savez(tmp_path / "model.npz", **model, joint2num=np.array({"pelvis": 0}, dtype=object))
    betas = np.array([0.5, -1.0, 2.0])
    body = read_smpl_body(tmp_path / "model.npz", betas)
    check_body(body, model, betas)
    for wrist in ("left_wrist", "right_wrist"):
        mine = [j for j in range(joints) if JOINT[wrist] in _chain(j, [-1, *model["kintree_table"][0][1:]])]
        np.testing.assert_allclose(
            body.weights[:, JOINT[wrist]], model["weights"][:, mine].sum(axis=1), atol=1e-9
        )


def test_official_pickles_with_chumpy_and_scipy_inside(tmp_path):
    model = small_model()
    write_official_pickle(tmp_path / "SMPL_NEUTRAL.pkl", model)
    assert b"chumpy.ch" in (tmp_path / "SMPL_NEUTRAL.pkl").read_bytes()
    check_body(read_smpl_body(tmp_path / "SMPL_NEUTRAL.pkl", [1.5, 0.2]), model, np.array([1.5, 0.2]))


@pytest.mark.parametrize("protocol", [2, 5])
def test_plain_pickles(tmp_path, protocol):
    model = small_model()
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(model, protocol=protocol))
    check_body(read_smpl_body(tmp_path / "model.pkl", [1.0]), model, np.array([1.0]))


def test_the_body_is_smplx_s(tmp_path):
    smplx = pytest.importorskip("smplx")
    import torch

    model = small_model()
    path = tmp_path / "SMPL_NEUTRAL.pkl"
    path.write_bytes(pickle.dumps(model, protocol=2))
    betas = np.array([0.7, -0.4, 1.1, 0, 0, 0, 0, 0, 0, 2.0])
    picked = smplx.vertex_ids.vertex_ids["smplh"]  # of the full mesh; any vertex does here
    theirs = smplx.SMPL(str(path), vertex_ids=dict.fromkeys(picked, 0))(
        betas=torch.tensor(betas, dtype=torch.float32)[None]
    )
    body = read_smpl_body(path, betas)
    np.testing.assert_allclose(body.vertices, theirs.vertices[0].detach().numpy(), atol=1e-5)
    np.testing.assert_allclose(body.joints, theirs.joints[0, :22].detach().numpy(), atol=1e-5)


class Evil:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    "function", [os.system, eval, getattr, pickle.loads, np.load], ids=lambda f: f.__name__
)
def test_pickles_that_would_run_something_are_refused(tmp_path, function):
    path = tmp_path / "model.pkl"
    target = tmp_path / "ran"
    path.write_bytes(pickle.dumps({"v_template": Evil(function, f"touch {target}")}, protocol=2))
    with pytest.raises(ValueError, match="wants to load"):
        read_smpl_body(path)
    assert not target.exists()


def test_damaged_and_foreign_files_name_the_fault(tmp_path):
    model = small_model()
    with pytest.raises(ValueError, match="there is no file"):
        read_smpl_body(tmp_path / "none.npz")
    faults = {
        "few": ({k: v for k, v in model.items() if k != "weights"}, "weights is missing"),
        "joints": (model | {"kintree_table": model["kintree_table"][:, :20]}, "20 joints"),
        "shape": (model | {"weights": model["weights"][:5]}, r"weights has shape \(5, 24\)"),
        "tree": (model | {"kintree_table": model["kintree_table"] * [[0], [1]]}, "hang together"),
        "words": (model | {"f": np.array(["a"])}, "where numbers belong"),
    }
    for name, (content, message) in faults.items():
        np.savez(tmp_path / f"{name}.npz", **content)
        with pytest.raises(ValueError, match=rf"{name}.npz.*{message}"):
            read_smpl_body(tmp_path / f"{name}.npz")
    for name, content in {"empty.pkl": b"", "text.pkl": b"hello", "cut.npz": b"PK\x03\x04"}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=name):
            read_smpl_body(tmp_path / name)


@pytest.mark.parametrize("betas", [[11.0], [float("nan")], [0.0] * 11])
def test_impossible_betas_are_refused(tmp_path, betas):
    np.savez(tmp_path / "model.npz", **small_model())
    with pytest.raises(ValueError, match="betas"):
        read_smpl_body(tmp_path / "model.npz", betas)


def test_the_command_writes_a_body(tmp_path, capsys):
    np.savez(tmp_path / "model.npz", **small_model())
    out = tmp_path / "body.npz"
    assert main([str(tmp_path / "model.npz"), str(out), "--betas", "0.5,-1"]) == 0
    assert BodyData.load(out).joints.shape == (len(JOINTS), 3)
    assert main([str(tmp_path / "none.npz"), str(out)]) == 1
    assert "there is no file" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(["a", "b", "--betas", "tall"])
    assert stop.value.code == 2
