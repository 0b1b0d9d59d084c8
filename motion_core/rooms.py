"""The rooms of this library, floor by floor, and which of them run inside Blender. Tests hold the imports to it.

A room is a folder or a file of `motion_core/`. It imports from lower floors and from its own; never from a higher one.
"""

FLOORS: tuple[tuple[str, ...], ...] = (
    ("rooms", "threads", "wording", "body"),
    ("tasks", "results", "naming", "formats", "nn"),
    ("pictures", "catalog", "editing", "rig_maps", "features", "diffusion", "checkpoint", "text"),
    ("retarget", "models", "hearing"),
    ("convert", "generators", "data"),
    ("embedding", "search", "doctor", "train"),
    ("engines", "metrics"),
    ("service",),
    ("commands",),
    ("cli",),
    ("__main__",),
)

# These rooms need numpy and the standard library alone, so that the add-on may import them inside Blender ...
NUMPY_ONLY = (
    "rooms",
    "threads",
    "wording",
    "body",
    "naming",
    "tasks",
    "formats",
    "catalog",
    "editing",
    "rig_maps",
    "retarget",
)
# ... but for these files, which need torch.
NEED_TORCH = ("body/rotations.py", "body/kinematics.py")
