"""A motion inside a task's JSON: an object with its arrays as base64. Bit for bit there and back."""

from __future__ import annotations

import base64
import binascii
import reprlib
from typing import TYPE_CHECKING, Any

from motion_core.body.joints import JOINTS
from motion_core.tasks.checks import MAX_FRAMES, MAX_PROMPT, TaskError, check_integer, check_number
from motion_core.tasks.made import Made

if TYPE_CHECKING:
    from motion_core.body.motion import Motion


def motion_to_json(motion: Motion) -> dict[str, Any]:
    """A motion as an object: fps, frames, its arrays as base64 of little-endian float32, its licence and last words."""
    pairs = {"trans": motion.trans, "rotations": motion.rotations, "betas": motion.betas}
    packed = {name: base64.b64encode(v.astype("<f4").tobytes()).decode() for name, v in pairs.items()}
    made = Made.from_meta(motion.meta)
    said = {"licence": made.licence, "text": made.last_words[:MAX_PROMPT]}
    told = {name: words for name, words in said.items() if words}
    return {"fps": motion.fps, "frames": len(motion), **packed, **told}


def motion_from_json(entry: Any) -> Motion:
    """The inverse of `motion_to_json`, bit for bit; of the meta only licence and words. Raises TaskError."""
    import numpy as np

    from motion_core.body.motion import Motion

    try:
        frames = check_integer("frames", entry["frames"], 1, MAX_FRAMES)
        trans, rotations, betas = (
            np.frombuffer(base64.b64decode(entry[name], validate=True), "<f4")
            for name in ("trans", "rotations", "betas")
        )
        return Motion(
            check_number("fps", entry["fps"], 0.01, 1000),
            trans.reshape(frames, 3),
            rotations.reshape(frames, len(JOINTS), 4),
            betas,
            meta={
                name: _said(name, entry[name]) for name in ("licence", "text") if entry.get(name) is not None
            },
        )
    except TaskError:
        raise
    except (TypeError, KeyError, ValueError, binascii.Error) as error:
        raise TaskError(
            f"the motion in the task cannot be read ({error!r}): make it with motion_to_json"
        ) from None


def _said(name: str, words: Any) -> str:
    """A motion's licence or text, checked."""
    if not isinstance(words, str) or len(words) > MAX_PROMPT:
        raise TaskError(
            f"the motion's {name} is {reprlib.repr(words)}: give at most {MAX_PROMPT} characters of text"
        )
    return words
