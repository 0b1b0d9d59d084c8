"""What the operators share that have a motion made: they start the run, and wait for its end in scripts."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty

from ..session.outcome import Outcome
from ..session.session import SESSION, fault_text
from . import OperatorReturn


class MakesMotion:
    """An operator whose `start` hands a request to the session. Faults are reported, and shown in the panel."""

    bl_options: Any = {"REGISTER"}  # noqa: RUF012 - the undo step is made when the motion is on the rig
    report: Any
    poll_message_set: Any
    wait: BoolProperty(
        name="Wait", options={"HIDDEN", "SKIP_SAVE"},
        description="Return only when the motion is on the rig; always so without a window",
    )  # fmt: skip

    @classmethod
    def fault(cls, context: bpy.types.Context) -> str:
        """Why the button is grey, "" when it is not."""
        raise NotImplementedError

    def start(self, context: bpy.types.Context) -> None:
        """Starts the run. Raises TaskError or RigError, with nothing begun."""
        raise NotImplementedError

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = cls.fault(context)
        cls.poll_message_set(fault)
        return not fault

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        try:
            self.start(context)
        except (
            ValueError,
            ImportError,
        ) as error:  # TaskError, RigError; a library that has vanished meanwhile
            text = fault_text(error) if isinstance(error, ImportError) else str(error)
            SESSION.outcome = Outcome(text, True)
            self.report({"ERROR"}, text)
            return {"CANCELLED"}
        if not (self.wait or bpy.app.background):
            return {"FINISHED"}
        SESSION.wait()
        failed, text = SESSION.outcome.failed, SESSION.outcome.text
        self.report({"ERROR" if failed else "INFO"}, text)
        return {"CANCELLED"} if failed else {"FINISHED"}
