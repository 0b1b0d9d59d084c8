"""How torch's threads wait for each other; to be said before torch is loaded."""

import os


def let_threads_sleep() -> None:
    """Threads that wait sleep instead of spinning, unless the user has chosen otherwise.

    OpenMP reads this when torch is loaded. On cores that other programs use too (Blender, above all), threads that spin
    while they wait for each other made the network ten times slower: measured with two threads on two busy cores.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
