"""Which service the preferences choose, and what speaks against it."""

from __future__ import annotations

import os

import bpy
import pytest

from blender_addon.backend.environment import environment_python, write_state
from blender_addon.backend.service_settings import ServiceSettings
from blender_addon.properties.preferences import (
    environment_folder,
    forget_environment_state,
    results_folder,
    service_settings,
    smpl_model,
)


def test_the_token_is_hidden_and_paths_are_paths(preferences):
    kinds = {setting.identifier: setting.subtype for setting in preferences.bl_rna.properties}
    assert kinds["token"] == "PASSWORD"
    assert {name for name, kind in kinds.items() if kind == "FILE_PATH"} >= {
        "python",
        "smpl_model",
        "certificate",
    }
    assert kinds["results"] == "DIR_PATH"


def test_nothing_is_set_at_first(preferences, monkeypatch):
    monkeypatch.delenv("LABAN_BACKEND_PYTHON", raising=False)
    assert service_settings() == ServiceSettings()
    assert "make its environment" in service_settings().fault


def test_the_order_of_backends(preferences, monkeypatch, tmp_path):
    """The setting, then our own environment, then the pipeline's variable."""
    monkeypatch.setattr("blender_addon.properties.preferences.user_folder", lambda part: tmp_path / part)
    monkeypatch.setenv("LABAN_BACKEND_PYTHON", "/pipeline/python")
    forget_environment_state()
    assert service_settings().python == "/pipeline/python"
    own = environment_python(environment_folder())
    own.parent.mkdir(parents=True)
    own.write_text("")
    write_state(environment_folder(), complete=True, wheel="laban.whl", variant="cpu")
    forget_environment_state()
    assert service_settings().python == str(own)
    preferences.python = " ~/here/python"
    assert service_settings().python == os.path.expanduser("~/here/python")
    forget_environment_state()


def test_a_server_on_this_computer_needs_no_network(preferences):
    preferences.backend, preferences.token = "SERVER", "secret"
    for address in ("http://127.0.0.1:8765", "localhost:1", "http://[::1]:80"):
        preferences.address = address
        choice = service_settings()
        assert (choice.server, choice.address, choice.token, choice.fault) == (True, address, "secret", "")


def test_a_server_elsewhere_waits_for_online_access(preferences):
    preferences.backend, preferences.address = "SERVER", "https://gpu-box:8765"
    assert not bpy.app.online_access
    assert "online access is off" in service_settings().fault
    bpy.context.preferences.system.use_online_access = True
    try:
        assert service_settings().fault == ""
    finally:
        bpy.context.preferences.system.use_online_access = False


@pytest.mark.parametrize("address", ["", "ftp://box", "http://box:99999", "a b"])
def test_an_address_that_is_none_is_named(preferences, address):
    preferences.backend, preferences.address = "SERVER", address
    assert "is not one" in service_settings().fault


def test_folders(preferences, tmp_path):
    assert results_folder() == tmp_path / "results"
    preferences.results = ""
    assert "laban" in str(results_folder())
    assert smpl_model() == ""
    preferences.smpl_model = str(tmp_path / "m.npz")
    assert smpl_model() == str(tmp_path / "m.npz")
