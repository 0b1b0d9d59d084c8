"""Does a task fit a model? Asked at the door, before torch is loaded or a job is queued."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from motion_core.catalog import CATALOG, DEFAULT_MODEL, ModelCard
from motion_core.tasks import MAX_SEED, TASKS, Generate, Sampling, Sequence, TaskError


def check_task(card: ModelCard, task: Any) -> None:
    """Raises TaskError, with the fix, where this model cannot do this task."""
    kind = next((name for name, known in TASKS.items() if isinstance(task, known)), type(task).__name__)
    if kind not in card.tasks:
        raise TaskError(f"model {card.id!r} cannot {kind}; it can {', '.join(card.tasks)}")
    if isinstance(task, Sequence):
        return
    if isinstance(task, Generate):
        _check_length(card, task)
    for need, value in (("text", task.text), ("action", getattr(task, "action", None))):
        if value is None and card.needs == need and isinstance(task, Generate):
            raise TaskError(f"model {card.id!r} needs {_article(need)}{_known_actions(card, need)}")
        if value is not None and card.needs != need:
            others = ", ".join(c.id for c in CATALOG.values() if c.needs == need) or "none"
            raise TaskError(
                f"model {card.id!r} takes no {need}; models that do: {others}{_known_actions(card)}"
            )
    if card.needs == "action" and getattr(task, "action", None) is not None:
        _check_action(card, str(task.action))


def _check_length(card: ModelCard, task: Generate) -> None:
    if task.seconds > card.max_seconds + 1e-9:
        raise TaskError(
            f"seconds is {task.seconds:g}: model {card.id!r} makes at most {card.max_seconds:g} seconds"
        )


def default_model(task: Any, sampling: Sampling | None = None) -> str:
    """The model for a task that names none: DEFAULT_MODEL, or else the first of the catalog that can do it and needs
    what it gives. Where the sampling asks for steps or guidance that a distilled model does not take, its teacher.
    """
    kind = next(name for name, known in TASKS.items() if isinstance(task, known))
    given = "action" if getattr(task, "action", None) is not None else "text"
    if isinstance(task, Generate) and task.text is None and task.action is None:
        given = ""
    fitting = [card.id for card in CATALOG.values() if (card.needs or "") == given and kind in card.tasks]
    model = DEFAULT_MODEL if DEFAULT_MODEL in fitting or not fitting else fitting[0]
    card = CATALOG[model]
    return model if sampling is None or takes(card, sampling) else card.teacher or model


def takes(card: ModelCard, sampling: Sampling) -> bool:
    """Whether the model can take those steps and that guidance: a distilled one only its own."""
    own = (card.steps, card.guidance)
    asked = (sampling.steps, sampling.guidance)
    return not card.fixed or all(value in (None, its) for value, its in zip(asked, own))


def spread(sampling: Sampling, count: int) -> list[Sampling]:
    """`count` samplings that differ in the seed: seed, seed + 1, ... (after the largest comes 0)."""
    return [replace(sampling, seed=(sampling.seed + k) % (MAX_SEED + 1)) for k in range(count)]


def _article(need: str) -> str:
    return "a text: describe the motion" if need == "text" else "an action"


def _known_actions(card: ModelCard, need: str = "action") -> str:
    return f"; actions of {card.id!r}: {', '.join(card.actions)}" if need == "action" and card.actions else ""


def _check_action(card: ModelCard, action: str) -> None:
    if action in card.actions:
        return
    close = get_close_matches(action.lower(), card.actions, n=1)
    guess = f" (did you mean {close[0]!r}?)" if close else ""
    raise TaskError(
        f"unknown action {action!r}{guess}; model {card.id!r} knows {', '.join(card.actions) or 'none'}"
    )
