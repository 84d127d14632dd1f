"""The conversation of one call: has the commands of its `Turn` carried out by those who listen, think and
speak, and tells it what came of them.

Only the agent's thinking and the voice run as tasks. An engine that fails costs words, never the call.
Frames, holds and the call's end are the session's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from mediaserver.media.leg import (
    Quietens,
    TakesBack,
    Termination,
)
from mediaserver.media.line_condition import Cleaner
from pipelines.conversation.agent import (
    Agent,
    AgentInput,
    Answered,
    Context,
    End,
    Keep,
    LineTrouble,
    Listen,
    MessageTaken,
    Play,
    Say,
    StandBy,
    Switch,
    TakeMessage,
    Transfer,
    Utterance,
    languages_of,
)
from pipelines.conversation.commands import (
    Announce,
    BeginMessageAgain,
    CancelPlayout,
    CancelThinking,
    CloseStt,
    Command,
    CompleteLine,
    CutMessage,
    Decided,
    DuckPlayout,
    EndMessage,
    FinishPlayout,
    FinishStt,
    GiveUpThinking,
    Leave,
    MarkStt,
    MissedWords,
    NothingSaid,
    PausePlayout,
    RecordMessage,
    RestartStt,
    ResumePlayout,
    ResumeStt,
    SoundBeside,
    Speak,
    SpotWords,
    StartStt,
    StopThinkingAhead,
    Think,
    ThinkAhead,
    UnduckPlayout,
    VoiceBegan,
    VoiceEnded,
)
from pipelines.conversation.ear import EarState
from pipelines.conversation.ending import Ending
from pipelines.conversation.failures import Failures
from pipelines.conversation.fillers import Fillers
from pipelines.conversation.gain import DUCKED
from pipelines.conversation.guarded_agent import GuardedAgent
from pipelines.conversation.hearing_notes import HearingNotes
from pipelines.conversation.line_words import MindingTheLine, minds_the_line
from pipelines.conversation.listening import Listening
from pipelines.conversation.machine import Machine
from pipelines.conversation.machine_care import MachineCare, Voicemail
from pipelines.conversation.message_desk import MessageDesk, MessageFiles
from pipelines.conversation.message_machine import MessageEnding
from pipelines.conversation.outlet import Outlet
from pipelines.conversation.own_echo import HeardWords, is_own_echo
from pipelines.conversation.own_words import own_words
from pipelines.conversation.speaking import Speaking
from pipelines.conversation.stage import STAGES, Stage
from pipelines.conversation.thinking import Thinking
from pipelines.conversation.timeline import Timeline
from pipelines.conversation.transcript import Thought, Transcript
from pipelines.conversation.turn import Turn
from pipelines.conversation.voice_notes import VoiceNotes
from pipelines.conversation.voice_turns import VoiceTurns
from pipelines.engines.protocols import Grammar, Stt, SttResult, Tts, TurnModel
from pipelines.spoken.dictionary import Dictionary
from pipelines.spoken.pronunciation import Pronunciations


class Dialogue:
    """The `Mind` of the agent's thinking. `now` reads the session's clock in seconds, for latency figures."""

    def __init__(
        self,
        call: HearingNotes,
        agent: Agent,
        stt: Stt,
        tts: Tts,
        hangup: Callable[[Termination], None],
        outlet: Outlet,
        *,
        transfer: Callable[[Transfer], None] | None,
        context: Context | None,
        now: Callable[[], float],
        voice: str,
        language: str,
        rate: float,
        pronunciations: Pronunciations,
        dictionary: Dictionary,
        turn: Turn | None,
        turn_model: TurnModel | None,
        cleaner: Cleaner | None,
        voice_notes: VoiceNotes | None,
        messages: MessageFiles | None,
        passed_over: Callable[[str], Iterable[tuple[str, str]]] | None,
        voicemail: Voicemail,
    ) -> None:
        self.turn = turn or Turn(language=language)
        self.cleaner = cleaner
        """See `WantsCleaned`: what comes to `on_frame` and to the voice detector went through it."""
        self._notes = self._call = call
        self._outlet = outlet
        self._passed_over = passed_over
        self._now = now
        self._timeline = Timeline()
        self._transcript = Transcript(call, self._timeline)
        self._voice_turns = VoiceTurns(call)
        self._agent = GuardedAgent(agent, call, self._transcript)
        self.turn.supposing.wanted = self._agent.thinks_ahead
        among = languages_of(agent)
        self._listening = Listening(stt, self._recognised, self._engine_failed, language, among)
        if cleaner is not None:
            self._listening.line = cleaner.condition
        if self.turn.spots:
            self._listening.have_words_spotted(self._spotted)
        self._spots = stt.manifest.spots
        if self.turn.wakefulness is not None:
            self._listening.have_word_awaited(self._awaited)
        if turn_model is not None:
            self._listening.have_ends_judged(turn_model, self._judged)
        self._voice_notes = voice_notes
        if voice_notes is not None:
            self._listening.have_voice_noted(voice_notes)
        minding = agent if minds_the_line(agent) else MindingTheLine(agent, language)
        self._minding = minding if isinstance(minding, MindingTheLine) else None
        self._language = language
        self._machine_care = MachineCare(minding, voicemail)
        self._thinking = Thinking(self._machine_care, context or Context(call.id, 0), self)
        self._speaking = Speaking(
            tts,
            self._transcript,
            now,
            self._engine_failed,
            voice=voice,
            language=language,
            rate=rate,
            pronunciations=pronunciations,
            dictionary=dictionary,
        )
        self._fillers = Fillers(self.turn, self._speaking, self._transcript, own_words(language))
        self._thought = Thought(None, now())
        self._stage = Machine(STAGES, Stage.NEW, self.turn.ignored)
        self._words = own_words(language)
        self._failures = Failures()
        self._desk = MessageDesk(messages, stt, call.elapsed_ms)
        self._ending = Ending(self._transcript, hangup, transfer)

    @property
    def _t(self) -> int:
        return self._timeline.t

    # ---- carrying out commands

    def _run(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case (
                    StartStt()
                    | ResumeStt()
                    | FinishStt()
                    | MarkStt()
                    | RestartStt()
                    | CloseStt()
                    | SpotWords()
                ):
                    self._listening.carry_out(self._t, command)
                case PausePlayout():
                    self._pause()
                case DuckPlayout():
                    self._duck()
                case UnduckPlayout() | ResumePlayout() | FinishPlayout():
                    self._speaking.playout.carry_out(command)
                case Decided(outcome=outcome, figures=figures):
                    line = self._speaking.playout.line
                    began = line.began if line is not None else None
                    self._transcript.contested(outcome, figures, began)
                case VoiceBegan() | VoiceEnded() | NothingSaid() if self._stage.state is Stage.OVER:
                    """Nobody waits for words any more."""
                case VoiceBegan(at=at):
                    self._voice_turns.began(self._timeline.began_ms(at))
                case VoiceEnded(at=at, told=told, committed=committed):
                    self._voice_turns.ended(self._timeline.ended_ms(at), told=told, committed=committed)
                case NothingSaid():
                    self._voice_turns.nothing()
                case MissedWords():
                    self._agent.tell_missed_words()
                case CancelPlayout():
                    self._silence()
                case CancelThinking():
                    self._thinking.stop()
                case GiveUpThinking(epoch=epoch, after_ms=after_ms):
                    self._thinking.stop()
                    self._failed(epoch, f"nothing came for {after_ms / 1000:g} s")
                case Think():
                    self._think(command)
                case ThinkAhead(said=said):
                    self._tell_heard()
                    self._agent.think_ahead(said)
                case StopThinkingAhead():
                    self._agent.think_ahead(None)
                case Speak(epoch=epoch, piece=piece):
                    self._speaking.say(epoch, piece, self._thought)
                case CompleteLine(epoch=epoch):
                    self._speaking.complete(epoch)
                case Announce(epoch=epoch, text=text):
                    self._speaking.say(epoch, Say(text), Thought(None, self._now(), speaker="operator"))
                    self._speaking.complete(epoch)
                case SoundBeside(samples=samples, over_and_over=over_and_over):
                    self._speaking.beside(samples, over_and_over)
                case RecordMessage(transcribe=transcribe):
                    self._desk.begin(self._language if transcribe else "")
                case BeginMessageAgain():
                    self._desk.begin_again()
                case EndMessage(ending=ending):
                    self._end_message(self._desk.end(self._t, ending))
                case CutMessage(ending=ending):
                    self._cut_message(ending)
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
        told = self._told(result)
        if told is None:
            return
        result = told
        if result.final:
            self._run(self.turn.final(self._t, result))
            return
        if result.text:
            self._call.publish(
                "partial", text=result.text, confidence=result.confidence, understood=result.understood
            )
        self._run(self.turn.partial(self._t, result))

    def _told(self, result: SttResult) -> SttResult | None:
        """What of it the agent is told, which may listen only after its word."""
        wakefulness, began = self.turn.wakefulness, self.turn.onset
        if wakefulness is None:
            return result
        slept = wakefulness.asleep(began)
        if result.final:
            told = wakefulness.told(self._t, began, result, spotted=self._spots)
        else:
            told = None if slept else result
        if told is None and result.final and self.turn.ear is EarState.WAITING:
            self._run(self.turn.forget(self._t))
        if told is not None and slept:
            self._transcript.event("awake", text=result.text)
        return told

    def _awaited(self) -> Grammar | None:
        """What is listened for in the place of what the agent asked."""
        wakefulness = self.turn.wakefulness
        asleep = wakefulness is not None and wakefulness.asleep(self._t)
        return wakefulness.word.grammar if wakefulness is not None and asleep and self._spots else None

    def _spotted(self, result: SttResult) -> None:
        self._run(self.turn.spotted(self._t, result))

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

    def _pause(self) -> None:
        """Fall silent, also where the far end has a queue of what was said."""
        playout = self._speaking.playout
        heard = None
        if playout.line is not None and isinstance(self._outlet, TakesBack):
            heard = self._outlet.take_back()
        playout.pause(None if heard is None else self._timeline.of_leg(heard))

    def _duck(self) -> None:
        """Get quieter, also in what the far end has in a queue."""
        playout, follows = self._speaking.playout, False
        if playout.line is not None and not playout.ducked and isinstance(self._outlet, Quietens):
            follows = self._outlet.quieten(DUCKED)
        playout.duck(follows=follows)

    def _silence(self) -> None:
        line = self._speaking.playout.line
        if line is None:
            self._speaking.cancel(None)
            return
        self._speaking.cancel(self._timeline.of_leg(self._outlet.clear()))

    # ---- messages

    def _end_message(self, said: MessageTaken | None) -> None:
        """A message is over; None: its text is awaited."""
        if said is not None:
            self._note_message(said)
            self._run(self.turn.message_taken(self._t, said))

    def _cut_message(self, ending: MessageEnding) -> None:
        """A message is over, and the agent is asked about something else, or about nothing any more."""
        said = self._desk.cut(ending)
        self._note_message(said)
        if said.seconds:
            self._agent.tell_message_taken(said)

    def _note_message(self, said: MessageTaken) -> None:
        told = {"index": said.index, "seconds": round(said.seconds, 2), "ended_by": said.ended_by}
        self._transcript.event("message", **told)
        self._call.publish("message", **told)

    # ---- what the agent is told and wants

    def _think(self, think: Think) -> None:
        if self._voice_notes is not None and isinstance(think.said, Utterance):
            think = replace(think, said=self._voice_notes.noted(think.said))
        self._thought = Thought(think, self._now())
        self._fillers.asked(self._t, think.silence)
        self._notes.told(think.said)
        unclear = isinstance(think.said, Utterance) and not think.said.understood
        self._voice_turns.think(spoken=unclear or think.result is not None)
        match think.said:
            case Utterance() as said:
                spoken = think.result is not None
                self._transcript.caller(think, said, self._listening.began if spoken else self._t)
            case Answered(said=text) if text and think.result is not None:
                said = Utterance(text, think.result.confidence)
                self._transcript.caller(think, said, self._listening.began)
            case _:
                pass
        self._thinking.tell(think)

    def asking(self, think: Think) -> None:
        """The agent is asked next."""
        self._tell_heard()

    def _tell_heard(self) -> None:
        """The agent should know how far its last line came."""
        for said in self._speaking.unsettled:
            self._agent.tell_heard(said)

    def do(self, think: Think, act: object) -> bool:
        """Carry out an act of the agent; False: nobody waits for more of this reply. Raises TypeError."""
        commands: list[Command]
        if isinstance(act, Say | Play) and _insists(think.said):
            act = replace(act, interruptible=False)
        match act:
            case Listen():
                self._listening.listen = act
                self.turn.listen(act)
                return True
            case Keep(record=record):
                self._agent.keep(record)
                return True
            case Switch():
                self._go_on_in(act)
                return True
            case Say() | Play():
                commands = self.turn.say(self._t, think.epoch, act)
            case TakeMessage(most_s=most_s):
                act = replace(act, most_s=min(most_s, self._desk.most_s))
                self._run(self.turn.step_aside(self._t, think.epoch, act))
                return False
            case StandBy():
                self._run(self.turn.step_aside(self._t, think.epoch, act))
                return False
            case End() | Transfer():
                self._run(self.turn.last(self._t, think.epoch, act))
                return False
            case _:
                raise TypeError(f"an agent answers with acts such as Say, not with {act!r:.80}")
        self._run(commands)
        return bool(commands)

    def _go_on_in(self, switch: Switch) -> None:
        """The agent has changed to another language, or another voice."""
        language = switch.language
        self._speaking.go_on_in(language, switch.voice)
        if language == self._language:
            return
        why = {"why": switch.why} if switch.why else {}
        self._transcript.event("language", language=language, before=self._language, **why)
        self._call.publish("language", language=language, before=self._language, **why)
        self._language, self._words = language, own_words(language)
        self._listening.go_on_in(language)
        for engine, reason in self._passed_over(language) if self._passed_over is not None else ():
            self._engine_failed(engine, reason)
        if self._voice_notes is not None:
            self._voice_notes.go_on_in(language)
        self._fillers.go_on_in(self._words)
        self.turn.go_on_in(language)
        if self._minding is not None:
            self._minding.go_on_in(language)

    def replied(self, think: Think) -> None:
        """The agent's reply is complete."""
        self._failures.replied()
        if isinstance(think.said, LineTrouble) and think.said.over:
            self._run(self.turn.last(self._t, think.epoch, End()))
        self._run(self.turn.replied(self._t, think.epoch))
        self._speaking.complete(think.epoch)

    def failed(self, think: Think, reason: str) -> None:
        """The agent raised."""
        self._failed(think.epoch, reason)

    def _failed(self, epoch: int, reason: str) -> None:
        """Nothing more will come of this reply: apologise; after too many give up."""
        given_up = self._failures.agent()
        self._transcript.event("agent_failed", reason=reason)
        said = self._thought.think.said if self._thought.think is not None else None
        if isinstance(said, LineTrouble) and said.over:
            self._run(self.turn.failed(self._t, epoch, "", End()))
            return
        if not self._words.apology:
            self._speaking.trouble()
        if given_up is None:
            self._run(self.turn.failed(self._t, epoch, self._words.apology))
            return
        self._ending.why = given_up
        self._run(self.turn.failed(self._t, epoch, self._words.surrender, End()))

    def _settle(self) -> None:
        for said in self._speaking.settle():
            self._agent.tell_heard(said)
            self._failures.line(mute=said.line.mute)
        given_up = self._failures.voice() if self._stage.state is Stage.LIVE else None
        if given_up is not None:
            self._ending.why = given_up
            self._run(self.turn.interject(self._t, "", End()))


def _insists(said: AgentInput) -> bool:
    """It is said to its end: whoever or whatever never stops would stop every word of it."""
    return isinstance(said, LineTrouble) and (said.over or said.kind in ("endless", "music", "tone"))
