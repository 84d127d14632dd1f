"""Tells a human who was rung what a call is about, and hears by key whether that one takes it.

An Agent that needs no ears: whoever answers a telephone says its name, and must not interrupt the briefing by
that; its keys count at any time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from uuid import UUID

import numpy as np

from mediaserver.media.leg import App, Frame, LegEvent, Voice
from mediaserver.media.time import FRAME_SAMPLES
from mediaserver.storage.records import EventHappened, Record
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    AskedToSpeak,
    Context,
    Keyed,
    LineTrouble,
    Listen,
    MessageTaken,
    PickedUp,
    Pressed,
    Returned,
    Say,
    Silence,
    StoodBy,
    Utterance,
)
from pipelines.conversation.transcript import CallPort
from pipelines.languages.tags import base_of

Outcome: TypeAlias = Literal["taken", "declined", "not confirmed", "hung up", "failed"]
TAKE, DECLINE = "1", "2"
STAYED_MS = 1_000
"""Who is still there so long after the briefing has stayed."""
AGAIN_MS = 7_000
"""So long after the briefing the keys are named again, when there is time for that."""
FAULTS = frozenset({"engine_failed", "agent_failed"})
"""Events that are worth keeping of a briefing, too."""
MOST_FACTS = 8
LONGEST_FACT = 200
"""Characters of what is said of a call that nobody wrote a briefing for."""


_SILENCE: Frame = np.zeros(FRAME_SAMPLES, np.int16)
_SILENCE.setflags(write=False)


@dataclass(frozen=True, slots=True)
class Words:
    """One language's. `who`: names the caller; `stranger`: when it is not known."""

    who: str
    stranger: str
    keys: str
    connected: str


WORDS = {
    "en": Words(
        "I have a caller for you: {}.", "I have a caller for you.",
        "Press 1 to take the call, or 2 to decline.", "Stay on the line and I connect you.",
    ),
    "de": Words(
        "Ich habe einen Anruf für Sie von {}.", "Ich habe einen Anruf für Sie.",
        "Drücken Sie die 1, um ihn anzunehmen, oder die 2, um ihn abzulehnen.",
        "Bleiben Sie in der Leitung, ich verbinde.",
    ),
    "fr": Words(
        "J'ai un appel pour vous de {}.", "J'ai un appel pour vous.",
        "Appuyez sur 1 pour le prendre, ou sur 2 pour le refuser.",
        "Restez en ligne, je vous mets en relation.",
    ),
    "es": Words(
        "Tengo una llamada para usted de {}.", "Tengo una llamada para usted.",
        "Pulse 1 para atenderla, o 2 para rechazarla.", "Manténgase en línea y le comunico.",
    ),
    "it": Words(
        "Ho una chiamata per lei da {}.", "Ho una chiamata per lei.",
        "Prema 1 per accettarla, o 2 per rifiutarla.", "Resti in linea, la metto in comunicazione.",
    ),
    "pt": Words(
        "Tenho uma ligação para você de {}.", "Tenho uma ligação para você.",
        "Aperte 1 para atender, ou 2 para recusar.", "Fique na linha que eu transfiro a ligação.",
    ),
    "hi": Words(
        "आपके लिए {} की कॉल है।", "आपके लिए एक कॉल है।",
        "कॉल लेने के लिए 1 दबाइए, मना करने के लिए 2।", "लाइन पर बने रहिए, कॉल जोड़ी जा रही है।",
    ),
    "ja": Words(
        "{}様からお電話です。", "お電話が入っております。",
        "お受けになる場合は1を、お断りになる場合は2を押してください。",
        "そのままお待ちください。おつなぎいたします。",
    ),
    "zh": Words(
        "有一个{}打给您的电话。", "有一个电话找您。",
        "接听请按1，拒接请按2。", "请不要挂断，正在为您接通。",
    ),
}  # fmt: skip
"""In any other language the keys are named in English: whoever does not know them could never take a call."""


def words(language: str) -> Words:
    """Those of a BCP 47 tag's language."""
    return WORDS.get(base_of(language), WORDS["en"])


def known(language: str, caller: str, about: Mapping[str, Any], summary: str) -> str:
    """What can be said of a call that nobody wrote a briefing for. `caller`: an address or a number; `about`:
    what was given along with the call; `summary`: what its agent has learnt."""
    name = caller.removeprefix("sips:").removeprefix("sip:").removeprefix("tel:").partition("@")[0]
    said = [words(language).who.format(name) if name else words(language).stranger]
    for what, value in list(about.items())[:MOST_FACTS]:
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            said.append(f"{what.replace('_', ' ')}: {str(value)[:LONGEST_FACT]}.")
    return " ".join([*said, summary.strip()]).strip()


class Briefer:
    """An Agent. `decided`: told of each verdict; the first counts. `accept`: "key" or "stay"."""

    def __init__(
        self,
        text: str,
        language: str,
        accept: str,
        confirm_s: float,
        decided: Callable[[Outcome], None],
        over: Callable[[str], None],
    ) -> None:
        """`over`: told once, at the end, what was heard of all that was said."""
        self._text = text
        self._by_key = accept == "key"
        self._ask = words(language).keys if self._by_key else words(language).connected
        self._left_ms = round(1000 * confirm_s)
        self._decided = decided
        self._over = over
        self._heard: dict[int, str] = {}
        """By line."""

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        match said:
            case Answered() | Returned() | Utterance():
                yield self._listen()
                yield Say(f"{self._text} {self._ask}")
            case Pressed(digit=digit) if digit == TAKE:
                self._decided("taken")
            case Pressed(digit=digit) if digit == DECLINE:
                self._decided("declined")
            case Pressed() | AskedToSpeak():
                yield Say(self._ask)
            case Silence() if not self._by_key:
                self._decided("taken")
            case Silence() if self._left_ms > 0:
                yield self._listen()
                yield Say(self._ask)
            case Silence():
                self._decided("not confirmed")
            case Keyed() | MessageTaken() | StoodBy() | LineTrouble() | PickedUp():
                """It collects no keys, takes no messages, and asks for nothing that a bad line garbles."""

    def heard(self, line: int, text: str, cut: bool) -> None:
        self._heard[line] = text

    def hung_up(self) -> tuple[Record, ...]:
        self._decided("hung up")
        self._over(" ".join(filter(None, self._heard.values())))
        return ()

    def _listen(self) -> Listen:
        """The time to press a key is spent in silences; each ends with the keys named once more."""
        if not self._by_key:
            return Listen(silence_ms=STAYED_MS)
        silence_ms = min(self._left_ms, AGAIN_MS)
        if 0 < self._left_ms - silence_ms < 2_000:
            silence_ms = self._left_ms  # too short to name the keys once more
        self._left_ms -= silence_ms
        return Listen(silence_ms=max(silence_ms, 1))


class BriefedCall:
    """A call as the session of a briefing has it: what is said there is no part of the conversation with the
    caller, and is neither kept nor shown as such."""

    def __init__(self, call: CallPort) -> None:
        self._call = call

    @property
    def id(self) -> UUID:
        return self._call.id

    def elapsed_ms(self) -> int:
        return self._call.elapsed_ms()

    def put(self, record: Record) -> None:
        if isinstance(record, EventHappened) and record.kind in FAULTS:
            self._call.put(record)

    def publish(self, kind: str, **data: Any) -> None:
        if kind == "agent":
            self._call.publish("briefing", **data)


class Deaf:
    """Stands before an App that is not to hear speech: it gets keys, and the end."""

    def __init__(self, app: App) -> None:
        self._app = app

    def on_frame(self, frame: Frame) -> None:
        self._app.on_frame(_SILENCE)

    def next_frame(self, t: int) -> Frame | None:
        return self._app.next_frame(t)

    def on_event(self, event: LegEvent) -> None:
        if not isinstance(event, Voice):
            self._app.on_event(event)
