"""Plain values come out of a pickle; nothing else does."""

import json
import pickle

import numpy as np
import pytest

from motion_core.convert.unpickle_plain import main as unpickle_plain


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (pickle.dumps(np.arange(3)), "no plain value"),
        (b"no pickle at all", "was refused"),
        (b"", "was refused"),
    ],
)
def test_other_pickles_are_refused(tmp_path, content, said):
    (tmp_path / "in.pkl").write_bytes(content)
    assert said in unpickle_plain(str(tmp_path / "in.pkl"), str(tmp_path / "out"))["error"]
    assert not (tmp_path / "out").exists()


def test_plain_values_become_json(tmp_path):
    values = {"walk": 1, "words": ["a", "é", 0.5, None, True]}
    (tmp_path / "in.pkl").write_bytes(pickle.dumps(values))
    assert "characters" in unpickle_plain(str(tmp_path / "in.pkl"), str(tmp_path / "out"))
    assert json.loads((tmp_path / "out").read_text(encoding="utf-8")) == values
