"""The text head: unit vectors, blind to padding, deaf to nothing else."""

from __future__ import annotations

import pytest
import torch

from motion_core.nn.sentence_head import SentenceHead, SentenceHeadConfig

CONFIG = SentenceHeadConfig(text_width=12, width=16, outputs=8, layers=1, heads=2, feedforward=16, longest=10)


def test_sentences_become_unit_vectors_that_padding_does_not_change():
    torch.manual_seed(0)
    head = SentenceHead(CONFIG).eval()
    tokens = torch.randn(2, 6, 12)
    mask = torch.ones(2, 6, dtype=torch.bool)
    mask[1, 4:] = False
    found = head(tokens, mask)
    torch.testing.assert_close(found.norm(dim=-1), torch.ones(2))
    torch.testing.assert_close(found[1:], head(tokens[1:, :4], mask[1:, :4]), atol=1e-5, rtol=0)
    tokens[1, 4:] = torch.nan
    assert not torch.equal(found[0], head(tokens[:, torch.tensor([1, 0, 2, 3, 4, 5])][:1], mask[:1])[0])


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="width is 15"):
        SentenceHeadConfig(width=15)
    with pytest.raises(ValueError, match="text_scale is 0"):
        SentenceHeadConfig(text_scale=0)
    with pytest.raises(ValueError, match="widht"):
        SentenceHeadConfig.from_json({"widht": 4})
    with pytest.raises(ValueError, match="11 tokens is too long"):
        SentenceHead(CONFIG)(torch.zeros(1, 11, 12), torch.ones(1, 11, dtype=torch.bool))
    assert SentenceHeadConfig.from_json(CONFIG.to_json()) == CONFIG
