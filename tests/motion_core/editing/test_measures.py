import numpy as np
from gliding_motions import FPS, moving
from posed_motions import SITTING, posed

from motion_core.editing.contacts import runs
from motion_core.editing.measures import Measures, reversals


def test_going_and_turning_are_measured_in_the_bodys_frame():
    m = Measures(moving((0.2, 1.0), turn=1.5))
    middle = m.velocity[20:-20]
    assert np.allclose(middle, [0.2, 1.0], atol=0.02)
    assert abs(m.heading[-1] - m.heading[0] - np.degrees(1.5)) < 2
    assert abs(m.travel(0, len(m)) - np.hypot(0.2, 1.0) * len(m) / FPS) < 0.15


def test_postures_are_measured():
    standing = Measures(moving())
    assert standing.upright.all() and standing.trunk.max() < 5 and standing.thigh("left").max() < 10
    sitting = Measures(posed(SITTING, height=0.5).motion)
    assert not sitting.upright.any() and sitting.thigh("right").min() > 60
    bent = Measures(posed(pitch=1.0).motion)
    assert np.allclose(bent.trunk, np.degrees(1.0), atol=5)


def test_a_mirrored_body_thrusts_with_the_other_hand():
    swing = np.outer(np.linspace(0, -1.5, 80), [0, 1.0, 0]) + [0, 0, -0.2]
    m = moving(arms={"left_shoulder": swing})
    there, mirrored = Measures(m), Measures(m.mirror())
    assert there.thrust("left").max() > 0.1
    assert np.allclose(there.thrust("left"), mirrored.thrust("right"), atol=1e-3)


def test_runs_and_reversals():
    assert runs(np.array([1, 0, 1, 1], dtype=bool)) == [(0, 1), (2, 4)]
    assert runs(np.zeros(3, dtype=bool)) == []
    assert reversals(np.sin(np.linspace(0, 4 * np.pi, 100)), 0.5) == 4
    assert reversals(np.zeros(5), 0.1) == reversals(np.array([]), 0.1) == 0
