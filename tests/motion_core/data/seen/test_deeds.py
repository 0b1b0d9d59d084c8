from gliding_motions import moving
from hypothesis import given, settings
from hypothesis import strategies as st
from posed_motions import ARM_AHEAD, SQUATTING, posed, pulses
from single_deeds import ONCE, arms, seen

from motion_core.data.mirrored_text import mirror_text
from motion_core.data.phrases import contents
from motion_core.data.seen.deeds import MOST_OF_ONE, deeds_in


def test_one_deed_is_not_taken_too_often():
    many = moving(arms=arms(right=2.4, share=pulses(4, width=0.6)))
    assert seen(many).count("raise up right hand") == MOST_OF_ONE


@settings(max_examples=20, deadline=None)
@given(
    left=st.floats(0, 2.6), right=st.floats(0, 2.6), turn=st.floats(-7, 7), sideways=st.floats(-1, 1),
    forward=st.floats(0, 2),
)  # fmt: skip
def test_a_mirrored_motion_shows_the_mirrored_deeds(left, right, turn, sideways, forward):
    motion = moving((sideways, forward), turn, arms(left, right))
    mirrored = [(s.start, s.stop, mirror_text(s.content)) for s in deeds_in(motion.mirror())]
    assert sorted(mirrored) == sorted((s.start, s.stop, s.content) for s in deeds_in(motion))


def test_every_deed_has_words_and_lies_inside_its_clip():
    squat = posed(SQUATTING | ARM_AHEAD, height=0.42, share=ONCE).motion
    for motion in (squat, moving(arms=arms(right=2.4)), moving(turn=2.2)):
        found = deeds_in(motion)
        assert found
        for span in found:
            assert span.content in contents() and 0 <= span.start < span.stop <= len(motion)


def test_a_clip_shorter_than_a_second_shows_nothing():
    assert deeds_in(moving(turn=9.0).slice(0, 1)) == deeds_in(moving(turn=9.0).slice(0, 19)) == []
