"""AMASS-style files: there and back, other people's spellings, and files that are broken."""

from __future__ import annotations

import numpy as np
import pytest
from broken_files import good_npz

from motion_core.formats import FormatError
from motion_core.formats.files import atomic_write
from motion_core.formats.npz import bytes_to_motion, motion_to_bytes, read_npz, write_npz


def test_a_motion_survives_the_round_trip(tmp_path, walking_motion):
    path = tmp_path / "new folder" / "walk.npz"
    write_npz(path, walking_motion)
    back = read_npz(path)
    assert back.fps == walking_motion.fps
    np.testing.assert_allclose(back.joints(), walking_motion.joints(), atol=1e-5)
    assert [p.name for p in path.parent.iterdir()] == ["walk.npz"]


@pytest.mark.parametrize("size", [66, 72, 156, 165])
@pytest.mark.parametrize("rate", ["mocap_framerate", "mocap_frame_rate", "fps"])
def test_other_programs_files_are_read(tmp_path, walking_motion, size, rate):
    write_npz(tmp_path / "ours.npz", walking_motion)
    poses = np.load(tmp_path / "ours.npz")["poses"][:, :66]
    poses = np.concatenate([poses, np.zeros((len(poses), size - 66), np.float32)], axis=1)
    np.savez(
        tmp_path / "theirs.npz", poses=poses, trans=walking_motion.trans, **{rate: 59.94}, betas=np.ones(10)
    )
    back = read_npz(tmp_path / "theirs.npz")
    assert back.fps == 59.94
    assert back.betas.tolist() == [1.0] * 10 + [0.0] * 6
    np.testing.assert_allclose(back.joints(), walking_motion.joints(), atol=1e-5)


def test_meta_and_non_ascii_text_are_kept(walking_motion):
    from dataclasses import replace

    motion = replace(walking_motion, meta={"text": "eine Person geht – 歩く", "seed": 7})
    assert bytes_to_motion(motion_to_bytes(motion)).meta == motion.meta


def test_every_truncation_is_refused(tmp_path, walking_motion):
    content = motion_to_bytes(walking_motion)
    for part in (0.0, 0.1, 0.5, 0.9, 0.999):
        with pytest.raises(FormatError, match="half"):
            bytes_to_motion(content[: int(len(content) * part)], "half.npz")


def test_a_flipped_byte_never_passes_silently(walking_motion):
    content = bytearray(motion_to_bytes(walking_motion))
    content[len(content) // 3] ^= 0xFF
    with pytest.raises(FormatError):
        bytes_to_motion(bytes(content))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"poses": np.zeros((4, 70))}, "(4, 70)"),
        ({"poses": np.zeros((0, 66)), "trans": np.zeros((0, 3))}, "at least one frame"),
        ({"trans": np.zeros((3, 3))}, "rotations have shape"),
        ({"poses": np.full((4, 66), np.nan)}, "frame 0"),
        ({"trans": np.full((4, 3), np.inf)}, "trans is not finite"),
        ({"fps": 0.0}, "fps is 0"),
        ({"fps": None}, "frame rate"),
        ({"trans": None}, "'trans'"),
    ],
)
def test_bad_content_is_named(tmp_path, change, said):
    members = {"poses": np.zeros((4, 66)), "trans": np.zeros((4, 3)), "fps": 20.0, **change}
    np.savez(tmp_path / "bad.npz", **{k: v for k, v in members.items() if v is not None})
    with pytest.raises(FormatError) as caught:
        read_npz(tmp_path / "bad.npz")
    assert said in str(caught.value) and "bad.npz" in str(caught.value)


class Bomb:
    def __reduce__(self):
        return (print, ("a pickle ran",))


def test_pickled_members_never_run(tmp_path, capsys):
    np.savez(tmp_path / "bomb.npz", poses=np.array([Bomb()], dtype=object), trans=np.zeros((1, 3)), fps=20)
    with pytest.raises(FormatError):
        read_npz(tmp_path / "bomb.npz")
    assert "a pickle ran" not in capsys.readouterr().out


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic_write(path, "w") as file:
        file.write("new")
        raise RuntimeError("disk full")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("meta", ["[" * 100_000, '{"text": "\\ud800"}', "null", "{"])
def test_meta_that_no_other_file_could_hold_is_left_out(meta):
    assert bytes_to_motion(good_npz(meta=np.array(meta))).meta == {}


def test_random_bytes_are_not_called_a_pickle():
    with pytest.raises(FormatError, match=r"noise\.npz: it begins with") as caught:
        bytes_to_motion(b"\x07\x42 anything", "noise.npz")
    assert "pickle" not in str(caught.value)


def test_an_fbx_is_called_one():
    with pytest.raises(FormatError, match="it is an FBX file: import it in Blender"):
        bytes_to_motion(b"Kaydara FBX Binary  \x00", "dance.npz")
