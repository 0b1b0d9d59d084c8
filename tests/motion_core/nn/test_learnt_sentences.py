import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from motion_core.nn.learnt_sentences import LearntSentences
from motion_core.wording.sides import LEFT, NONE, RIGHT

WIDTH = 16


def sentences(seed: int = 0, count: int = 40) -> torch.Tensor:
    return functional.normalize(
        torch.randn(count, WIDTH, generator=torch.Generator().manual_seed(seed)), dim=-1
    )


LEARNT = LearntSentences(sentences(), torch.tensor([NONE] * 20 + [LEFT] * 18 + [RIGHT] * 2))


def cosines(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (functional.normalize(a, dim=-1) * functional.normalize(b, dim=-1)).sum(-1)


def test_another_wording_is_drawn_to_what_was_learnt():
    learnt = LEARNT.vectors[:20]
    worded = learnt + 0.3 * sentences(1, 20)
    drawn = LEARNT.draw(worded, ["a person waves"] * 20)
    assert (cosines(drawn, learnt) > cosines(worded, learnt)).all()
    assert torch.allclose(drawn.norm(dim=-1), worded.norm(dim=-1), atol=1e-5)


def test_a_learnt_sentence_nearly_stays():
    assert cosines(LEARNT.draw(LEARNT.vectors[:20], ["walk"] * 20), LEARNT.vectors[:20]).min() > 0.99


def test_nearness_never_decides_sides():
    points = LEARNT.vectors[20:24]  # where sentences that say left were learnt
    assert torch.allclose(LEARNT.draw(points, ["the left hand"] * 4), points, atol=0.05)
    drawn, right = LEARNT.draw(points, ["the right hand"] * 4), LEARNT.vectors[38:]
    beside = drawn - drawn @ torch.linalg.pinv(right) @ right  # what is no mix of those that say right
    assert beside.norm(dim=-1).max() < 0.3


def test_what_stays_where_it_is():
    given_ = sentences(3, 3) * 7
    assert torch.equal(LEARNT.draw(given_, ["", "left, then right", " "]), given_)
    without = LearntSentences(sentences(), torch.full((40,), NONE))
    assert torch.equal(without.draw(given_, ["the left hand"] * 3), given_)


@given(st.integers(0, 1000), st.integers(1, 6))
def test_a_sentence_does_not_depend_on_its_batch(seed, count):
    batch = sentences(seed, count)
    together = LEARNT.draw(batch, ["walk", "left", "right", "", "wave left", "run"][:count])
    for row, text in enumerate(["walk", "left", "right", "", "wave left", "run"][:count]):
        assert torch.allclose(LEARNT.draw(batch[row : row + 1], [text])[0], together[row], atol=1e-5)


def test_a_checkpoint_keeps_them():
    tensors = {"weight": torch.ones(2), **LEARNT.tensors()}
    again = LearntSentences.taken_from(tensors)
    assert again is not None and set(tensors) == {"weight"}
    assert torch.equal(again.sides, LEARNT.sides) and torch.allclose(again.vectors, LEARNT.vectors)
    assert LearntSentences.taken_from(tensors) is None
    with pytest.raises(ValueError, match=r"no tensor learnt\.sides"):
        LearntSentences.taken_from({"learnt.vectors": torch.ones(2, 3)})
    with pytest.raises(ValueError, match=r"shape \(2, 3\) have sides \(5,\)"):
        LearntSentences(torch.ones(2, 3), torch.zeros(5))
