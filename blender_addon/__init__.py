"""Laban for Blender: a sentence becomes keyframes on a rig.

Nothing but `register` and `unregister` here: the modules that need no Blender can be imported without it.
"""

LIBRARY = "motion_core"
GONE = (
    "Laban: its library is not there. Another Blender that shares the user folder may have removed it. Remove the "
    "extension and install it again"
)


def register() -> None:
    try:
        from .registration import add_to_blender
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != LIBRARY:
            raise
        raise RuntimeError(GONE) from None  # what Blender shows beside the extension, in place of a traceback

    add_to_blender()


def unregister() -> None:
    from .registration import remove_from_blender

    remove_from_blender()
