"""The child process of `words.py`: python -I unpickle_plain.py IN OUT. One JSON line is its answer.

It unpickles lists, dictionaries, text and numbers into JSON; whatever else a pickle asks for is refused before anything
is run. A file of its own without this package's imports: it starts in milliseconds.
"""

from __future__ import annotations

import json
import pickle
import sys
from typing import Any


class PlainUnpickler(pickle.Unpickler):
    """Knows no class and no function, so it can only build Python's plain values."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"it asks to load {module}.{name}, which is no plain value")


def main(path_in: str, path_out: str) -> dict[str, Any]:
    try:
        with open(path_in, "rb") as file:
            text = json.dumps(PlainUnpickler(file).load())
    except Exception as error:  # a broken pickle raises nearly anything
        return {"error": f"was refused, nothing in it was run: {error}"}
    with open(path_out, "w", encoding="utf-8") as file:
        file.write(text)
    return {"characters": len(text)}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:3])))
