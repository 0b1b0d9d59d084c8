"""Threads that wait sleep, unless the user has chosen otherwise."""

from __future__ import annotations

import os

import pytest

from motion_core.threads import let_threads_sleep


@pytest.mark.parametrize(("chosen", "found"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_the_users_choice_stays(monkeypatch, chosen, found):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    if chosen is not None:
        monkeypatch.setenv("OMP_WAIT_POLICY", chosen)
    let_threads_sleep()
    assert os.environ["OMP_WAIT_POLICY"] == found
    monkeypatch.setenv("OMP_WAIT_POLICY", "restored")  # so that monkeypatch takes back what was set here
