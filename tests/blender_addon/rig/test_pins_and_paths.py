"""Curves and empties of the scene in the world of a rig's motion."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from control_rigs import MIXAMO, make_armature, rows_of
from rig_rests import RestStyle

from blender_addon.rig.capture import space_of
from blender_addon.rig.pins_and_paths import (
    curve_points,
    follow_path,
    pace_note,
    path_length,
    path_of,
    pins_of,
    world_to_motion,
)
from blender_addon.rig.rig import add_rig
from motion_core.retarget import RigError


def make_curve(context, kind: str, points: list[tuple[float, float, float]], cyclic: bool = False):
    data = bpy.data.curves.new("Way", "CURVE")
    data.dimensions, data.bevel_depth = "3D", 0.1
    spline = data.splines.new(kind)
    if kind == "BEZIER":
        spline.bezier_points.add(len(points) - 1)
        for point, place in zip(spline.bezier_points, points):
            point.co, point.handle_left_type, point.handle_right_type = place, "VECTOR", "VECTOR"
    else:
        spline.points.add(len(points) - 1)
        for point, place in zip(spline.points, points):
            point.co = (*place, 1)
    if kind == "NURBS":
        spline.order_u, spline.use_endpoint_u = 2, True
    spline.use_cyclic_u = cyclic
    way = bpy.data.objects.new("Way", data)
    context.collection.objects.link(way)
    return way


CORNER = [(0, 0, 0), (2, 0, 0), (2, 3, 0)]


@pytest.mark.parametrize("kind", ["POLY", "BEZIER", "NURBS"])
def test_curves_of_every_kind_are_read_along(context, kind):
    rig, way = add_rig(context), make_curve(context, kind, CORNER)
    way.location, way.scale = (1, 0, 0), (2, 1, 1)
    context.view_layer.update()
    counts = len(bpy.data.objects), len(bpy.data.curves), len(bpy.data.meshes)
    points = path_of(context, rig, way)
    assert (len(bpy.data.objects), len(bpy.data.curves), len(bpy.data.meshes)) == counts
    np.testing.assert_allclose(points[[0, -1]], [[1, 0], [5, 3]], atol=0.02)
    assert path_length(points) == pytest.approx(7, abs=0.1)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert steps.max() < 0.11


def test_a_closed_curve_comes_back(context):
    add_rig(context)
    points = curve_points(context, make_curve(context, "POLY", CORNER, cyclic=True))
    np.testing.assert_allclose(points[0], points[-1], atol=1e-6)


def test_a_curve_is_measured_in_the_size_of_the_rig(context):
    style = RestStyle(seed=2, scale=100.0, stretch=0.1)
    rig = make_armature(context, rows_of(style, MIXAMO))
    rig.scale = (0.02,) * 3  # a giant of centimetres
    context.view_layer.update()
    scale = np.linalg.norm(space_of(rig)[:3, 0])
    points = path_of(context, rig, make_curve(context, "POLY", CORNER))
    assert path_length(points) == pytest.approx(5 / scale, abs=0.1)


def test_what_is_no_way_is_named(context):
    rig = add_rig(context)
    with pytest.raises(RigError, match="no curve is chosen"):
        path_of(context, rig, None)
    with pytest.raises(RigError, match="is a mesh: choose a curve object"):
        path_of(context, rig, rig.children[0])
    for points in ([(0, 0, 0)], [(1, 1, 0), (1, 1, 0)], [(1, 1, 0), (1, 1, 2)]):
        with pytest.raises(RigError, match="has no length"):
            path_of(context, rig, make_curve(context, "POLY", points))


def test_times_follow_the_way_and_odd_paces_are_told():
    path = follow_path(np.array([[0.0, 0], [1, 0], [2, 0]]), 4.0, along=False)
    assert path.seconds == (0.0, 2.0, 4.0)
    assert path.heading == "free"
    assert pace_note(6, 5) == ""
    assert "faster than people run" in pace_note(30, 3)
    assert "slower than people walk" in pace_note(0.3, 5)


def test_an_empty_is_a_pin_in_the_motion_s_world(context, preferences):
    rig = add_rig(context)
    rig.location, rig.rotation_euler = (3, 1, 0), (0, 0, np.pi / 2)
    empty = bpy.data.objects.new("There", None)
    context.collection.objects.link(empty)
    empty.location, empty.rotation_euler = (3, 3, 1), (0, 0, np.pi)
    context.view_layer.update()
    pin = rig.laban_pins.pins.add()
    pin.target, pin.joint, pin.start, pin.end, pin.use_heading = empty, "pelvis", 5, 40, True
    (found,) = pins_of(rig, 10, 34, 24.0)
    assert (found.start, found.stop) == (0.0, 1.0)
    np.testing.assert_allclose(found.position, (world_to_motion(rig) @ [3, 3, 1, 1])[:3], atol=1e-6)
    assert np.cos(found.heading - np.pi / 2) == pytest.approx(
        1, abs=1e-6
    )  # turned by 180 in a world turned by 90
    assert pins_of(rig, 50, 60, 24.0) == ()
    pin.target = None
    with pytest.raises(RigError, match="has no empty"):
        pins_of(rig, 10, 34, 24.0)
