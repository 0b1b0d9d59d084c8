"""What is set for a scene: the words, how long, how to draw the sample, where the result starts."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    StringProperty,
)

from motion_core.catalog import CATALOG, DEFAULT_MODEL, ModelCard, sampling_of
from motion_core.tasks import LONGEST, MAX_SEED, MIN_SECONDS, CleanUp, Generate, Request, Sampling
from motion_core.tasks.pins_and_paths import CALM

from .settings import setting_properties, values_of

MODELS = [(card.id, card.title, f"Weights: {card.licence}") for card in CATALOG.values()]
STARTS = (
    ("CURRENT", "Current frame", "The motion starts at the frame that is shown when Generate is pressed"),
    ("GIVEN", "Frame", "The motion starts at a frame of your choice"),
)
SHAPES = 10  # betas of an SMPL body that people use


def _actions(self: LabanSettings, context: bpy.types.Context, typed: str) -> list[str]:
    return [action for action in self.card.actions if typed.lower() in action.lower()]


def _model_changed(self: LabanSettings, context: bpy.types.Context) -> None:
    if self.card.actions and self.action not in self.card.actions:
        self.action = self.card.actions[0]
    _seconds_changed(self, context)


def _seconds_changed(self: LabanSettings, context: bpy.types.Context) -> None:
    """What the model cannot make is refused where it is typed."""
    if self.seconds > self.longest + 1e-4:
        self.seconds = self.longest


def _as_typed(value: float) -> float:
    """Blender keeps 2.3 as 2.2999999523; files and messages shall show what was typed."""
    return round(float(value), 4)


class LabanSettings(bpy.types.PropertyGroup):
    """`scene.laban`"""

    model: EnumProperty(
        name="Model", items=MODELS, default=DEFAULT_MODEL, update=_model_changed,
        description="Who moves: each model was trained its own way",
    )  # fmt: skip
    prompt: StringProperty(
        name="Prompt",
        default="a person walks forward and waves with the right hand",
        description="What the person does, in a sentence",
        options={"ANIMATABLE", "TEXTEDIT_UPDATE"},  # seen while it is typed: the panel says how it is heard
    )
    split: BoolProperty(
        name="Part by part", default=True,
        description="Make a prompt that says 'first this, then that' part by part, each with its share of the seconds; "
        "off: as one",
    )  # fmt: skip
    lock_feet: BoolProperty(
        name="Lock feet", default=True,
        description="Feet that stand do not slide. Off: they are as the model makes them",
    )  # fmt: skip
    calm: FloatProperty(
        name="Calm", default=CALM, min=0.0, max=1.0, subtype="FACTOR",
        description="How much of the model's tremor goes: 0 none, 1 all, a half what is beyond that of real motion",
    )  # fmt: skip
    action: StringProperty(
        name="Action", search=_actions, description="What the person does, one of the model's actions"
    )
    seconds: FloatProperty(
        name="Seconds", default=6.0, min=MIN_SECONDS, max=LONGEST, soft_max=30.0, step=50, precision=2,
        update=_seconds_changed, description="How long the motion lasts, at most what the model can make",
    )  # fmt: skip
    seed: IntProperty(
        name="Seed", min=0, max=MAX_SEED,
        description="The same words with another seed give another motion; with the same seed the same one",
    )  # fmt: skip
    new_seed: BoolProperty(
        name="New seed each time", description="Draw another seed whenever Generate is pressed"
    )
    start: EnumProperty(name="Start", items=STARTS, description="Where on the timeline the motion begins")
    start_frame: IntProperty(name="Start frame", default=1, description="Frame of the first pose")
    extend_range: BoolProperty(
        name="Extend scene end", default=True,
        description="Move the scene's end frame out when the motion is longer; it is never moved in",
    )  # fmt: skip
    betas: FloatVectorProperty(
        name="Shape", size=SHAPES, soft_min=-3, soft_max=3,
        description="Shape of the body of your own SMPL model (betas)",
    )  # fmt: skip

    library: StringProperty(
        name="Library",
        subtype="DIR_PATH",
        description="A folder of motions (.npz, .bvh) with its sub-folders. It gets an index, so that the next search "
        "is quick. With a service on another machine: a folder there",
    )
    search_text: StringProperty(
        name="Search", description="What the person does in the motion you look for, in a sentence"
    )
    search_count: IntProperty(
        name="Hits", default=20, min=1, max=200, description="How many motions the list shows"
    )

    @property
    def card(self) -> ModelCard:
        return CATALOG[self.model]

    @property
    def longest(self) -> float:
        """Seconds that the model can make: several clips in a row where it makes sequences."""
        return (
            LONGEST if "sequence" in self.card.tasks and "text" in self.card.takes else self.card.max_seconds
        )

    @property
    def words(self) -> str:
        """What the model is told; "" for one that needs nothing."""
        return " ".join(self._told().values())

    @property
    def sampling(self) -> Sampling:
        return sampling_of(self.card, self.seed, values_of(self))

    @property
    def clean(self) -> CleanUp | None:
        """What is tidied in a new motion; None for what all of them get."""
        how = CleanUp(feet=self.lock_feet, calm=_as_typed(self.calm))
        return None if how == CleanUp() else how

    def request(self) -> Request:
        """What Generate asks for. Raises TaskError that names what is wrong."""
        task = Generate(seconds=_as_typed(self.seconds), split=self.split, clean=self.clean, **self._told())
        return Request(task, self.sampling, self.model)

    def _told(self) -> dict[str, str]:
        fields = {"text": self.prompt, "action": self.action}
        return {name: said for name, said in fields.items() if name in self.card.requires}


# What the cards let one choose stands beside the fields above.
LabanSettings.__annotations__ |= setting_properties()


class LabanHit(bpy.types.PropertyGroup):
    """One motion that a search has found; the list filters by `name`, which Blender may cut."""

    path: StringProperty(name="Path", description="The motion's file, from the library's folder on")
    score: FloatProperty(name="Score", description="How well the words fit: 1 is perfect, 0 unrelated")
    seconds: FloatProperty(name="Length", description="Length of the motion in seconds")


class LabanHits(bpy.types.PropertyGroup):
    """`window_manager.laban_hits`: what the last search has found. Outside of scenes, so that undo keeps it."""

    hits: CollectionProperty(type=LabanHit, description="The motions that were found, best first")
    chosen: IntProperty(name="Chosen", description="Which of the found motions is put on the rig")
    library: StringProperty(
        name="Library", description="The folder that was searched, as the service knows it"
    )
