"""Does a task fit a model, and which model takes one that names none? Asked before torch is loaded."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from motion_core.catalog import CATALOG, DEFAULT_MODEL, ModelCard, every_card
from motion_core.tasks import LONGEST, Generate, Sampling, Sequence, TaskError


def check_task(card: ModelCard, task: Any) -> None:
    """Raises TaskError, with the fix, where this model cannot do this task."""
    if task.name not in card.tasks:
        raise TaskError(f"model {card.id!r} cannot {task.name}; it can {', '.join(card.tasks)}")
    if isinstance(task, Generate):
        _check_length(card, task)
    for word in ("text", "action"):
        if task.says_all and word in card.requires - task.told:
            raise TaskError(f"model {card.id!r} needs {_article(word)}{_known_actions(card, word)}")
        if word in task.told - card.takes:
            others = ", ".join(c.id for c in CATALOG.values() if word in c.takes) or "none"
            raise TaskError(
                f"model {card.id!r} takes no {word}; models that do: {others}{_known_actions(card)}"
            )
    if "action" in task.told:
        _check_action(card, str(task.action))


def length_of(card: ModelCard, task: Generate) -> float:
    """Seconds that a motion shall have; where nothing is said of them, no more than the model makes without words."""
    if task.seconds is None and task.text is None:
        return min(task.length, card.max_seconds)
    return task.length


def _check_length(card: ModelCard, task: Generate) -> None:
    """Several clips make a longer motion where a model makes sequences, and words say what goes on."""
    most = LONGEST if Sequence.name in card.tasks and task.text is not None else card.max_seconds
    if length_of(card, task) > most + 1e-9:
        longer = (
            "" if most == LONGEST else "; for more, put several prompts in words in a row (laban sequence)"
        )
        raise TaskError(
            f"seconds is {task.length:g}: model {card.id!r} makes at most {most:g} seconds{longer}"
        )


def default_model(task: Any, sampling: Sampling | None = None) -> str:
    """The model for a task that names none: DEFAULT_MODEL, or else the first that can do it with what it is told.

    Where the sampling asks for what that model does not take, the one that its card names for it.
    """
    fitting = [card.id for card in every_card().values() if _suits(card, task)]
    model = DEFAULT_MODEL if DEFAULT_MODEL in fitting or not fitting else fitting[0]
    return model if sampling is None else _elsewhere(every_card()[model], sampling) or model


def _suits(card: ModelCard, task: Any) -> bool:
    said = card.requires <= task.told if task.says_all else True
    return task.name in card.tasks and task.told <= card.takes and said


def _elsewhere(card: ModelCard, sampling: Sampling) -> str:
    """The model that takes a setting which this one does not; "" where there is none to go to."""
    for name, value in sampling.settings.items():
        setting = card.setting(name)
        if setting is not None and setting.fixed and value != setting.default and setting.elsewhere:
            return setting.elsewhere
    return ""


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
