"""Which service may be used: each fault says what to do about it."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="module")
def settings(addon) -> Any:
    return addon("backend.service_settings").ServiceSettings


def test_a_service_of_this_computer_needs_a_python(settings):
    assert "make its environment in the preferences" in settings().fault
    assert settings(python="/usr/bin/python3").fault == ""
    assert settings(python="/usr/bin/python3", address="no address").fault == ""  # it is not asked for


@pytest.mark.parametrize("address", ["http://127.0.0.1:8765", "localhost:1", "http://[::1]:80"])
def test_a_server_here_needs_no_network(settings, address):
    assert settings(server=True, address=address).fault == ""


@pytest.mark.parametrize("address", ["https://gpu-box:8765", "http://192.168.0.7:80", "http://[fe80::1]:80"])
def test_a_server_elsewhere_needs_online_access(settings, address):
    fault = settings(server=True, address=address).fault
    assert "online access is off" in fault and "System" in fault
    assert settings(server=True, address=address, online=True).fault == ""


@pytest.mark.parametrize("address", ["", "ftp://box", "http://box:99999"])
def test_an_address_that_is_none_is_named_before_the_network(settings, address):
    fault = settings(server=True, python="/usr/bin/python3", address=address).fault
    assert "is not one" in fault and "online" not in fault


def test_only_what_reaches_another_service_makes_another_choice(settings):
    """A service is started anew when its settings differ; whether Blender is online is none of them."""
    assert settings(python="/p", online=True) == settings(python="/p")
    for other in (
        {"python": "/q"},
        {"device": "cpu"},
        {"server": True},
        {"token": "t"},
        {"certificate": "c"},
    ):
        assert settings(**{"python": "/p", **other}) != settings(python="/p")
