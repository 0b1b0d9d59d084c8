"""The scene's frame rate, in one place."""

from __future__ import annotations

import bpy


def scene_fps(scene: bpy.types.Scene) -> float:
    """Frames per second that Blender plays: 24 / 1.001 = 23.976, 30 / 1.001 = 29.97, 25 / 1 = 25."""
    return scene.render.fps / scene.render.fps_base
