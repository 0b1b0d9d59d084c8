"""What is set once for a machine: the service, its device, where results go."""

from __future__ import annotations

import os
import time
from functools import lru_cache
from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ..backend.environment import VARIANTS, EnvironmentState, environment_python, examine
from ..backend.service_settings import ServiceSettings
from ..paths import PACKAGE, absolute, bundled_wheel, user_folder

ENV_PYTHON = "LABAN_BACKEND_PYTHON"  # for pipelines: the interpreter of the service where none is set here
DEVICES = (
    ("auto", "Automatic", "The GPU where there is one that works, else the processor"),
    ("cpu", "Processor", "Works everywhere"),
    ("cuda", "NVIDIA or AMD GPU", "Needs an environment made for CUDA or ROCm"),
    ("mps", "Apple GPU", "Apple silicon"),
)
BACKENDS = (
    ("LOCAL", "This computer", "Laban starts its motion service here when it is first needed"),
    ("SERVER", "A server", "Use a motion service that runs already, perhaps on a machine with a better GPU"),
)


class LabanPreferences(bpy.types.AddonPreferences):
    """The page under Edit > Preferences > Add-ons > Laban; registration gives it its `draw`."""

    bl_idname = PACKAGE

    backend: EnumProperty(
        name="Motion service", items=BACKENDS, default="LOCAL", description="Where motion is made"
    )
    python: StringProperty(
        name="Backend Python",
        subtype="FILE_PATH",
        description="The python program of an environment that holds laban[backend]. "
        "Empty: the environment made below, else the one that LABAN_BACKEND_PYTHON names",
    )
    device: EnumProperty(
        name="Device", items=DEVICES, default="auto", description="What the motion is computed on"
    )
    address: StringProperty(
        name="Address",
        default="http://127.0.0.1:8765",
        description="Of a service that somebody started with `laban serve`, for example https://gpu-box:8765",
    )
    token: StringProperty(
        name="Token",
        subtype="PASSWORD",
        description="What that service shows when it starts. It is kept with your Blender preferences, unencrypted",
    )
    certificate: StringProperty(
        name="Certificate",
        subtype="FILE_PATH",
        description="Only for an https server that signed its own certificate: that certificate (PEM)",
    )
    results: StringProperty(
        name="Results",
        subtype="DIR_PATH",
        description="Every motion is also kept here as an .npz file. Empty: a folder among your Blender files",
    )
    smpl_model: StringProperty(
        name="SMPL model",
        subtype="FILE_PATH",
        description="Your own licensed SMPL, SMPL-H or SMPL-X file (.npz or .pkl): Add Rig then uses its body. "
        "Empty: Laban's own mannequin",
    )
    variant: EnumProperty(
        name="Made for", items=[(key, v.title, v.description) for key, v in VARIANTS.items()], default="cpu",
        description="Which build of torch the environment gets",
    )  # fmt: skip
    base_python: StringProperty(
        name="System Python",
        subtype="FILE_PATH",
        description="The Python (3.11 or newer) that the environment is made with. Empty: it is looked for",
    )


def find_preferences() -> LabanPreferences | None:
    """The preferences while the extension is enabled."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    return None if addon is None else addon.preferences


def environment_folder() -> Path:
    """Where the button makes the backend's environment."""
    return user_folder("backend")


def environment_state() -> EnvironmentState:
    """How far that environment is. Panels ask at every redraw: the disk is looked at once a second."""
    return _environment_state(int(time.monotonic()))


@lru_cache(maxsize=1)
def _environment_state(second: int) -> EnvironmentState:
    return examine(environment_folder(), bundled_wheel())


def forget_environment_state() -> None:
    """After the environment has changed."""
    _environment_state.cache_clear()


def backend_python(preferences: LabanPreferences | None) -> str:
    """The interpreter of the service, "" when there is none.

    It is the one of the preferences, else our own environment's, else that of the variable LABAN_BACKEND_PYTHON.
    """
    if preferences is not None and preferences.python.strip():
        return absolute(preferences.python)
    if environment_state() in (EnvironmentState.READY, EnvironmentState.OUTDATED):
        return str(environment_python(environment_folder()))
    return os.environ.get(ENV_PYTHON, "")


def service_settings() -> ServiceSettings:
    """The service to use, as the preferences say now."""
    preferences = find_preferences()
    if preferences is not None and preferences.backend == "SERVER":
        address, token = preferences.address, preferences.token
        certificate, online = absolute(preferences.certificate), bpy.app.online_access
        return ServiceSettings(True, "", "", address, token, certificate, online)
    device = preferences.device if preferences is not None else "auto"
    return ServiceSettings(python=backend_python(preferences), device=device)


def results_folder() -> Path:
    """Where motions are kept; it may not exist yet."""
    preferences = find_preferences()
    named = absolute(preferences.results) if preferences is not None else ""
    return Path(named) if named else user_folder("results")


def smpl_model() -> str:
    """The user's own body model file, "" for our mannequin."""
    preferences = find_preferences()
    return absolute(preferences.smpl_model) if preferences is not None else ""
