"""A small stage for pictures of a motion in Blender: floor, lights, a camera that sees the whole path.

    stage = Stage(bpy.context, [rig], first_frame, last_frame)
    stage.render_still("out/demo.png", frame=40)
    stage.render_frames("out/frames")          # out/frames/0001.png ...

Workbench draws a frame in about 0.2 s without any graphics card; Cycles (engine="CYCLES") in a few seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

FLOOR_COLOUR = np.array((0.86, 0.87, 0.88, 1.0))  # linear RGBA
TILE_COLOUR = np.array((0.62, 0.64, 0.67, 1.0))
SKY_COLOUR = (0.155, 0.158, 0.163)  # what Workbench shows of it meets the floor at the horizon
TILE = 0.5  # metres
FADE = 7.0  # metres from the action over which the tiles fade into the floor
VIEW = Vector((0.85, -1.0, 0.30)).normalized()  # from the person to the camera, for one who faces -Y
LENS = 60.0  # millimetres
HEAD_ROOM = 0.30  # metres around the joints: crown, hands, toes


def body_points(context: Any, rigs: Sequence[Any], frames: Sequence[int]) -> np.ndarray:
    """(N,3) where the bones' ends lie in the world at some frames; the current frame is put back."""
    before = context.scene.frame_current
    points = []
    for frame in frames:
        context.scene.frame_set(frame)
        for rig in rigs:
            points += [rig.matrix_world @ end for bone in rig.pose.bones for end in (bone.head, bone.tail)]
    context.scene.frame_set(before)
    return np.array(points)


def _add_floor(collection: Any, size: float, centre: Vector, reach: float) -> None:
    """A square around `centre`, chequered so that steps can be judged; the tiles fade `reach` metres from it."""
    tiles = math.ceil((reach + FADE) / TILE)
    line = np.concatenate([[-size / 2], np.arange(-tiles, tiles + 1) * TILE, [size / 2]])
    count = len(line) - 1
    corners = np.stack(np.meshgrid(line, line, [0.0], indexing="ij"), axis=-1).reshape(-1, 3)
    index = np.arange((count + 1) ** 2).reshape(count + 1, count + 1)
    quads = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], axis=-1).reshape(-1, 4)
    mesh = bpy.data.meshes.new("Stage Floor")
    mesh.from_pydata(corners.tolist(), [], quads.tolist())
    mesh.materials.append(_floor_material())
    dark = np.add.outer(np.arange(count), np.arange(count)).ravel() % 2
    distance = np.linalg.norm(corners[quads].mean(axis=1), axis=1)
    strength = dark * np.clip(1 - (distance - reach) / FADE, 0, 1)
    colours = FLOOR_COLOUR + (TILE_COLOUR - FLOOR_COLOUR) * strength[:, None]
    attribute: Any = mesh.color_attributes.new("Tiles", "FLOAT_COLOR", "CORNER")
    attribute.data.foreach_set("color", np.repeat(colours, 4, axis=0).astype(np.float32).ravel())
    floor = bpy.data.objects.new("Stage Floor", mesh)
    floor.location = (round(centre.x / TILE) * TILE, round(centre.y / TILE) * TILE, 0)
    collection.objects.link(floor)


def _floor_material() -> Any:
    material: Any = bpy.data.materials.new("Stage Floor")
    if material.node_tree is None:  # Blender 5 gives every material its nodes
        material.use_nodes = True
    nodes = material.node_tree.nodes
    tiles: Any = nodes.new("ShaderNodeVertexColor")
    tiles.layer_name = "Tiles"
    shader = nodes["Principled BSDF"]
    shader.inputs["Roughness"].default_value = 0.8
    material.node_tree.links.new(tiles.outputs["Color"], shader.inputs["Base Color"])
    return material


def _add_sun(collection: Any, name: str, direction: Vector, energy: float, angle: float) -> None:
    data: Any = bpy.data.lights.new(name, "SUN")
    data.energy, data.angle = energy, math.radians(angle)
    sun = bpy.data.objects.new(name, data)
    sun.rotation_euler = direction.to_track_quat("-Z", "Y").to_euler()
    collection.objects.link(sun)


def _add_camera(collection: Any, points: np.ndarray, aspect: float) -> Any:
    """Looking along -VIEW from where every point is in the picture."""
    data: Any = bpy.data.cameras.new("Stage Camera")
    data.lens, data.sensor_width, data.sensor_fit, data.clip_end = LENS, 36.0, "HORIZONTAL", 500.0
    camera = bpy.data.objects.new("Stage Camera", data)
    collection.objects.link(camera)
    camera.rotation_euler = (-VIEW).to_track_quat("-Z", "Y").to_euler()
    axes = np.array(camera.rotation_euler.to_matrix()).T  # right, up, back
    right, up, back = axes @ points.T
    half_width = data.sensor_width / 2 / LENS
    half_height = half_width / aspect
    across, high = (right.min() + right.max()) / 2, (up.min() + up.max()) / 2
    needed = np.maximum(
        (np.abs(right - across) + HEAD_ROOM) / half_width, (np.abs(up - high) + HEAD_ROOM) / half_height
    )
    camera.location = axes.T @ np.array([across, high, (back + needed).max()])
    return camera


class Stage:
    """Builds the stage around rigs that already move, in its own collection, and renders it."""

    def __init__(
        self,
        context: Any,
        rigs: Sequence[Any],
        first: int,
        last: int,
        *,
        engine: str = "WORKBENCH",
        resolution: tuple[int, int] = (960, 540),
    ):
        self.scene, self.first, self.last = context.scene, first, last
        frames = sorted({*range(first, last + 1, max(1, (last - first) // 24)), last})
        points = body_points(context, rigs, frames)
        collection = bpy.data.collections.new("Stage")
        self.scene.collection.children.link(collection)
        centre = Vector((points.min(axis=0) + points.max(axis=0)) / 2)
        reach = float(np.ptp(points[:, :2], axis=0).max())
        camera = _add_camera(collection, points, resolution[0] / resolution[1])
        self.scene.camera = camera
        _add_floor(collection, 12 * (camera.location - centre).length, centre, reach / 2)
        _add_sun(collection, "Stage Key", Vector((-0.55, 0.6, -1.0)), 1.7, 6.0)
        _add_sun(collection, "Stage Rim", Vector((0.7, -0.9, -0.6)), 0.4, 20.0)
        self._set_picture(resolution)
        (self._use_cycles if engine == "CYCLES" else self._use_workbench)()

    def _set_picture(self, resolution: tuple[int, int]) -> None:
        render = self.scene.render
        render.resolution_x, render.resolution_y = resolution
        render.resolution_percentage = 100
        render.image_settings.file_format = "PNG"
        world: Any = bpy.data.worlds.new("Stage")
        world.color = SKY_COLOUR
        if world.node_tree is None:
            world.use_nodes = True
        world.node_tree.nodes["Background"].inputs["Color"].default_value = (*SKY_COLOUR, 1.0)
        self.scene.world = world
        self.scene.view_settings.view_transform = "Standard"

    def _use_workbench(self) -> None:
        self.scene.render.engine = "BLENDER_WORKBENCH"
        self.scene.view_settings.exposure = 0.7
        self.scene.display.light_direction = (0.45, 0.42, 0.79)
        self.scene.display.shadow_focus = 0.4
        shading = self.scene.display.shading
        shading.light, shading.color_type = "STUDIO", "VERTEX"
        shading.show_shadows, shading.shadow_intensity = True, 0.35
        shading.show_cavity, shading.cavity_type = True, "BOTH"
        shading.cavity_ridge_factor, shading.cavity_valley_factor = 0.6, 1.0
        shading.curvature_ridge_factor, shading.curvature_valley_factor = 0.5, 0.8
        shading.background_type = "WORLD"

    def _use_cycles(self) -> None:
        self.scene.render.engine = "CYCLES"
        self.scene.world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.45
        self.scene.cycles.samples = 24
        self.scene.cycles.use_denoising = True
        self.scene.cycles.device = "CPU"

    def render_still(self, path: str | Path, frame: int | None = None) -> Path:
        """Writes a PNG of one frame (the middle one by default) and returns its path."""
        return self._render(path, (self.first + self.last) // 2 if frame is None else frame, "8")

    def render_frames(self, folder: str | Path, step: int = 1) -> list[Path]:
        """Writes FOLDER/0001.png, 0002.png ... for every frame, or every so many, and returns their paths."""
        frames = range(self.first, self.last + 1, step)
        return [
            self._render(Path(folder) / f"{k:04d}.png", frame, "FXAA") for k, frame in enumerate(frames, 1)
        ]

    def _render(self, path: str | Path, frame: int, antialiasing: str) -> Path:
        """antialiasing: Workbench's; its 8 samples take four times as long as FXAA."""
        path = Path(path).resolve().with_suffix(".png")
        path.parent.mkdir(parents=True, exist_ok=True)
        self.scene.display.render_aa = antialiasing
        self.scene.frame_set(frame)
        self.scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        return path
