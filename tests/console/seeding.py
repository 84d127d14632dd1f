"""Two weeks of believable calls in a database: what the console shows when a server has been at work.

The same for the same moment: all chance is drawn from one seed. Everything goes in by the same functions as a
real call's records.
"""

from __future__ import annotations

import asyncio
import random
import wave
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import numpy as np

from mediaserver.calls.recorder import path_of
from mediaserver.media.time import SAMPLE_RATE
from mediaserver.storage.records import (
    CallAnswered,
    CallEnded,
    CallStarted,
    EventHappened,
    FlowRun,
    HearingReport,
    LegClosed,
    LegOpened,
    OutcomeMade,
    Record,
    RecordingMade,
    SummaryMade,
    SummaryWanted,
    TurnSaid,
    UsageCounted,
    UsageKind,
)
from mediaserver.storage.saving import save_all
from tests.console.dialogues import DIALOGUES, Dialogue

DAYS = 14
A_DAY = (9, 26)
"""Calls of a day: least and most."""
RECORDED = 12
"""Of the newest calls so many have a recording."""
CALLERS = tuple(f"+1212555{number:04d}" for number in range(100, 140)) + tuple(
    f"+4930231251{number:02d}" for number in range(20)
)
"""Of ranges that are kept for fiction."""
LINES = {"demo": "+12125550177", "front-desk": "+12125550180", "pharmacy": "+442079460123",
         "support": "+12125550190", "orders": "+493023125199", "survey": "+12125550195"}  # fmt: skip
TRUNKS = {"+1": "northwind", "+44": "northwind", "+49": "hansa"}
FAILURES = (
    ("caller", "cancelled before answer", 487), ("callee", "busy", 486), ("callee", "no answer", 480),
    ("server", "no such address", 404), ("network", "unreachable", 503),
)  # fmt: skip
MS_A_WORD = 330


@dataclass(frozen=True, slots=True)
class SeededCall:
    """A call that was put in. `spoken`: (channel, from, to) in ms; 0 is the caller's, 1 the agent's."""

    id: UUID
    began: datetime
    dialogue: Dialogue | None
    spoken: tuple[tuple[int, int, int], ...] = ()


async def seed_calls(
    pool: asyncpg.Pool, now: datetime, recordings: Path | None = None, seed: int = 7
) -> list[SeededCall]:
    """Calls up to `now` (aware), the newest last. `recordings`: the server's folder of them; None: there are
    none. Raises asyncpg errors."""
    chance = random.Random(seed)
    begins = sorted(
        now - timedelta(days=day, seconds=chance.uniform(120, 0.6 * 86_400))
        for day in range(DAYS)
        for _ in range(chance.randint(*A_DAY) * 2 // (3 if day % 7 in (5, 6) else 2))
    )
    made = []
    async with pool.acquire() as connection:
        for place, began in enumerate(begins):
            recorded = recordings if place >= len(begins) - RECORDED else None
            call, records = _call(chance, began, recorded)
            if recorded is not None and call.dialogue is not None:
                made_of = await asyncio.to_thread(_recording, call, recorded)
                records.insert(-1, made_of)
            async with connection.transaction():
                await save_all(connection, records)
            made.append(call)
    return made


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _call(chance: random.Random, began: datetime, recordings: Path | None) -> tuple[SeededCall, list[Record]]:
    id, caller = _id(chance), chance.choice(CALLERS)
    dialogue = chance.choices(DIALOGUES, weights=(5, 4, 3, 3, 2, 1, 2, 2))[0]
    outbound = dialogue.agent == "survey"
    line = LINES[dialogue.agent]
    ours, theirs = f"sip:{line}@voice.example", f"sip:{caller}@carrier.example"
    from_uri, to_uri = (ours, theirs) if outbound else (theirs, ours)
    trunk = TRUNKS.get(caller[:2]) or TRUNKS.get(caller[:3], "")
    direction = "outbound" if outbound else "inbound"
    leg = _id(chance)
    records: list[Record] = [
        CallStarted(id, direction, from_uri, to_uri, dialogue.agent, began, dialogue.agent, 1),
        LegOpened(
            leg, id, "sip", f"{leg.hex[:16]}@carrier.example", "192.0.2.20:5060",
            chance.choice(("PCMU", "PCMA", "opus", "G722")), began, "out" if outbound else "in", trunk, line,
        ),
    ]  # fmt: skip
    if chance.random() < 0.12:
        by, why, code = chance.choice(FAILURES)
        over = began + timedelta(seconds=chance.uniform(2, 30))
        records += [LegClosed(leg, over, {}), CallEnded(id, over, by, why, code)]
        return SeededCall(id, began, None), records
    answered = began + timedelta(seconds=chance.uniform(0.2, 6.0 if outbound else 1.2))
    records += [CallAnswered(id, answered), FlowRun(id, dialogue.flow, 1)]
    said, spoken, total = _said(chance, id, dialogue)
    records += said
    ends = answered + timedelta(milliseconds=total)
    whole = chance.random() < 0.85
    if whole:
        records.append(OutcomeMade(id, dialogue.flow, dialogue.status, dict(dialogue.data), 1))
    records += _after(chance, id, dialogue, leg, total, ends, whole=whole)
    records += _used(chance, id, dialogue, total, ends)
    by = "caller" if chance.random() < 0.7 else "agent"
    records.append(CallEnded(id, ends, by, "hung up" if by == "caller" else "completed", None))
    return SeededCall(id, began, dialogue, tuple(spoken)), records


def _said(
    chance: random.Random, id: UUID, dialogue: Dialogue
) -> tuple[list[Record], list[tuple[int, int, int]], int]:
    """The transcript with what happened beside it, who spoke when, and the length in ms."""
    records: list[Record] = []
    spoken: list[tuple[int, int, int]] = []
    at, waited = 240, 0.0
    for index, (who, words) in enumerate(dialogue.lines):
        cut = "/" in words and chance.random() < 0.5
        text = words.replace(" / ", " ")
        heard = words.split(" / ")[0] if cut else text
        length = max(400, int(len(heard.split()) * MS_A_WORD * chance.uniform(0.85, 1.15)))
        latency: dict[str, float] = {}
        if who == "A" and index:
            latency = _latency(chance)
            waited = latency["voice_to_voice"]
            at += int(waited)
        records.append(
            TurnSaid(
                id, index, {"A": "agent", "C": "caller", "O": "operator"}[who], text, heard, at, at + length,
                confidence=round(chance.uniform(0.62, 0.98), 2) if who == "C" else None,
                understood=who != "C" or chance.random() > 0.06, interrupted=cut, latency=latency,
            )
        )  # fmt: skip
        if cut:
            records.append(EventHappened(id, at + length, "barge_in", {"after": heard}))
        if who == "A" and index and chance.random() < 0.3:
            records.append(EventHappened(id, at, "flow", {"node": f"ask_{index}", "edge": "next"}))
        if who == "C" and chance.random() < 0.08:
            digit = str(chance.randint(0, 9))
            records.append(EventHappened(id, at + 200, "dtmf", {"digit": digit, "duration_ms": 120}))
        spoken.append((0 if who == "C" else 1, at, at + length))
        at += length + (0 if cut else chance.randint(150, 700) if who != "C" else 0)
    return records, spoken, at + 600


def _latency(chance: random.Random) -> dict[str, float]:
    """Of one turn, in ms; now and then somebody waits for long."""
    slow = 2.6 if chance.random() < 0.05 else 1.0
    parts = {
        "endpoint": chance.gauss(96, 14) * slow, "stt": abs(chance.gauss(34, 12)),
        "llm_first_token": abs(chance.gauss(9, 5)) * slow, "tts_first_audio": abs(chance.gauss(22, 7)),
        "transport": abs(chance.gauss(12, 3)),
    }  # fmt: skip
    parts = {name: round(value, 1) for name, value in parts.items()}
    return parts | {"voice_to_voice": round(sum(parts.values()), 1)}


def _after(
    chance: random.Random, id: UUID, dialogue: Dialogue, leg: UUID, total: int, ends: datetime, *, whole: bool
) -> list[Record]:
    packets = total // 20
    lost = int(packets * max(0.0, chance.gauss(0.002, 0.004)))
    noise, speech = chance.gauss(-58, 5), chance.gauss(-24, 3)
    outcome = dialogue.outcome if whole else "not achieved"
    summary = dialogue.summary if whole else "The caller hung up before it was done."
    return [
        LegClosed(leg, ends, {
            "packets": packets, "sent": packets, "lost": lost, "loss_pct": round(100 * lost / packets, 2),
            "jitter_ms": round(abs(chance.gauss(2.4, 1.5)), 1), "rtt_ms": round(abs(chance.gauss(28, 9)), 1),
            "mos": round(min(4.5, chance.gauss(4.28, 0.1)), 2),
            "lateness_ms": round(chance.uniform(0.4, 4), 1),
        }),
        HearingReport(
            id, total / 1000, noise_db=round(noise, 1), speech_db=round(speech, 1),
            snr_db=round(speech - noise, 1), loss_pct=round(100 * lost / packets, 2), jitter_ms=2.1,
            double_talk_pct=round(chance.uniform(0, 4), 1), speech_s=round(total / 2600, 1), arrives=True,
        ),
        SummaryWanted(id, "auto", (), dialogue.language),
        SummaryMade(id, summary, outcome, dialogue.follow_ups if whole else (), "extract"),
    ]  # fmt: skip


def _used(chance: random.Random, id: UUID, dialogue: Dialogue, total: int, at: datetime) -> list[Record]:
    said = sum(len(words) for who, words in dialogue.lines if who == "A")
    heard = total / 2600

    def used(kind: UsageKind, amount: float, engine: str, cost: float | None = None) -> UsageCounted:
        return UsageCounted(
            _id(chance), at, None, kind, amount, engine, dialogue.agent, dialogue.flow, id, cost
        )

    records: list[Record] = [
        used(UsageKind.TTS_CHARACTERS, said, "hibari"),
        used(UsageKind.STT_SECONDS, heard, "pocketsphinx"),
    ]
    if dialogue.agent == "support":
        prompt, written = chance.randint(900, 2400), chance.randint(60, 240)
        records += [
            used(UsageKind.LLM_PROMPT_TOKENS, prompt, "qwen3-8b", prompt * 0.15e-6),
            used(UsageKind.LLM_COMPLETION_TOKENS, written, "qwen3-8b", written * 0.6e-6),
        ]
    return records


def _recording(call: SeededCall, folder: Path) -> RecordingMade:
    """Something that looks as speech does, where each of the two speaks. Blocks."""
    path = path_of(folder, call.id, call.began)
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(call.id.int & 0xFFFF)
    total = call.spoken[-1][2] + 600
    sound = noise.normal(0, 18, (total * SAMPLE_RATE // 1000, 2))
    for channel, start, end in call.spoken:
        first, last = start * SAMPLE_RATE // 1000, end * SAMPLE_RATE // 1000
        t = np.arange(last - first) / SAMPLE_RATE
        syllables = np.clip(np.sin(2 * np.pi * 3.7 * t + noise.uniform(0, 6)) + 0.35, 0, None)
        words = np.repeat(noise.uniform(0.35, 1.0, len(t) // 4000 + 1), 4000)[: len(t)]
        pitch = 190.0 if channel else 125.0
        voice = sum(np.sin(2 * np.pi * pitch * k * t) / k for k in range(1, 9))
        sound[first:last, channel] += 5200 * voice * syllables * words * np.hanning(len(t)) ** 0.12
    body = np.clip(sound, -32768, 32767).astype("<i2").tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(body)
    return RecordingMade(call.id, str(path), total / 1000, path.stat().st_size)
