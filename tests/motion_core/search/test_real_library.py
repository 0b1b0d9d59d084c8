"""A library of real motion capture: files of other programs, of several kinds, in one folder."""

from __future__ import annotations

import tarfile

import pytest
from word_embedder import WordEmbedder

from motion_core.search import LibraryIndex

ARCHIVES = ("accad_bvh.tar.xz", "cmu_bvh.tar.xz", "bandai/bandai_bvh.tar.xz")
EACH = 2


@pytest.mark.shared_data
def test_motion_capture_of_three_sources_is_searchable(shared_data, tmp_path):
    for name in ARCHIVES:
        with tarfile.open(shared_data / name) as archive:
            members = (member for member in archive if member.name.lower().endswith(".bvh"))
            for number, member in zip(range(EACH), members):
                content = archive.extractfile(member)
                assert content is not None
                target = tmp_path / name.partition("_")[0] / f"{number}.bvh"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
    embedder = WordEmbedder()
    index = LibraryIndex.open(tmp_path)
    report = index.update(embedder)
    assert (report.files, report.broken) == (EACH * len(ARCHIVES), ())
    hits = index.rank(embedder.texts(["anything"])[0], 100)
    assert len(hits) == EACH * len(ARCHIVES) and all(hit.seconds > 0.5 for hit in hits)
