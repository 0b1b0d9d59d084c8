"""BVH files in an index, thinned out and computed together, have the vectors of motions read one by one."""

from __future__ import annotations

import tarfile

import numpy as np
import pytest
from broken_files import ROWS, TREE
from foreign_bvh import foreign_text, march

from motion_core.features import smpl205
from motion_core.formats.bvh import bvh_to_motion, bvh_to_motions, read_bvh, write_bvh
from motion_core.formats.motion_file import read_motion
from motion_core.search import LibraryIndex, contents
from motion_core.search.contents import contents_to_motions

NEAREST = 0.999  # the least cosine of the two ways
# runs, in which no foot stands for long, are the hard ones
FILES = {
    "accad_bvh.tar.xz": ("Male1_C27_CrouchToRun", "Male2_C22_RunWithBox", "Male1_C12_RunTurnLeft45", "Male1_B3_Walk"),
    "cmu_bvh.tar.xz": ("09_01", "09_03"),
    "bandai/bandai_bvh.tar.xz": ("dataset-1_bow_active_001", "dataset-1_bow_angry_001"),
}  # fmt: skip


class Averages:
    """An embedder without a network: the means of each motion's rotations and joints at 20 fps."""

    fps, fingerprint = 20.0, "averages"

    def motions(self, motions, on_batch=None):
        kept = slice(smpl205.SLICES["rot6d"].start, smpl205.SLICES["joints"].stop)
        return np.array(
            [smpl205.encode(motion.resample(self.fps))[:, kept].mean(axis=0) for motion in motions]
        )


def cosines(folder):
    """By file: of the index's vector and that of `read_motion`."""
    index = LibraryIndex.open(folder)
    assert index.update(Averages()).broken == ()
    paths, units = index._units()
    slow = Averages().motions([read_motion(folder / path) for path in paths])
    return dict(zip(paths, np.sum(units * slow, axis=1) / np.linalg.norm(slow, axis=1), strict=True))


def test_written_and_foreign_files(tmp_path):
    write_bvh(tmp_path / "ours.bvh", march())
    for seed, frames in ((5, 90), (5, 41), (6, 7)):
        (tmp_path / f"{seed}-{frames}.bvh").write_text(foreign_text(march(frames), seed))
    found = cosines(tmp_path)
    assert len(found) == 4 and min(found.values()) > NEAREST, found


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.parametrize("archive", FILES)
def test_motion_capture(shared_data, tmp_path, archive):
    with tarfile.open(shared_data / archive) as packed:
        for member in packed:
            if (name := member.name.rpartition("/")[2]).removesuffix(".bvh") in FILES[archive]:
                content = packed.extractfile(member)
                assert content is not None
                (tmp_path / name).write_bytes(content.read())
    found = cosines(tmp_path)
    assert len(found) == len(FILES[archive]) and min(found.values()) > NEAREST, found


@pytest.mark.shared_data
def test_thinned_out_alone_a_run_would_lose_its_feet(shared_data):
    """What its feet are seen from all frames for: the same file, feet and all thinned out."""
    with tarfile.open(shared_data / "accad_bvh.tar.xz") as packed:
        member = next(m for m in packed if m.name.endswith("Male1_C27_CrouchToRun.bvh"))
        content = packed.extractfile(member)
        assert content is not None
        clip = read_bvh(content.read())
    thin, whole = Averages().motions([bvh_to_motion(clip.at_rate(20.0)), bvh_to_motion(clip)])
    assert thin @ whole < NEAREST * np.linalg.norm(thin) * np.linalg.norm(whole)
    (ours,) = bvh_to_motions([clip], 20.0)
    assert ours.fps == 20.0  # and yet its feet are right
    (seen,) = Averages().motions([ours])
    assert seen @ whole > NEAREST * np.linalg.norm(seen) * np.linalg.norm(whole)


def test_whatever_fails_in_one_clip_is_its_own_fault(monkeypatch):
    """A computation that fails in a way that nobody foresaw takes no other clip with it."""
    clips = [read_bvh((TREE + ROWS).encode()) for _ in range(3)]
    at_once = contents.bvh_to_motions

    def failing(part, fps):
        if any(clip is clips[1] for clip in part):
            raise IndexError("nobody foresaw this")
        return at_once(part, fps)

    monkeypatch.setattr(contents, "bvh_to_motions", failing)
    found = contents_to_motions(clips, 20.0)
    assert [type(one).__name__ for one in found] == ["Motion", "IndexError", "Motion"]
