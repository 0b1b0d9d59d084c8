"""Arrays are read as numpy reads them; what would fill the memory, or run, is refused before."""

from __future__ import annotations

import io
import tracemalloc

import numpy as np
import pytest
from broken_files import HEADERS, as_npy, encrypted, good_members, good_npz, with_header, zipped
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from motion_core.formats.arrays import Archive, check_npy, read_array

PLAIN = st.one_of(
    arrays.boolean_dtypes(),
    arrays.integer_dtypes(),
    arrays.floating_dtypes(),
    arrays.unicode_string_dtypes(max_len=5),
)
ARRAYS = arrays.arrays(PLAIN, arrays.array_shapes(min_dims=0, min_side=0))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(ARRAYS, st.booleans())
def test_an_array_is_what_numpy_saved(array, fortran):
    array = np.asfortranarray(array) if fortran else array
    content = as_npy(array)
    back = read_array(io.BytesIO(content), len(content))
    assert back.dtype == array.dtype and back.shape == array.shape
    np.testing.assert_array_equal(back, array)
    assert not back.flags.writeable
    archive = Archive(io.BytesIO(zipped({"a.npy": content, "note.txt": b"no array"})))
    assert archive.names == {"a"}
    np.testing.assert_array_equal(archive.read("a"), array)


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_what_an_array_announces_is_not_believed(header):
    content = with_header(header)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError):
            read_array(io.BytesIO(content), len(content))
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()


def test_all_members_share_one_limit():
    archive = Archive(io.BytesIO(good_npz(joints=np.zeros(400))), 1000)
    assert archive.read("poses").size == 792
    with pytest.raises(ValueError, match="'joints': it holds 400 numbers: at most 208"):
        archive.read("joints")


def test_a_small_archive_does_not_unpack_to_a_large_one():
    bomb = zipped({"poses.npy": as_npy(np.zeros((600_000, 66), np.int8))})
    assert len(bomb) < 50_000
    with pytest.raises(ValueError, match="'poses': it holds 39,600,000 numbers"):
        Archive(io.BytesIO(bomb)).read("poses")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"\x00\x01\x02", r"it begins with b'\\x00\\x01\\x02'"),
        (b"\x80\x04]\x94.", "pickled objects"),
        (b"HIERARCHY\nROOT", "it is a BVH file: name it .bvh"),
        (b"Kaydara FBX Binary", "it is an FBX file"),
        (as_npy(np.zeros(3)), "it is a bare array"),
        (zipped({f"{n}.npy": b"" for n in range(5000)}), "more than 1024 members"),
        (zipped({"archive/data.pkl": b"."}), "pickled objects"),
    ],
)
def test_what_is_no_archive_of_arrays_is_named(content, said):
    with pytest.raises(ValueError, match=said):
        Archive(io.BytesIO(content))


def test_members_that_cannot_be_read_say_why():
    plain = {f"{name}.npy": as_npy(value) for name, value in good_members().items()}
    with pytest.raises(ValueError, match="unusual way"):
        Archive(io.BytesIO(zipped(plain, 12))).read("poses")  # bzip2
    with pytest.raises(ValueError, match="is encrypted"):
        Archive(io.BytesIO(encrypted(zipped(plain)))).read("poses")
    with pytest.raises(ValueError, match="'trans' holds the text 'a', not numbers"):
        Archive(io.BytesIO(good_npz(trans=np.array(["a"])))).numbers("trans")
    assert Archive(io.BytesIO(good_npz(fps=np.array("25")))).numbers("fps") == 25.0


def test_a_bare_array_is_told_from_other_files():
    check_npy(io.BytesIO(as_npy(np.zeros(3))))
    with pytest.raises(ValueError, match=r"name it \.npz"):
        check_npy(io.BytesIO(good_npz()))
