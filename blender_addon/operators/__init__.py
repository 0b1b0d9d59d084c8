"""What the buttons do: read the settings, call one function, report."""

from typing import Any

OperatorReturn = set[Any]  # what Blender wants from an operator: {"FINISHED"} or {"CANCELLED"}
