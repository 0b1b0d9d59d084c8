import pytest
from posed_motions import ARM_AHEAD, KNEELING, SITTING, SQUATTING, posed
from single_deeds import ONCE, held, seen


@pytest.mark.parametrize(
    ("joints", "height", "content"),
    [(SITTING, 0.5, "sit down"), (KNEELING, 0.5, "kneel"), (SQUATTING | ARM_AHEAD, 0.42, "squat")],
)
def test_postures(joints, height, content):
    share = ONCE if content == "squat" else held()
    assert seen(posed(joints, height=height, share=share).motion)[0] == content


def test_the_way_back_is_getting_up():
    up = 1 - held()
    assert "stand up from sitting" in seen(posed(SITTING, height=0.5, share=up).motion)
    assert "get up from the floor" in seen(posed(height=0.12, pitch=1.5, share=up).motion)


def test_a_bow_is_no_squat():
    assert seen(posed({"spine1": [0.9, 0, 0]}, share=ONCE).motion) == ["bow"]
