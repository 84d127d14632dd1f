"""The voices that lie on this machine.

Each with what it needs; none is loaded here. The embedded engines stand in `pipelines.engines.builtin`.
"""

from __future__ import annotations

from pipelines.engines.registry import EngineEntry
from pipelines.engines.tts.chatterbox import engine as chatterbox
from pipelines.engines.tts.higgs import engine as higgs
from pipelines.engines.tts.kokoro import engine as kokoro
from pipelines.engines.tts.mms import engine as mms
from pipelines.engines.tts.parler import engine as parler
from pipelines.engines.tts.piper import engine as piper
from pipelines.engines.tts.styletts2 import engine as styletts2

ENTRIES: tuple[EngineEntry, ...] = (
    chatterbox.ENGINE.entry(),
    higgs.ENGINE.entry(),
    kokoro.ENGINE.entry(),
    mms.ENGINE.entry(),
    *(engine.entry() for engine in parler.ENGINES),
    piper.ENGINE.entry(),
    styletts2.ENGINE.entry(),
)
