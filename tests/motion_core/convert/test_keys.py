"""Tensors of another code base under our names, and whether they fill our model exactly."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from motion_core.convert.keys import fit_model, inside, layer_count, matrix, rename, weights_of
from motion_core.formats import FormatError

FILE = Path("theirs.pt")
ONE, TWO = torch.ones(1), torch.full((2,), 2.0)


def linear(width: int) -> nn.Module:
    return nn.Linear(width, 1)


def test_only_what_lies_in_a_place_is_taken_and_loses_its_name():
    tensors = {"net/a": ONE, "net/b.c": TWO, "other/a": ONE, "a": TWO}
    assert inside(tensors, "net/") == {"a": ONE, "b.c": TWO}
    assert inside(tensors, "nowhere/") == {}


@pytest.mark.parametrize(
    ("prefixes", "taken"),
    [(("model_avg/", "model/"), "model_avg/"), (("model/", "x/"), "model/"), (("",), "")],
)
def test_the_average_comes_before_the_model_and_the_model_before_the_file(prefixes, taken):
    tensors = {f"{prefix}w": torch.full((1,), float(n)) for n, prefix in enumerate(prefixes)}
    tensors |= {f"{prefix}clip.w": ONE for prefix in prefixes}
    found = weights_of(tensors, ignored=("clip.", "x/"))
    assert found == {"w": tensors[f"{taken}w"]}


def test_names_change_by_their_start_and_inside_of_layers_by_their_part():
    official = {"pose.weight": ONE, "enc.layers.3.linear1.bias": TWO}
    ours = rename(FILE, official, {"pose.": "input.", "enc.layers.": "layers."}, {".linear1.": ".up."})
    assert ours == {"input.weight": ONE, "layers.3.up.bias": TWO}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("eyes.weight", "'eyes.weight' that this model"),
        ("enc.layers.0.eyes.w", "a layer of this model does not"),
    ],
)
def test_a_stray_name_is_refused_with_its_file(name, said):
    with pytest.raises(FormatError, match=said):
        rename(FILE, {name: ONE}, {"enc.layers.": "layers."}, {".linear1.": ".up."})


def test_tensors_that_fill_the_model_come_back():
    tensors = {"weight": torch.ones(1, 3), "bias": torch.ones(1)}
    assert fit_model(FILE, linear, 3, tensors) is tensors


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bias": None}, r"lacks 'bias' and 0 more"),
        ({"scale": ONE}, r"has 'scale' and 0 more"),
        ({"weight": torch.ones(1, 4)}, r"'weight' is \(1, 4\), the model needs \(1, 3\)"),
        ({"bias": torch.tensor([float("inf")])}, "'bias' has values that are no finite numbers"),
        ({"bias": torch.ones(1, dtype=torch.long)}, "'bias' has values that are no finite numbers"),
    ],
)
def test_tensors_that_do_not_fill_it_are_named(change, said):
    tensors = {"weight": torch.ones(1, 3), "bias": torch.ones(1)} | change
    with pytest.raises(FormatError, match=said):
        fit_model(FILE, linear, 3, {name: t for name, t in tensors.items() if t is not None})


def test_matrices_are_measured_and_layers_counted():
    tensors = {
        "w": torch.ones(3, 4),
        "v": ONE,
        "none": torch.ones(0, 2),
        "e.layers.0.a": ONE,
        "e.layers.1.a": ONE,
    }
    assert matrix(FILE, tensors, "w") == (3, 4) and layer_count(tensors, "e.layers.") == 2
    for name, said in (("v", "not that of a matrix"), ("none", "not that of a matrix"), ("x", "lacks 'x'")):
        with pytest.raises(FormatError, match=said):
            matrix(FILE, tensors, name)
