"""The protocols behind which every engine lives.

Audio in both directions is mono int16 at 16 kHz (mediaserver.media.time.SAMPLE_RATE); an engine with another
rate converts inside its own file. Results arrive on the event loop's thread.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from mediaserver.errors import EngineError
from mediaserver.media.leg import Frame
from mediaserver.media.time import SAMPLE_RATE
from pipelines.environments.readiness import Readiness as Readiness
from pipelines.languages.tags import speaks

FINAL_WITHIN_S = 1.5
"""The usual `Manifest.final_within_s`."""


class Kind(enum.StrEnum):
    VAD = "vad"
    STT = "stt"
    LLM = "llm"
    TTS = "tts"
    TURN = "turn"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an engine is and needs."""

    name: str
    kind: Kind
    summary: str
    languages: tuple[str, ...]
    """BCP 47; `*` is any."""
    licence: str
    needs: tuple[str, ...] = ()
    """Of 'weights', 'gpu', 'key'; empty when it works out of the box."""
    sample_rate: int = SAMPLE_RATE
    final_within_s: float = FINAL_WITHIN_S
    """Of a recogniser: from `flush` to the final. Turn-taking waits no longer, and one that lost its worker
    or its line gives up by itself then: one number, so that neither waits for what the other has given up."""
    partials_tell: bool = False
    """Of a recogniser: its partial results are words that were said, and may decide whether the caller
    interrupts. Those of a small grammar are not: it finds its words in any sound."""
    spots: bool = False
    """Of a recogniser: it tells within a moment, and at no price, whether half a second of sound was one of a
    grammar's few words. It is asked so about short sounds while the agent speaks."""
    detects: bool = False
    """Of a recogniser: told of several languages (`Stt.session`), it hears any of them, writes down what was
    said in its own, and tells which it was, as far as it can (`SttResult.language`)."""
    continues: bool = False
    """Of a language model: an assistant's message at the end of the history begins its answer."""
    free: bool = False
    """Of a language model: a question costs nothing, so that one may be asked in vain."""
    whole: bool = False
    """Of a voice's engine: nothing of a text can be heard before all of it is made. It is given clause by
    clause then."""
    own_voices: tuple[str, ...] = ()
    """Of a voice's engine: all names that it knows, where they are few. Empty: nobody knows but itself."""
    gender: str = ""
    """Of a voice's engine that has one voice for each language: "female" or "male"."""
    phonemes: bool = False
    """Of a voice's engine: it can be told in the IPA what words sound like (`SpeechManner.phonemes`)."""
    pitch: bool = False
    """Of a voice's engine: it can speak higher and lower (`SpeechManner.pitch`)."""

    def speaks(self, language: str) -> bool:
        """Whether it knows a language (BCP 47): "en" is enough for "en-GB", and the other way round."""
        return speaks(self.languages, language)

    def nearest(self, language: str) -> str:
        """What it is told where this language is wanted: that, if it knows it; else one that it knows, which
        is English if it can be. What is said with foreign sounds is better than silence."""
        if self.speaks(language) or not self.languages:
            return language
        return "en" if self.speaks("en") else self.languages[0]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a caller may say in this turn."""

    name: str
    jsgf: str
    """A whole JSGF document (JSpeech Grammar Format, W3C note 2000) with one public rule."""
    choice: bool = False
    """What was said is one of its sentences, or near to one: only which of them fits best is asked, and at
    once. Nothing is rejected."""


@dataclass(frozen=True, slots=True)
class WordTime:
    """Where a recognised word lies in its utterance, in milliseconds since `begin`'s first sample."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float | None = None
    """0 to 1: that it was this word; None: its recogniser does not tell."""


@dataclass(frozen=True, slots=True)
class SttResult:
    """A partial or the final result of one utterance."""

    text: str
    final: bool
    confidence: float | None = None
    """0..1; for a grammar it comes from the likelihood ratio against free speech. None: its recogniser does
    not tell, which says nothing against the words."""
    understood: bool = True
    """False on a final when nothing was said that the grammar or model allows ("did not understand")."""
    complete: bool = False
    """The text is a whole sentence of the grammar: endpointing may be shortened."""
    extensible: bool = False
    """A complete text to which the grammar allows more words ('two thirty' + 'p m')."""
    stt_ms: float = 0.0
    """On a final: milliseconds from `flush()` to this result."""
    epoch: int = 0
    """Of the `begin`, `flush` or `resume` that this result answers. A final answers a flush when it carries
    the flush's; one with that of `begin` or `resume` is an end that the recogniser found by itself."""
    segment: int = 0
    """Counts the ends that the recogniser found by itself within the utterance, from 0. Such a final comes
    without a flush and says what was said since the last one; the final of a flush covers the utterance."""
    words: tuple[WordTime, ...] = ()
    doubtful: bool = False
    """Understood, but not surely: something else that may be said fits nearly as well, or the line is too
    noisy to tell. What is built on it must be said back to the caller, and silence is no yes to it."""
    alternatives: tuple[str, ...] = ()
    """What else fits nearly as well, best first."""
    hanging: bool = False
    """Not a whole sentence of the grammar but the beginning of one ('mountain', 'half')."""
    language: str = ""
    """In which it was said (BCP 47), as heard by a recogniser that was told of several; empty: not known. One
    that knows a single language, or was told of one, has nothing to say about it."""
    language_probability: float = 0.0
    """0 to 1: that it was said in `language`."""
    failed: bool = False
    """On a final: the recogniser could not do its work (its worker is gone, its line is cut)."""
    error: EngineError | None = field(default=None, compare=False)
    """Why it failed, where it is known."""
    instead_of: str = field(default="", compare=False)
    """On the first result of another recogniser than was wanted: which failed, and why."""

    def sure(self, least: float) -> bool:
        """It has so much confidence, or its recogniser tells none."""
        return self.confidence is None or self.confidence >= least


def least_confidence(parts: Iterable[SttResult]) -> float | None:
    """Of the least sure of them; None where none has any."""
    return min((part.confidence for part in parts if part.confidence is not None), default=None)


FAILED = SttResult("", final=True, understood=False, failed=True)
"""The final of a recogniser that could not do its work."""


class SttSession(Protocol):
    """All that one call says, utterance after utterance, over one connection to the recogniser.

    Nothing here waits or raises because a recogniser is gone: that is a final with `failed`.
    """

    def begin(self, epoch: int, grammar: Grammar | None = None, *, noise_db: float | None = None) -> None:
        """An utterance begins; one that was open is forgotten. With no grammar a general language model
        listens. `noise_db`: the line's noise floor in dBFS where it is known, by which scores are judged."""

    def feed(self, frame: Frame) -> None:
        """Audio of the utterance; returns at once. After a flush it is kept for a `resume`."""

    def flush(self, epoch: int) -> None:
        """The caller may have finished: a final of all that was fed since `begin` follows, labelled with
        `epoch`, within `final_within_s`. `epoch` is new, so that no end which the recogniser found before is
        taken for the answer; that end is part of it. The session stays open."""

    def resume(self, epoch: int) -> None:
        """The caller goes on: the flush is void. Later results carry this epoch and cover the whole
        utterance. After a failed final it tries again with all that was fed."""

    def abandon(self) -> None:
        """Forget the utterance; no results of it."""

    def close(self) -> None:
        """The call is over. Closing twice does no harm."""


class Engine(Protocol):
    """What every engine that works for calls has, whatever it does."""

    @property
    def manifest(self) -> Manifest: ...

    @property
    def ready(self) -> bool:
        """It can take work now."""

    @property
    def restarts(self) -> int:
        """How often a part of it was started again since the start."""

    @property
    def load(self) -> int:
        """Requests that run on it now."""

    async def start(self) -> None:
        """Returns when it is ready. Raises EngineError."""

    async def stop(self) -> None: ...


class Stt(Engine, Protocol):
    def session(
        self,
        on_result: Callable[[SttResult], None],
        *,
        language: str = "en",
        among: tuple[str, ...] = (),
    ) -> SttSession:
        """A recogniser for one call. `on_result` is called on the loop's thread. `language` (BCP 47) is
        spoken, or expected where `among` has others that may be: those are told only to a recogniser whose
        manifest says `detects`."""


@dataclass(frozen=True, slots=True)
class WordMark:
    """Where a word of the text begins in the audio."""

    text_start: int
    """Index of its first character in the spoken text."""
    text_end: int
    sample: int
    """16 kHz samples from the start of the utterance's audio."""


@dataclass(frozen=True, slots=True)
class TtsChunk:
    samples: npt.NDArray[np.int16]
    """Any length, 16 kHz. Leading silence of an utterance is already removed."""
    words: tuple[WordMark, ...] = ()
    instead_of: str = ""
    """The first of a text by another voice than was wanted: which failed, and why."""


@dataclass(frozen=True, slots=True)
class SpeechManner:
    """How words are said beside their speed, as far as a voice's engine can."""

    pitch: float = 1.0
    """A factor of the voice's usual one, from 0.5 to 2."""
    phonemes: str = ""
    """What the words sound like, in the IPA; empty: as the voice reads them. One that lacks a sound of it
    reads them, too."""

    def within(self, manifest: Manifest) -> SpeechManner:
        """What an engine can of it."""
        return SpeechManner(self.pitch if manifest.pitch else 1.0, self.phonemes if manifest.phonemes else "")


AS_USUAL = SpeechManner()


class Tts(Engine, Protocol):
    def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        """Stream the audio of a text; closing the generator (aclose) cancels the work. Raises EngineError.
        `voice` is the engine's own name of one; empty lets `language` (BCP 47) decide. `rate`: a factor of
        its usual speed, of which it takes as much as it can."""


@runtime_checkable
class TakesManner(Protocol):
    """A Tts that can more than speed; its manifest says what."""

    def in_manner(self, manner: SpeechManner) -> Tts:
        """Who says a text in this manner."""


def in_manner(tts: Tts, manner: SpeechManner) -> Tts:
    """Who says a text in this manner, or as it usually does where it can no other."""
    return tts.in_manner(manner) if manner != AS_USUAL and isinstance(tts, TakesManner) else tts


@runtime_checkable
class KeepsSpeech(Protocol):
    """A Tts that keeps what is said in every call."""

    def kept_for(self, written: str) -> Tts:
        """Who says a sentence, as it is written."""


@dataclass(frozen=True, slots=True)
class LlmToolCall:
    """The model wants a tool's answer."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    fault: str = ""
    """Why its arguments cannot be read (no valid JSON, too long); empty when they can. Such a call is not
    made: the model is told this in the place of a result."""
    kept: Mapping[str, Any] = field(default_factory=dict, hash=False, repr=False)
    """What its server wants to be shown again with the call, as it stands: signatures, thoughts. It is never
    said, and shown to nobody but the engine that it came from."""
    kept_by: str = ""
    """That engine's name; empty: nothing is kept."""


@dataclass(frozen=True, slots=True)
class AnswerSchema:
    """JSON that is wanted for an answer. Engines whose servers can keep a model to it ask them to; the others
    pass it over, so that whoever asks says it in words, too, and looks at what comes."""

    name: str
    """Letters, digits, '_' and '-'; at most 64."""
    schema: Mapping[str, Any]
    """JSON Schema of an object."""


@dataclass(frozen=True, slots=True)
class LlmMessage:
    """One entry of the conversation that a model is given."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[LlmToolCall, ...] = ()
    """Of an assistant's message: what it asked for."""
    tool_call_id: str = ""
    """Of a tool's message: which call it answers."""
    cache: bool = False
    """What comes up to here stays the same from question to question: a model that caches prompts by marks
    is given one here."""
    answer: AnswerSchema | None = None
    """Of the last message: what its answer is to be."""


@dataclass(frozen=True, slots=True)
class LlmTool:
    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema of the arguments, an object."""


@dataclass(frozen=True, slots=True)
class LlmText:
    """The next piece of the answer, as it comes; not a whole word or sentence."""

    text: str
    instead_of: str = field(default="", compare=False)
    """The first that another model says than was wanted, perhaps without a text: which failed, and why."""


@dataclass(frozen=True, slots=True)
class LlmUsage:
    """What an answer cost, in tokens; comes last, once, where the model tells."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    """Of the prompt's."""
    model: str = ""
    """Which one answered, as its server names it."""
    cost: float | None = None
    """In US dollars, by the prices that are set; None where none is set for this model."""
    cut: bool = False
    """The answer ended where its limit of tokens did (`max_tokens`), perhaps in the middle of a word."""


LlmEvent: TypeAlias = LlmText | LlmToolCall | LlmUsage


class Llm(Engine, Protocol):
    def stream(
        self,
        messages: Sequence[LlmMessage],
        tools: Sequence[LlmTool] = (),
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> AsyncGenerator[LlmEvent, None]:
        """One answer, piece by piece; closing the generator (aclose) cancels it at the model. None leaves a
        setting to the engine. Raises EngineError.

        A history that ends with the assistant's own text asks an engine whose manifest says `continues` to go
        on right behind its last character."""


class TurnModel(Engine, Protocol):
    """Hears whether a caller has finished: by melody and pace, which no text has."""

    def judge(self, samples: npt.NDArray[np.int16], answer: Callable[[float | None], None]) -> None:
        """`samples`: what the caller said in this utterance, mono 16 kHz, at most the last 8 s of it, up to a
        pause. Returns at once; `answer` is called on the loop's thread with the probability that the caller
        has finished, or with None when it cannot be told (soon enough). Raises nothing."""
