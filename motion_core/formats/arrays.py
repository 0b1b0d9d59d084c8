"""Arrays of `.npz` and `.npy` files. What they announce is checked before it is unpacked; pickles are never opened.

Other than numpy's own reader this one takes no memory on a header's word, and reads no array of objects.
"""

from __future__ import annotations

import math
import zipfile
from typing import IO, Any

import numpy as np

from motion_core.formats.limits import MAX_MEMBERS, MAX_NUMBERS, check_numbers

PICKLED = (
    "it holds pickled objects, which may run code and are never opened; where you trust it, load it in Python and "
    "save its arrays again: np.savez('new.npz', poses=..., trans=..., mocap_framerate=...)"
)
MAX_HEADER = 10_000  # characters that describe one array
BEHIND = 2**12  # bytes that may follow an array
TAIL = 2**21  # bytes at an archive's end in which its members are counted
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # how numpy packs; of other ways the size is not bounded
ENCRYPTED = 1  # a member's flag
KINDS = "biufSU"  # of dtypes: truth values, numbers and text
# What a file begins with that is of another kind than its ending says
OTHERS = {
    b"HIERARCHY": "it is a BVH file: name it .bvh",
    b"Kaydara FBX": "it is an FBX file: import it in Blender and export it as BVH",
    b"glTF": "it is a glTF file: import it in Blender and export it as BVH",
    b"\x80": PICKLED,
    b"\x93NUMPY": "it is a bare array, not an .npz with trans and poses: name it .npy",
    b"PK": "it is an archive of arrays: name it .npz",
}


class Archive:
    """The arrays of an open `.npz` file. names: of its members. Raises ValueError, and what zipfile raises."""

    def __init__(self, file: IO[bytes], most: int = MAX_NUMBERS) -> None:
        """most: numbers that all members which are read have together."""
        _check_begin(file, b"PK")
        _check_directory(file)
        self._zip = zipfile.ZipFile(file)
        every = self._zip.namelist()
        self.names = frozenset(name.removesuffix(".npy") for name in every if name.endswith(".npy"))
        self._left = most
        if not self.names and any(name.endswith(".pkl") for name in every):
            raise ValueError(PICKLED)

    def read(self, name: str) -> np.ndarray:
        """A member's array, which may not be written to. All that are read share one limit."""
        info = self._zip.getinfo(f"{name}.npy")
        if info.compress_type not in PLAIN:
            raise ValueError(
                f"member {name!r} is packed in an unusual way: save it again with np.savez_compressed"
            )
        if info.flag_bits & ENCRYPTED:
            raise ValueError("it is encrypted: unpack it with its password, and save it again")
        try:
            with self._zip.open(info) as member:
                array = read_array(member, info.file_size, self._left)
        except NotImplementedError as error:
            raise ValueError(
                f"member {name!r} cannot be unpacked ({error}): save it again with np.savez"
            ) from error
        except ValueError as error:
            raise ValueError(f"member {name!r}: {error}") from error
        self._left -= array.size
        return array

    def numbers(self, name: str) -> np.ndarray:
        """A member's array of numbers, which text may be too. Raises ValueError for words."""
        array = self.read(name)
        try:
            return array.astype(np.float64) if array.dtype.kind in "SU" else array
        except ValueError:
            first = str(array.reshape(-1)[0])
            raise ValueError(f"member {name!r} holds the text {first[:40]!r}, not numbers") from None


def read_array(file: IO[bytes], size: int, most: int = MAX_NUMBERS) -> np.ndarray:
    """The array of a `.npy` file or member of so many bytes, which may not be written to. Raises ValueError."""
    begin = file.tell()
    shape, fortran, dtype = _header(file)
    if dtype.hasobject:
        raise ValueError(PICKLED)
    if dtype.kind not in KINDS or dtype.fields or dtype.shape:
        raise ValueError(f"it holds {dtype}, neither numbers nor text")
    count = math.prod(shape)
    check_numbers(max(count, count * dtype.itemsize // 8), "it holds", most)
    wanted, left = count * dtype.itemsize, size - (file.tell() - begin)
    if wanted > left:
        raise ValueError(f"it is truncated: it announces {wanted:,} bytes and holds {left:,}")
    if left - wanted > BEHIND:
        raise ValueError(f"it announces {wanted:,} bytes and holds {left:,}")
    content = file.read(wanted)
    if len(content) < wanted:
        raise ValueError(f"it is truncated: it announces {wanted:,} bytes and holds {len(content):,}")
    file.read(BEHIND)  # at its end an archive's checksum is compared
    return np.ndarray(shape, dtype, content, order="F" if fortran else "C")


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type that an array announces."""
    try:
        version = np.lib.format.read_magic(file)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read is None:
            raise ValueError(f"version {version} of the format is not read")
        shape, fortran, dtype = read(file, max_header_size=MAX_HEADER)
    except (zipfile.BadZipFile, OSError, MemoryError):
        raise
    except Exception as error:  # a header is an expression in Python's language: it fails in many ways
        raise ValueError(f"it does not begin as an array does ({error or type(error).__name__})") from error
    if any(isinstance(length, bool) or not 0 <= length < 2**62 for length in shape) or len(shape) > 8:
        raise ValueError(f"it announces the shape {str(shape)[:60]}, which no array has")
    return shape, fortran, dtype


def check_npy(file: IO[bytes]) -> None:
    """Raises ValueError where an open file is no `.npy` at all."""
    _check_begin(file, b"\x93NUMPY")


def _check_begin(file: IO[bytes], wanted: bytes) -> None:
    begin = file.read(16)
    file.seek(0)
    if begin.startswith(wanted):
        return
    if not begin:
        raise ValueError("it is empty")
    for other, words in OTHERS.items():
        if begin.startswith(other):
            raise ValueError(words)
    raise ValueError(f"it begins with {begin[:8]!r}, as no such file does: it is damaged or of another kind")


def _check_directory(file: IO[bytes]) -> None:
    """Raises ValueError where an archive lists so many members that the list itself would fill the memory."""
    end = file.seek(0, 2)
    file.seek(max(0, end - TAIL))
    if file.read(TAIL).count(b"PK\x01\x02") > MAX_MEMBERS:
        raise ValueError(f"it has more than {MAX_MEMBERS} members: a motion file has a handful")
    file.seek(0)
