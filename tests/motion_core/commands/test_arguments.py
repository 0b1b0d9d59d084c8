"""Spans, pins and paths as they are written on a command line."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.commands.arguments import read_path, read_pin, read_spans
from motion_core.tasks import TaskError


def test_what_is_written_on_the_command_line():
    assert read_spans("0:3, 5 ,-2:,:1", 10) == ((0, 3), (5, 6), (8, 10), (0, 1))
    assert read_spans("all", 7) == ((0, 7),) and read_spans("none", 7) == ()
    pin = read_pin("pelvis@1:2.5=1,-2,0.9,heading:180")
    assert (pin.start, pin.stop, pin.position) == (1, 2.5, (1, -2, 0.9)) and abs(pin.heading - np.pi) < 1e-9
    assert read_path("0,0@0 1,2@3", "free").seconds == (0, 3)
    for text in ("", "1:x", "3:2", "::", "1-3"):
        with pytest.raises(TaskError):
            read_spans(text, 10)
