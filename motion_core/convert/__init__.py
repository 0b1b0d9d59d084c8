"""Official checkpoints into ours. The only place that reads a pickle, and it does so in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from motion_core.checkpoint import CheckpointInfo, save_checkpoint
from motion_core.convert import dit, mdm, mdm_scratch, t2m, tmr
from motion_core.convert.reader import read_pickled
from motion_core.formats import FormatError
from motion_core.generators.families import FAMILIES, check_family
from motion_core.generators.makers.denoising import check_diffusion
from motion_core.text import ENCODERS


@dataclass(frozen=True)
class Source:
    """One layout of official files. knows: whether these tensor names are of it. convert: (path, tensors) -> ours."""

    family: str
    title: str
    knows: Callable[[set[str]], bool]
    convert: Callable[[Path, dict[str, Tensor]], tuple[dict[str, Tensor], CheckpointInfo]]


SOURCES = (
    Source("mdm", "MDM (GuyTevet/motion-diffusion-model)", mdm.knows, mdm.convert),
    Source("mdm", "mdm-scratch (Said-Ay/mdm-scratch)", mdm_scratch.knows, mdm_scratch.convert),
    Source("dit", "the motion-generation lab (lab7-CSC52087EP)", dit.knows, dit.convert),
    Source("tmr", "TMR (Mathux/TMR and the motion-generation lab's)", tmr.knows, tmr.convert),
    Source(t2m.FAMILY, "T2M evaluator (EricGuo5513/text-to-motion)", t2m.knows, t2m.convert),
)


def convert_checkpoint(
    path_in: str | Path, path_out: str | Path, family: str | None = None
) -> CheckpointInfo:
    """Write the official checkpoint `path_in` as a Laban checkpoint, and return its description.

    Files beside it are read too:

    * MDM: `args.json`; on HumanML3D or KIT-ML also `Mean.npy` and `Std.npy` of the data set.
    * mdm-scratch: `norm_stats.pt`.
    * The motion-generation lab: `tmr-rifke-mean.pt` and `tmr-rifke-std.pt`.
    * TMR: the other encoder, the decoder and the statistics. `path_in` may be their folder.
    * The T2M evaluator: the folders `meta` and `glove`.

    With `family`, a checkpoint of another family is refused. Raises FileNotFoundError for a missing file and
    FormatError for one that cannot be used; nothing is written then.
    """
    path_in = Path(path_in)
    if path_in.is_dir():  # only TMR comes in several files
        path_in = tmr.file_in(path_in)
    families = sorted({source.family for source in SOURCES})
    if family is not None and family not in families:
        raise ValueError(f"unknown family {family!r}; checkpoints of {', '.join(families)} can be converted")
    tensors = read_pickled(path_in)
    source = _recognise(path_in, set(tensors))
    if family is not None and source.family != family:
        raise FormatError(f"{path_in} is a checkpoint of {source.title}, not of the family {family!r}")
    converted, info = _converted(source, path_in, tensors)
    _check_that_it_runs(path_in, info)
    save_checkpoint(path_out, converted, info)
    return info


def _converted(
    source: Source, path: Path, tensors: dict[str, Tensor]
) -> tuple[dict[str, Tensor], CheckpointInfo]:
    try:
        return source.convert(path, tensors)
    except (FormatError, OSError):
        raise
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        raise FormatError(
            f"{path} is not laid out as a checkpoint of {source.title} ({type(error).__name__}): download it again"
        ) from error


def _check_that_it_runs(path: Path, info: CheckpointInfo) -> None:
    """Raises FormatError where a model that makes motion could not be sampled: better now than at its first use."""
    try:
        if info.family in FAMILIES:
            check_family(info)
            check_diffusion(info)
        if info.text_encoder is not None and info.text_encoder not in ENCODERS:
            raise FormatError(f"it reads the texts of {info.text_encoder!r}, which Laban does not have")
    except FormatError as error:
        raise FormatError(f"{path} cannot be used: {error}") from error


def _recognise(path: Path, names: set[str]) -> Source:
    for source in SOURCES:
        if source.knows(names):
            return source
    known = "; ".join(source.title for source in SOURCES)
    raise FormatError(
        f"{path} is no checkpoint that Laban can convert: its first tensors are called "
        f"{', '.join(map(repr, sorted(names)[:3]))}. Known are: {known}"
    )
