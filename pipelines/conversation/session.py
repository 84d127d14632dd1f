"""One agent call as the media clock has it: frames and events come in, and what is said goes out; holds, a
bad line and the end. What is said to whom is `dialogue`'s.

`on_frame`, `next_frame` and `on_event` are plain cheap calls from the media clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable

from mediaserver.errors import CallError
from mediaserver.media.answered_by import AnsweredBy
from mediaserver.media.background import Background
from mediaserver.media.leg import (
    Digit,
    Ended,
    EndedBy,
    Frame,
    Hold,
    LegEvent,
    LegStats,
    Termination,
    TransferAsked,
    Voice,
    WhoAnswered,
    Why,
)
from mediaserver.media.level import level_db
from mediaserver.media.line_condition import Cleaner
from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import (
    Agent,
    Context,
    End,
    PickedUp,
    Returned,
    Transfer,
)
from pipelines.conversation.bad_line import LineStep, LineVerdict
from pipelines.conversation.floor import LEAVING
from pipelines.conversation.hearing_notes import HearingNotes
from pipelines.conversation.line_care import LineCare, termination_of
from pipelines.conversation.line_words import minds_the_line
from pipelines.conversation.machine_care import NO_VOICEMAIL, Voicemail
from pipelines.conversation.message_desk import MessageFiles
from pipelines.conversation.outlet import Outlet
from pipelines.conversation.own_words import own_words
from pipelines.conversation.sound_shape import shape_of
from pipelines.conversation.stage import ACTIVE, HELD, Moment, Stage
from pipelines.conversation.steered_dialogue import SteeredDialogue
from pipelines.conversation.transcript import CallPort, Thought
from pipelines.conversation.turn import Turn
from pipelines.conversation.voice_notes import VoiceNotes
from pipelines.engines.protocols import Stt, Tts, TurnModel
from pipelines.spoken.dictionary import EMPTY, Dictionary
from pipelines.spoken.pronunciation import NONE, Pronunciations

STALLED_INPUT_SAMPLES = 60 * SAMPLES_PER_MS
GOODBYE = own_words("en").goodbye


class AgentSession(SteeredDialogue):
    """An App. `hangup` is called once, when the agent has said its last word or `shutdown` runs out of time;
    `transfer` in its place when the agent hands the caller over.

    `now` reads a monotonic clock in seconds and serves latency figures only; turn-taking runs on the media
    clock's positions.
    """

    def __init__(
        self,
        call: CallPort,
        agent: Agent,
        stt: Stt,
        tts: Tts,
        hangup: Callable[[Termination], None],
        outlet: Outlet,
        *,
        transfer: Callable[[Transfer], None] | None = None,
        context: Context | None = None,
        now: Callable[[], float] = time.perf_counter,
        voice: str = "",
        language: str = "en",
        rate: float = 1.0,
        pronunciations: Pronunciations = NONE,
        dictionary: Dictionary = EMPTY,
        turn: Turn | None = None,
        turn_model: TurnModel | None = None,
        stats: Callable[[], LegStats] | None = None,
        cleaner: Cleaner | None = None,
        voice_notes: VoiceNotes | None = None,
        background: Background | None = None,
        messages: MessageFiles | None = None,
        passed_over: Callable[[str], Iterable[tuple[str, str]]] | None = None,
        voicemail: Voicemail = NO_VOICEMAIL,
    ) -> None:
        """`pronunciations`: of the first language and voice; `dictionary` has those of others, should the
        agent change to them. `stats`: the leg's figures, for the hearing report. `voice_notes`: who learns of
        the caller's voice; without one nothing of it is kept. `background`: what is heard under the agent's
        words. `messages`: where what callers leave is kept; None: nowhere. `passed_over`: the kinds of
        engines of which the usual one does not speak a language, and what is to be told of it. `voicemail`:
        left as a message where a machine has picked up."""
        super().__init__(
            HearingNotes(call, stats),
            agent,
            stt,
            tts,
            hangup,
            outlet,
            transfer=transfer,
            context=context,
            now=now,
            voice=voice,
            language=language,
            rate=rate,
            pronunciations=pronunciations,
            dictionary=dictionary,
            turn=turn,
            turn_model=turn_model,
            cleaner=cleaner,
            voice_notes=voice_notes,
            messages=messages,
            passed_over=passed_over,
            voicemail=voicemail,
        )
        minds = minds_the_line(agent)
        self._line_care = LineCare(
            self._notes,
            self._transcript,
            language,
            agent_minds=minds,
            on_hold_s=self.turn.on_hold_ms / 1000,
        )
        self._background = background
        self._called = context is not None and context.direction == "outbound"
        """We called: whoever answers speaks first."""
        self._far_holds = False
        """The far end has put us on hold, and said so: whatever plays there is no trouble."""
        self._heard_at = 0
        self._picked_up_by: AnsweredBy | None = None
        """The agent was not told of it."""

    # ---- App

    def on_frame(self, frame: Frame) -> None:
        if self._far_holds or (self._stage.state not in ACTIVE and not self._line_care.waiting):
            return
        cleaner, echo = self.cleaner, 0.0
        if cleaner is None or cleaner.resting:
            news = self._notes.hear(frame)
        else:
            news = self._notes.hear(cleaner.raw, cleaner.condition)
            if news:
                self.turn.line_noise(cleaner.condition.noise_db)
            # What a guard that knows the echo has left of the frame is the caller's.
            echo = cleaner.condition.echo if cleaner.condition.suspect else 0.0
        if self.turn.is_apart:
            self._hear_apart(frame, echo)
            return
        if news:
            self._bear(self._line_care.judge())
            self.turn.words_lost = self._line_care.loses_words
        if self._line_care.waiting:
            self._listening.overhear(frame)  # the first word of whoever comes back is not lost
            return
        if self._stage.state not in ACTIVE:
            return
        self._listening.hear(frame)
        self._heard_at = self._t
        shape = shape_of(frame) if self.turn.weighing else None
        self._run(self.turn.frame(self._t, level_db(frame), shape, echo))

    def _hear_apart(self, frame: Frame, echo: float) -> None:
        """The agent takes a message, or stands by: nothing is done about the line until it is back."""
        cleaner = self.cleaner
        if self.turn.takes_message:
            # A message is for people: as it came, as recordings are, but for our own voice coming back.
            cleaned = cleaner is None or cleaner.resting or cleaner.condition.suspect
            self._desk.hear(frame if cleaner is None or cleaned else cleaner.raw)
        self._heard_at = self._t
        self._run(self.turn.frame(self._t, level_db(frame), None, echo))

    @property
    def _echo_delay(self) -> int:
        """Samples until what we say comes back; 0 where it does not. Nobody answers what was said sooner."""
        delay = self.cleaner.condition.echo_delay_ms if self.cleaner is not None else None
        return 0 if delay is None else round(delay) * SAMPLES_PER_MS

    def next_frame(self, t: int) -> Frame | None:
        said = self._next_frame(t)
        frame = said
        if self._background is not None and self._stage.state is Stage.LIVE:
            frame = self._background.under(said, self._fillers.owes)
        self._notes.spoke(frame, said is not None)
        return frame

    def _next_frame(self, t: int) -> Frame | None:
        timeline = self._timeline
        match self._stage.state:
            case Stage.HELD | Stage.HELD_BEFORE:
                timeline.stand_still()
                return None
            case Stage.NEW:
                self._stage.move(Moment.FRAME)
                timeline.begin(t, self._outlet.written(), self._call.elapsed_ms())
                t = timeline.frame(t)
                self._run(self.turn.answered(t, called=self._called))
                self._catch_up(t)
            case Stage.LIVE:
                t = timeline.frame(t)
            case Stage.OVER:
                return None
        if self._picked_up_by is not None:
            self._tell_who_answered(self._picked_up_by)
        if t - self._heard_at >= STALLED_INPUT_SAMPLES:
            self._run(self.turn.frame(t, -96.0))  # nothing arrives: for turn-taking that is silence
        if self.turn.idle and self._line_care.due(self.turn.silent(t)):
            self._tell_of_line()
        heard = timeline.heard(self._outlet.played())
        self.turn.heard = min(heard, t - self._echo_delay)
        if self.turn.takes_message:
            self._desk.tick(self.turn.message_silence(t))
        self._run(self.turn.tick(t))
        if self.turn.awaits_text:
            self._end_message(self._desk.due(t))
        frame = self._speaking.next_frame(t, heard)
        playout = self._speaking.playout
        if frame is not None and not self._speaking.fills:
            self.turn.progress(t, insisting=playout.line is not None and not playout.line.interruptible)
        self._fillers.tick(t, frame, self._thought)
        if self._line_care.waiting and self.turn.idle:
            self._stand_still(True)
        if playout.drained and playout.line is not None:
            self._run(self.turn.drained(t, playout.arrived))
        self._settle()
        return frame

    def on_event(self, event: LegEvent) -> None:
        match event:
            case Voice(probability=probability):
                self._notes.voice(probability)
                if self.cleaner is not None and self.cleaner.condition.suspect:
                    probability = 0.0  # it may be our own
                if not self._far_holds:
                    self._bear(self._line_care.voice(probability))
                if self._stage.state in ACTIVE and not self._line_care.waiting:
                    self._run(self.turn.voice(self._t, probability))
            case Digit(digit=digit, duration_ms=duration_ms):
                self._transcript.event("dtmf", digit=digit, duration_ms=duration_ms)
                self._call.publish("digit", digit=digit)
                if not self._far_holds:
                    self._bear(self._line_care.key())
                self._run(self.turn.digit(self._t, digit))
            case Hold(held=held):
                self._hold(held)
            case WhoAnswered(by=by):
                self._picked_up_by = by  # heard of with the next frame: the call may not have begun
            case TransferAsked():
                """The owner of the call decides."""
            case Ended(termination=termination):
                self._ended(by_us=termination.by in (EndedBy.SERVER, EndedBy.AGENT))

    def say(self, text: str) -> None:
        """Say this for the operator: at once while the agent listens, else after what it is saying; the
        conversation goes on as it was. Raises CallError when it is over or too much waits to be said."""
        if not self.turn.announce(text):
            raise CallError("the agent of this call says no more")
        self._transcript.event("say", text=text)

    def returned(self, why: str, to: str, detail: str) -> None:
        """The caller is back, from a transfer that came to nothing or from somebody who had taken the call
        over: the agent goes on from there."""
        if self._stage.state is Stage.OVER:
            return
        self._ending.returned()
        self._run(self.turn.returned(self._t, Returned(why, to, detail)))

    def summary(self) -> str:
        """What the agent has learnt, in its own words; empty when it has none."""
        return self._agent.summary()

    def _tell_who_answered(self, by: AnsweredBy) -> None:
        self._picked_up_by = None
        if self._machine_care.minds(by, self._agent.tell_who_answered(by)):
            self._run(self.turn.picked_up(self._t, PickedUp(by)))

    # ---- a bad line

    def _bear(self, verdict: LineVerdict | None) -> None:
        """Do about the line what is to be done at once."""
        if verdict is None:
            return
        match verdict.step:
            case LineStep.TELL | LineStep.NOTE:
                """When nobody speaks, or never."""
            case LineStep.BREAK_IN | LineStep.WAIT:
                self._tell_of_line()
            case LineStep.REMIND | LineStep.OFFER:
                self._stand_still(False)
                self._tell_of_line()
            case LineStep.GO_ON:
                self._stand_still(False)
                self.turn.expect(self._t)
            case LineStep.GIVE_UP:
                self._stand_still(False)
                self._ending.why = termination_of(verdict)
                if not self._tell_of_line() and self.turn.state not in LEAVING:
                    self._ending.leave(End())

    def _tell_of_line(self) -> bool:
        """False: nobody has words for it, or they come too late."""
        trouble = self._line_care.take()
        commands = [] if trouble is None else self.turn.trouble(self._t, trouble)
        self._run(commands)
        return bool(commands)

    # ---- ending

    def say_goodbye(self, text: str = GOODBYE, termination: Termination | None = None) -> None:
        """Interrupt whatever goes on, say this, and hang up once it was heard. The usual words are said in
        the language of the call."""
        self._ending.why = termination or Termination(EndedBy.SERVER, Why.SHUTDOWN)
        if self._stage.state in HELD:
            self._hold(False)
        self._thought = Thought(None, self._now())
        said = self._words.goodbye if text == GOODBYE and self._words.goodbye else text
        self._run(self.turn.interject(self._t, said, End()))

    async def shutdown(self, text: str = GOODBYE, within_s: float = 3.0) -> None:
        """`say_goodbye`, but hung up after `within_s` at the latest. Returns when the call has ended."""
        self.say_goodbye(text)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ending.over.wait(), within_s)
        self._ending.leave(End())

    def _ended(self, *, by_us: bool) -> None:
        """The leg is gone, or somebody else has it: settle what was heard, ask the agent for its last
        records."""
        self._stage.move(Moment.END)
        self._ending.gone()
        if self.cleaner is not None:
            self.cleaner.close()
        self._speaking.abandon(self._t, self._timeline.heard(self._outlet.played()))
        self._run(self.turn.end(by_us=by_us))
        self._listening.end()
        if self._voice_notes is not None:
            self._voice_notes.close()
            self._voice_notes = None
        self._settle()
        self._thinking.close(self._hung_up)

    def _hung_up(self) -> None:
        """The agent has let go of all its thoughts."""
        self._agent.hung_up()
        report = self._notes.report(self.cleaner.condition if self.cleaner is not None else None)
        if report is not None:
            self._call.put(report)
        self._ending.over.set()

    def _hold(self, held: bool) -> None:
        """The far end has put us on hold, or taken us off."""
        self._far_holds = held
        self._stand_still(held)
        self._call.publish("hold", held=held)
        self._transcript.event("hold", held=held)

    def _stand_still(self, held: bool) -> None:
        """On hold nobody listens: the session's time stands still."""
        if self._stage.move(Moment.HOLD if held else Moment.RESUME):
            if held:
                self._timeline.hold()
                self._speaking.recall(self._timeline.of_leg(self._outlet.clear()))
            elif self.cleaner is not None:
                self.cleaner.rest()  # what it has heard meanwhile is music
            self._run(self.turn.hold(held))
