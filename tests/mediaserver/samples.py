"""Records of one made-up call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from mediaserver.storage.records import (
    CallActedOn,
    CallAnswered,
    CallEnded,
    CallStarted,
    EventHappened,
    FactLearnt,
    FlowRun,
    HearingReport,
    LegClosed,
    LegOpened,
    MessageKept,
    OutcomeMade,
    Record,
    RecordingMade,
    SummaryMade,
    SummaryWanted,
    TurnSaid,
)

CALL = UUID("11111111-1111-4111-8111-111111111111")
LEG = UUID("22222222-2222-4222-8222-222222222222")
ROOM = {"place": "mountain view", "day": "2026-11-22", "time": "14:30", "minutes": 30, "people": 2}
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

HEARING = HearingReport(
    CALL,
    48.0,
    noise_db=-51.0,
    speech_db=-24.5,
    snr_db=26.5,
    echo_loss_db=14.0,
    echo_delay_ms=120.0,
    clipping_pct=0.1,
    loss_pct=1.25,
    jitter_ms=3.0,
    hum_hz=50,
    hum_db=-49.0,
    arrives=False,
    tones=("dial tone",),
    troubles=("humming",),
    interruptions={"taken": 2, "resumed": 1},
    reasks={"not understood": 1},
    timings={"end_wait_p50": 160.0},
)

MADE_OF_IT = SummaryMade(
    CALL, "A room was booked.", "achieved", ("send the key",), "model", "wise-1", 300, 20, 0.002
)


def started(call_id: UUID = CALL) -> CallStarted:
    return CallStarted(
        call_id, "inbound", "sip:ann@h", "sip:demo@h", "demo", START, "demo", 3, {"bill": 12.5}
    )


def turn(index: int, text: str = "a room please", call_id: UUID = CALL) -> TurnSaid:
    return TurnSaid(call_id, index, "caller", text, text, 1000 * index, 1000 * index + 800, 0.9)


def ended(call_id: UUID = CALL) -> CallEnded:
    return CallEnded(call_id, START + timedelta(minutes=1), "caller", "hung up", None)


ACTED = CallActedOn(
    UUID(int=77), START, CALL, "call.hangup", None, "operator", "token", "127.0.0.1", "r-1", {"a": "b"}
)


def whole_call() -> list[Record]:
    """One record of each kind, in the order of a real call."""
    return [
        started(),
        SummaryWanted(CALL, "auto", ("wise",), "en-us"),
        LegOpened(LEG, CALL, "sip", "abc@h", "127.0.0.1:4000", "PCMU", START),
        CallAnswered(CALL, START + timedelta(seconds=1)),
        TurnSaid(CALL, 0, "agent", "Hello, where?", "Hello", 0, 900, interrupted=True),
        TurnSaid(CALL, 1, "caller", "mountain view", "mountain view", 950, 1900, 0.8, latency={"stt": 40.5}),
        EventHappened(CALL, 1200, "dtmf", {"digit": "5"}),
        FlowRun(CALL, "booking", 2),
        OutcomeMade(CALL, "booking", "confirmed", ROOM, 2),
        HEARING,
        FactLearnt(CALL, "demo", "+15550100", "name", "Ann"),
        RecordingMade(CALL, "/data/x.wav", 2.5, 160_044),
        MessageKept(CALL, 0, 900, "/data/x-message-0.wav", 1.5, 48_044, "call me"),
        LegClosed(LEG, START + timedelta(minutes=1), {"mos": 4.1}),
        ended(),
        SummaryMade(
            CALL, "A room was booked.", "achieved", ("send the key",), "model", "wise-1", 300, 20, 0.002
        ),
    ]
