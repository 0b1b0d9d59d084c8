"""Laban for Blender: a sentence becomes keyframes on a rig.

Nothing but `register` and `unregister` here: the modules that need no Blender can be imported without it.
"""

LIBRARY = "motion_core"
GONE = (
    "Laban's library is not there. Another Blender that shares the user folder may have removed it: remove the "
    "extension and install it again"
)
_stand_ins: list[type] = []  # what is registered in place of the extension


def register() -> None:
    try:
        from .registration import add_to_blender
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != LIBRARY:
            raise
        _say_gone()
    else:
        add_to_blender()


def unregister() -> None:
    if _stand_ins:
        import bpy

        bpy.utils.unregister_class(_stand_ins.pop())
        return
    from .registration import remove_from_blender

    remove_from_blender()


def _say_gone() -> None:
    """A sentence among the preferences, in place of a traceback."""
    import bpy

    class LabanWithoutLibrary(bpy.types.AddonPreferences):
        bl_idname = __package__

        def draw(self, context: bpy.types.Context | None) -> None:
            for part in GONE.split(": "):
                self.layout.label(text=part, icon="ERROR")

    print(GONE)
    bpy.utils.register_class(LabanWithoutLibrary)
    _stand_ins.append(LabanWithoutLibrary)
