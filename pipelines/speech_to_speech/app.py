"""A call with a speech-to-speech model: an App beside the agent session, behind the same calls.

The model hears and speaks by itself; what is ours is the line (clean audio both ways, holds, keys), how fast
it falls silent, what was heard of it, its tools, and an end in words when it fails.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mediaserver.media.background import Background
from mediaserver.media.leg import (
    Digit,
    Ended,
    EndedBy,
    Frame,
    Hold,
    LegEvent,
    Termination,
    Voice,
    WhoAnswered,
    Why,
)
from mediaserver.media.line_condition import Cleaner
from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import Context
from pipelines.conversation.machine_care import NO_VOICEMAIL, Voicemail
from pipelines.conversation.outlet import Outlet
from pipelines.conversation.own_words import own_words
from pipelines.conversation.timeline import Timeline
from pipelines.conversation.timing import Limits
from pipelines.conversation.transcript import CallPort
from pipelines.engines.protocols import LlmToolCall, Tts
from pipelines.speech_to_speech.audio_format import AudioWriter
from pipelines.speech_to_speech.barging_in import BargeIn, BargeInWatch
from pipelines.speech_to_speech.comfort import Comfort
from pipelines.speech_to_speech.commands import (
    CallerBegan,
    CallerCommitted,
    CallerPaused,
    CallerSaidNothing,
    CallerWords,
    Command,
    Complaint,
    ModelSound,
    ModelSoundOver,
    ModelWords,
    Ready,
    Renew,
    Responded,
    SendEvent,
    ToolWanted,
)
from pipelines.speech_to_speech.connection import ConnectionOwner
from pipelines.speech_to_speech.lines import MOST_BEGUN, SpokenLines
from pipelines.speech_to_speech.machine import RealtimeMachine, RealtimeOptions
from pipelines.speech_to_speech.machine_line import LineSide, MachineLine
from pipelines.speech_to_speech.own_voice import OwnVoice
from pipelines.speech_to_speech.playback import Playback, SpokenItem
from pipelines.speech_to_speech.retries import ResponseRetries

KEYS_AFTER = 1_500 * SAMPLES_PER_MS
"""So long after the last key what was keyed is told to the model; # ends it at once."""
LAST_WORDS_WITHIN = 15_000 * SAMPLES_PER_MS
"""The last words are heard to their end, but no longer than this."""
MESSAGE_WITHIN_S = 60.0
"""A voice has made all of a message for a machine by then."""
GREET = "Greet the caller."
SILENT_AFTER = 20_000 * SAMPLES_PER_MS
"""A model that has not said a word so long after the answer, or after what the caller said, has failed."""


class Connection(Protocol):
    """See pipelines.speech_to_speech.connection."""

    def start(self) -> None: ...
    def send(self, event: Mapping[str, Any]) -> None: ...
    def hear(self, octets: bytes) -> None: ...
    def take_audio(self) -> None: ...
    def renew(self) -> None: ...
    def close(self) -> None: ...


class RunsTools(Protocol):
    """What the model may ask for."""

    async def __call__(self, call: LlmToolCall) -> str:
        """The result, for the model. Raises nothing but CancelledError."""


class MindsWords(Protocol):
    """Is told who said what, as soon as that is known."""

    def caller_began(self, item: str) -> None: ...
    def caller_said(self, item: str, text: str) -> None: ...
    def model_said(self, line: int, heard: str) -> None: ...


class SpeechToSpeech:
    """An App. `hang_up` is called once, when the model wants the call to end or it has failed."""

    def __init__(
        self,
        call: CallPort,
        connect: Callable[[ConnectionOwner], Connection],
        options: RealtimeOptions,
        outlet: Outlet,
        hang_up: Callable[[Termination], None],
        *,
        tts: Tts,
        language: str = "en",
        voice: str = "",
        run_tool: RunsTools | None = None,
        called: bool = False,
        cleaner: Cleaner | None = None,
        now: Callable[[], float] = time.perf_counter,
        background: Background | None = None,
        filler_ms: int = Limits().filler,
        model: str = "",
        minds_words: MindsWords | None = None,
        voicemail: Voicemail = NO_VOICEMAIL,
    ) -> None:
        """`connect` makes the connection. `tts`, `language`, `voice`: for our own last words when the model
        has failed. `called`: we called, so whoever answers speaks first. `background`: what is heard under
        the model's words. `filler_ms`: after so much silence of the model's the caller hears a signal.
        `model`: its name, for what it takes. `minds_words`: is told what is said.
        `voicemail`: what is left where a machine has picked up."""
        self._model = model
        self._minds_words = minds_words
        self._comfort = Comfort(filler_ms)
        self._background = background
        self.cleaner = cleaner
        self._call = call
        self._outlet = outlet
        self._hang_up = hang_up
        self._tts = tts
        self._language = language
        self._voice = voice
        self._run_tool = run_tool
        self._called = called
        self._now = now
        self._machine = RealtimeMachine(options)
        self._format = options.audio
        self._writer = AudioWriter(options.audio)
        self._connection = connect(self)
        self._playback = Playback(options.audio)
        self._watch = BargeInWatch()
        self._retries = ResponseRetries()
        self._timeline = Timeline()
        self._lines = SpokenLines(call, self._timeline, written=bool(options.transcription))
        self._begun = self._over = self._held = False
        self._fed: list[tuple[int, int]] = []
        """Where the audio of this connection comes from: ms since its first, and the position of that."""
        self._fed_octets = 0
        self._fed_until = -1
        self._keys = ""
        self._keyed_at = 0
        self._ending: Termination | None = None
        """The call is to end so, once all was said."""
        self._ending_since = 0
        self._said_at = -1
        self._left = False
        self._over_event = asyncio.Event()
        self._own: OwnVoice | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._spoke_from: dict[str, int] = {}
        """Where the caller began an item."""
        self._asked_at: int | None = 0
        """Where the caller finished, as long as the model has not answered that."""
        self._last_sound = 0
        """Where the model was last heard."""
        self._worked_until = 0
        """Until here a tool ran, of which the model has nothing to say before its end."""
        self._failed = ""
        """The model failed while it was set aside."""
        context = Context(call.id, 0, "outbound" if called else "inbound")
        self._at_machine = MachineLine(
            LineSide(
                context, call.put, self._hang_up_now, self._set_aside, self._go_on, self._lines.own_said,
                lambda: OwnVoice(tts, voice, language, MESSAGE_WITHIN_S),
            ),
            voicemail,
        )  # fmt: skip
        self._connection.start()

    # ---- App

    def on_frame(self, frame: Frame) -> None:
        if self._over or self._held or self._own is not None or self._at_machine.apart:
            return
        octets = self._writer.write(frame)
        if self._fed_until != self._timeline.t:
            self._fed.append((self._format.ms(self._fed_octets), self._timeline.t))
        self._fed_octets += len(octets)
        self._fed_until = self._timeline.t + len(frame)
        self._connection.hear(octets)

    def next_frame(self, t: int) -> Frame | None:
        if self._over:
            return None
        if self._held:
            self._timeline.stand_still()
            return None
        frame = self._next_frame(t)
        owes = self._owes
        frame, signals = self._comfort.under(self._timeline.t, frame, owes)
        if signals:
            self._lines.event("filler", speaker="agent", text="")
        return frame if self._background is None else self._background.under(frame, owes)

    @property
    def _owes(self) -> bool:
        """The caller waits: for the model, its tools, or our last words."""
        if self._own is not None:
            return not self._own.finished
        if self._at_machine.apart:
            return False
        if self._spoke_from or self._playback.paused or self._ending is not None:
            return False
        if self._asked_at is None:
            return bool(self._tasks) or self._playback.unfinished
        return self._asked_at > 0 or not self._called  # whom we call speaks first

    def _next_frame(self, t: int) -> Frame | None:
        if not self._begun:
            self._begun = True
            self._timeline.begin(t, self._outlet.written(), self._call.elapsed_ms())
            if not self._called:
                self._do(self._machine.greet(GREET))
        t = self._timeline.frame(t)
        for speech in self._playback.hear(self._timeline.heard(self._outlet.played())):
            self._settled(speech)
        if self._watch.tick(t) is BargeIn.GO_ON:
            self._playback.paused = False
            self._lines.event("barge_in", outcome="resumed")
        if self._keys and t - self._keyed_at >= KEYS_AFTER:
            self._tell_keys()
        self._leave_in_time(t)
        if self._own is not None:
            return self._own.frame()
        if self._at_machine.apart:
            return self._at_machine.frame(t)
        if self._retries.due(t):
            self._do(self._machine.again())
        played = self._playback.next_frame(t)
        if played is None:
            since = self._last_sound if self._playback.unfinished else self._asked_at
            if self._tasks:
                self._worked_until = t
            elif since is not None and t - max(since, self._worked_until) >= SILENT_AFTER:
                self._fail("the model says nothing")
            return None
        self._last_sound = t
        frame, speech = played
        if speech.index < 0:
            self._first_sound(speech, t)
        return frame

    def on_event(self, event: LegEvent) -> None:
        match event:
            case Voice(probability=probability):
                if self.cleaner is not None and self.cleaner.condition.suspect:
                    return  # it may be our own
                if self._own is not None or self._held:
                    return
                if self._at_machine.apart:
                    self._at_machine.voice(self._timeline.t, probability)
                    return
                if self._watch.voice(self._timeline.t, probability, self._playback.playing) is BargeIn.PAUSE:
                    self._playback.paused = True
            case Digit(digit=digit, duration_ms=duration_ms):
                self._lines.event("dtmf", digit=digit, duration_ms=duration_ms)
                self._call.publish("digit", digit=digit)
                self._key(digit)
            case Hold(held=held):
                self._hold(held)
            case WhoAnswered(by=by):
                if not self._over and self._ending is None:
                    self._at_machine.who_answered(by, self._timeline.t)
            case Ended():
                self._ended()
            case _:
                """The owner of the call decides."""

    def say(self, text: str) -> None:
        """Have the model say this for the operator, as soon as it can."""
        self._lines.event("say", text=text)
        self.tell(f"The operator asks you to tell the caller now: {text}")

    def tell(self, note: str) -> None:
        """Let the model know something that the caller did not say; it answers."""
        self._do(self._machine.told(f"({note})"))

    async def shutdown(self, text: str, within_s: float) -> None:
        """The server stops: say this in our own voice, and end."""
        self._last_words(Termination(EndedBy.SERVER, Why.SHUTDOWN), text)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over_event.wait(), within_s)
        self._leave()

    # ---- the connection's owner

    def connected(self) -> None:
        self._fed = []
        self._fed_octets, self._fed_until = 0, -1
        self._do(self._machine.connected())

    def received(self, message: str) -> None:
        self._do(self._machine.received(message))

    def lost(self, reason: str, over: bool) -> None:
        self._lines.event("model_lost", reason=reason, over=over)
        self._playback.complete_all()
        if over:
            self._fail(reason)

    # ---- what the machine wants

    def _do(self, commands: list[Command]) -> None:
        for command in commands:
            if not self._over:
                self._carry_out(command)
        if self._playback.overfull or self._lines.overfull:
            self._fail("the model sends more than anybody can listen to")

    def _carry_out(self, command: Command) -> None:
        match command:
            case ModelSound() | ModelWords() | CallerBegan() | CallerPaused() if self._at_machine.apart:
                """It still talks to a machine, as it takes it for somebody."""
            case SendEvent(event=event):
                self._connection.send(event)
            case Ready():
                self._connection.take_audio()
            case Renew():
                self._connection.renew()
            case ModelSound(item=item, content=content, octets=octets):
                self._playback.sound(item, content, octets)
            case ModelWords(item=item, content=content, text=text):
                self._playback.words(item, content, text)
            case ModelSoundOver(item=item, content=content):
                self._playback.complete(item, content)
            case CallerBegan(item=item, ms=ms):
                self._spoke_from[item] = self._position(ms)
                self._lines.caller_began(item, self._spoke_from[item])
                if self._minds_words is not None:
                    self._minds_words.caller_began(item)
                if len(self._spoke_from) > MOST_BEGUN:
                    del self._spoke_from[next(iter(self._spoke_from))]
                self._retries.overtaken()
                self._interrupted()
            case CallerPaused(item=item, ms=ms):
                began, ended = self._spoke_from.pop(item, self._timeline.t), self._position(ms)
                self._asked_at = ended
                self._comfort.asked(self._timeline.t, self._timeline.t - ended)
                self._lines.caller_spoke(item, began, ended)
            case CallerCommitted(item=item):
                self._asked_at = self._timeline.t
                self._comfort.asked(self._timeline.t, 0)
                self._lines.caller_committed(item)
                if self._minds_words is not None:
                    self._minds_words.caller_began(item)
            case CallerSaidNothing():
                self._lines.nothing_said()
            case CallerWords(item=item, text=text):
                self._lines.caller_said(item, text)
                if self._minds_words is not None:
                    self._minds_words.caller_said(item, text)
            case ToolWanted(call=call, fault=fault):
                self._spawn_tool(call, fault)
            case Responded(status=status, reason=reason, usage=usage):
                self._playback.complete_all()
                self._lines.event("llm", model=self._model, status=status, reason=reason, usage=dict(usage))
                if status != "failed":
                    self._retries.settled()
                elif command.hopeless or not self._retries.failed(self._timeline.t):
                    self._fail(reason or "the model failed")
            case Complaint(reason=reason, fatal=fatal):
                self._lines.event("model_complains", reason=reason)
                if fatal:
                    self._fail(reason)

    def _interrupted(self) -> None:
        """The server hears the caller: it has stopped its model by itself, and forgets with us what was not
        heard."""
        self._watch.decided()
        self._playback.paused = False
        if self._playback.drained:
            return
        cut = self._playback.cut(self._timeline.of_leg(self._outlet.clear()))
        for speech, ms in cut:
            self._do(self._machine.cut(speech.item, speech.content, ms))
        if cut:
            self._lines.event("barge_in", outcome="taken")
            self._call.publish("barge_in", outcome="taken")

    def _first_sound(self, speech: SpokenItem, t: int) -> None:
        self._lines.model_says(speech)
        if self._asked_at is not None and self._asked_at > 0:
            speech.latency = {"voice_to_voice": round((t - self._asked_at) / SAMPLES_PER_MS, 1)}
            self._call.publish("latency", **speech.latency)
        self._asked_at = None

    def _settled(self, speech: SpokenItem) -> None:
        """What was heard of it is known."""
        if speech.index < 0:
            return
        heard = " ".join(speech.heard_text.split())
        self._machine.heard(heard)
        if self._minds_words is not None:
            self._minds_words.model_said(speech.index, heard)
        self._lines.model_said(speech)
        self._call.publish("agent", text=" ".join(speech.text.split()))
        self._call.publish("heard", text=heard, interrupted=speech.cut)

    def _spawn_tool(self, call: LlmToolCall, fault: str) -> None:
        async def run() -> None:
            began = self._now()
            text = fault or "error: there are no tools"
            if not fault and self._run_tool is not None:
                text = await self._run_tool(call)
            ms = round(1000 * (self._now() - began), 1)
            self._lines.event("tool", name=call.name, ms=ms, failed=text.startswith("error:"))
            self._do(self._machine.result(call.id, text))

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ---- keys, holds

    def _key(self, digit: str) -> None:
        if digit == "#" and self._keys:
            self._tell_keys()
        else:
            self._keys += digit
            self._keyed_at = self._timeline.t

    def _tell_keys(self) -> None:
        keys, self._keys = self._keys, ""
        self._interrupted()
        self._do(self._machine.stop())
        self.tell(f"The caller pressed the keys {' '.join(keys)}.")

    def _hold(self, held: bool) -> None:
        if held == self._held or self._over:
            return
        self._held = held
        if held:
            self._timeline.hold()
        elif self.cleaner is not None:
            self.cleaner.rest()
        self._call.publish("hold", held=held)
        self._lines.event("hold", held=held)

    def _position(self, ms: int) -> int:
        """Where in the call the server's millisecond lies."""
        at = bisect_right(self._fed, (ms, 1 << 62)) - 1
        if at < 0:
            return self._timeline.t
        since, position = self._fed[at]
        return min(self._timeline.t, position + (ms - since) * SAMPLES_PER_MS)

    # ---- the end

    def end_call(self) -> None:
        """The model wants the call to end: what it says, and what it answers to this, is heard before."""
        if self._ending is None:
            self._ending, self._ending_since = Termination(EndedBy.AGENT, Why.COMPLETED), self._timeline.t

    def _set_aside(self) -> None:
        """A machine has picked up: the model has nothing to say to that."""
        self._retries.overtaken()
        self._interrupted()
        self._do(self._machine.drop())
        self._spoke_from.clear()
        self._lines.forget()
        self._do(self._machine.forget())
        self._asked_at = None
        self._keys = ""

    def _go_on(self) -> None:
        """A person is there after all."""
        if self._failed:
            self._fail(self._failed)
            return
        self._asked_at = self._last_sound = self._timeline.t
        self.tell("An answering machine seemed to have picked up. Now a person is on the line: greet.")

    def _hang_up_now(self, why: Termination) -> None:
        self._ending = why
        self._leave()

    def _fail(self, reason: str) -> None:
        """The model is of no use any more: say so in our own voice, and end the call."""
        if self._at_machine.apart:
            self._failed = reason  # no machine needs to hear of it
            return
        self._last_words(
            Termination(EndedBy.SERVER, Why.FAILED, detail=f"speech to speech: {reason}"),
            own_words(self._language).surrender,
        )

    def _last_words(self, why: Termination, text: str) -> None:
        """Nothing of the model's counts any more."""
        if self._over or self._own is not None:
            return
        self._ending, self._ending_since = why, self._timeline.t
        self._connection.close()
        if self._playback.playing:
            self._playback.cut(self._timeline.of_leg(self._outlet.clear()))
        self._own = OwnVoice(self._tts, self._voice, self._language)
        self._own.say(text)
        self._lines.event("last_words", text=text, reason=why.detail)

    def _leave_in_time(self, t: int) -> None:
        """Hang up once all was heard, or it takes too long."""
        if self._ending is None:
            return
        said = (
            self._own.finished if self._own is not None else self._playback.drained and not self._machine.busy
        )
        if said and self._said_at < 0:
            self._said_at = t
        heard = self._said_at >= 0 and self._timeline.heard(self._outlet.played()) >= self._said_at
        if heard or t - self._ending_since >= LAST_WORDS_WITHIN:
            self._leave()

    def _leave(self) -> None:
        if not self._left and self._ending is not None:
            self._left = True
            self._hang_up(self._ending)

    def _ended(self) -> None:
        """The leg is gone: settle what was heard."""
        if self._over:
            return
        at = self._timeline.of_leg(self._outlet.clear())
        for speech in self._playback.end(at, self._timeline.heard(self._outlet.played())):
            self._settled(speech)
        self._lines.finish()
        self._over = True
        self._connection.close()
        for task in list(self._tasks):
            task.cancel()
        if self._own is not None:
            self._own.close()
        self._at_machine.end()
        if self.cleaner is not None:
            self.cleaner.close()
        self._over_event.set()
