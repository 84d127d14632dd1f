"""Notes how well the agent hears its caller, and makes the call's hearing report of them.

It stands between a session and its call, passes everything on and counts what goes by; and it has the line
watched. It decides nothing, and costs a call that fails nothing but its report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from mediaserver.media.leg import Frame, LegStats
from mediaserver.media.line_condition import LineCondition
from mediaserver.media.line_watch.block import BLOCK_MS
from mediaserver.media.line_watch.figures import LineFigures
from mediaserver.media.line_watch.watch import LineWatch
from mediaserver.storage.records import EventHappened, HearingReport, Record, TurnSaid
from pipelines.conversation.agent import AgentInput, MessageTaken, Silence, Utterance
from pipelines.conversation.transcript import CallPort

MOST_TIMES = 500
"""Of each kind, kept in a call."""


class HearingNotes:
    """A CallPort in front of another. `stats`: the leg's figures, where there are any."""

    def __init__(self, call: CallPort, stats: Callable[[], LegStats] | None = None) -> None:
        self._call = call
        self._stats = stats
        self._watch = LineWatch(stagger=call.id.int)
        self._times: dict[str, list[float]] = {"duck": [], "decision": [], "end_wait": []}
        self._interruptions: Counter[str] = Counter()
        self._reasks: Counter[str] = Counter()
        self._false_starts = 0
        self.understood = 0
        """Answers, so far."""
        self._troubles: list[str] = []
        self._waited: set[int] = set()
        """Caller's lines whose wait is counted; a line is put again when more is known."""

    # ---- the line

    def hear(self, frame: Frame, condition: LineCondition | None = None) -> bool:
        """A frame as it came. True: the figures are new."""
        return self._watch.hear(frame, condition.echo if condition is not None else 0.0)

    def spoke(self, frame: Frame | None, said: bool = True) -> None:
        """What went out after it; unless `said`, a background alone."""
        self._watch.spoke(frame, said)

    def voice(self, probability: float) -> None:
        self._watch.voice(probability)

    @property
    def seconds(self) -> float:
        """That were looked at."""
        return self._watch.blocks * BLOCK_MS / 1000

    def figures(self) -> LineFigures:
        return self._watch.figures()

    def stats(self) -> LegStats | None:
        return self._stats() if self._stats is not None else None

    # ---- the conversation

    def told(self, said: AgentInput) -> None:
        """The agent is told this."""
        match said:
            case Silence():
                self._reasks["silence"] += 1
            case Utterance():
                self._false_starts += said.amends
                if not said.understood:
                    self._reasks["noisy" if said.noisy else "not understood"] += 1
                else:
                    self.understood += 1
                    self._reasks["doubtful"] += said.doubtful
            case MessageTaken(seconds=seconds):
                self.understood += seconds > 0  # whoever left one has spoken on for long, and was heard
            case _:
                pass

    @property
    def misheard(self) -> int:
        """Answers that were not understood, so far."""
        return self._reasks["not understood"] + self._reasks["noisy"]

    @property
    def silences(self) -> int:
        """Questions that nobody answered, so far."""
        return self._reasks["silence"]

    def trouble(self, kind: str) -> None:
        """Something is done about this trouble of the line."""
        if kind not in self._troubles:
            self._troubles.append(kind)

    # ---- CallPort

    @property
    def id(self) -> UUID:
        return self._call.id

    def elapsed_ms(self) -> int:
        return self._call.elapsed_ms()

    def put(self, record: Record) -> None:
        match record:
            case TurnSaid(speaker="caller", index=index, latency=latency) if index not in self._waited:
                self._waited.add(index)
                self._took("end_wait", latency.get("endpoint"))
            case EventHappened(kind="barge_in", data=data):
                self._interruptions[str(data.get("outcome", ""))] += 1
                self._took("duck", data.get("duck_ms"))
                self._took("decision", data.get("decision_ms"))
            case _:
                pass
        self._call.put(record)

    def publish(self, kind: str, **data: Any) -> None:
        self._call.publish(kind, **data)

    def _took(self, what: str, ms: Any) -> None:
        times = self._times[what]
        if isinstance(ms, (int, float)) and len(times) < MOST_TIMES:
            times.append(float(ms))

    # ---- the report

    def report(self, condition: LineCondition | None = None) -> HearingReport | None:
        """At the end of the agent's part; None when nothing was heard. The leg is let go of."""
        seen, stats = self._watch.figures(), self.stats()
        self._stats = None
        if not seen.seconds:
            return None
        # Who cancels the echo knows it best; a cleaner that found none may not have been sure.
        loss, delay = seen.echo_loss_db, seen.echo_delay_ms
        if condition is not None and condition.echo_loss_db is not None and not seen.looped:
            loss, delay = condition.echo_loss_db, condition.echo_delay_ms
        speech, noise = seen.speech_db, seen.noise_db
        return HearingReport(
            self._call.id,
            seen.seconds,
            noise_db=_rounded(noise),
            speech_db=_rounded(speech),
            snr_db=None if speech is None or noise is None else _rounded(speech - noise),
            echo_loss_db=_rounded(loss),
            echo_delay_ms=_rounded(delay),
            clipping_pct=round(seen.clipping_pct, 2),
            loss_pct=_rounded(stats.loss_pct) if stats is not None and stats.packets else None,
            jitter_ms=_rounded(stats.jitter_ms) if stats is not None and stats.packets else None,
            double_talk_pct=round(seen.double_talk_pct, 1),
            hum_hz=seen.hum_hz,
            hum_db=_rounded(seen.hum_db),
            dc_pct=round(seen.dc_pct, 2),
            silent_s=round(seen.dead_s, 2),
            music_s=round(seen.longest_music_s, 2),
            talking_s=round(seen.longest_talking_s, 2),
            speech_s=round(seen.speech_s, 2),
            looped=seen.looped,
            arrives=_arrives(stats, self._troubles),
            tones=tuple(tone.kind.value for tone in seen.tones),
            troubles=tuple(self._troubles),
            interruptions=dict(self._interruptions),
            reasks=dict(+self._reasks),
            false_starts=self._false_starts,
            timings={
                f"{what}_p{share}": round(_percentile(times, share), 1)
                for what, times in self._times.items()
                if times
                for share in (50, 95)
            },
        )


def _arrives(stats: LegStats | None, troubles: Sequence[str]) -> bool | None:
    """What we sent arrived, by the far end's reports; None: none of them says so, or there were none."""
    if stats is None or stats.detail.get("remote_lost") is None:
        return None
    return "unheard" not in troubles


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _percentile(values: Sequence[float], share: int) -> float:
    """The nearest rank."""
    ranked = sorted(values)
    return ranked[max(0, -(-share * len(ranked) // 100) - 1)]
