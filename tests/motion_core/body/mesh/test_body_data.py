"""Bodies in files, and bodies that are none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion_core.body.mesh import BodyData, mannequin


def test_bodies_are_saved_and_read_back(tmp_path):
    body = mannequin()
    body.save(tmp_path / "body.npz")
    again = BodyData.load(tmp_path / "body.npz")
    np.testing.assert_array_equal(again.vertices, body.vertices)
    np.testing.assert_array_equal(again.weights, body.weights)
    assert again.floor == body.floor
    assert [path.name for path in tmp_path.iterdir()] == ["body.npz"]


def test_bad_bodies_are_refused(tmp_path):
    body = mannequin()
    with pytest.raises(ValueError, match=r"weights of the body has shape"):
        replace(body, weights=body.weights[:, :5])
    with pytest.raises(ValueError, match="sum to 1"):
        replace(body, weights=body.weights * 0.5)
    with pytest.raises(ValueError, match="outside 0 to"):
        replace(body, faces=body.faces + 1)
    with pytest.raises(ValueError, match="not finite"):
        replace(body, vertices=np.where(body.vertices > 0.5, np.nan, body.vertices))
    with pytest.raises(ValueError, match="expected \\(faces, 3 or 4\\)"):
        replace(body, faces=body.faces[:0])
    for name, content in (("text.npz", b"hello"), ("empty.npz", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=name):
            BodyData.load(tmp_path / name)
    np.savez(tmp_path / "part.npz", joints=body.joints)
    with pytest.raises(ValueError, match=r"part.npz"):
        BodyData.load(tmp_path / "part.npz")
    np.savez(tmp_path / "pickled.npz", joints=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match=r"pickled.npz"):
        BodyData.load(tmp_path / "pickled.npz")
