"""What a session needs from an agent: inputs in, one at a time; acts out, as they are thought of.

An agent never sees the caller's audio, sockets or the clock, and never blocks the loop; what it wants kept it
yields as records.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable
from uuid import UUID

import numpy as np
import numpy.typing as npt

from mediaserver.storage.records import Record
from pipelines.conversation.picking_up import HearsWhoAnswered as HearsWhoAnswered
from pipelines.conversation.picking_up import PickedUp as PickedUp
from pipelines.conversation.standing_by import StandBy as StandBy
from pipelines.conversation.standing_by import StoodBy as StoodBy
from pipelines.conversation.taking_messages import HearsOfMessages as HearsOfMessages
from pipelines.conversation.taking_messages import MessageTaken as MessageTaken
from pipelines.conversation.taking_messages import TakeMessage as TakeMessage
from pipelines.engines.protocols import Grammar
from pipelines.languages.tags import is_tag
from pipelines.spoken.marked import MarkedText
from pipelines.spoken.ssml import SsmlSegment, parse_ssml, written

SLOWEST, FASTEST = 0.25, 4.0
"""Of a voice's usual speed."""


class Finality(enum.Enum):
    """How likely it is that the caller has said it all; endpointing waits accordingly."""

    WHOLE = "whole"
    """An answer that more words would not change ('mountain view')."""
    OPEN = "open"
    """An answer that more words could change ('two thirty' + 'p m')."""
    NOTHING = "nothing"
    """No answer yet."""
    HANGING = "hanging"
    """The caller is in the middle of something ('two and', 'um')."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Collect the keys that a caller presses into one entry: the agent gets one `Keyed` in place of a
    `Pressed` for each. Keys pressed while the agent speaks stop it and count."""

    most: int
    """The entry is complete with so many digits."""
    least: int = 1
    """An entry with fewer is told as 'too few', unless something understood was said meanwhile: then that
    is told in its place."""
    terminators: str = "#"
    """Keys that end an entry early. One that comes behind an entry which was full by then is part of it."""
    cancel: str = "*"
    """Keys that throw away what was keyed so far."""
    inter_digit_ms: int = 2_500
    """So long after a key the entry is complete without another. For the first key there is
    `Listen.silence_ms`."""
    full_ms: int = 0
    """So long a full entry waits for a terminator, and for the digit that makes it too long; 0: it is told
    at once, and the digit after it counts for the next question."""

    def __post_init__(self) -> None:
        """Raises ValueError: the agent is to hear of its mistake, not the caller."""
        if not 1 <= self.least <= self.most:
            raise ValueError(f"no entry has {self.least} to {self.most} keys")


@dataclass(frozen=True, slots=True)
class Listen:
    """How to listen from now on."""

    grammar: Grammar | None = None
    finality: Callable[[str], Finality] | None = None
    """Judges what was recognised so far. It can ask for more patience than the grammar does, not for less;
    None leaves it to the grammar, or to the words where there is none."""
    silence_ms: int = 7_000
    """After this much silence the agent gets a `Silence`."""
    keys: Keys | None = None
    """Collect keys into an entry; None tells each by itself."""


@dataclass(frozen=True, slots=True)
class Say:
    """Speak this piece: one or more whole sentences. It is spoken at once; more may follow."""

    text: str
    interruptible: bool = True
    """False: it is said to its end, whatever the caller says meanwhile."""
    language: str = ""
    """Of this piece alone (BCP 47); empty: that of the call. What is heard stays as it is: see `Switch`."""
    voice: str = ""
    """Of this piece alone, where it has a language; empty: the one that the engine has for that."""
    rate: float = 0.0
    """How fast this piece is spoken: a factor of the voice's usual speed, from 0.25 to 4, as far as the voice
    goes; 0: as the call is."""
    segments: tuple[SsmlSegment, ...] = ()
    """How the words of the text are said, where its author wrote SSML (`of_ssml`, or a `MarkedText`, which
    brings its own); empty: as any others. In the text itself nothing is markup."""

    @classmethod
    def of_ssml(cls, ssml: str, *, interruptible: bool = True, language: str = "", voice: str = "") -> Say:
        """Say what the agent's author wrote as SSML (`pipelines.spoken.ssml`). Words of a caller or a model
        that are put into it go through `pipelines.spoken.ssml.escaped`. Raises ValueError, which says what is
        wrong and where."""
        segments = parse_ssml(ssml, language or "en")
        return cls(written(segments), interruptible, language, voice, segments=segments)

    def __post_init__(self) -> None:
        """Raises ValueError: the agent is to hear of its mistake, not the caller."""
        if isinstance(self.text, MarkedText) and not self.segments:
            object.__setattr__(self, "segments", self.text.segments)
        if self.rate and not SLOWEST <= self.rate <= FASTEST:
            raise ValueError(f"nobody speaks {self.rate:g} times as fast: {SLOWEST:g} to {FASTEST:g}")


@dataclass(frozen=True, slots=True)
class Play:
    """Play a recording where a sentence would stand."""

    samples: npt.NDArray[np.int16]
    """Any length, 16 kHz mono."""
    text: str = ""
    """What is said in it, for the transcript."""
    interruptible: bool = True
    """False: it is played to its end, whatever the caller says meanwhile."""

    def __post_init__(self) -> None:
        """Raises TypeError for samples that are no int16: anything else would be noise."""
        if self.samples.dtype != np.int16:
            raise TypeError(f"a recording is of int16 samples, not of {self.samples.dtype}")


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep this record."""

    record: Record


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the caller over to this address or number once what was said is heard; the last act of a reply.
    Until somebody there has the caller the agent waits; when nobody takes it, it is told `Returned`."""

    to: str
    warm: bool = False
    """Whoever answers is told what the call is about, and takes it or not, while the caller hears music."""
    briefing: str = ""
    """What that one is told; empty: what is known of the call, with the agent's `summary` if it has one."""
    accept: Literal["", "key", "stay"] = ""
    """How it takes the call: by pressing 1, or by staying on the line; empty: as the settings say."""
    trunk: str = ""
    """The number is called by this trunk alone; empty: by the best that may call it."""
    away: bool = False
    """The caller's own side (its provider, its PBX) is asked first to call there itself; where it does that,
    the call with us ends, and nobody comes back from it. Never with `warm`."""

    def __post_init__(self) -> None:
        """Raises ValueError: the agent is to hear of its mistake, not the caller."""
        if self.accept not in ("", "key", "stay"):
            raise ValueError(f"a transfer is accepted by 'key' or 'stay', not by {self.accept!r}")


@dataclass(frozen=True, slots=True)
class End:
    """Hang up once what was said is heard; the last act of a reply."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Go on in another language (BCP 47): what is said from here on, how the caller is heard from the next
    utterance on, and what the server says by itself. The engines of the call's lists that speak it are
    used; what is still to be said keeps its language."""

    language: str
    voice: str = ""
    """The voice's name; empty: the one that the call began with, in that language, else the one that the
    engine has for it."""
    why: str = ""
    """For the record of the call, in a word or two."""

    def __post_init__(self) -> None:
        """Raises ValueError: the agent is to hear of its mistake, not the caller."""
        if not is_tag(self.language):
            raise ValueError(f"a language is a tag such as 'de' or 'pt-BR', not {self.language!r:.40}")


Last: TypeAlias = End | Transfer
Apart: TypeAlias = TakeMessage | StandBy
"""Acts during which nobody answers the caller."""
Act: TypeAlias = Say | Listen | Keep | Play | Switch | Apart | Last


@dataclass(frozen=True, slots=True)
class Answered:
    """The call is up: greet."""

    said: str = ""
    """Where we called: what whoever has answered said first, as far as it was understood."""


@dataclass(frozen=True, slots=True)
class Mood:
    """An estimate of how the caller feels, beside how this caller spoke at first. Nothing should hang on one
    turn's; see docs/insight.md for what moves it beside feelings."""

    arousal: float
    """-1 (subdued) to 1 (agitated), by the voice."""
    arousal_sure: float
    """0 (nothing is known, as on the first turn) to 1."""
    valence: float
    """-1 (cross words) to 1 (kind words)."""
    valence_sure: float
    """0: no word of it says anything."""

    @property
    def hint(self) -> str:
        """For a prompt, in English; empty while nothing stands out surely enough."""
        parts = []
        if abs(self.arousal) >= 0.4 and self.arousal_sure >= 0.5:
            seems = "more agitated" if self.arousal > 0 else "more subdued"
            parts.append(f"the caller's voice seems {seems} than at first")
        if abs(self.valence) >= 0.3 and self.valence_sure >= 0.5:
            parts.append(f"the caller's words seem {'kind' if self.valence > 0 else 'cross'}")
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who of those on the caller's line said something, by the voice; an estimate."""

    number: int
    """1 is who was heard first."""
    sure: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """The caller said something."""

    text: str
    confidence: float | None = None
    """0 to 1; None where the recogniser does not tell."""
    understood: bool = True
    doubtful: bool = False
    """Understood, but not surely (`SttResult.doubtful`): say it back, and do not take silence for a yes."""
    alternatives: tuple[str, ...] = ()
    """What else it may have been, best first."""
    amends: bool = False
    """It takes the place of the last utterance, which was taken for finished too early: whatever that one
    has changed is undone, and this one answers the question that it answered."""
    noisy: bool = False
    """It was said over so much noise that any word of it may be wrong; what was not understood was perhaps
    the noise itself."""
    mood: Mood | None = None
    """None where it is not switched on (`insight.mood`), or nobody understood the words."""
    speaker: Speaker | None = None
    """None where it is not switched on (`insight.speakers`), or too little of the voice is known."""
    language: str = ""
    """In which it was said (BCP 47), as far as that can be heard; empty: not known, as always where the
    recogniser knows a single language, or the agent does (`SpeaksLanguages`)."""
    language_probability: float = 0.0
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed one key, and the agent collects none (`Listen.keys`)."""

    digit: str


@dataclass(frozen=True, slots=True)
class Keyed:
    """The caller has keyed an entry (`Listen.keys`)."""

    digits: str
    """Without the key that ended it; may be empty when one of `Keys.terminators` or `cancel` did."""
    ended_by: Literal["length", "terminator", "pause", "cancel", "too few", "too many"]
    """'too few' after a terminator or a pause; 'too many' only with `Keys.full_ms`."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing came within `Listen.silence_ms` (also: no further digit)."""


@dataclass(frozen=True, slots=True)
class AskedToSpeak:
    """Somebody else than the caller's voice (a program at the other end, a button) wants the agent to speak
    now: go on from what was said before. Nothing was said or pressed, and nobody agrees to anything by it."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The caller is with the agent again, after a transfer that came to nothing, or after somebody who had
    taken the call over. All that was said before counts still."""

    why: str
    """'busy', 'no answer', 'declined', 'not confirmed' (it was answered, and nobody took the call), 'not
    allowed', 'failed'; 'handed back' or 'left' by whoever had taken the call over."""
    to: str = ""
    """Whom the caller was to talk to, or who had the call."""
    detail: str = ""
    """One line for people."""


TroubleKind: TypeAlias = Literal[
    "silent",  # not a sound comes from the caller
    "one-way",  # no audio comes from there
    "unheard",  # nothing of ours arrives there: nobody can be told
    "clipped",
    "humming",
    "noisy",
    "lossy",  # packets are lost
    "looped",  # our own voice comes back and nothing else
    "music",  # as on hold
    "fax",  # or a modem
    "tone",  # of a network: perhaps nobody is there any more
    "endless",  # somebody or something speaks on and on
]


@dataclass(frozen=True, slots=True)
class LineTrouble:
    """The line carries no conversation as it is: say what is wrong, offer the keys or a call back, or end
    the call. It comes only to an agent that has `minds_line = True`: in place of others the session says a
    sentence. The conversation goes on as it was, unless `over`. Each kind comes once a call, but music on
    hold and a network's tones, which are told again now and then while they are waited through; noise does
    not come: see `Utterance.noisy`."""

    kind: TroubleKind
    advice: str = ""
    """One line for people: what is wrong, and what would mend it."""
    last: bool = False
    """It was waited for long enough: offer a call back, or end the call."""
    over: bool = False
    """Nobody is there, or nobody who can be talked to: what is said now is the last word, and the call ends
    behind it."""


AgentInput: TypeAlias = (
    Answered
    | Utterance
    | Pressed
    | Keyed
    | Silence
    | MessageTaken
    | StoodBy
    | LineTrouble
    | Returned
    | AskedToSpeak
    | PickedUp
)


@dataclass(frozen=True, slots=True)
class Context:
    """What an agent may know when it is asked."""

    call_id: UUID
    line: int
    """The number of the line that the answer makes; `Agent.heard` names it again."""
    direction: str = "inbound"
    """Or "outbound": we called."""
    from_uri: str = ""
    """Who called whom, as the call has it; empty where nobody did."""
    to_uri: str = ""
    about: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What whoever placed the call gave along."""


class Agent(Protocol):
    """One conversation's thinking side."""

    def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        """The answer to one input, act by act as it is thought of; none at all goes on listening.

        `said` must be in the agent's memory before anything is awaited. The iteration is cancelled, or
        closed at its next `Say`, once the caller goes on: so yield what must not be lost (`Keep`, `Listen`)
        before what is said.
        """

    def heard(self, line: int, text: str, cut: bool) -> None:
        """What the caller has heard of a line; `cut`: it was interrupted. Told when the line is over, and
        before the next `respond` when that comes earlier; the last word on a line counts. A line that the
        agent did not make (the operator's words, the server's goodbye) has a number of its own."""

    def hung_up(self) -> tuple[Record, ...]:
        """The call is over; all that was heard has been told."""


@runtime_checkable
class MindsMissedWords(Protocol):
    """An Agent that does not take silence for consent where words of the caller's may have been missed."""

    def missed_words(self) -> None:
        """Since the agent was told something last, the caller made a sound that may have been words, and it
        is told of nothing else about it: too short, taken for a noise, or cut off by the end of the call. Or
        nothing was heard, on a line that loses words. At once, also while the agent is thinking; before the
        `Silence`, and before `hung_up`. Must not block."""


@runtime_checkable
class ThinksAhead(Protocol):
    """An Agent that can begin to think about what the caller has probably said, while it is not sure yet that
    nothing more comes. Neither method may block or do anything that cannot be thrown away: nothing is said,
    done or remembered before `respond` brings what was really said."""

    def think_ahead(self, said: Utterance) -> None:
        """The caller has probably said this. It takes the place of what was supposed before."""

    def stop_thinking_ahead(self) -> None:
        """That was not all of it, or nobody is to be answered."""


@runtime_checkable
class SpeaksLanguages(Protocol):
    """An Agent that may go on in several languages (`Switch`): a recogniser that detects is told of them."""

    @property
    def languages(self) -> tuple[str, ...]:
        """BCP 47, the one that the call begins with among them."""


def languages_of(agent: Agent) -> tuple[str, ...]:
    """In which languages an agent may go on; none for one that says nothing of it."""
    named: Any = agent.languages if isinstance(agent, SpeaksLanguages) else ()
    if not isinstance(named, tuple) or not all(isinstance(each, str) and is_tag(each) for each in named):
        return ()  # a name that something else has in somebody's agent
    return named


@runtime_checkable
class Summarising(Protocol):
    """An Agent that can tell a human what it has learnt."""

    def summary(self) -> str:
        """In a sentence or two, in the language of the call; empty when there is nothing."""
