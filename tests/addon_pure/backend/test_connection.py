"""The way to a service, without one: what a connection is before and after; the real ones are in `test_client.py`."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest


@pytest.fixture
def connection(addon):
    made = addon("backend.connection").Connection()
    yield made
    made.stop()


def until(connection, state: str) -> None:
    end = time.monotonic() + 60
    while connection.poll() != state:
        assert time.monotonic() < end, (connection.state, connection.message)
        time.sleep(0.01)


def test_it_is_off_at_first_and_after_a_stop(connection):
    assert connection.poll() == "off" and not connection.is_local and connection.life == 0
    connection.connect("127.0.0.1:9", "t")
    assert connection.state == "starting" and connection.life == 1
    connection.stop()
    assert (connection.state, connection.message, connection.address) == ("off", "", None)


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a signal")
def test_a_backend_killed_while_it_starts_is_lost_and_can_be_revived(connection):
    connection.start(sys.executable, device="cpu")
    os.kill(connection._child.process.pid, signal.SIGKILL)
    until(connection, "failed")
    assert connection.lost and "signal 9" in connection.message
    connection.revive()
    assert connection.state == "starting" and "starts again (the backend did not" in connection.message
    assert not connection.lost and connection.life == 2
    until(connection, "ready")


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process")
def test_a_backend_stopped_while_it_starts_is_lost(connection):
    connection.start(sys.executable, device="cpu")
    connection._child.process.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    until(connection, "failed")
    assert connection.lost and time.monotonic() - begun < 5 and "is stopped" in connection.message


def test_one_that_cannot_start_is_not_lost(connection):
    connection.start("/nowhere/python")
    assert connection.state == "failed" and not connection.lost
