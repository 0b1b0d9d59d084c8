"""Whatever a reader raises names its file; the system's own errors stay what they are."""

from __future__ import annotations

import errno
import struct
import zipfile

import numpy as np
import pytest

from motion_core.formats import FormatError
from motion_core.formats.faults import LONGEST, format_faults, shortened


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("poses are empty"), "walk.npz: poses are empty"),
        (FormatError("line 3 is empty"), "walk.npz: line 3 is empty"),
        (FormatError("walk.npz, line 3: it is empty"), "walk.npz, line 3: it is empty"),
        (
            zipfile.BadZipFile("Bad CRC-32"),
            r"walk.npz is not a readable .npz file \(Bad CRC-32\): .* export it again",
        ),
        (struct.error("unpack requires 4 bytes"), r"walk.npz is not a readable .npz file \(error: unpack"),
        (RecursionError("too deep"), r"\(RecursionError: too deep\)"),
        (StopIteration(), r"\(StopIteration: it ends early\)"),
        (EOFError(), r"\(it ends early\)"),
        (KeyError("poses"), r"\(KeyError: 'poses'\)"),
        (MemoryError(), "more memory than there is"),
        (OSError(errno.EINVAL, "Invalid argument"), "Invalid argument"),
    ],
)
def test_any_error_becomes_one_of_the_format(error, said):
    with pytest.raises(FormatError, match=said), format_faults("walk.npz", ".npz"):
        raise error


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_what_stops_the_program_is_no_fault_of_the_file(stop):
    with pytest.raises(stop), format_faults("walk.npz", ".npz"):
        raise stop


def test_the_systems_errors_pass_and_name_their_file(tmp_path):
    with pytest.raises(FileNotFoundError), format_faults("x", ".npz"):
        (tmp_path / "absent").read_bytes()
    with pytest.raises(OSError) as caught, format_faults("walk.npz", ".npz"):
        raise OSError(errno.EIO, "Input/output error")
    assert not isinstance(caught.value, FormatError) and caught.value.filename == "walk.npz"


def test_numbers_beyond_a_float_make_no_noise():
    with np.errstate(all="raise"), format_faults("walk.npz", ".npz"):
        assert np.isinf(np.array([1e300]).astype(np.float32))


def test_a_long_message_keeps_its_file_and_its_fix():
    told = shortened("walk.npz: " + "joint, " * 1000 + "name them (--joints)")
    assert (
        len(told) == LONGEST and told.startswith("walk.npz: joint,") and told.endswith("name them (--joints)")
    )
    assert shortened("two\n  lines") == "two lines"
