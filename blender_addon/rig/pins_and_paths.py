"""Empties and curves of the scene as pins and a path in the world of a rig's motion."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from motion_core.rig_maps import RigError
from motion_core.tasks.pins_and_paths import ALONG, FREE, FollowPath, Pin

from .capture import space_of

STEP = 0.1  # metres of the body between two points of a path
MOST_POINTS = 1000
SHORTEST = 0.05  # metres of the body; less is no way
FAST = 4.0  # metres per second of the body: above, few can run
SLOW = 0.25  # below, a body shuffles rather than walks


def world_to_motion(armature: bpy.types.Object) -> np.ndarray:
    """(4,4) from Blender's world to that of the rig's motions."""
    return np.linalg.inv(space_of(armature))


def pins_of(
    armature: bpy.types.Object, first: int, last: int, fps: float, space: np.ndarray | None = None
) -> tuple[Pin, ...]:
    """The enabled pins of a rig's list that hold between two frames, in seconds from the first.

    space: `world_to_motion` of the rig, if it is known. Raises RigError that names a wrong pin.
    """
    owner: Any = armature
    found = []
    for pin in owner.laban_pins.pins:
        if not pin.enabled or pin.end < first or pin.start > last:
            continue
        if fault := pin_fault(pin):
            raise RigError(fault)
        space = world_to_motion(armature) if space is None else space
        start, stop = (max(pin.start, first) - first) / fps, (min(pin.end, last) - first) / fps
        found.append(Pin(pin.joint, start, stop, *_place(pin, space)))
    return tuple(found)


def pin_fault(pin: Any) -> str:
    """What is wrong with a pin of the list, "" when nothing is."""
    if pin.target is None:
        return f"pin {pin.name!r} has no empty: choose one, or remove the pin"
    if pin.target.parent is not None:
        return f"the empty {pin.target.name!r} of pin {pin.name!r} has a parent: clear it (Alt P)"
    if pin.end < pin.start:
        return f"pin {pin.name!r} ends at frame {pin.end}, before its start {pin.start}"
    if not (pin.use_position or (pin.use_heading and pin.joint == "pelvis")):
        return f"pin {pin.name!r} holds nothing: switch on its position, or the heading of a pelvis"
    return ""


def _place(pin: Any, space: np.ndarray) -> tuple[tuple[float, float, float] | None, float | None]:
    """Position and heading of a pin's empty in the motion's world."""
    matrix = space @ np.array(pin.target.matrix_world, dtype=np.float64)
    position = tuple(matrix[:3, 3].tolist()) if pin.use_position else None
    heading = None
    if pin.use_heading and pin.joint == "pelvis":
        ahead = -matrix[:3, 1]
        heading = float(np.arctan2(ahead[0], -ahead[1]))  # a heading a faces (sin a, -cos a)
    return position, heading


def curve_points(context: bpy.types.Context, thing: bpy.types.Object) -> np.ndarray:
    """(P,3) points along the first spline of a curve object, in Blender's world, without modifiers and bevel.

    Raises RigError for an object that is no curve, or one without length.
    """
    if thing.type != "CURVE":
        raise RigError(f"{thing.name!r} is a {thing.type.lower()}: choose a curve object")
    curve: Any = thing.data.copy()
    curve.bevel_depth = curve.extrude = curve.offset = 0.0
    curve.bevel_object = curve.taper_object = None
    curve.dimensions = "3D"
    copy = bpy.data.objects.new(thing.name, curve)
    try:
        mesh: Any = copy.to_mesh()
        places = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
        mesh.vertices.foreach_get("co", places)
        edges = np.empty(len(mesh.edges) * 2, dtype=np.int32)
        mesh.edges.foreach_get("vertices", edges)
    finally:
        copy.to_mesh_clear()
        bpy.data.objects.remove(copy)
        bpy.data.curves.remove(curve)
    places = places.reshape(-1, 3)[_along(edges.reshape(-1, 2).tolist())].astype(np.float64)
    if len(places) < 2:
        raise RigError(f"the curve {thing.name!r} has no length: give it at least two points")
    matrix = np.array(thing.matrix_world, dtype=np.float64)
    return places @ matrix[:3, :3].T + matrix[:3, 3]


def _along(edges: list[list[int]]) -> list[int]:
    """The vertices in the order in which edges join them, from the first one on. A closed curve is gone round once."""
    if not edges:
        return []
    way, used = [0], set()
    beside: dict[int, list[int]] = {}
    for number, ends in enumerate(edges):
        for end in ends:
            beside.setdefault(end, []).append(number)
    while True:
        step = next((n for n in beside.get(way[-1], ()) if n not in used), None)
        if step is None:
            return way
        used.add(step)
        a, b = edges[step]
        way.append(b if way[-1] == a else a)


def path_of(
    context: bpy.types.Context, armature: bpy.types.Object, thing: bpy.types.Object | None
) -> np.ndarray:
    """(P,2) points of a curve over the floor of the rig's motion, evenly spaced. Raises RigError."""
    if thing is None:
        raise RigError("no curve is chosen: draw one on the floor and choose it")
    space = world_to_motion(armature)
    flat = (curve_points(context, thing) @ space[:3, :3].T + space[:3, 3])[:, :2]
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(flat, axis=0), axis=1))])
    if lengths[-1] < SHORTEST:
        raise RigError(
            f"the curve {thing.name!r} has no length on the floor ({lengths[-1] * 100:.1f} cm for this rig)"
        )
    count = int(np.clip(np.ceil(lengths[-1] / STEP) + 1, 2, MOST_POINTS))
    at = np.linspace(0, lengths[-1], count)
    return np.stack([np.interp(at, lengths, column) for column in flat.T], axis=1)


def path_length(points: np.ndarray) -> float:
    """Metres of the body."""
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def follow_path(points: np.ndarray, seconds: float, along: bool) -> FollowPath:
    """The path, gone at an even speed, its end reached after so many seconds."""
    times = np.linspace(0.0, seconds, len(points))
    return FollowPath(tuple(map(tuple, points.tolist())), tuple(times.tolist()), ALONG if along else FREE)


def pace_note(length: float, seconds: float) -> str:
    """What to say of a way that is too long or too short for its time, "" when it is neither."""
    speed = length / seconds
    if speed > FAST:
        return (
            f"{length:.1f} m in {seconds:.1f} s is {speed:.1f} m/s: faster than people run; give it more time"
        )
    if speed < SLOW:
        return f"{length:.1f} m in {seconds:.1f} s is {speed:.2f} m/s: slower than people walk; give it less time"
    return ""
