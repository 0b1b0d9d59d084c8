"""From a `Motion` to the pose channels of a rig and back, in numpy: any rest pose, bone roll, up axis and scale.

Only world-space changes from rest are carried over, never local rotations. So the rig may stand in an A-pose, have any
bone axes, lie on its back in its own space (Y up) or be drawn in centimetres.

Symbols, all rotations (quaternions in the code); world axes are the motion's (Z up, a person at heading 0 faces -Y):
    U    stands SMPL's Y-up rest body upright (`skeleton.UPRIGHT`)      G_j  world orientation of joint j in the motion
    F    world axes -> armature axes of the rig (`rig_frame`)           A_b  rest orientation of bone b in the armature
    K_j  turns the rig's rest limb onto the body's rest limb (world axes), identity where both rest alike
The body at rest and upright has the orientations U, so D_j = G_j U^-1 is the change of joint j from rest. The rig's
bone is first brought from its own rest to the body's by K_j, then changed by D_j; seen from the armature:
    C_b = F D_j K_j F^-1            the change of bone b from its rest, posed orientation P_b = C_b A_b
Blender poses a bone by P_b = P_p (A_p^-1 A_b) Q_b with p its parent, and P_p = C_p A_p, hence
    Q_b = A_b^-1 C_p^-1 C_b A_b     the pose channel; a parent without a joint stays at rest and hands on C of its own
A bone's head moves to  P_b head = P_a head + C_a (head_b - head_a)  with a the nearest ancestor that has a joint.
Back again, from posed orientations:  C_b = P_b A_b^-1,  G_j = F^-1 C_b F K_j^-1 U.
The body is carried by the middle of its hips (`ground.py`), since pelvis bones lie elsewhere in every rig.
"""

from motion_core.retarget.rig import BoneCurves, RigBone, match_bones, rig_frame
from motion_core.retarget.to_motion import (
    BonePoses,
    bone_curves_to_motion,
    bone_poses_to_motion,
    motion_space,
    pose_bones,
)
from motion_core.retarget.to_rig import motion_to_bone_curves
from motion_core.rig_maps import RigError, find_bones

__all__ = [
    "BoneCurves",
    "BonePoses",
    "RigBone",
    "RigError",
    "bone_curves_to_motion",
    "bone_poses_to_motion",
    "find_bones",
    "match_bones",
    "motion_space",
    "motion_to_bone_curves",
    "pose_bones",
    "rig_frame",
]
