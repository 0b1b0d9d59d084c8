"""Arrays out of pickles, without running what a pickle asks for: numbers in `Array`, stand-ins for the rest.

numpy's own rebuilding functions are not called. Given a pickle's word they build arrays of objects out of raw bytes,
which crashes Python, or of any size. Here an array is rebuilt from its bytes alone, and only of numbers.
"""

from __future__ import annotations

import io
import math
import pickle
import re
from typing import Any

import numpy as np

NUMBERS = re.compile(r"[<>|=]?(?:[fiu](?:1|2|4|8)|b1|\?|[bBhHiIlLqQefd])")


class StandIn:
    """Takes the place of any class of chumpy or scipy: keeps its state and can do nothing."""

    def __new__(cls, *_: Any) -> StandIn:
        return object.__new__(cls)

    def __init__(self, *_: Any):
        pass

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            self.__dict__.update(state)


class NumberType:
    """numpy.dtype as a pickle makes it: a code, then the order of bytes as its state. `plain`: None without numbers."""

    def __init__(self, code: Any = "", *_: Any):
        numbers = isinstance(code, str) and NUMBERS.fullmatch(code)
        self.plain = np.dtype(code) if numbers else None

    def __setstate__(self, state: Any) -> None:
        order = state[1] if isinstance(state, tuple) and len(state) > 1 else None
        if self.plain is not None and order in ("<", ">", "="):
            self.plain = self.plain.newbyteorder(order)


class Array:
    """numpy.ndarray as a pickle makes it: empty at first, then filled by its state. `value`: the array, once filled."""

    def __init__(self, *_: Any):
        self.value: np.ndarray | None = None

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) != 5:
            raise pickle.UnpicklingError("it holds an array in a layout of its own")
        _, shape, kind, fortran, content = state
        if isinstance(content, str | bytes | bytearray):  # others are of objects; such members are left empty
            self.value = filled(content, kind, shape, "F" if fortran else "C")


def filled(content: Any, kind: Any, shape: Any, order: Any = "C") -> np.ndarray:
    """The array of these bytes. Raises UnpicklingError where they are no numbers, or not as many as the shape has."""
    if isinstance(content, str):  # Python 2's bytes, read as latin1
        content = content.encode("latin1")
    sizes = shape if isinstance(shape, tuple) else (None,)
    whole = all(type(size) is int and size >= 0 for size in sizes)
    dtype = kind.plain if isinstance(kind, NumberType) else None
    if dtype is None or not whole or not isinstance(content, bytes | bytearray) or order not in ("C", "F"):
        raise pickle.UnpicklingError("it holds an array of other things than numbers")
    if math.prod(sizes) * dtype.itemsize != len(content):
        raise pickle.UnpicklingError(f"it holds an array of the shape {sizes} in {len(content)} bytes")
    return np.frombuffer(content, dtype).reshape(sizes, order=order)


def _empty(*_: Any) -> Array:
    """numpy's `_reconstruct`: the state that follows says all."""
    return Array()


def _of_buffer(content: Any, kind: Any, shape: Any, order: Any = "C") -> Array:
    array = Array()
    array.value = filled(content, kind, shape, order)
    return array


def _number(kind: Any, content: Any = b"") -> float:
    return float(filled(content, kind, ()).item())


def _rebuilt(kind: Any, *_: Any) -> Any:
    """What copyreg._reconstructor does, for stand-ins only."""
    if not (isinstance(kind, type) and issubclass(kind, StandIn)):
        raise pickle.UnpicklingError(f"{kind!r} may not be built")
    return kind()


def _to_bytes(text: Any, encoding: Any = "latin1") -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1", "ascii", "utf-8"):
        raise pickle.UnpicklingError(f"encoding {encoding!r}")
    return text.encode(encoding)


def _no_bytes(*_: Any) -> bytes:
    """How older pickles write b""."""
    return b""


class _Plain:
    """object and set, which body files name and which say nothing of arrays."""

    def __init__(self, *_: Any):
        pass


ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): Array,
    ("numpy", "dtype"): NumberType,
    ("copy_reg", "_reconstructor"): _rebuilt,
    ("copyreg", "_reconstructor"): _rebuilt,
    ("_codecs", "encode"): _to_bytes,
    ("__builtin__", "bytes"): _no_bytes,
    **{(module, name): _Plain for module in ("__builtin__", "builtins") for name in ("object", "set")},
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _empty for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _number for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _of_buffer for core in ("core", "_core")},
}


class _ArrayUnpickler(pickle.Unpickler):
    """Reads arrays; every other class is a stand-in (chumpy, scipy) or an error."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in ALLOWED:
            return ALLOWED[module, name]
        if module.split(".")[0] in ("chumpy", "scipy") and name.isidentifier():
            return type(name, (StandIn,), {})
        raise pickle.UnpicklingError(f"it wants to load {module}.{name}, which is not part of a body model")


def unpickled(content: bytes) -> Any:
    """What a pickle holds, its arrays as `Array`. Raises nearly anything for a damaged one; runs nothing in it."""
    return _ArrayUnpickler(io.BytesIO(content), encoding="latin1").load()
