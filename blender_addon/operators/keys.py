"""Sparse keys: the dense keys of the rig's action become few that can be edited."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, FloatProperty

from ..session.chosen import rig_fault, target_rig
from . import OperatorReturn

WAYS = (
    ("BEZIER", "Bezier", "Smooth between keys, with handles to edit; needs fewer keys"),
    ("LINEAR", "Linear", "Straight between keys"),
)


def keys_fault(context: bpy.types.Context) -> str:
    """Why there are no keys to reduce, "" when there are."""
    if fault := rig_fault(context):
        return fault
    rig = target_rig(context)
    data = rig.animation_data if rig is not None else None
    return "" if data is not None and data.action is not None else "the rig has no active action"


class LABAN_OT_reduce_keys(bpy.types.Operator):
    """Replace the dense keys of the rig's joints by few, within a tolerance. Extremes, contacts of the feet and all
    other curves are kept"""

    bl_idname = "laban.reduce_keys"
    bl_label = "Reduce Keys"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    millimetres: FloatProperty(
        name="Millimetres", default=5.0, min=0.01, soft_min=0.5, soft_max=50.0, precision=1,
        description="How far a joint may be from where it was, in the world",
    )  # fmt: skip
    degrees: FloatProperty(
        name="Degrees", default=1.0, min=0.001, soft_min=0.1, soft_max=10.0, precision=2,
        description="How far a bone's rotation may be from what it was",
    )  # fmt: skip
    interpolation: EnumProperty(
        name="Interpolation", items=WAYS, description="How Blender goes from key to key"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = keys_fault(context)
        cls.poll_message_set(fault)
        return not fault

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> OperatorReturn:
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        from motion_core.retarget import RigError

        from ..write.sparse_keys import Tolerance, reduce_action

        try:
            tolerance = Tolerance(self.millimetres, self.degrees, self.interpolation == "LINEAR")
            found = reduce_action(context, target_rig(context), tolerance)
        except RigError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        left = f"; {len(found.left_alone)} channels left alone" if found.left_alone else ""
        self.report(
            {"INFO"},
            f"{found.before} keys became {found.after}, at most {found.millimetres:.1f} mm and "
            f"{found.degrees:.2f} degrees off{left}",
        )
        return {"FINISHED"}


CLASSES = (LABAN_OT_reduce_keys,)
