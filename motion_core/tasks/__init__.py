"""What a user asks for: a task and how to sample it. Frozen, checked once, here; safe inside Blender (numpy only).

Numpy and what is made of it are imported where a motion comes in: Blender draws panels with this module alone.
"""

from __future__ import annotations

import base64
import binascii
import reprlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from motion_core.body.joints import JOINTS, joint_indices
from motion_core.tasks.checks import MAX_PROMPT, TaskError, check_integer, check_number, check_prompt
from motion_core.tasks.pins_and_paths import CleanUp, FollowPath, Pin

if TYPE_CHECKING:
    from motion_core.body.motion import Motion

__all__ = [
    "MAX_PROMPT", "CleanUp", "Complete", "Edit", "FollowPath", "Generate", "Pin", "Sampling", "Sequence", "TaskError",
    "check_integer", "check_number", "check_prompt", "facts_of", "task_from_json", "task_to_json",
]  # fmt: skip

MIN_SECONDS, MAX_SECONDS = 0.5, 60.0  # a model's own longest clip (`ModelCard.max_seconds`) is checked by it
LONGEST = 600.0  # seconds of a whole sequence
MAX_FRAMES = 200_000  # of a motion that is handed in
MAX_COUNT = 64
MAX_JSON = 64 * 1024 * 1024  # bytes of a task; ten minutes of motion at 120 fps have 35 MB
MAX_SEED = 2**31 - 1  # Blender's integer properties end here
MAX_STEPS = 1000
MAX_GUIDANCE = 30.0


def _set(task: Any, name: str, value: Any) -> None:
    object.__setattr__(task, name, value)


def _check_text(task: Any) -> None:
    if task.text is not None:
        _set(task, "text", check_prompt(task.text))


def _check_motion(name: str, motion: Any) -> None:
    from motion_core.body.motion import Motion

    if not isinstance(motion, Motion):
        raise TaskError(f"{name} is {type(motion).__name__}: give a motion")
    if len(motion) > MAX_FRAMES:
        raise TaskError(f"{name} has {len(motion)} frames: use at most {MAX_FRAMES}")


def _check_kinds(task: Any, **kinds: type) -> None:
    """Each named field is of its kind, or None where it may be left out."""
    for name, kind in kinds.items():
        value = getattr(task, name)
        if not isinstance(value, kind) and not (value is None and kind is not bool):
            wanted = "true or false" if kind is bool else f"a {kind.__name__}"
            raise TaskError(f"{name} is {reprlib.repr(value)}: give {wanted}")


def _check_list(name: str, value: Any) -> tuple[Any, ...]:
    """`value`, a list, as a tuple."""
    if not isinstance(value, list | tuple):
        raise TaskError(f"{name} is {reprlib.repr(value)}: give a list")
    return tuple(value)


def _check_span(name: str, span: Any, frames: int) -> tuple[int, int]:
    """`span` as frames (start, stop) of a motion of so many frames; an empty one or one outside raises TaskError."""
    if not isinstance(span, list | tuple) or len(span) != 2:
        raise TaskError(f"{name} is {reprlib.repr(span)}: give two frames, start and stop (excluded)")
    start = check_integer(f"start of {name}", span[0], 0, frames - 1)
    return start, check_integer(f"stop of {name}", span[1], start + 1, frames)


@dataclass(frozen=True)
class Generate:
    """A new motion from words, from an action's name, or (models that need neither) from the seed alone.

    split: a text that says "first this, then that" is made part by part, by models that can (`wording/parts.py`).
    """

    text: str | None = None
    action: str | None = None
    seconds: float = 6.0
    split: bool = True

    def __post_init__(self) -> None:
        _check_text(self)
        _check_kinds(self, split=bool)
        if self.action is not None:
            if not isinstance(self.action, str) or not self.action.strip():
                raise TaskError("the action is empty: `laban models` lists each model's actions")
            _set(self, "action", self.action.strip())
        _set(self, "seconds", check_number("seconds", self.seconds, MIN_SECONDS, MAX_SECONDS))


@dataclass(frozen=True, eq=False)
class Complete:
    """A motion of which parts are given: kept spans, pins, a path. The rest is made, with or without a text.

    motion: None makes everything, within pins and path. keep: spans (start, stop) of its frames that stay exactly
    as they are. seconds: length of the result, whose first frame is the motion's; None: as long as the motion. loop:
    the end leads back into the beginning; travel: on its way, not on the spot. clean: what is tidied
    in the free frames.
    """

    motion: Motion | None = None
    keep: tuple[tuple[int, int], ...] = ()
    text: str | None = None
    seconds: float | None = None
    loop: bool = False
    travel: bool = True
    pins: tuple[Pin, ...] = ()
    path: FollowPath | None = None
    clean: CleanUp | None = None

    def __post_init__(self) -> None:
        _check_text(self)
        _check_kinds(self, loop=bool, travel=bool, path=FollowPath, clean=CleanUp)
        _set(self, "keep", _check_list("keep", self.keep))
        if self.motion is not None:
            _check_motion("the motion to complete", self.motion)
            frames = len(self.motion)
            keep = tuple(_check_span(f"kept span {n}", span, frames) for n, span in enumerate(self.keep))
            _set(self, "keep", keep)
        elif self.keep:
            raise TaskError("frames are to be kept, but no motion is given: give the motion they are in")
        if self.seconds is not None:
            _set(self, "seconds", check_number("seconds", self.seconds, MIN_SECONDS, MAX_SECONDS))
        elif self.motion is None:
            raise TaskError("neither a motion nor seconds are given: say how long the result shall be")
        _set(self, "pins", _check_list("pins", self.pins))
        for pin in self.pins:
            if not isinstance(pin, Pin):
                raise TaskError(f"a pin is {reprlib.repr(pin)}: give a Pin")
        self._check_sense()

    def _check_sense(self) -> None:
        kept: set[int] = set().union(*(range(*span) for span in self.keep))
        length = self.seconds or (0.0 if self.motion is None else self.motion.seconds)
        longer = self.motion is None or length > self.motion.seconds
        if self.motion is not None and len(kept) == len(self.motion) and not (self.loop or longer):
            raise TaskError(
                "all frames are kept: there is nothing to make; keep fewer, or ask for more seconds"
            )
        for pin in self.pins:
            if pin.start > length:
                raise TaskError(
                    f"the pin of {pin.joint} begins at {pin.start:g} s, the motion ends at {length:g} s"
                )
        if self.path is not None and self.path.seconds is not None and self.path.seconds[-1] > length + 1e-6:
            raise TaskError(
                f"the path ends at {self.path.seconds[-1]:g} s, the motion at {length:g} s: ask for more seconds"
            )


@dataclass(frozen=True, eq=False)
class Edit:
    """A given motion, changed: some joints or all, in a span or everywhere, after a text or as a variation.

    parts: names of joints and body parts (`skeleton.PARTS`); () means the whole body. All other joints stay exactly as
    they are. span: frames (start, stop); None: all. strength: 1 makes the parts anew, less stays nearer to the given.
    clean: what is tidied in what may change.
    """

    motion: Motion
    parts: tuple[str, ...] = ()
    text: str | None = None
    span: tuple[int, int] | None = None
    strength: float = 1.0
    clean: CleanUp | None = None

    def __post_init__(self) -> None:
        _check_motion("the motion to edit", self.motion)
        _check_text(self)
        _check_kinds(self, clean=CleanUp)
        _set(self, "parts", _check_list("parts", self.parts))
        if odd := [part for part in self.parts if not isinstance(part, str)]:
            raise TaskError(f"parts has {reprlib.repr(odd[0])} in it: give names of joints and body parts")
        try:
            joint_indices(self.parts)
        except ValueError as error:
            raise TaskError(str(error)) from None
        if self.span is not None:
            _set(self, "span", _check_span("the span", self.span, len(self.motion)))
        _set(self, "strength", check_number("strength", self.strength, 0.01, 1.0))

    @property
    def joints(self) -> tuple[int, ...]:
        """Indices of the joints that may change."""
        return tuple(joint_indices(self.parts) if self.parts else range(len(JOINTS)))


@dataclass(frozen=True, eq=False)
class Sequence:
    """One motion from several prompts, each for its seconds, going over into each other within `transition` seconds.

    start: a motion that goes before; its end is where the first prompt begins, and it is not part of the result.
    """

    prompts: tuple[tuple[str, float], ...]
    transition: float = 0.5
    start: Motion | None = None
    clean: CleanUp | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.prompts, list | tuple) or not self.prompts:
            raise TaskError("the sequence is empty: give at least one prompt and its seconds")
        prompts = []
        for number, entry in enumerate(self.prompts):
            if not isinstance(entry, list | tuple) or len(entry) != 2:
                raise TaskError(
                    f"prompt {number} is {reprlib.repr(entry)}: give a pair of a text and its seconds"
                )
            seconds = check_number(f"seconds of prompt {number}", entry[1], MIN_SECONDS, LONGEST)
            prompts.append((check_prompt(entry[0]), seconds))
        _set(self, "prompts", tuple(prompts))
        check_number("seconds of the whole sequence", self.seconds, MIN_SECONDS, LONGEST)
        check_number("transition", self.transition, 0.1, 3.0)
        _check_kinds(self, clean=CleanUp)
        if self.start is not None:
            _check_motion("the motion to start from", self.start)

    @property
    def seconds(self) -> float:
        """Of all prompts together."""
        return float(sum(seconds for _, seconds in self.prompts))


@dataclass(frozen=True)
class Sampling:
    """How to draw the sample. None leaves a value to the model's card."""

    seed: int = 0
    steps: int | None = None
    guidance: float | None = None

    def __post_init__(self) -> None:
        check_integer("seed", self.seed, 0, MAX_SEED)
        if self.steps is not None:
            check_integer("steps", self.steps, 1, MAX_STEPS)
        if self.guidance is not None:
            check_number("guidance", self.guidance, 0.0, MAX_GUIDANCE)


TASKS: dict[str, type] = {"generate": Generate, "complete": Complete, "edit": Edit, "sequence": Sequence}


def seconds_of(task: Any) -> float:
    """How long the result of a task will be."""
    seconds = getattr(task, "seconds", None)
    return float(seconds if seconds is not None else task.motion.seconds)


def motion_to_json(motion: Motion) -> dict[str, Any]:
    """A motion as an object: fps, frames, its arrays as base64 of little-endian float32, and its licence."""
    pairs = {"trans": motion.trans, "rotations": motion.rotations, "betas": motion.betas}
    packed = {name: base64.b64encode(v.astype("<f4").tobytes()).decode() for name, v in pairs.items()}
    licence = {"licence": str(motion.meta["licence"])} if motion.meta.get("licence") else {}
    return {"fps": motion.fps, "frames": len(motion), **packed, **licence}


def motion_from_json(entry: Any) -> Motion:
    """The inverse of `motion_to_json`, bit for bit; of the meta only the licence. Raises TaskError."""
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
            meta=_licence_of(entry.get("licence")),
        )
    except TaskError:
        raise
    except (TypeError, KeyError, ValueError, binascii.Error) as error:
        raise TaskError(
            f"the motion in the task cannot be read ({error!r}): make it with motion_to_json"
        ) from None


def _licence_of(said: Any) -> dict[str, str]:
    """The meta of a motion whose licence is given, or not."""
    if said is None:
        return {}
    if not isinstance(said, str) or len(said) > MAX_PROMPT:
        raise TaskError(
            f"the motion's licence is {reprlib.repr(said)}: give at most {MAX_PROMPT} characters of text"
        )
    return {"licence": said}


def _field_to_json(value: Any) -> Any:
    if hasattr(value, "rotations"):
        return motion_to_json(value)
    if isinstance(value, Pin | FollowPath | CleanUp):
        return {k: v for k, v in asdict(value).items() if v is not None}
    if isinstance(value, tuple):
        return [_field_to_json(v) for v in value]
    return value


def _parts_from_json(pairs: dict[str, Any]) -> dict[str, Any]:
    """The fields of a task with motions, pins and path brought to life."""
    alive = dict(pairs)
    for name in ("motion", "start"):
        if isinstance(alive.get(name), Mapping):
            alive[name] = motion_from_json(alive[name])
    try:
        if "pins" in alive:
            alive["pins"] = tuple(pin if isinstance(pin, Pin) else Pin(**pin) for pin in alive["pins"])
        if isinstance(alive.get("path"), Mapping):
            alive["path"] = FollowPath(**alive["path"])
        if isinstance(alive.get("clean"), Mapping):
            alive["clean"] = CleanUp(**alive["clean"])
    except TypeError as error:
        raise TaskError(
            f"a pin, the path or the clean-up of the task has a wrong field ({error}): see docs/editing.md"
        ) from None
    return alive


def facts_of(task: Any) -> dict[str, Any]:
    """What a result tells of its task: every field that was set, as JSON, but for the motions handed in."""
    told = {}
    for f in fields(task):
        value = getattr(task, f.name)
        if f.name not in ("motion", "start") and value is not None and value != f.default:
            told[f.name] = _field_to_json(value)
    return told


def task_to_json(model: str, task: Any, sampling: Sampling, count: int = 1) -> dict[str, Any]:
    """One flat JSON object: the line of a batch file and the body of a request."""
    name = next(key for key, kind in TASKS.items() if isinstance(task, kind))
    told = {f.name: _field_to_json(getattr(task, f.name)) for f in fields(task)}
    pairs = {"task": name, "model": model, "count": count, **told, **asdict(sampling)}
    return {key: value for key, value in pairs.items() if value is not None}


def task_from_json(entry: Mapping[str, Any]) -> tuple[str, Any, Sampling, int]:
    """(model, task, sampling, count) of such an object; a missing `model` gives "". Raises TaskError."""
    if not isinstance(entry, Mapping):
        raise TaskError(f"a task is a JSON object, not {type(entry).__name__}")
    rest = dict(entry)
    name = rest.pop("task", "generate")
    if not isinstance(name, str) or name not in TASKS:
        raise TaskError(f"unknown task {reprlib.repr(name)}; use one of {', '.join(TASKS)}")
    model = rest.pop("model", "")
    if not isinstance(model, str):
        raise TaskError(f"model is {model!r}: give its id as text")
    count = check_integer("count", rest.pop("count", 1), 1, MAX_COUNT)
    rest.pop("id", None)
    kind = TASKS[name]
    task_names = {f.name for f in fields(kind)}
    sampling_names = {f.name for f in fields(Sampling)}
    if unknown := sorted(set(rest) - task_names - sampling_names):
        known = ", ".join(sorted(task_names | sampling_names))
        raise TaskError(f"unknown field {unknown[0]!r} in a {name} task; use {known}")
    if name == "edit" and "motion" not in rest:
        raise TaskError("an edit task needs the field 'motion'")
    if name == "sequence" and "prompts" not in rest:
        raise TaskError("a sequence task needs the field 'prompts'")
    task = kind(**_parts_from_json({k: v for k, v in rest.items() if k in task_names}))
    return model, task, Sampling(**{k: v for k, v in rest.items() if k in sampling_names}), count
