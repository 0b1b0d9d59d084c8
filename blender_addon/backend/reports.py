"""What the preferences page shows of the backend's environment: how making it goes, what the last check found."""

from __future__ import annotations

from .checks import DoctorCheck
from .environment import EnvironmentJob

OFFLINE = "online access is off: allow it in Preferences > System > Network"


class Reports:
    """What the preferences page shows of the last environment job and the last check."""

    environment: EnvironmentJob | None = None
    check: DoctorCheck | None = None
