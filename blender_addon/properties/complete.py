"""Settings of "Complete and Edit" (on the scene), the list of pins (on the rig), the list of kept results (in the
window).
"""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from motion_core.body.joints import JOINTS, PARTS
from motion_core.tasks import MAX_SECONDS, MIN_SECONDS

EDITABLE: Any = {"LIBRARY_OVERRIDABLE"}
MODES = (
    ("COMPLETE", "Complete", "Keep some frames of the rig and make the others"),
    ("EDIT", "Edit", "Change some bones, or vary the whole motion"),
    ("FOLLOW", "Follow", "Walk along a curve"),
)
WAYS = (
    ("BETWEEN", "In-between", "Make the frames between the kept ones"),
    ("CONTINUE", "Continue", "Make what comes after the last kept frame"),
    ("LEAD_IN", "Lead in", "Make what comes before the first kept frame"),
    (
        "LOOP",
        "Loop",
        "Make the end anew, so that it leads back into the beginning; the last pose is the first again",
    ),
)
RANGES = (
    ("KEYS", "Keys", "From the first to the last frame that counts as a key"),
    ("PREVIEW", "Preview range", "The preview range of the timeline (P)"),
    ("SCENE", "Scene", "From the scene's start to its end"),
)
KEYS = (
    ("KEYED", "Keys of the rig", "Every frame at which a bone that poses the body has a key"),
    (
        "SELECTED",
        "Selected keys",
        "The frames of the keys that are selected in the timeline or the dope sheet",
    ),
    ("MARKERS", "Markers", "The frames of the timeline's markers and of the action's pose markers"),
    ("SPANS", "Frames", "Frames and spans that are written out"),
)
PART_ITEMS = (
    ("SELECTED", "Selected bones", "The bones that are selected in Pose Mode"),
    *((part.upper(), part.replace("_", " ").capitalize(), f"{', '.join(PARTS[part])}") for part in PARTS),
    ("BODY", "Whole body", "Every bone: a variation of the motion"),
)
PACES = (
    ("SECONDS", "Seconds", "The whole way in so many seconds"),
    ("SPEED", "Speed", "The whole way at this speed"),
)
JOINT_ITEMS = [(joint, joint.replace("_", " ").capitalize(), "") for joint in JOINTS]


def _is_curve(self: Any, thing: bpy.types.Object) -> bool:
    return thing.type == "CURVE"


def _is_empty(self: Any, thing: bpy.types.Object) -> bool:
    return thing.type == "EMPTY"


class LabanEdit(bpy.types.PropertyGroup):
    """`scene.laban_edit`"""

    mode: EnumProperty(name="Task", items=MODES, description="What is done with the rig's motion")
    way: EnumProperty(name="Make", items=WAYS, description="Where the kept frames are in the result")
    text: StringProperty(
        name="Prompt",
        description="What the person does, in a sentence. Without one the model goes by the motion alone",
    )
    range: EnumProperty(name="Range", items=RANGES, description="The frames that may change")
    keys: EnumProperty(name="Keep", items=KEYS, description="Which frames stay exactly as they are")
    spans: StringProperty(name="Frames", description="Frames to keep, both ends included: 1:10, 24, 40:60")
    seconds: FloatProperty(
        name="Seconds", default=2.0, min=MIN_SECONDS, max=MAX_SECONDS, soft_max=10.0, step=50, precision=2,
        description="How much is made before or after the kept frames",
    )  # fmt: skip
    travel: BoolProperty(
        name="Travelling",
        default=True,
        description="The loop goes on its way; otherwise it stays on the spot",
    )
    use_pins: BoolProperty(name="Use pins", default=True, description="Meet the pins of the rig's list")
    part: EnumProperty(name="Change", items=PART_ITEMS, description="Which bones are made anew")
    strength: FloatProperty(
        name="Strength", default=1.0, min=0.01, max=1.0, subtype="FACTOR",
        description="1 makes the bones anew; less stays nearer to what they do",
    )  # fmt: skip
    curve: PointerProperty(
        name="Curve", type=bpy.types.Object, poll=_is_curve, description="The way over the floor"
    )
    pace: EnumProperty(name="Pace", items=PACES, description="What says how fast the way is gone")
    way_seconds: FloatProperty(
        name="Seconds", default=4.0, min=MIN_SECONDS, max=MAX_SECONDS, precision=2,
        description="When the end of the curve is reached",
    )  # fmt: skip
    speed: FloatProperty(
        name="Speed", default=1.2, min=0.1, max=12.0, precision=2, unit="VELOCITY",
        description="Of a body of human size; 1.2 is a walk, 3 a run",
    )  # fmt: skip
    along: BoolProperty(name="Face along", default=True, description="The body faces where the curve leads")
    trial: BoolProperty(
        name="Try first", default=True,
        description="The result plays on the rig until it is accepted; Reject brings back what was there. One switch "
        "for all results",
    )  # fmt: skip


class LabanPin(bpy.types.PropertyGroup):
    """A joint held at an empty. Frames: both included. The name is that of the list's row."""

    enabled: BoolProperty(
        name="Enabled", default=True, override=EDITABLE, description="Whether the pin counts"
    )
    target: PointerProperty(
        name="Empty", type=bpy.types.Object, poll=_is_empty, override=EDITABLE,
        description="Where the joint shall be; its -Y axis is where the body faces",
    )  # fmt: skip
    joint: EnumProperty(
        name="Joint",
        items=JOINT_ITEMS,
        default="right_wrist",
        override=EDITABLE,
        description="The joint that is held at the empty",
    )
    start: IntProperty(name="Start", override=EDITABLE, description="First frame at which the pin holds")
    end: IntProperty(name="End", override=EDITABLE, description="Last frame at which the pin holds")
    use_position: BoolProperty(
        name="Position", default=True, override=EDITABLE, description="The joint is where the empty is"
    )
    use_heading: BoolProperty(
        name="Heading",
        override=EDITABLE,
        description="The body faces as the empty does (pins of the pelvis only)",
    )


class LabanPins(bpy.types.PropertyGroup):
    """`object.laban_pins`"""

    pins: CollectionProperty(
        type=LabanPin, override={"LIBRARY_OVERRIDABLE", "USE_INSERTION"}, description="Joints held at empties"
    )
    chosen: IntProperty(name="Chosen pin", override=EDITABLE, description="The pin whose settings are shown")


class LabanResult(bpy.types.PropertyGroup):
    """A kept result; the list shows `name`."""

    path: StringProperty(name="File", subtype="FILE_PATH", description="The file of the motion")
    about: StringProperty(name="About", description="Task, model, seed and length")


class LabanHistory(bpy.types.PropertyGroup):
    """`window_manager.laban_history`: the newest files in the folder of results, the last one first."""

    results: CollectionProperty(type=LabanResult, description="Results of before, the newest first")
    chosen: IntProperty(name="Chosen result", description="The result that is put on the rig again")
