"""hibari's network through onnxruntime: phonemes in, first what each of them will be, then the spectrum of as
many frames as somebody wants.

For a worker alone. Of the package only its files are read here: its own class would fetch voices that are not
there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hibari
import numpy as np
import numpy.typing as npt
import onnx
import onnx.utils
import onnxruntime

from mediaserver.errors import EngineError

ASSETS = Path(hibari.__file__).with_name("assets")
SPECTRUM = ("lh", "theta", "ln", "lr", "phi")
"""What it tells of each frame: see pipelines.engines.tts.hibari.worker.sounding."""
REACH = 27
"""Frames on either side that a frame's spectrum depends on: nine convolutions over seven."""
LEAD, TAIL = 8, 24
"""Frames (100 and 300 ms) that may sound before the first phoneme begins, and after the last one ends."""

Float = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SoundPlan:
    """Phonemes that have their lengths and melody, and no sound yet."""

    shape: Float
    """What the second half of the network is told of each frame, [1, channels, frames]."""
    pitch: Float
    """In Hz for each frame; 0 where it is not voiced."""
    begins: npt.NDArray[np.int64]
    """The frame where each phoneme begins."""
    first: int
    """Frames before it are silence, and so are those from `last` on."""
    last: int


class HibariModel:
    """Once per process."""

    def __init__(self) -> None:
        """Raises EngineError for a file of another version, and what onnxruntime raises."""
        onnxruntime.disable_telemetry_events()
        self.symbols: dict[str, int] = json.loads((ASSETS / "vocab.json").read_bytes())
        """Phonemes -> what the network calls them."""
        planning, sounding, self._names = halves(ASSETS / "hibari.onnx")
        self._planning, self._sounding = _session(planning), _session(sounding)

    def plan(self, phonemes: Sequence[int], rate: float) -> SoundPlan:
        """`rate`: a factor."""
        shape, pitch, lengths = self._planning.run(
            self._names, {"ids": np.asarray([[0, *phonemes, 0]]), "speed": np.asarray([rate], np.float32)}
        )
        frames = pitch.shape[1]
        lengths = lengths.reshape(-1).astype(np.int64)
        lengths *= frames // max(1, int(lengths.sum()))  # the melody is finer than they are
        ends = np.cumsum(lengths)
        first, last = max(0, int(ends[0]) - LEAD), min(frames, int(ends[-2]) + TAIL)
        return SoundPlan(shape, pitch[0], (ends - lengths)[1:-1], first, max(first, last))

    def spectrum(self, plan: SoundPlan, start: int, end: int) -> list[Float]:
        """Of the frames from `start` to `end`: SPECTRUM, each [bins, frames]."""
        left, right = max(0, start - REACH), min(plan.shape.shape[2], end + REACH)
        parts = self._sounding.run(
            list(SPECTRUM), {self._names[0]: np.ascontiguousarray(plan.shape[:, :, left:right])}
        )
        return [part[0, :, start - left : end - left] for part in parts]


def _session(model: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the other processor is for the media
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False  # it keeps what the longest text took
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def halves(path: Path) -> tuple[bytes, bytes, list[str]]:
    """The network cut in two, where all frames of a text are known and none sounds yet, and what comes out of
    its first half: the second one's input, the pitch, and the length of each phoneme."""
    model = onnx.load(str(path))
    sums = [node for node in model.graph.node if node.op_type == "CumSum"]
    enters = [node for node in model.graph.node if node.name == "/dec_in/Conv"]
    if len(sums) != 1 or len(enters) != 1:
        raise EngineError(f"{path.name} is of another version of hibari than this server knows")
    names = [enters[0].input[0], "f0", sums[0].input[0]]
    cut = onnx.utils.Extractor(model)
    return (
        cut.extract_model(["ids", "speed"], names).SerializeToString(),
        cut.extract_model(names[:1], list(SPECTRUM)).SerializeToString(),
        names,
    )
