"""The recognisers that lie on this machine.

Each with what it needs; none is loaded here. The embedded engines stand in `pipelines.engines.builtin`.
"""

from __future__ import annotations

from pipelines.engines.registry import EngineEntry
from pipelines.engines.stt.faster_whisper import engine as faster_whisper
from pipelines.engines.stt.transformers_asr import engine as transformers_asr

ENTRIES: tuple[EngineEntry, ...] = (
    faster_whisper.ENGINE.entry(),
    *(each.entry() for each in transformers_asr.ENGINES),
)
