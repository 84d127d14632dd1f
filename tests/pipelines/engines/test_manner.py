"""How words are said, on its way from whoever asks to an engine that can it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from copy import copy
from dataclasses import replace
from pathlib import Path

from pipelines.conversation.agent import Say
from pipelines.engines.finish.finishing import Finishing
from pipelines.engines.finish.kept import KeptSpeech
from pipelines.engines.protocols import AS_USUAL, SpeechManner, Tts, TtsChunk, in_manner
from pipelines.engines.tts.failover import PreferredTts
from tests.fakes import Conversation, FakeTts
from tests.pipelines.conversation.test_marked_up import MarkedUp

IPA = "ˈnaɪki"
SSML = f'<speak>Welcome to <phoneme ph="{IPA}">Nike</phoneme>. <prosody pitch="high">Hello.</prosody></speak>'


class ToldHow(FakeTts):
    """One that can speak higher and take phonemes, or one of both."""

    def __init__(self, *, phonemes: bool = True, pitch: bool = True) -> None:
        super().__init__()
        self.manifest = replace(FakeTts.manifest, name="told", phonemes=phonemes, pitch=pitch)
        self.told: list[tuple[str, SpeechManner]] = []
        self.manner = AS_USUAL

    def in_manner(self, manner: SpeechManner) -> Tts:
        same = copy(self)
        same.manner = manner
        return same

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        self.told.append((text, self.manner))
        async for chunk in super().speak(text, voice=voice, language=language, rate=rate):
            yield chunk


async def said(tts: Tts, manner: SpeechManner, text: str = "Nike") -> int:
    return len([chunk async for chunk in in_manner(tts, manner).speak(text)])


async def test_each_engine_of_a_list_is_told_what_it_can() -> None:
    whole, pitched, plain = ToldHow(), ToldHow(phonemes=False), FakeTts()
    asked = SpeechManner(1.5, IPA)
    for engine in (whole, pitched):
        assert await said(PreferredTts(lambda engine=engine: [engine]), asked)  # type: ignore[misc]
    assert whole.told == [("Nike", asked)] and pitched.told == [("Nike", SpeechManner(1.5))]
    assert await said(PreferredTts(lambda: [plain], finishing=Finishing()), asked) and plain.spoken == [
        "Nike"
    ]


async def test_the_next_engine_says_the_words() -> None:
    first, second = ToldHow(), FakeTts()
    tts = PreferredTts(lambda: [first, second])
    first.ready = False
    assert await said(tts, SpeechManner(phonemes=IPA)) == 1
    assert second.spoken == ["Nike"] and not first.told
    first.ready = True
    assert await said(tts, AS_USUAL) == 1 and first.told == [("Nike", AS_USUAL)], "the next text has its own"


async def test_what_is_kept_is_of_its_manner(tmp_path: Path) -> None:
    voice, kept = ToldHow(), KeptSpeech(tmp_path, lambda engine: "1")
    kept.fix(["Nike"])
    tts = PreferredTts(lambda: [voice], finishing=Finishing(kept=kept))
    for manner in (
        AS_USUAL,
        SpeechManner(phonemes=IPA),
        SpeechManner(1.5),
        AS_USUAL,
        SpeechManner(phonemes=IPA),
    ):
        assert await said(tts.kept_for("Nike"), manner)
    assert [manner for _, manner in voice.told] == [
        AS_USUAL,
        SpeechManner(phonemes=IPA),
        SpeechManner(1.5),
    ]
    assert (kept.hits, kept.misses) == (2, 3)
    await kept.stop()


async def test_a_call_says_ssml_in_its_manner_and_the_rest_as_usual() -> None:
    voice = ToldHow()
    talk = Conversation(MarkedUp(Say.of_ssml(SSML), Say("Goodbye.")), tts=voice)
    await talk.until_quiet()
    assert voice.told == [
        ("Welcome to", AS_USUAL),
        ("Nike.", SpeechManner(phonemes=IPA)),
        ("Hello.", SpeechManner(pitch=1.2)),
        ("Goodbye.", AS_USUAL),
    ]
    (line,) = talk.call.lines()
    assert line.heard == "Welcome to Nike. Hello. Goodbye."
