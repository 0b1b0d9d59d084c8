"""Which bone or joint of any skeleton is which joint of ours: by its name, its place in the tree and its rest pose.

One table of names (`words.py`) and one solver (`matching.py`), for files of motion and for rigs. Numpy only.
"""

from motion_core.naming.matching import Match, match_joints
from motion_core.naming.skeletons import Skeleton

__all__ = ["Match", "Skeleton", "match_joints"]
