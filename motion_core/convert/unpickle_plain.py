"""The child process of `words.py`: started isolated with IN and OUT. One JSON line is its answer.

It unpickles lists, dictionaries, text and numbers into JSON; whatever else a pickle asks for is refused before anything
is run. A file of its own without this package's imports: it starts in milliseconds.
"""

from __future__ import annotations

import json
import pickle
import sys
from typing import Any

SECONDS, BYTES = 4, 1 << 29  # of computing and of memory that a list of words may take


def set_limits() -> None:
    """Bound time and memory, where the system can: a few bytes can name a list a billion times."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock alone ends it
        return
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))


class PlainUnpickler(pickle.Unpickler):
    """Knows no class and no function, so it can only build Python's plain values."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"it asks to load {module}.{name}, which is no plain value")


def main(path_in: str, path_out: str) -> dict[str, Any]:
    try:
        with open(path_in, "rb") as file:
            text = json.dumps(PlainUnpickler(file).load())
    except MemoryError:
        return {"error": "was refused: it asks for more memory than a list of words can need"}
    except Exception as error:  # a broken pickle raises nearly anything
        return {"error": f"was refused, nothing in it was run: {error}"}
    with open(path_out, "w", encoding="utf-8") as file:
        file.write(text)
    return {"characters": len(text)}


if __name__ == "__main__":
    set_limits()
    print(json.dumps(main(*sys.argv[1:3])))
