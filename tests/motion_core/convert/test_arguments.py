"""The official args.json: what is read, and that every value that cannot be is named with its file."""

import json

import pytest

from motion_core.convert.arguments import LARGEST, Arguments
from motion_core.formats import FormatError


def beside(tmp_path, table):
    (tmp_path / "args.json").write_text(table if isinstance(table, str) else json.dumps(table))
    return Arguments.beside(tmp_path / "model.pt")


def test_values_are_read_and_absent_ones_have_the_usual_one(tmp_path):
    args = beside(
        tmp_path, {"arch": "trans_dec", "layers": 8, "mask_frames": True, "cond_mask_prob": 0, "seed": None}
    )
    assert args.choice("arch", ("trans_enc", "trans_dec")) == "trans_dec"
    assert args.choice("noise_schedule", ("cosine", "linear"), "cosine") == "cosine"
    assert (args.whole("layers", 1, 1, 9), args.whole("steps", 50, 1, 99)) == (8, 50)
    assert (args.flag("mask_frames"), args.flag("emb_trans_dec")) == (True, False)
    assert (args.share("cond_mask_prob", 0.1), args.share("dropout", 0.1)) == (0.0, 0.1)


@pytest.mark.parametrize("value", ["8", True, 8.0, 0, 10, -1, None, [8], 10**400])
def test_other_things_than_whole_numbers_are_named(tmp_path, value):
    args = beside(tmp_path, {"layers": value})
    with pytest.raises(
        FormatError, match=r"args\.json has layers = .{1,60}: it must be a whole number from 1 to 9"
    ):
        args.whole("layers", 8, 1, 9)


@pytest.mark.parametrize("value", ["true", 1, None, []])
def test_other_things_than_switches_are_named(tmp_path, value):
    with pytest.raises(FormatError, match="must be true or false"):
        beside(tmp_path, {"mask_frames": value}).flag("mask_frames")


@pytest.mark.parametrize("value", ["0.1", True, -0.1, 1.5, float("nan"), float("inf")])
def test_other_things_than_shares_are_named(tmp_path, value):
    with pytest.raises(FormatError, match="a number from 0 to 1"):
        beside(tmp_path, {"cond_mask_prob": value}).share("cond_mask_prob", 0.1)


@pytest.mark.parametrize("value", ["rnn", 3, ["trans_enc"], {"a": 1}, "x" * 10_000])
def test_other_words_are_named_in_few(tmp_path, value):
    with pytest.raises(FormatError, match="known are trans_enc") as told:
        beside(tmp_path, {"arch": value}).choice("arch", ("trans_enc",))
    assert len(str(told.value).split("arch = ")[1]) < 100


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ('{"layers": ' + "9" * 5000 + "}", "is no JSON"),
        ("[1]", "holds a list"),
        ("x" * (LARGEST + 1), "larger than any table"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, text, said):
    with pytest.raises(FormatError, match=said):
        beside(tmp_path, text)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no args\.json beside .*model\.pt"):
        Arguments.beside(tmp_path / "model.pt")
