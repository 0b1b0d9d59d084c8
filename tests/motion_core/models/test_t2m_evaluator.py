"""The T2M evaluator by itself: shapes and sizes, padding, order, bad input (parity is tested with its conversion)."""

import pytest
import torch

from motion_core.models.t2m_evaluator import TAGS, T2MEvaluator, T2MEvaluatorConfig

SMALL = T2MEvaluatorConfig(
    features=12, movement_width=8, motion_width=6, text_width=6, word_width=5, embedding=4, max_frames=40,
    vocabulary=("walk", "sos", "eos", "unk"),
)  # fmt: skip


@pytest.fixture
def model():
    torch.manual_seed(0)
    model = T2MEvaluator(SMALL).eval()
    model.word_vectors.normal_()
    return model


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def test_published_sizes():
    with torch.device("meta"):
        model = T2MEvaluator(T2MEvaluatorConfig())
    assert round(parameters(model.movement) / 1e6, 2) == 1.84
    assert round(parameters(model.motion) / 1e6, 1) == 15.7
    assert round((parameters(model.text) + parameters(model.tags)) / 1e6, 2) == 4.10
    assert len(TAGS) == 15


def test_a_motion_does_not_depend_on_its_batch(model):
    x0, lengths = torch.randn(3, 40, 12), torch.tensor([40, 8, 23])
    with torch.no_grad():
        together = model.encode_motion(x0, lengths)
        alone = torch.cat(
            [model.encode_motion(x0[i : i + 1, :n], lengths[i : i + 1]) for i, n in enumerate(lengths)]
        )
    assert together.shape == (3, 4) and torch.allclose(together, alone, atol=1e-6)


def test_what_lies_beyond_the_end_does_not_matter_but_padding_does(model):
    x0, lengths = torch.randn(1, 40, 12), torch.tensor([20])
    wild = x0.clone()
    wild[:, 20:] = float("nan")
    with torch.no_grad():
        assert torch.equal(model.encode_motion(x0, lengths), model.encode_motion(wild, lengths))
        cut = T2MEvaluator(T2MEvaluatorConfig(**{**SMALL.to_json(), "max_frames": 20})).eval()
        cut.load_state_dict(model.state_dict())
        # the second convolution sees the bias of the first beyond the end: part of the published numbers
        assert not torch.allclose(cut.encode_motion(x0, lengths), model.encode_motion(x0, lengths), atol=1e-4)


def test_contacts_are_not_read(model):
    x0, lengths = torch.randn(2, 16, 12), torch.tensor([16, 16])
    other = x0.clone()
    other[..., -4:] += 5
    with torch.no_grad():
        assert torch.equal(model.encode_motion(x0, lengths), model.encode_motion(other, lengths))


def test_a_sentence_depends_on_words_tags_and_order_not_on_padding(model):
    words, tags = torch.tensor([[1, 0, 3, 2]]), torch.tensor([[14, 0, 1, 14]])
    lengths = torch.tensor([4])
    with torch.no_grad():
        once = model.encode_text(words, tags, lengths)
        padded = model.encode_text(
            torch.tensor([[1, 0, 3, 2, 0, 0]]), torch.tensor([[14, 0, 1, 14, 3, 3]]), lengths
        )
        assert once.shape == (1, 4) and torch.allclose(once, padded, atol=1e-6)
        for changed in (
            model.encode_text(words.flip(1), tags, lengths),
            model.encode_text(words, tags.roll(1, 1), lengths),
            model.encode_text(words[:, :3], tags[:, :3], lengths - 1),
        ):
            assert not torch.allclose(once, changed, atol=1e-4)


@pytest.mark.parametrize("length", [3, 41])
def test_lengths_out_of_range_are_named(model, length):
    with pytest.raises(ValueError, match=rf"{length} to {length} frames.*takes 4 to 40"):
        model.encode_motion(torch.zeros(1, 44, 12), torch.tensor([length]))


def test_config_goes_to_json_and_back_and_names_faults():
    assert T2MEvaluatorConfig.from_json(SMALL.to_json()) == SMALL
    with pytest.raises(ValueError, match="unknown key 'colour'"):
        T2MEvaluatorConfig.from_json({"colour": 1})
    with pytest.raises(ValueError, match="text_width is 0"):
        T2MEvaluatorConfig(text_width=0)
    with pytest.raises(ValueError, match="features is 4"):
        T2MEvaluatorConfig(features=4)
