"""The engines that come with the base install: no download, no GPU, no key.

Registers manifests and checks only; nothing is loaded here.
"""

from __future__ import annotations

from pipelines.engines.protocols import EngineRegistry
from pipelines.engines.stt.pocketsphinx import engine as pocketsphinx
from pipelines.engines.tts.espeak import engine as espeak
from pipelines.engines.vad.silero import engine as silero


def registry() -> EngineRegistry:
    """A registry of the embedded engines."""
    engines = EngineRegistry()
    engines.add(silero.MANIFEST, silero.check)
    engines.add(pocketsphinx.MANIFEST, pocketsphinx.check)
    engines.add(espeak.MANIFEST, espeak.check)
    return engines
