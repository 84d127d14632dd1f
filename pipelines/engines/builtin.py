"""The engines that come with us, most of them without download, GPU or key, and those of other packages.

Registers manifests, checks and makers only; nothing is loaded here. The one place that names engine classes.
"""

from __future__ import annotations

from functools import partial

from pipelines.engines import cloud_entries
from pipelines.engines.embedding.openai_embeddings import engine as openai_embeddings
from pipelines.engines.llm import entries as llm_entries
from pipelines.engines.llm.claude import engine as claude
from pipelines.engines.llm.openai_compatible import engine as openai_compatible
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from pipelines.engines.remote import entries as remote_entries
from pipelines.engines.stt import entries as stt_entries
from pipelines.engines.stt.pocketsphinx import engine as pocketsphinx
from pipelines.engines.tts import entries as tts_entries
from pipelines.engines.tts.espeak import engine as espeak
from pipelines.engines.tts.hibari import engine as hibari
from pipelines.engines.tts.pico import engine as pico
from pipelines.engines.turn.smart_turn import engine as smart_turn
from pipelines.engines.vad.silero import engine as silero
from pipelines.workers.limits import NO_LIMITS, POOL_LIMITS

VAD, STT, TTS = silero.MANIFEST.name, pocketsphinx.MANIFEST.name, espeak.MANIFEST.name
"""What is used where nobody names another."""
TTS_BETTER = (hibari.MANIFEST.name, pico.MANIFEST.name)
"""Before `TTS`, where they are installed, for the languages that they speak; best first."""
LLMS = (openai_compatible.MANIFEST.name, claude.MANIFEST.name)
"""Likewise, in this order, those of them that have a key or an endpoint."""


def registry() -> EngineRegistry:
    """All engines of this installation."""
    engines = EngineRegistry(
        (
            EngineEntry(
                silero.MANIFEST,
                silero.check,
                lambda options: silero.SileroVad(options.without_settings(VAD).cache),
                limits=NO_LIMITS,
            ),
            EngineEntry(
                pocketsphinx.MANIFEST,
                pocketsphinx.check,
                lambda options: pocketsphinx.PocketsphinxStt(
                    options.without_settings(STT).workers, background=options.background
                ),
                limits=POOL_LIMITS,
            ),
            EngineEntry(
                espeak.MANIFEST,
                espeak.check,
                lambda options: espeak.EspeakTts(options.without_settings(TTS).workers),
                limits=POOL_LIMITS,
            ),
            EngineEntry(hibari.MANIFEST, hibari.check, hibari.make, limits=POOL_LIMITS),
            EngineEntry(pico.MANIFEST, pico.check, pico.make, limits=POOL_LIMITS),
            EngineEntry(smart_turn.MANIFEST, smart_turn.check, smart_turn.make, limits=smart_turn.LIMITS),
            *(
                EngineEntry(
                    each.MANIFEST,
                    partial(each.check, EngineOptions()),
                    each.make,
                    check_with=each.check,
                    several=True,
                    limits=NO_LIMITS,
                )
                for each in (openai_compatible, claude, openai_embeddings)
            ),
            *stt_entries.ENTRIES,
            *tts_entries.ENTRIES,
            *llm_entries.ENTRIES,
            *cloud_entries.ENTRIES,
            *remote_entries.ENTRIES,
        )
    )
    engines.add_plugins()
    return engines
