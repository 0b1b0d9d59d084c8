import numpy as np
import pytest

from motion_core.data.joins import Clause, caption_clause, clause_for, then_text, while_text
from motion_core.data.phrases import Subject


def test_joins_name_both_actions_in_their_order():
    rng = np.random.default_rng(3)
    who = Subject("a man", "his", after="slowly")
    walk, wave = Clause("walks", "walking", "walk"), clause_for("wave left hand", rng, "his")
    for _ in range(50):
        text = while_text(who, walk, wave, rng)
        assert "walk" in text and "left" in text and text.endswith("slowly")
        text = then_text(who, [walk, wave], rng)
        assert text.index("walk") < text.index("wav")
        assert ("his" in text) <= ("a man" in text)


def test_joins_with_a_clause_known_only_in_the_present():
    rng = np.random.default_rng(3)
    kicks = Clause("kicks with the left leg")
    for _ in range(30):
        text = then_text(Subject("a person", "their"), [kicks, Clause("stands", "standing", "stand")], rng)
        assert "kicks with the left leg" in text
    with pytest.raises(ValueError, match="two or three"):
        then_text(Subject("a person", "their"), [kicks], rng)


@pytest.mark.parametrize(
    ("caption", "third"),
    [
        ("a man walks forward.", "walks forward"),
        ("The person kicks with their right leg", "kicks with their right leg"),
        ("a person is walking", None),
        ("walking forward", None),
        ("a man with a hat walks", None),
    ],
)
def test_captions_as_clauses(caption, third):
    found = caption_clause(caption)
    assert (found and found[1].third) == third
