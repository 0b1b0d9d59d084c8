"""The watch over a service, against one that answers, one that says nothing, and nobody."""

from __future__ import annotations

import time

import pytest

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{"status": "ready"}'


@pytest.fixture
def health(addon):
    return addon("backend.health")


@pytest.fixture
def at(addon):
    address = addon("backend.http_client").Address
    return lambda port: address("http", "127.0.0.1", port, ip="127.0.0.1")


def poll_for(watch, address, seconds: float, **how):
    end, found = time.monotonic() + seconds, []
    while time.monotonic() < end:
        if answer := watch.poll(address, **how):
            found.append(answer)
        time.sleep(0.01)
    return found


def test_it_asks_when_it_is_time(health, at, raw_server):
    raw_server.answer(ANSWER)
    watch = health.HealthWatch()
    found = poll_for(watch, at(raw_server.port), 1.1, every=0.3, patience=3.0, attempts=1)
    assert 2 <= len(found) <= 4 and found[0].json() == {"status": "ready"}
    assert poll_for(watch, at(raw_server.port), 0.3, every=60, patience=3.0, attempts=1) == []
    watch.ask_now()
    assert len(poll_for(watch, at(raw_server.port), 0.5, every=60, patience=3.0, attempts=1)) == 1


def test_one_of_our_own_that_is_silent_hangs(health, at, raw_server):
    raw_server.answer(close=False)
    watch, begun = health.HealthWatch(), time.monotonic()
    with pytest.raises(health.Hung):
        poll_for(watch, at(raw_server.port), 5, every=1, patience=0.5, attempts=1)
    assert 0.4 < time.monotonic() - begun < 3 and watch.silence > 0.5
    watch.close()


def test_seconds_in_which_nobody_looked_do_not_count(health, at, raw_server):
    raw_server.answer(close=False)
    watch = health.HealthWatch()
    watch.poll(at(raw_server.port), every=1, patience=2.0, attempts=1)
    time.sleep(2.5)
    watch.poll(at(raw_server.port), every=1, patience=2.0, attempts=1)
    assert watch.silence < 1.5
    watch.close()


def test_elsewhere_attempts_count(health, at, raw_server):
    raw_server.stop()
    watch = health.HealthWatch()
    with pytest.raises(health.Unreachable, match=r"127\.0\.0\.1"):
        poll_for(watch, at(raw_server.port), 5, every=0.05, patience=None, attempts=3)
    assert watch._faults == 3
