"""Laban for Blender: a sentence becomes keyframes on a rig.

Nothing but `register` and `unregister` here: the modules that need no Blender can be imported without it.
"""


def register() -> None:
    from .registration import add_to_blender

    add_to_blender()


def unregister() -> None:
    from .registration import remove_from_blender

    remove_from_blender()
