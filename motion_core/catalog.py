"""What each bundled model can do, as a table: no torch, so that a panel can draw it."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from motion_core.tasks import Sampling, TaskError
from motion_core.tasks.sampling import SettingValue

TEXT_ONLY, ACTION_ONLY = frozenset({"text"}), frozenset({"action"})


@dataclass(frozen=True)
class Setting:
    """A value that the user may choose, as panel and command line show it."""

    name: str
    # Its type is the setting's: whole number, number or word.
    default: SettingValue
    # Bounds of a number. Where they are one, the model takes no other value.
    low: float = 0.0
    high: float = 0.0
    # The highest number that people use, where sliders end; None: `high`.
    usual: float | None = None
    # The words that there are, of a setting that is a word.
    choices: tuple[str, ...] = ()
    label: str = ""
    help: str = ""
    # Id of a model that takes other values, where this one takes one alone.
    elsewhere: str = ""
    # Whether panels show it. The command line knows all.
    shown: bool = True

    @property
    def fixed(self) -> bool:
        """Whether the model takes no other value than its own."""
        return not self.choices and self.low == self.high

    @property
    def kind(self) -> type:
        return type(self.default)

    def fixed_at(self, value: SettingValue) -> Setting:
        """The same setting, of a model that takes this value alone."""
        assert isinstance(value, int | float)
        return replace(self, default=self.kind(value), low=value, high=value)

    def check(self, value: SettingValue, model: str) -> SettingValue:
        """The value, as the setting's type. Raises TaskError that says what the model takes."""
        said = f"{self.name} is {reprlib.repr(value)}: model {model!r}"
        if self.choices:
            if value not in self.choices:
                raise TaskError(
                    f"unknown {self.name} {reprlib.repr(value)}: model {model!r} takes {', '.join(self.choices)}"
                )
            return value
        if self.fixed and value != self.default:
            other = f", or use {self.elsewhere}" if self.elsewhere else ""
            raise TaskError(f"{said} was made for {self.default} and takes no other; leave it out{other}")
        whole = self.kind is int
        if not isinstance(value, int if whole else int | float) or not self.low <= value <= self.high:
            number = "a whole number" if whole else "a number"
            raise TaskError(f"{said} takes {number} from {self.low:g} to {self.high:g}")
        return self.kind(value)


@dataclass(frozen=True)
class ModelCard:
    """One model, as the user meets it."""

    id: str
    title: str
    family: str
    # Names of the kinds of task it can do.
    tasks: tuple[str, ...]
    # Which of "text" and "action" it reads, and without which it makes nothing new.
    takes: frozenset[str]
    requires: frozenset[str]
    # Of its motions, in Hz.
    fps: float
    # Its longest clip; longer motions are made of several.
    max_seconds: float
    settings: tuple[Setting, ...]
    licence: str
    # File name in `motion_core/weights/`.
    checkpoint: str
    actions: tuple[str, ...] = ()
    # Id in INBETWEEN_CARDS: what fills gaps between kept poses where no words are given.
    between: str | None = None

    def own(self, name: str) -> SettingValue:
        """The model's own value of a setting. Raises KeyError for one that it does not have."""
        return {setting.name: setting.default for setting in self.settings}[name]

    def setting(self, name: str) -> Setting | None:
        return next((setting for setting in self.settings if setting.name == name), None)

    def settled(self, sampling: Sampling) -> tuple[dict[str, SettingValue], str]:
        """Every setting's value, checked, and a note on fields of old that mean nothing to this model.

        Raises TaskError for an unknown setting (the message names those there are) or a value outside of its bounds.
        """
        unknown = [name for name in sampling.settings if self.setting(name) is None]
        if strange := [name for name in unknown if name not in sampling.old]:
            known = ", ".join(setting.name for setting in self.settings) or "none"
            raise TaskError(f"unknown setting {strange[0]!r}: model {self.id!r} has {known}")
        values = {s.name: s.check(sampling.settings.get(s.name, s.default), self.id) for s in self.settings}
        return values, "; ".join(
            f"{name} means nothing to model {self.id!r} and is left out" for name in unknown
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"takes": sorted(self.takes), "requires": sorted(self.requires)}


def sampling_of(card: ModelCard, seed: int, values: Mapping[str, SettingValue]) -> Sampling:
    """What the fields of a panel come to: 0 or "" is the model's own value; what it does not have, or not otherwise, is
    left out.
    """
    chosen = {s.name: values[s.name] for s in card.settings if not s.fixed and values.get(s.name)}
    return Sampling(seed, chosen)


def all_settings() -> dict[str, Setting]:
    """Every setting of a model of the catalog, by name, as the first model that has it free says it."""
    found: dict[str, Setting] = {}
    for card in CATALOG.values():
        for setting in card.settings:
            if not setting.fixed:
                found.setdefault(setting.name, setting)
    return found


NON_COMMERCIAL = "CC BY-NC 4.0 (non-commercial: trained with Bandai-Namco motion data)"

OPEN = (
    "trained with CMU Graphics Lab Motion Capture Database (mocap.cs.cmu.edu), free for any use but resale of the "
    "data; ACCAD Open Motion Project, Ohio State University, CC BY 3.0; SNU walks, snumrl/DataDrivenBipedController, "
    "MIT, (c) 2013 Yoonsang Lee"
)  # as `licence_of` in train/pool_training.py words it; such models end in `-open` and name no helper that is not

# What the checkpoint knows, in the order of its table; a test holds the two together.
ACTIONS = (
    "bow", "bye", "byebye", "dance", "dash", "dribble", "drink", "guide", "jump", "kick", "laugh", "punch",
    "raise up both hands", "raise up left hand", "raise up right hand", "run", "stand", "walk", "walk back",
    "walk left", "walk right", "walk turn left", "walk turn right", "wave both hands", "wave left hand",
    "wave right hand",
)  # fmt: skip

MAX_STEPS = 1000
MAX_GUIDANCE = 30.0
MAX_SPACING = 4.0
STEPS = Setting(
    "steps", 15, 1, MAX_STEPS, usual=100, label="Steps",
    help="Network evaluations. More steps cost more time and gain little",
)  # fmt: skip
GUIDANCE = Setting(
    "guidance", 2.5, 0.0, MAX_GUIDANCE, usual=8.0, label="Guidance",
    help="How closely the motion follows the words; too much makes it stiff",
)  # fmt: skip
SPACING = Setting(
    "spacing", 1.0, 1.0, MAX_SPACING, label="Spacing", shown=False,
    help="Of the noise levels that the steps stand at: 1 is even, above it they lie closer at both ends",
)  # fmt: skip
SAMPLER = Setting(
    "sampler", "dpm_solver_pp_2m", choices=("ddpm", "ddim", "dpm_solver_pp_2m"), label="Sampler", shown=False,
    help="How noise becomes motion",
)  # fmt: skip


def denoising(steps: int, guidance: float, spacing: float = 1.0, teacher: str = "") -> tuple[Setting, ...]:
    """The settings of a model that denoises. teacher: id of the one it was distilled from; it takes no others then."""
    own = (
        replace(STEPS, default=steps, elsewhere=teacher),
        replace(GUIDANCE, default=guidance, elsewhere=teacher),
        replace(SPACING, default=spacing, elsewhere=teacher),
    )
    return (*(s.fixed_at(s.default) if teacher else s for s in own), SAMPLER)


# What every text model of the catalog can do.
TEXT: dict[str, Any] = {
    "tasks": ("generate", "complete", "edit", "sequence"),
    "takes": TEXT_ONLY,
    "requires": TEXT_ONLY,
    "fps": 20.0,
    "max_seconds": 9.8,
}
CATALOG: dict[str, ModelCard] = {
    card.id: card
    for card in (
        ModelCard(
            id="mdm",
            title="MDM, text to motion",
            family="mdm",
            **TEXT,
            settings=denoising(15, 2.5),
            licence=NON_COMMERCIAL,
            checkpoint="mdm.safetensors",
        ),
        ModelCard(
            id="mdm-action",
            title="MDM, action to motion",
            family="mdm",
            tasks=("generate",),
            takes=ACTION_ONLY,
            requires=ACTION_ONLY,
            fps=20.0,
            max_seconds=9.8,
            settings=denoising(15, 2.5),
            licence=NON_COMMERCIAL,
            checkpoint="mdm-action.safetensors",
            actions=ACTIONS,
        ),
        ModelCard(
            id="dit-adaln",
            title="Gestures and styles, non-commercial",
            family="dit",
            **TEXT,
            settings=denoising(15, 2.0, 1.3),
            licence=NON_COMMERCIAL,
            checkpoint="dit-adaln.safetensors",
            between="dit-adaln-inbetween",
        ),
        ModelCard(
            id="dit-adaln-fast",
            title="Gestures and styles, quick, non-commercial",
            family="dit",
            **TEXT,
            settings=denoising(8, 2.0, 1.5, teacher="dit-adaln"),
            licence=NON_COMMERCIAL,
            checkpoint="dit-adaln-fast.safetensors",
            between="dit-adaln-inbetween",
        ),
        ModelCard(
            id="dit-adaln-open",
            title="What bodies do, for any use",
            family="dit",
            **TEXT,
            settings=denoising(15, 2.0, 1.3),
            licence=OPEN,
            checkpoint="dit-adaln-open.safetensors",
        ),
        ModelCard(
            id="dit-adaln-fast-open",
            title="What bodies do, quick, for any use",
            family="dit",
            **TEXT,
            settings=denoising(8, 2.0, 1.5, teacher="dit-adaln-open"),
            licence=OPEN,
            checkpoint="dit-adaln-fast-open.safetensors",
        ),
        ModelCard(
            id="dit-incontext",
            title="DiT in context, text to motion",
            family="dit",
            **TEXT,
            settings=denoising(15, 2.5),
            licence=NON_COMMERCIAL,
            checkpoint="dit-incontext.safetensors",
            between="dit-adaln-inbetween",
        ),
        ModelCard(
            id="dit-crossattn",
            title="DiT with cross-attention, text to motion",
            family="dit",
            **TEXT,
            settings=denoising(15, 2.5),
            licence=NON_COMMERCIAL,
            checkpoint="dit-crossattn.safetensors",
            between="dit-adaln-inbetween",
        ),
    )
}
DEFAULT_MODEL = "dit-adaln-fast"
# Specialists that another card names as `between` and that users need not choose; hence not in CATALOG.
INBETWEEN_CARDS: dict[str, ModelCard] = {
    "dit-adaln-inbetween": ModelCard(
        id="dit-adaln-inbetween",
        title="DiT with AdaLN, between two poses",
        family="dit",
        tasks=("complete",),
        takes=TEXT_ONLY,
        requires=TEXT_ONLY,
        fps=20.0,
        max_seconds=3.2,
        settings=denoising(1, 1.0),
        licence=NON_COMMERCIAL,
        checkpoint="dit-adaln-inbetween.safetensors",
    ),
}
# Models that find motions and make none (`search/`): no generator to choose, hence not in CATALOG.
RETRIEVAL_CARDS: dict[str, ModelCard] = {
    "tmr": ModelCard(
        id="tmr",
        title="TMR, finding motions by words",
        family="tmr",
        tasks=("search",),
        takes=TEXT_ONLY,
        requires=TEXT_ONLY,
        fps=20.0,
        max_seconds=9.8,
        settings=(),
        licence=NON_COMMERCIAL,
        checkpoint="tmr.safetensors",
    ),
}


def every_card() -> dict[str, ModelCard]:
    """All cards by id, those that users need not choose last."""
    return {**CATALOG, **INBETWEEN_CARDS, **RETRIEVAL_CARDS}


def find_card(model: str) -> ModelCard:
    """The card of a model id; raises TaskError that lists the ids there are."""
    cards = every_card()
    if model not in cards:
        raise TaskError(f"unknown model {model!r}; there are {', '.join(CATALOG)}")
    return cards[model]
