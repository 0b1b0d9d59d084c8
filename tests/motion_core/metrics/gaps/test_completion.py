"""The table of in-betweening: interpolations, a tiny model, and what they are compared with."""

from __future__ import annotations

import numpy as np
import pytest
from gap_store import save_gap_store

from motion_core.editing.fill import hermite
from motion_core.metrics.benchmark.contenders import Contender
from motion_core.metrics.gaps.completion import INTERPOLATIONS, ModelFill, each, measure, run_completion
from motion_core.metrics.gaps.windows import load_gaps
from motion_core.tasks import TaskError

ONE = np.ones((22, 3))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return save_gap_store(tmp_path_factory.mktemp("gaps"), (60, 80, 100))


def test_a_perfect_filling_has_no_error(store):
    windows = load_gaps(store).with_gap(15)
    found = measure(windows, lambda given: [window.motion for window in given], ONE).estimates()
    assert all(found[name].value == 0 for name in ("l2p", "l2q", "npss", "centimetres"))


def test_a_better_filling_has_smaller_figures(store):
    windows = load_gaps(store).with_gap(5)
    hold, cubic = (measure(windows, each(INTERPOLATIONS[n]), ONE) for n in ("zero velocity", "cubic Hermite"))
    for name in ("l2p", "l2q", "npss", "centimetres"):
        quotient, half = cubic.estimates()[name].over(hold.estimates()[name]).interval()
        assert quotient < 0.5 and half is not None


def test_means_are_over_windows(store):
    windows = load_gaps(store).with_gap(30)
    single = [measure([window], each(hermite), ONE).estimates()["l2p"].value for window in windows]
    assert measure(windows, each(hermite), ONE).estimates()["l2p"].value == pytest.approx(np.mean(single))


def test_a_model_answers_through_the_task_and_keeps_the_context(store, tiny_weights):
    windows = load_gaps(store, limit=1).with_gap(15)
    model = ModelFill(Contender.parse("mdm@steps=2"), "cpu")
    for window, made in zip(windows, model(windows)):
        kept = np.r_[0:10, 25:35]
        np.testing.assert_array_equal(made.rotations[kept], window.motion.rotations[kept])
        np.testing.assert_array_equal(made.trans[kept], window.motion.trans[kept])
        assert np.abs(made.joints() - window.motion.joints()).max() > 0.001


def test_a_model_named_twice_is_refused(store, tiny_weights):
    with pytest.raises(TaskError, match="named twice"):
        run_completion(["mdm", "mdm"], store)
