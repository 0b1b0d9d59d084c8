"""The rooms of the add-on, floor by floor, and which of them run without Blender. Tests hold the imports to it.

A room is a folder or a file of `blender_addon/`. It imports from lower floors, and from no other room of its own floor.
"""

FLOORS: tuple[tuple[str, ...], ...] = (
    ("rooms", "paths", "backend", "actions"),
    ("rig", "trial"),
    ("properties", "write"),
    ("session",),
    ("strips",),
    ("changes",),
    ("operators",),
    ("ui",),
    ("registration",),
    ("__init__",),
)

# These rooms need the standard library alone: no bpy, so that scripts may use them outside of Blender.
NO_BPY = ("rooms", "backend")
