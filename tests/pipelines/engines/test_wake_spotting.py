"""The embedded recogniser as the spotter of a wake word, in voices of flite over the telephone band."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.conversation.wake_word import Wakefulness, WakeWord
from pipelines.engines.protocols import SttResult
from pipelines.engines.stt.pocketsphinx.decoder import Decoders
from pipelines.engines.stt.pocketsphinx.worker import FIRST_BYTES
from tests.load.stt_corpus import Voice
from tests.load.stt_rejection import around, telephone

OTHERS = ("what time is it", "did you see the game last night", "thank you very much", "book a room for two")


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_it_hears_its_word_and_nothing_else(tmp_path: Path) -> None:
    decoders = Decoders(1, {})
    word = WakeWord(("hey computer", "computer"))
    awake: dict[tuple[str, str], bool] = {}
    for voice in ("rms",):
        for said in (*word.phrases, *OTHERS):
            data = telephone(around(Voice(voice, tmp_path).say(said))).tobytes()
            ear = decoders.listen({"name": "wake", "jsgf": word.grammar.jsgf}, data[:FIRST_BYTES])
            ear.hear(data)
            heard = ear.final()
            ear.close()
            told = {each: heard[each] for each in ("text", "confidence", "understood", "doubtful")}
            result = SttResult(final=True, **told)
            awake[voice, said] = Wakefulness(word).told(1, 0, result, spotted=True) is not None
    assert awake == {(voice, said): said in word.phrases for voice, said in awake}
