"""Every figure the server shows at /metrics, by name, in a registry of its own.

Labels have few values by construction: never a call id, an address or a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from mediaserver.engine_figures import EnginesCollector, EnginesFigures
from mediaserver.http_figures import RouteFigures
from mediaserver.media.lateness import Lateness

_MS = (0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.02, 0.04, 0.1, 0.5)
_TURN = (0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.85, 1.0, 1.5, 2.0, 5.0)
_PART = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0, 5.0)


class ClockFigures(Protocol):
    """What mediaserver.media.clock.MediaClock counts."""

    start_lateness: Lateness
    send_lateness: Lateness
    frames: int
    skipped_phases: int
    stalls: int
    app_errors: int
    wire_errors: int
    cleaning_errors: int
    busy_ns: int

    @property
    def detector_errors(self) -> int: ...

    @property
    def unheard_frames(self) -> int: ...

    @property
    def unheard_batches(self) -> int: ...


class _ClockCollector(Collector):
    def __init__(self, clock: ClockFigures) -> None:
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        clock = self._clock
        for name, what, late in (
            ("tick", "How late the media clock's ticks began", clock.start_lateness),
            ("send", "How late the last packet of a tick was sent", clock.send_lateness),
        ):
            yield HistogramMetricFamily(f"voiceforge_{name}_lateness_seconds", what, *_buckets(late))
            yield GaugeMetricFamily(
                f"voiceforge_{name}_lateness_worst_seconds", f"{what}: the worst so far", late.max_ns / 1e9
            )
        yield CounterMetricFamily("voiceforge_frames", "20 ms frames moved in each direction", clock.frames)
        yield CounterMetricFamily(
            "voiceforge_skipped_phases", "Parts of a tick left out after stalls", clock.skipped_phases
        )
        yield CounterMetricFamily(
            "voiceforge_stalls", "Times the media clock stood still for 20 ms or more", clock.stalls
        )
        yield CounterMetricFamily(
            "voiceforge_unheard_frames",
            "20 ms frames that the voice detector left out because it was behind",
            clock.unheard_frames,
        )
        yield GaugeMetricFamily(
            "voiceforge_unheard_batches",
            "Batches of frames that wait for the voice detector; one or two are usual",
            clock.unheard_batches,
        )
        errors = CounterMetricFamily(
            "voiceforge_media_errors", "Errors in the media path, by what failed", labels=["part"]
        )
        for part, count in (
            ("app", clock.app_errors),
            ("cleaning", clock.cleaning_errors),
            ("detector", clock.detector_errors),
            ("wire", clock.wire_errors),
        ):
            errors.add_metric([part], count)
        yield errors
        yield CounterMetricFamily(
            "voiceforge_tick_busy_seconds", "Time spent in ticks of the media clock", clock.busy_ns / 1e9
        )


class CancellerFigures(Protocol):
    """What mediaserver.media.cleaning.canceller.Cancellers counts."""

    limit: int
    echoing: int
    refused: int

    def __len__(self) -> int: ...


class _CancellerCollector(Collector):
    def __init__(self, cancellers: CancellerFigures) -> None:
        self._cancellers = cancellers

    def collect(self) -> Iterator[Metric]:
        cancellers = self._cancellers
        yield GaugeMetricFamily(
            "voiceforge_echo_cancellers", "Calls whose echo is cancelled now", float(len(cancellers))
        )
        yield GaugeMetricFamily(
            "voiceforge_echo_cancellers_limit", "Calls that may have that at a time", float(cancellers.limit)
        )
        yield CounterMetricFamily(
            "voiceforge_echoing_calls", "Calls that were found to give our voice back", cancellers.echoing
        )
        yield CounterMetricFamily(
            "voiceforge_echo_muted",
            "Times that no canceller was left for such a call, so that our voice was muted in it",
            cancellers.refused,
        )


class SignallingFigures(Protocol):
    """What the SIP side counts, each by a name of few."""

    def messages(self) -> Mapping[str, int]:
        """What became of messages."""

    def shed(self) -> Mapping[str, int]:
        """Messages that were not even looked at, by why."""

    def held(self) -> Mapping[str, int]:
        """What is kept now."""


class _SignallingCollector(Collector):
    def __init__(self, figures: SignallingFigures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        figures = self._figures
        messages = CounterMetricFamily(
            "voiceforge_sip_messages", "SIP messages, by what became of them", labels=["fate"]
        )
        shed = CounterMetricFamily(
            "voiceforge_sip_shed", "SIP messages that were not looked at, by why", labels=["reason"]
        )
        held = GaugeMetricFamily(
            "voiceforge_sip_held", "What the SIP side keeps now, by what it is", labels=["what"]
        )
        for family, values in (
            (messages, figures.messages()),
            (shed, figures.shed()),
            (held, figures.held()),
        ):
            for label, value in values.items():
                family.add_metric([label], value)
            yield family


class _PauseCollector(Collector):
    def __init__(self, pauses: Mapping[int, Lateness], held: Iterable[tuple[str, Lateness]]) -> None:
        self._pauses = pauses
        self._held = list(held)

    def collect(self) -> Iterator[Metric]:
        collected = HistogramMetricFamily(
            "voiceforge_gc_pause_seconds", "Collections of Python's garbage collector", labels=["generation"]
        )
        for generation, took in self._pauses.items():
            collected.add_metric([str(generation)], *_buckets(took))
        yield collected
        held = HistogramMetricFamily(
            "voiceforge_media_thread_held_seconds",
            "Times that the media thread was held for more than 10 ms, by what the time went by with: "
            "collector, processor (it had none), computing, waiting",
            labels=["cause"],
        )
        for cause, took in self._held:
            held.add_metric([cause], *_buckets(took))
        yield held


def _buckets(took: Lateness) -> tuple[list[tuple[str, float]], float]:
    """As HistogramMetricFamily takes them: the buckets and the sum."""
    edges = [(str(edge), float(took.within(int(edge * 1e9)))) for edge in _MS]
    return [*edges, ("+Inf", float(took.count))], took.total_ns / 1e9


class CollectedMetrics(Collector):
    """Figures of one moment."""

    def __init__(self, families: list[Metric], routes: RouteFigures) -> None:
        self._families = families
        self._routes = routes

    def collect(self) -> Iterator[Metric]:
        yield from self._families
        yield from self._routes.collect()

    def render(self) -> bytes:
        """The Prometheus text format, CONTENT_TYPE."""
        return generate_latest(self)


class Metrics:
    """One per server; tests make as many as they like."""

    CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self) -> None:
        r = self.registry = CollectorRegistry()
        ProcessCollector(registry=r)
        PlatformCollector(registry=r)
        GCCollector(registry=r)
        self.calls_live = Gauge("voiceforge_calls_live", "Calls that exist now", registry=r)
        self.calls = Counter(
            "voiceforge_calls", "Calls that ended, by who ended them and why", ["by", "why"], registry=r
        )
        self.webrtc_calls = Counter(
            "voiceforge_webrtc_calls", "Calls of browsers by HTTP, by how they ended", ["outcome"], registry=r
        )
        self._provider_calls_mended = Counter(
            "voiceforge_provider_calls_mended",
            "Calls of which a provider and this server thought otherwise, by what was done",
            ["what"],
            registry=r,
        )
        self.calls_refused = Counter(
            "voiceforge_calls_refused", "Calls refused before they began", ["reason"], registry=r
        )
        """'full', 'stopping', 'overloaded'; 'unproven': too many wait for an ACK; 'unknown': no such
        address; 'unfit': its agent's row makes no sense; 'forbidden': this caller may not call there."""
        self.audio_withheld = Counter(
            "voiceforge_calls_audio_withheld",
            "Calls whose audio was kept from a host of which too little came (rtp.trusted_networks)",
            registry=r,
        )
        self.sip_proofs = Counter(
            "voiceforge_sip_proofs", "Callers and phones that were asked who they are, and wrong answers",
            ["what"], registry=r,
        )  # fmt: skip
        """'challenge'; 'wrong': a wrong password; 'unheard': one of somebody who has to wait; 'ban';
        'ignored': a request that got no answer (`sip.strangers`)."""
        self.hep = Counter(
            "voiceforge_hep_messages", "SIP messages for a Homer collector, by what became of them", ["fate"],
            registry=r,
        )  # fmt: skip
        """'sent', 'dropped'."""
        self.packets_lost = Counter("voiceforge_rtp_packets_lost", "RTP packets that never came", registry=r)
        self.jitter = Histogram(
            "voiceforge_rtp_jitter_seconds",
            "Interarrival jitter of a call's RTP (RFC 3550)",
            buckets=_MS,
            registry=r,
        )
        self.mos = Histogram(
            "voiceforge_call_mos",
            "Estimated listening quality of a call",
            buckets=(1, 2, 3, 3.5, 4, 4.2, 4.4),
            registry=r,
        )
        self.engine_restarts = Counter(
            "voiceforge_engine_restarts", "Engine workers that died", ["engine"], registry=r
        )
        self.kept_speech = Counter(
            "voiceforge_kept_speech",
            "Sentences of every call: whether what a voice had made of them was kept, or made anew",
            ["outcome"],
            registry=r,
        )
        self.voice_to_voice = Histogram(
            "voiceforge_voice_to_voice_seconds",
            "Caller's last voiced sample to our first",
            buckets=_TURN,
            registry=r,
        )
        self.turn_parts = Histogram(
            "voiceforge_turn_part_seconds",
            "Where the time of voice to voice went",
            ["part"],
            buckets=_PART,
            registry=r,
        )
        """'endpoint', 'stt', 'llm_first_token', 'tts_first_audio', 'transport'."""
        self.barge_in = Histogram(
            "voiceforge_barge_in_seconds",
            "Caller's first voiced sample to our silence",
            buckets=_TURN,
            registry=r,
        )
        self.preemptive = Counter(
            "voiceforge_preemptive_questions",
            "Questions to a language model before the caller's turn was over, by what became of them",
            ["outcome"],
            registry=r,
        )
        """'hit': the turn took its answer; 'miss': it was thrown away."""
        self.preemptive_wasted = Counter(
            "voiceforge_preemptive_wasted_tokens",
            "Tokens of such questions and answers that were thrown away; estimated where no server counts",
            ["of"],
            registry=r,
        )
        """'in': the questions; 'out': the answers."""
        self.preemptive_won = Histogram(
            "voiceforge_preemptive_won_seconds",
            "How much sooner an answer began because its question was asked before the turn was over",
            buckets=_TURN,
            registry=r,
        )
        self.line_troubles = Counter(
            "voiceforge_line_troubles",
            "What was wrong with callers' lines, as far as something was done about it",
            ["kind"],
            registry=r,
        )
        """'silent', 'clipped', 'humming', 'noisy', 'lossy', 'looped', 'music', 'fax', 'tone', 'endless'."""
        self.db_queue = Gauge("voiceforge_db_queue_records", "Records that wait for the database", registry=r)
        self.db_write = Histogram(
            "voiceforge_db_write_seconds", "From put to commit, for the oldest record of a batch", registry=r
        )
        self.db_records = Counter(
            "voiceforge_db_records",
            "Records by what became of them: saved, journaled, rejected, lost",
            ["fate"],
            registry=r,
        )
        self._jobs = Counter(
            "voiceforge_jobs",
            "Tries at jobs, by the job's name and what came of them: done, again, failed",
            ["name", "outcome"],
            registry=r,
        )
        self.recordings_failed = Counter(
            "voiceforge_recordings_failed", "Recordings that stopped early", registry=r
        )
        self._fetched = Counter(
            "voiceforge_fetch_requests",
            "What users had us fetch, by what came of it: a class of statuses, or why there was no answer",
            ["outcome"],
            registry=r,
        )
        """'2xx' to '5xx', a FetchFault, 'cancelled'."""
        self._fetch = Histogram(
            "voiceforge_fetch_seconds",
            "From the wish to the last byte, or to giving up",
            buckets=_TURN,
            registry=r,
        )
        self.http = Counter("voiceforge_http_requests", "HTTP answers", ["route", "status"], registry=r)
        self.routes = RouteFigures()
        """Not in the registry: its many series are put together where they are written."""
        self.streams = Gauge(
            "voiceforge_http_streams", "WebSockets and event streams that are open", ["route"], registry=r
        )

    def watch_clock(self, clock: ClockFigures) -> None:
        """Read the media clock's own figures only when somebody reads the metrics: ticks stay cheap."""
        self.registry.register(_ClockCollector(clock))

    def watch_cancellers(self, cancellers: CancellerFigures) -> None:
        """Read only when somebody reads the metrics."""
        self.registry.register(_CancellerCollector(cancellers))

    def watch_signalling(self, figures: SignallingFigures) -> None:
        """Read the SIP side's own figures only when somebody reads the metrics."""
        self.registry.register(_SignallingCollector(figures))

    def watch_engines(self, figures: EnginesFigures) -> None:
        """Read the engines' own figures only when somebody reads the metrics."""
        self.registry.register(EnginesCollector(figures))

    def watch_pauses(self, pauses: Mapping[int, Lateness], held: Iterable[tuple[str, Lateness]]) -> None:
        """Of the garbage collector by generation, and of the media thread by cause."""
        self.registry.register(_PauseCollector(pauses, held))

    def watch_bans(self, bans: Callable[[], float]) -> None:
        """Addresses that are not heard now, asked for only when somebody reads the metrics."""
        Gauge("voiceforge_sip_banned", "Addresses that are banned now", registry=self.registry).set_function(
            bans
        )

    def leg_closed(self, stats: Mapping[str, Any]) -> None:
        """The figures of one finished leg, as in LegClosed.stats; what is not known there is left out."""
        for key, metric, scale in (("jitter_ms", self.jitter, 1000), ("mos", self.mos, 1)):
            value = stats.get(key)
            if isinstance(value, (int, float)):
                metric.observe(value / scale)
        lost = stats.get("lost")
        if isinstance(lost, int) and lost > 0:
            self.packets_lost.inc(lost)

    def count_job(self, name: str, outcome: str) -> None:
        """One try at a job, and what came of it."""
        self._jobs.labels(name, outcome).inc()

    def provider_calls_mended(self, what: str) -> None:
        """One call: 'ended here', 'hung up there', 'interrupted'."""
        self._provider_calls_mended.labels(what).inc()

    def fetched(self, outcome: str, seconds: float) -> None:
        """One request of mediaserver.fetching."""
        self._fetched.labels(outcome).inc()
        self._fetch.observe(seconds)

    def watch(self, name: str, what: str, ask: Callable[[], float]) -> None:
        """Show `voiceforge_NAME`, asked for only when somebody reads the metrics."""
        Gauge(f"voiceforge_{name}", what, registry=self.registry).set_function(ask)

    def watch_db_queue(self, depth: Callable[[], float]) -> None:
        """Ask for the depth only when somebody reads the metrics."""
        self.db_queue.set_function(depth)

    def collected(self) -> CollectedMetrics:
        """All figures as they stand now. On the loop's thread, to which most of them belong; to write them
        takes longer, and any thread may do it."""
        return CollectedMetrics(list(self.registry.collect()), self.routes.copy())

    def render(self) -> bytes:
        """The Prometheus text format, CONTENT_TYPE."""
        return self.collected().render()
