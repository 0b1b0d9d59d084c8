"""A body to look at: our own mannequin, made by code, and the one shape of data that any skinned body comes in."""

from motion_core.body.mesh.body_data import BodyData
from motion_core.body.mesh.mannequin import mannequin

__all__ = ["BodyData", "mannequin"]
