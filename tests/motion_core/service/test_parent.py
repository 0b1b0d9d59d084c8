from __future__ import annotations

import os
import subprocess
import sys

from motion_core.service.parent import parent_watch


def test_another_process_is_alive_until_it_ends():
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    alive = parent_watch(other.pid)
    assert alive()
    other.communicate(b"\n")
    assert not alive()


def test_our_own_parent_and_the_first_process_live():
    assert parent_watch(os.getppid())()
    assert parent_watch(1)()  # not ours to signal, perhaps, but alive
