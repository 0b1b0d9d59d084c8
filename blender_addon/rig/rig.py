"""Rigs: read the rest pose of any armature, and add our own: an SMPL-22 armature with a body to look at."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Vector

from motion_core.body import quaternions as quat
from motion_core.body.mesh import BodyData, mannequin
from motion_core.body.skeleton import JOINT, JOINTS, PARENT_OF, TIPS, UPRIGHT
from motion_core.retarget import RigBone, RigError

from .bone_map import bones_of

# Where each bone points: at another joint, or at a tip of the body. Elsewhere (the pelvis) the child in the middle.
TAILS = {
    "pelvis": "spine1", "spine1": "spine2", "spine2": "spine3", "spine3": "neck", "neck": "head", "head": "head_top",
    "left_collar": "left_shoulder", "left_shoulder": "left_elbow", "left_elbow": "left_wrist",
    "left_wrist": "left_hand", "left_hip": "left_knee", "left_knee": "left_ankle", "left_ankle": "left_foot",
    "left_foot": "left_toe", "right_collar": "right_shoulder", "right_shoulder": "right_elbow",
    "right_elbow": "right_wrist", "right_wrist": "right_hand", "right_hip": "right_knee",
    "right_knee": "right_ankle", "right_ankle": "right_foot", "right_foot": "right_toe",
}  # fmt: skip
FORWARD, UP = Vector((0, -1, 0)), Vector((0, 0, 1))
COLOURS = {"left": "THEME04", "right": "THEME01"}  # blue and red; the middle is yellow
MIDDLE_COLOUR = "THEME09"
EVEN = 1.01  # largest ratio between the scales of an armature along its axes
MATERIAL, TONES = "Laban Body", "Tone"  # names of the body's material and of its colour attribute
SKIN, JOINTS_TONE = np.array([0.26, 0.50, 0.56, 1.0]), np.array([0.07, 0.17, 0.21, 1.0])  # linear RGBA


def check_armature(armature: bpy.types.Object | None) -> None:
    """Raises RigError, with the remedy, unless a motion can be put on this object. Cheap enough for a panel."""
    if armature is None:
        raise RigError("no armature is selected: select one, or add a Laban rig")
    if armature.type != "ARMATURE":
        raise RigError(f"{armature.name!r} is a {armature.type.lower()}, not an armature: select the rig")
    if armature.library is not None:
        raise RigError(f"{armature.name!r} is linked from another file: make a library override first")
    override = armature.override_library
    if override is not None and override.is_system_override:
        raise RigError(f"the library override of {armature.name!r} is not editable: make it editable first")
    if armature.mode == "EDIT":
        raise RigError(f"{armature.name!r} is in Edit Mode: leave it (Tab) first")
    if armature.matrix_world.is_negative:
        raise RigError(
            f"{armature.name!r} is scaled by a negative number, which makes left right: apply its scale first"
        )
    size = armature.matrix_world.to_scale()
    scale = [abs(size[axis]) for axis in range(3)]
    if max(scale) > EVEN * min(scale):
        raise RigError(
            f"{armature.name!r} is scaled unevenly ({', '.join(f'{s:.3g}' for s in scale)}), which bends every turn: "
            "apply its scale first (Ctrl A > Scale)"
        )
    bones_of(armature)


def read_rig(armature: bpy.types.Object) -> list[RigBone]:
    """The bones of an armature object at rest, in armature space and units."""
    return [
        RigBone(
            name=bone.name,
            parent=bone.parent.name if bone.parent else None,
            rest=np.array(bone.matrix_local, dtype=np.float64),
            connected=bone.use_connect,
            inherit_rotation=bone.use_inherit_rotation,
            local_location=bone.use_local_location,
        )
        for bone in armature.data.bones
    ]


def _upright(points: np.ndarray) -> np.ndarray:
    """SMPL rest frame (Y up) to the armature (Z up, facing -Y)."""
    return quat.rotate(UPRIGHT, np.asarray(points, dtype=np.float64))


def _add_bones(armature: bpy.types.Armature, heads: np.ndarray, tails: np.ndarray) -> None:
    """heads, tails (22,3). Bones bend about their X axis: Z looks forward, on feet up."""
    for joint, head, tail in zip(JOINTS, heads, tails):
        bone = armature.edit_bones.new(joint)
        bone.head, bone.tail = head, tail
        bone.align_roll(UP if joint.endswith(("ankle", "foot")) else FORWARD)
        if (parent := PARENT_OF[joint]) is not None:
            bone.parent = armature.edit_bones[parent]
            bone.use_connect = False


def _finish_bones(rig: bpy.types.Object) -> None:
    for bone in rig.pose.bones:
        bone.rotation_mode = "QUATERNION"
        bone.color.palette = COLOURS.get(bone.name.partition("_")[0], MIDDLE_COLOUR)
    rig.data.display_type = "STICK"
    rig.show_in_front = True


def _make_armature(
    context: bpy.types.Context, name: str, heads: np.ndarray, tails: np.ndarray
) -> bpy.types.Object:
    """A new armature in the current collection, active, in Object Mode. Only Edit Mode makes bones."""
    if context.object is not None and context.object.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    armature = bpy.data.armatures.new(name)
    rig = bpy.data.objects.new(name, armature)
    try:
        context.collection.objects.link(rig)
        context.view_layer.objects.active = rig
        bpy.ops.object.mode_set(mode="EDIT")
        _add_bones(armature, heads, tails)
        bpy.ops.object.mode_set(mode="OBJECT")
    except RuntimeError as error:
        bpy.data.armatures.remove(armature)  # takes the object along
        raise RigError(
            f"the rig cannot be added to the collection {context.collection.name!r}: is it hidden, excluded or "
            f"linked? Choose another collection ({error})"
        ) from error
    return rig


def _material() -> bpy.types.Material:
    """Made once a file and shared; another one of that name is left alone."""
    material = bpy.data.materials.get(MATERIAL)
    if material is not None and "laban" in material:
        return material
    material = bpy.data.materials.new(MATERIAL)
    material["laban"] = True
    if material.node_tree is None:  # Blender 5 gives every material its nodes
        material.use_nodes = True
    material.diffuse_color = SKIN.tolist()
    material.roughness = 0.45
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader: Any = nodes["Principled BSDF"]
    shader.inputs["Roughness"].default_value = 0.45
    tones: Any = nodes.new("ShaderNodeVertexColor")
    tones.layer_name = TONES
    tones.location = (-220, 200)
    links.new(tones.outputs["Color"], shader.inputs["Base Color"])
    return material


def _make_mesh(name: str, vertices: np.ndarray, body: BodyData) -> bpy.types.Mesh:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices.tolist(), [], body.faces.tolist())
    mesh.polygons.foreach_set("use_smooth", np.ones(len(body.faces), dtype=bool))
    mesh.materials.append(_material())
    colours = SKIN + (JOINTS_TONE - SKIN) * body.tones[:, None]
    attribute: Any = mesh.color_attributes.new(TONES, "FLOAT_COLOR", "POINT")
    attribute.data.foreach_set("color", colours.astype(np.float32).ravel())
    mesh.update()
    return mesh


def _add_weights(skin: bpy.types.Object, weights: np.ndarray) -> None:
    """weights (V,22). One call per vertex and group is all that Blender offers; like values share a call."""
    for joint in JOINTS:
        group = skin.vertex_groups.new(name=joint)
        column = np.round(weights[:, JOINT[joint]], 4)
        for value in np.unique(column[column > 0]):
            group.add(np.flatnonzero(column == value).tolist(), float(value), "REPLACE")


def _make_skin(rig: bpy.types.Object, vertices: np.ndarray, body: BodyData) -> bpy.types.Object:
    skin = bpy.data.objects.new(f"{rig.name} Body", _make_mesh(f"{rig.name} Body", vertices, body))
    _add_weights(skin, body.weights)
    skin.parent = rig
    modifier: Any = skin.modifiers.new("Armature", "ARMATURE")
    modifier.object = rig
    for collection in rig.users_collection:
        collection.objects.link(skin)
    return skin


def add_rig(
    context: bpy.types.Context, name: str = "Laban", body: BodyData | None = None
) -> bpy.types.Object:
    """Adds an SMPL-22 armature with a skinned body, standing on the origin and facing -Y, selected and active.

    body: its shape and mesh (from the user's SMPL file); None takes our own mannequin. Returns the armature object.
    Raises RigError when the current collection cannot take it; then nothing is left behind.
    """
    body = body or mannequin()
    pelvis = body.joints[JOINT["pelvis"]]
    ground = np.array(
        [pelvis[0], body.floor, pelvis[2]]
    )  # the point of the rest frame that stands on the origin
    points = _upright(np.concatenate([body.joints, body.tips]) - ground)
    places = dict(zip((*JOINTS, *TIPS), points))
    heads = np.array([places[joint] for joint in JOINTS])
    tails = np.array([places[TAILS[joint]] for joint in JOINTS])
    rig = _make_armature(context, name, heads, tails)
    _make_skin(rig, _upright(body.vertices - ground), body)
    context.view_layer.update()
    _finish_bones(rig)
    for thing in context.view_layer.objects:
        thing.select_set(thing == rig)
    return rig
