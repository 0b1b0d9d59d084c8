"""What the buttons do: read the settings, call one function, report."""

from typing import Any

Result = set[Any]  # what Blender wants from an operator: {"FINISHED"} or {"CANCELLED"}
