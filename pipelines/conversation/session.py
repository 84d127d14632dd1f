"""One agent call: tells its `Turn` what happens and has the commands carried out by those who listen, think
and speak.

`on_frame`, `next_frame` and `on_event` are plain cheap calls from the media clock. Only the agent's thinking
and the voice run as tasks. An engine that fails costs words, never the call.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from mediaserver.errors import CallError
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
    Why,
)
from mediaserver.media.level import level_db
from mediaserver.media.line_condition import Cleaner
from mediaserver.media.time import SAMPLES_PER_MS
from mediaserver.storage.records import OutcomeMade, Record
from pipelines.conversation.agent import (
    Agent,
    Answered,
    Context,
    End,
    Keep,
    LineTrouble,
    Listen,
    Play,
    Returned,
    Say,
    Summarising,
    Transfer,
    Utterance,
)
from pipelines.conversation.bad_line import BadLine, LineSeen, LineStep, LineVerdict
from pipelines.conversation.commands import (
    Announce,
    CancelPlayout,
    CancelThinking,
    CloseStt,
    Command,
    CompleteLine,
    Decided,
    DuckPlayout,
    FinishPlayout,
    FinishStt,
    GiveUpThinking,
    Leave,
    MarkStt,
    PausePlayout,
    RestartStt,
    ResumePlayout,
    ResumeStt,
    Speak,
    StartStt,
    Think,
    UnduckPlayout,
)
from pipelines.conversation.ending import Ending
from pipelines.conversation.fillers import Fillers
from pipelines.conversation.hearing_notes import HearingNotes
from pipelines.conversation.line_words import GIVEN_UP, MindingTheLine, line_words, minds_the_line
from pipelines.conversation.listening import Listening
from pipelines.conversation.machine import Machine
from pipelines.conversation.own_echo import HeardWords, is_own_echo
from pipelines.conversation.own_words import own_words
from pipelines.conversation.sound_shape import shape_of
from pipelines.conversation.speaking import Speaking
from pipelines.conversation.stage import ACTIVE, HELD, STAGES, Moment, Stage
from pipelines.conversation.thinking import Thinking
from pipelines.conversation.timeline import Timeline
from pipelines.conversation.transcript import CallPort, Thought, Transcript
from pipelines.conversation.turn import Turn
from pipelines.engines.protocols import Stt, SttResult, Tts, TurnModel

log = logging.getLogger(__name__)

STALLED_INPUT_SAMPLES = 60 * SAMPLES_PER_MS
GOODBYE = "Sorry, we have to stop here. Goodbye."
FAILURES = 3
"""An agent that fails so often in a row is given up, and the call with it; so is a voice."""


class Outlet(Protocol):
    """Where the session's frames go, as a Leg has it. Others may have written to it before."""

    def written(self) -> int:
        """16 kHz samples that were written so far, by whomever."""

    def played(self) -> int:
        """16 kHz samples since the first write that the caller has heard, as far as is known."""

    def clear(self) -> int:
        """Drop what was written and not sent; the 16 kHz samples that were sent since the first write."""


class AgentSession:
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
        turn: Turn | None = None,
        turn_model: TurnModel | None = None,
        stats: Callable[[], LegStats] | None = None,
        cleaner: Cleaner | None = None,
    ) -> None:
        """`stats`: the leg's figures, for the hearing report."""
        self.turn = turn or Turn(language=language)
        self.cleaner = cleaner
        """See `WantsCleaned`: what comes to `on_frame` and to the voice detector went through it."""
        self._notes = HearingNotes(call, stats)
        self._call = call = self._notes
        self._agent = agent
        self._outlet = outlet
        self._now = now
        self._timeline = Timeline()
        self._transcript = Transcript(call, self._timeline)
        self._listening = Listening(stt, self._recognised, self._engine_failed, language)
        if cleaner is not None:
            self._listening.line = cleaner.condition
        if turn_model is not None:
            self._listening.have_ends_judged(turn_model, self._judged)
        self._minds_line = minds_the_line(agent)
        minding = agent if self._minds_line else MindingTheLine(agent, language)
        self._thinking = Thinking(minding, context or Context(call.id, 0), self)
        self._speaking = Speaking(
            tts, self._transcript, now, self._engine_failed, voice=voice, language=language, rate=rate
        )
        self._fillers = Fillers(self.turn, self._speaking, self._transcript, own_words(language))
        self._called = context is not None and context.direction == "outbound"
        """We called: whoever answers speaks first."""
        self._thought = Thought(None, now())
        self._stage = Machine(STAGES, Stage.NEW, self.turn.ignored)
        self._heard_at = 0
        self._words = own_words(language)
        self._line_words = line_words(language)
        self._bad_line = BadLine()
        self._untold: LineTrouble | None = None
        """Of the line, until nobody speaks."""
        self._failures = 0
        """Of the agent, in a row."""
        self._mute_lines = 0
        """Lines in a row of which the voice has said nothing."""
        self._ending = Ending(self._transcript, hangup, transfer)

    # ---- App

    def on_frame(self, frame: Frame) -> None:
        if self._stage.state not in ACTIVE and not self._bad_line.waiting:
            return
        cleaner, echo = self.cleaner, 0.0
        if cleaner is None or cleaner.resting:
            news = self._notes.hear(frame)
        else:
            news = self._notes.hear(cleaner.raw, cleaner.condition)
            # What a guard that knows the echo has left of the frame is the caller's.
            echo = cleaner.condition.echo if cleaner.condition.suspect else 0.0
        if news:
            self._judge_line()
        if self._stage.state not in ACTIVE:
            return
        self._listening.hear(frame)
        self._heard_at = self._t
        shape = shape_of(frame) if self.turn.weighing else None
        self._run(self.turn.frame(self._t, level_db(frame), shape, echo))

    def next_frame(self, t: int) -> Frame | None:
        frame = self._next_frame(t)
        self._notes.spoke(frame)
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
            case Stage.LIVE:
                t = timeline.frame(t)
            case Stage.OVER:
                return None
        if t - self._heard_at >= STALLED_INPUT_SAMPLES:
            self._run(self.turn.frame(t, -96.0))  # nothing arrives: for turn-taking that is silence
        if self._untold is not None and self.turn.idle:
            self._tell_of_line(self._untold)
        self._run(self.turn.tick(t))
        frame = self._speaking.next_frame(t, timeline.heard(self._outlet.played()))
        playout = self._speaking.playout
        if frame is not None and not self._speaking.fills:
            self.turn.progress(t, insisting=playout.line is not None and not playout.line.interruptible)
        self._fillers.tick(t, frame, self._thought)
        if playout.drained and playout.line is not None:
            self._run(self.turn.drained(t, playout.arrived))
        self._settle()
        return frame

    def on_event(self, event: LegEvent) -> None:
        match event:
            case Voice(probability=probability):
                self._notes.voice(probability)
                if self._bad_line.waiting:
                    self._mind_line(self._bad_line.voice(self._notes.seconds, probability))
                if self._stage.state in ACTIVE:
                    if self.cleaner is not None and self.cleaner.condition.suspect:
                        probability = 0.0  # it may be our own
                    self._run(self.turn.voice(self._t, probability))
            case Digit(digit=digit, duration_ms=duration_ms):
                self._transcript.event("dtmf", digit=digit, duration_ms=duration_ms)
                self._call.publish("digit", digit=digit)
                self._mind_line(self._bad_line.key(self._notes.seconds))
                self._run(self.turn.digit(self._t, digit))
            case Hold(held=held):
                self._hold(held)
            case TransferAsked():
                """The owner of the call decides."""
            case Ended():
                self._ended()

    @property
    def _t(self) -> int:
        return self._timeline.t

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
        if not isinstance(self._agent, Summarising):
            return ""
        try:
            return str(self._agent.summary())
        except Exception:
            log.exception("the agent failed to sum up")
            return ""

    # ---- a bad line

    def _judge_line(self) -> None:
        """There are new figures of the line, about once a second."""
        figures, misheard = self._notes.figures(), self._notes.misheard
        stats = self._notes.stats() if figures.dead_s or misheard else None
        packets, loss_pct = (None, 0.0) if stats is None else (stats.packets, stats.loss_pct)
        seen = LineSeen(figures, misheard, packets, loss_pct, minds_noise=self._minds_line)
        self._mind_line(self._bad_line.judge(seen))

    def _mind_line(self, verdict: LineVerdict | None) -> None:
        if verdict is None:
            return
        if verdict.step is not LineStep.GO_ON:
            self._notes.trouble(verdict.kind)
            self._call.publish("line_trouble", trouble=verdict.kind, text=verdict.advice)
        self._transcript.event(
            "line_trouble", trouble=verdict.kind, step=verdict.step.value, detail=verdict.advice
        )
        match verdict.step:
            case LineStep.TELL:
                self._untold = LineTrouble(verdict.kind, verdict.advice)
            case LineStep.BREAK_IN:
                self._tell_of_line(LineTrouble(verdict.kind, verdict.advice))
            case LineStep.WAIT | LineStep.GO_ON:
                self._stand_still(verdict.step is LineStep.WAIT)
            case LineStep.GIVE_UP:
                self._stand_still(False)
                self._leave_line(verdict, self._line_words.get(GIVEN_UP, ""))
            case LineStep.HANG_UP:
                self._leave_line(verdict)

    def _leave_line(self, verdict: LineVerdict, last_words: str = "") -> None:
        why = Why.FAX if verdict.kind == "fax" else Why.BAD_LINE
        termination = Termination(EndedBy.SERVER, why, detail=verdict.advice)
        if last_words:
            self.say_goodbye(last_words, termination)
        else:
            self._ending.why = termination
            self._ending.leave(End())

    def _tell_of_line(self, trouble: LineTrouble) -> None:
        self._untold = None
        if self._minds_line or trouble.kind in self._line_words:
            self._run(self.turn.trouble(self._t, trouble))

    # ---- ending

    def say_goodbye(self, text: str = GOODBYE, termination: Termination | None = None) -> None:
        """Interrupt whatever goes on, say this, and hang up once it was heard."""
        self._ending.why = termination or Termination(EndedBy.SERVER, Why.SHUTDOWN)
        if self._stage.state in HELD:
            self._hold(False)
        self._thought = Thought(None, self._now())
        self._run(self.turn.interject(self._t, text, End()))

    async def shutdown(self, text: str = GOODBYE, within_s: float = 3.0) -> None:
        """`say_goodbye`, but hung up after `within_s` at the latest. Returns when the call has ended."""
        self.say_goodbye(text)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ending.over.wait(), within_s)
        self._ending.leave(End())

    def _ended(self) -> None:
        """The leg is gone: settle what was heard, ask the agent for its last records."""
        self._stage.move(Moment.END)
        self._ending.gone()
        if self.cleaner is not None:
            self.cleaner.close()
        self._speaking.abandon(self._t, self._timeline.heard(self._outlet.played()))
        self._run(self.turn.end())
        self._listening.end()
        self._settle()
        self._thinking.close(self._hung_up)

    def _hung_up(self) -> None:
        """The agent has let go of all its thoughts."""
        try:
            for record in self._agent.hung_up():
                self._keep(record)
        except (Exception, SystemExit, KeyboardInterrupt):
            log.exception("the agent failed while the call ended")
        report = self._notes.report(self.cleaner.condition if self.cleaner is not None else None)
        if report is not None:
            self._call.put(report)
        self._ending.over.set()

    def _hold(self, held: bool) -> None:
        """The far end has put us on hold, or taken us off."""
        self._stand_still(held)
        self._call.publish("hold", held=held)
        self._transcript.event("hold", held=held)

    def _stand_still(self, held: bool) -> None:
        """On hold nobody listens: the session's time stands still."""
        if self._stage.move(Moment.HOLD if held else Moment.RESUME):
            if held:
                self._timeline.hold()
                self._speaking.recall(self._timeline.of_leg(self._outlet.clear()))
            self._run(self.turn.hold(held))

    # ---- carrying out commands

    def _run(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case StartStt(epoch=epoch):
                    self._listening.start(self._t, epoch)
                case ResumeStt(epoch=epoch):
                    self._listening.resume(epoch)
                case FinishStt(epoch=epoch):
                    self._listening.finish(epoch)
                case MarkStt(frames=frames):
                    self._listening.mark(frames)
                case RestartStt(epoch=epoch):
                    self._listening.restart(epoch)
                case CloseStt(recent=recent):
                    self._listening.close(recent)
                case DuckPlayout():
                    self._speaking.playout.duck()
                case UnduckPlayout():
                    self._speaking.playout.unduck()
                case PausePlayout():
                    self._speaking.playout.pause()
                case ResumePlayout():
                    self._speaking.playout.resume()
                case Decided(outcome=outcome, figures=figures):
                    line = self._speaking.playout.line
                    began = line.began if line is not None else None
                    self._transcript.contested(outcome, figures, began)
                case CancelPlayout():
                    self._silence()
                case FinishPlayout(waited=waited):
                    self._speaking.playout.finish(waited)
                case CancelThinking():
                    self._thinking.stop()
                case GiveUpThinking(epoch=epoch, after_ms=after_ms):
                    self._thinking.stop()
                    self._failed(epoch, f"nothing came for {after_ms / 1000:g} s")
                case Think():
                    self._think(command)
                case Speak(epoch=epoch, piece=piece):
                    self._speaking.say(epoch, piece, self._thought)
                case CompleteLine(epoch=epoch):
                    self._speaking.complete(epoch)
                case Announce(epoch=epoch, text=text):
                    self._speaking.say(epoch, Say(text), Thought(None, self._now(), speaker="operator"))
                    self._speaking.complete(epoch)
                case Leave(last=last):
                    think = self._thought.think
                    if think is not None and self._speaking.unsaid(think.epoch):
                        self._ending.unsaid()
                    self._ending.leave(last)

    def _recognised(self, result: SttResult) -> None:
        if self._is_own_echo(result):
            if result.final:
                self._transcript.event("own_echo", text=result.text)
                self._run(self.turn.disown(self._t, result))
            return
        if result.final:
            self._run(self.turn.final(self._t, result))
            return
        if result.text:
            self._call.publish(
                "partial", text=result.text, confidence=result.confidence, understood=result.understood
            )
        self._run(self.turn.partial(self._t, result))

    def _is_own_echo(self, result: SttResult) -> bool:
        """The line gives our own words back."""
        if self.cleaner is None:
            return False
        heard = HeardWords(result.text, self.turn.onset, self._t)
        return is_own_echo(heard, self._speaking.lately, self.cleaner.condition)

    def _judged(self, epoch: int, probability: float) -> None:
        self._run(self.turn.judged(self._t, epoch, probability))

    def _engine_failed(self, engine: str, reason: str) -> None:
        self._transcript.event("engine_failed", engine=engine, reason=reason)

    def _silence(self) -> None:
        line = self._speaking.playout.line
        if line is None:
            self._speaking.cancel(None)
            return
        self._speaking.cancel(self._timeline.of_leg(self._outlet.clear()))

    # ---- what the agent is told and wants

    def _think(self, think: Think) -> None:
        self._thought = Thought(think, self._now())
        self._fillers.asked(self._t, think.silence)
        self._notes.told(think.said)
        match think.said:
            case Utterance() as said:
                self._transcript.caller(think, said, self._listening.began)
            case Answered(said=text) if text and think.result is not None:
                said = Utterance(text, think.result.confidence)
                self._transcript.caller(think, said, self._listening.began)
            case _:
                pass
        self._thinking.tell(think)

    def asking(self, think: Think) -> None:
        """The agent is asked next: it should know how far its last line came."""
        for said in self._speaking.unsettled:
            self._tell_heard(said.epoch, said.line.heard, said.line.interrupted)

    def do(self, think: Think, act: object) -> bool:
        """Carry out an act of the agent; False: nobody waits for more of this reply. Raises TypeError."""
        commands: list[Command]
        if isinstance(act, Say) and isinstance(think.said, LineTrouble) and think.said.kind == "endless":
            act = replace(act, interruptible=False)  # whoever never stops would stop every word of it
        match act:
            case Listen():
                self._listening.listen = act
                self.turn.listen(act)
                return True
            case Keep(record=record):
                self._keep(record)
                return True
            case Say() | Play():
                commands = self.turn.say(self._t, think.epoch, act)
            case End() | Transfer():
                self._run(self.turn.last(self._t, think.epoch, act))
                return False
            case _:
                raise TypeError(f"an agent answers with acts such as Say, not with {act!r:.80}")
        self._run(commands)
        return bool(commands)

    def replied(self, think: Think) -> None:
        """The agent's reply is complete."""
        self._failures = 0
        self._run(self.turn.replied(self._t, think.epoch))
        self._speaking.complete(think.epoch)

    def failed(self, think: Think, reason: str) -> None:
        """The agent raised."""
        self._failed(think.epoch, reason)

    def _failed(self, epoch: int, reason: str) -> None:
        """Nothing more will come of this reply: apologise; after too many give up."""
        self._failures += 1
        self._transcript.event("agent_failed", reason=reason)
        if not self._words.apology:
            self._speaking.trouble()
        if self._failures < FAILURES:
            self._run(self.turn.failed(self._t, epoch, self._words.apology))
            return
        detail = f"the agent failed {FAILURES} times in a row"
        self._ending.why = Termination(EndedBy.SERVER, Why.FAILED, detail=detail)
        self._run(self.turn.failed(self._t, epoch, self._words.surrender, End()))

    def _settle(self) -> None:
        for said in self._speaking.settle():
            self._tell_heard(said.epoch, said.line.heard, said.line.interrupted)
            self._mute_lines = self._mute_lines + 1 if said.line.mute else 0
        if self._mute_lines >= FAILURES and self._stage.state is Stage.LIVE:
            self._mute_lines = 0
            detail = f"the voice said nothing of {FAILURES} lines in a row"
            self._ending.why = Termination(EndedBy.SERVER, Why.FAILED, detail=detail)
            self._run(self.turn.interject(self._t, "", End()))

    def _tell_heard(self, line: int, text: str, cut: bool) -> None:
        try:
            self._agent.heard(line, text, cut)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            log.exception("the agent failed on what was heard")
            self._transcript.event("agent_failed", reason=f"{type(error).__name__}: {error}")

    def _keep(self, record: Record) -> None:
        self._call.put(record)
        if isinstance(record, OutcomeMade):
            self._call.publish("outcome", flow=record.flow, status=record.status, data=record.data)
