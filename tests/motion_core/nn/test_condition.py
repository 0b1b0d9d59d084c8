"""Conditions: filled-in parts, joining, and messages for parts that do not fit."""

import pytest
import torch

from motion_core.nn.condition import Condition, cat


def test_keep_and_token_mask_default_to_all_true():
    cond = Condition(tokens=torch.zeros(2, 5, 3))
    assert cond.keep.tolist() == [True, True]
    assert cond.token_mask.shape == (2, 5) and bool(cond.token_mask.all())


def test_without_hides_every_sample_and_changes_nothing_else():
    cond = Condition(action=torch.tensor([3, 4]))
    hidden = cond.without()
    assert hidden.keep.tolist() == [False, False] and cond.keep.tolist() == [True, True]
    assert torch.equal(hidden.action, cond.action)


def test_cat_pads_the_shorter_tokens_and_masks_the_padding():
    a = Condition(tokens=torch.ones(1, 2, 3), keep=torch.tensor([True]))
    b = Condition(tokens=torch.full((2, 4, 3), 2.0), keep=torch.tensor([False, True]))
    both = cat(a, b)
    assert both.tokens.shape == (3, 4, 3)
    assert both.token_mask.tolist() == [[True, True, False, False], [True] * 4, [True] * 4]
    assert both.tokens[0, 2:].abs().sum() == 0
    assert both.keep.tolist() == [True, False, True]


def test_rows_select_samples():
    cond = Condition(pooled=torch.arange(6.0).view(3, 2), keep=torch.tensor([True, False, True]))
    some = cond.rows(torch.tensor([2, 1]))
    assert some.pooled.tolist() == [[4, 5], [2, 3]] and some.keep.tolist() == [True, False]


def test_parts_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"pooled.*2.*action.*3"):
        Condition(pooled=torch.zeros(2, 4), action=torch.zeros(3, dtype=torch.long))
    with pytest.raises(ValueError, match=r"Condition\.none"):
        Condition()
    with pytest.raises(ValueError, match="'action'"):
        cat(Condition(action=torch.zeros(1, dtype=torch.long)), Condition.none(1))
    assert len(Condition.none(4)) == 4 and not Condition.none(4).keep.any()
