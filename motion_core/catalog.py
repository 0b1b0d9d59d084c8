"""What each bundled model can do, as a table: no torch, so that a panel can draw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from motion_core.tasks import Sampling, TaskError


@dataclass(frozen=True)
class ModelCard:
    """One model, as the user meets it. `checkpoint` is a file name in `motion_core/weights/`."""

    id: str
    title: str
    family: str
    tasks: tuple[str, ...]
    needs: str | None  # "text", "action" or None
    fps: float
    max_seconds: float
    steps: int  # network evaluations by default
    guidance: float
    licence: str
    checkpoint: str
    actions: tuple[str, ...] = ()
    between: str | None = (
        None  # id in INBETWEEN_CARDS: fills gaps between kept poses where no words are given
    )
    fixed: bool = False  # distilled: takes no other steps and guidance than these
    spacing: float = 1.0  # of the noise levels those steps stand at: 1 even, above closer at both ends
    teacher: str | None = None  # of a distilled model: the id of the one it comes from, which takes others


def sampling_of(card: ModelCard, seed: int, steps: int, guidance: float) -> Sampling:
    """What fields of a panel come to: 0 is the model's own value, and a distilled model knows no other."""
    return Sampling(seed) if card.fixed else Sampling(seed, steps or None, guidance or None)


NON_COMMERCIAL = "CC BY-NC 4.0 (non-commercial: trained with Bandai-Namco motion data)"

OPEN = (
    "trained with CMU Graphics Lab Motion Capture Database (mocap.cs.cmu.edu), free for any use but resale of the "
    "data; ACCAD Open Motion Project, Ohio State University, CC BY 3.0"
)  # as `licence_of` in train/diffusion.py words it; such models end in `-open` and name no helper that is not

# What the checkpoint knows, in the order of its table; a test holds the two together.
ACTIONS = (
    "bow",
    "bye",
    "byebye",
    "dance",
    "dash",
    "dribble",
    "drink",
    "guide",
    "jump",
    "kick",
    "laugh",
    "punch",
    "raise up both hands",
    "raise up left hand",
    "raise up right hand",
    "run",
    "stand",
    "walk",
    "walk back",
    "walk left",
    "walk right",
    "walk turn left",
    "walk turn right",
    "wave both hands",
    "wave left hand",
    "wave right hand",
)

# What every text model of the catalog can do.
TEXT: dict[str, Any] = {
    "tasks": ("generate", "complete", "edit", "sequence"),
    "needs": "text",
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
            steps=15,
            guidance=2.5,
            licence=NON_COMMERCIAL,
            checkpoint="mdm.safetensors",
        ),
        ModelCard(
            id="mdm-action",
            title="MDM, action to motion",
            family="mdm",
            tasks=("generate",),
            needs="action",
            fps=20.0,
            max_seconds=9.8,
            steps=15,
            guidance=2.5,
            licence=NON_COMMERCIAL,
            checkpoint="mdm-action.safetensors",
            actions=ACTIONS,
        ),
        ModelCard(
            id="dit-adaln",
            title="DiT with AdaLN, text to motion",
            family="dit",
            **TEXT,
            steps=15,
            guidance=2.0,
            licence=NON_COMMERCIAL,
            checkpoint="dit-adaln.safetensors",
            between="dit-adaln-inbetween",
            spacing=1.3,
        ),
        ModelCard(
            id="dit-adaln-fast",
            title="DiT with AdaLN in eight steps, text to motion",
            family="dit",
            **TEXT,
            steps=8,
            guidance=2.0,
            licence=NON_COMMERCIAL,
            checkpoint="dit-adaln-fast.safetensors",
            between="dit-adaln-inbetween",
            fixed=True,
            spacing=1.5,
            teacher="dit-adaln",
        ),
        ModelCard(
            id="dit-adaln-open",
            title="DiT with AdaLN, text to motion, for any use",
            family="dit",
            **TEXT,
            steps=15,
            guidance=2.0,
            licence=OPEN,
            checkpoint="dit-adaln-open.safetensors",
            spacing=1.3,
        ),
        ModelCard(
            id="dit-adaln-fast-open",
            title="DiT with AdaLN in eight steps, text to motion, for any use",
            family="dit",
            **TEXT,
            steps=8,
            guidance=2.0,
            licence=OPEN,
            checkpoint="dit-adaln-fast-open.safetensors",
            fixed=True,
            spacing=1.5,
            teacher="dit-adaln-open",
        ),
        ModelCard(
            id="dit-incontext",
            title="DiT in context, text to motion",
            family="dit",
            **TEXT,
            steps=15,
            guidance=2.5,
            licence=NON_COMMERCIAL,
            checkpoint="dit-incontext.safetensors",
            between="dit-adaln-inbetween",
        ),
        ModelCard(
            id="dit-crossattn",
            title="DiT with cross-attention, text to motion",
            family="dit",
            **TEXT,
            steps=15,
            guidance=2.5,
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
        needs="text",
        fps=20.0,
        max_seconds=3.2,
        steps=1,
        guidance=1.0,
        licence=NON_COMMERCIAL,
        checkpoint="dit-adaln-inbetween.safetensors",
    ),
}
# Models that find motions and make none (`embedding.py`): no generator to choose, hence not in CATALOG.
RETRIEVAL_CARDS: dict[str, ModelCard] = {
    "tmr": ModelCard(
        id="tmr",
        title="TMR, finding motions by words",
        family="tmr",
        tasks=("search",),
        needs="text",
        fps=20.0,
        max_seconds=9.8,
        steps=1,
        guidance=1.0,
        licence=NON_COMMERCIAL,
        checkpoint="tmr.safetensors",
    ),
}


def find_card(model: str) -> ModelCard:
    """The card of a model id; raises TaskError that lists the ids there are."""
    if model in INBETWEEN_CARDS:
        return INBETWEEN_CARDS[model]
    if model not in CATALOG:
        raise TaskError(f"unknown model {model!r}; there are {', '.join(CATALOG)}")
    return CATALOG[model]
