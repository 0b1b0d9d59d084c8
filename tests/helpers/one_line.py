"""For tests: an error of the command line is one line."""

from __future__ import annotations


def assert_one_line(err: str, *words: str) -> None:
    """`err` is a single line of laban's that has these words in it."""
    assert err.startswith("laban: error: ") and err.count("\n") == 1 and "Traceback" not in err
    for word in words:
        assert word in err
