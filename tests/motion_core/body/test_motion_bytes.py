"""What SMPL tools expect of the bytes of a motion."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

from motion_core.formats.npz import motion_to_bytes, write_npz


def test_members_are_what_smpl_tools_expect(tmp_path, walking_motion):
    write_npz(tmp_path / "a.npz", walking_motion)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        frames = len(walking_motion)
        assert file["poses"].shape == (frames, 156) and not file["poses"][:, 66:].any()
        assert file["trans"].dtype == np.float32 and file["betas"].shape == (16,)
        assert float(file["mocap_framerate"]) == float(file["mocap_frame_rate"]) == 20.0
        assert str(file["gender"]) == "neutral"
        np.testing.assert_allclose(file["joints"], walking_motion.joints(), atol=1e-6)


def test_an_interrupt_in_the_middle_of_a_member_is_an_interrupt(walking_motion, monkeypatch):
    """zipfile's own complaint about the open member must not hide it: Ctrl-C ends with 130 and not with an error."""
    write, calls = zipfile._ZipWriteFile.write, []

    def interrupted(self, data):
        calls.append(len(data))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return write(self, data)

    monkeypatch.setattr(zipfile._ZipWriteFile, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        motion_to_bytes(walking_motion)
