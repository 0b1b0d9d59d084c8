"""Tables of plain decimal numbers as text, read all at once: several times as fast as one after the other.

The digits before and after the point of every number are taken up eight at a time as a 64-bit word and summed in it
(the trick of Lemire, "Quickly parsing eight digits"). Digits over a power of ten, both exact in float64, divide to the
nearest float64: the values are those of `float`, bit for bit.
"""

from __future__ import annotations

import numpy as np

SPACE, NEWLINE, MINUS, POINT, ZERO = (np.uint8(ord(sign)) for sign in " \n-.0")
WHOLE, FRACTION = 7, 8  # digits at most, so that all of them together stay below 2^53
WINDOW = 8
POWERS = 10.0 ** np.arange(FRACTION + 1)
# (mask, factor, shift): neighbouring digits, pairs and fours of a word become one number
SUMS = (
    (0x0F0F0F0F0F0F0F0F, 2561, 8),
    (0x00FF00FF00FF00FF, 6553601, 16),
    (0x0000FFFF0000FFFF, 42949672960001, 32),
)


def read_table(text: bytes, width: int) -> np.ndarray | None:
    """Values (rows, width) of lines of numbers such as -12.50 or 7; None where anything is written otherwise."""
    signs = np.frombuffer(b" " * WINDOW + text + b" ", dtype=np.uint8)
    blank = signs <= SPACE
    edges = np.flatnonzero(blank[1:] != blank[:-1])
    first, last = edges[0::2] + 1, edges[1::2]  # of each number
    if width < 1 or len(first) == 0 or len(first) % width or not _fills_lines(signs, first, last, width):
        return None
    negative = signs[first] == MINUS
    digits = _digits(signs, first + negative, last)
    if digits is None:
        return None
    return np.where(negative, -digits, digits).reshape(-1, width)


def _fills_lines(signs: np.ndarray, first: np.ndarray, last: np.ndarray, width: int) -> bool:
    """Whether each line that is not blank has `width` numbers."""
    ends = np.flatnonzero(signs == NEWLINE)
    line = np.searchsorted(ends, first[::width])
    return bool(
        np.array_equal(line, np.searchsorted(ends, last[width - 1 :: width])) and np.all(np.diff(line) > 0)
    )


def _digits(signs: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray | None:
    """Values (N,) of numbers without sign between two places (N,) each, both included; None for anything else."""
    points = np.flatnonzero(signs == POINT)
    owner = np.searchsorted(last, points)
    if len(owner) and (owner[-1] >= len(last) or np.any(np.diff(owner) < 1) or np.any(points < first[owner])):
        return None
    point = last + 1  # of a number without a point: behind it
    point[owner] = points
    whole, fraction = point - first, np.maximum(last - point, 0)
    count = np.count_nonzero(signs - ZERO < 10)  # smaller signs wrap around to large ones
    if count != np.sum(whole + fraction) or np.any(whole + fraction < 1):
        return None
    if whole.max() > WHOLE or fraction.max() > FRACTION:
        return None
    words = np.ndarray(len(signs) - WINDOW + 1, dtype="<u8", buffer=signs.data, strides=(1,))
    power = POWERS[fraction]
    return (_number(words, point - 1, whole) * power + _number(words, last, fraction)) / power


def _number(words: np.ndarray, last: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The `count` (N,) digits that end at `last` (N,) as whole numbers, float64; words[k]: the 8 signs from k on."""
    word = words[last - (WINDOW - 1)]
    others = (8 * (WINDOW - count)).astype(
        np.uint64
    )  # bits of what stands before the digits; 64: all, shifted out
    word = (word >> others) << others
    for mask, factor, shift in SUMS:
        word = ((word & np.uint64(mask)) * np.uint64(factor)) >> np.uint64(shift)
    return np.where(count > 0, word, np.uint64(0)).astype(np.float64)
