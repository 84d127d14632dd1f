"""A number is in no table once it is erased, whatever table that is: all of them are walked, also those that
nobody has thought of yet; and the guide says of each how long it is kept and what an erasure does."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from mediaserver.masked_numbers import masked
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.retention.erasing import Eraser
from mediaserver.retention.mentions import Mention
from mediaserver.retention.sweep import Sweeper
from mediaserver.settings.privacy import RetentionSettings
from mediaserver.storage import audit, erasures, opt_outs, provider_messages, voice_sessions
from mediaserver.storage.audit import Actor
from mediaserver.storage.digests import Digests
from mediaserver.storage.idempotency import IdempotencyKey, keep_answer
from mediaserver.storage.migrations import FOLDER
from mediaserver.storage.outbox import table as outbox
from mediaserver.storage.outbox.table import EventFilter
from mediaserver.storage.provider_messages import NewText
from mediaserver.storage.records import (
    CallActedOn,
    EventHappened,
    FactLearnt,
    LegOpened,
    MessageKept,
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
from mediaserver.webhooks import deliveries
from tests.mediaserver.retention.test_erasing import erased, eraser
from tests.mediaserver.samples import START, ended, started

ANN, BOB = "+441215550100", "+441215550101"
KEYED = Digests(b"k" * 32)
OTHERS, HERS = UUID(int=5), UUID(int=6)
GUIDE = FOLDER.parent / "docs" / "operations.md"


async def tables_of(pool: asyncpg.Pool) -> list[str]:
    rows = await pool.fetch(
        "select table_name from information_schema.tables where table_schema = 'public' "
        "and table_type = 'BASE TABLE' order by 1"
    )
    return [row["table_name"] for row in rows]


async def mentioning(pool: asyncpg.Pool, digits: str) -> dict[str, str]:
    """Tables with a row in which these digits stand, however they are written, and such a row."""
    found = {}
    for table in await tables_of(pool):
        row = await pool.fetchval(
            rf"select t::text from {table} t "  # noqa: S608 - names of our own tables
            r"where regexp_replace(t::text, '[ ().\-/]', '', 'g') like $1 limit 1",
            f"%{digits}%",
        )
        if row is not None:
            found[table] = row
    return found


def a_call(call: UUID, caller: str, path: Path) -> list[Record]:
    """In which Ann's number stands wherever one can."""
    to = masked(ANN)
    return [
        replace(started(call), from_uri=f"sip:{caller}@h", about={"friend": ANN}),
        LegOpened(uuid4(), call, "sip", f"{ANN}@trunk", "00441215550100@192.0.2.1", "PCMU", START),
        TurnSaid(call, 0, "caller", "ring 0121 555 0100", "ring me at 0121 555 0100", 0, 1, 0.9),
        EventHappened(
            call, 5, "transfer_begun", {"to": "+44 (0)121-555-0100", "deep": [{"n": 441215550100}]}
        ),
        EventHappened(call, 5, "transfer_begun", {"to": to, "deep": [{"n": to}]}),
        OutcomeMade(call, "booking", "held", {"phone": ANN}),
        MessageKept(call, 0, 0, str(path), 1, 10, f"call {ANN} back"),
        RecordingMade(call, str(path), 1, 10),
        SummaryWanted(call, "auto", ("m",), "en"),
        SummaryMade(call, f"Wants {ANN}.", "achieved", (f"ring {ANN}",), "model", "m", 1, 1, None, ""),
        FactLearnt(call, "demo", caller, "friend", f"is {ANN}"),
        UsageCounted(uuid4(), START, None, UsageKind.CALLS, 1.0, call_id=call),
        CallActedOn(uuid4(), START, call, "call.transfer", None, "x", "key", "", "", {"to": to}),
        replace(ended(call), detail=f"{ANN} was busy"),
    ]


@pytest.fixture
async def kept(pool: asyncpg.Pool, tmp_path: Path) -> asyncpg.Pool:
    """A call of Ann's, and one of Bob's that speaks of her, with all that follows from them."""
    await pool.execute(
        "insert into webhooks (id, url, topics, secret, since) values ($1, 'https://x', '{*}', 's', 0)",
        uuid4(),
    )
    async with pool.acquire() as connection, connection.transaction():
        for call, caller in ((HERS, ANN), (OTHERS, BOB)):
            file = tmp_path / f"{call}.wav"
            file.write_bytes(b"x" * 10)
            await save_all(connection, a_call(call, caller, file))
            session = await voice_sessions.begun(connection, None, "t", {"about": {"phone": ANN}})
            await voice_sessions.connected(connection, session["id"], call)
        await audit.wrote(connection, Actor("x", "key"), "call.place", f"call:{OTHERS}", {"to": masked(ANN)})
        for number, body in ((ANN, "hello"), (BOB, f"ring {ANN}")):
            await provider_messages.add(
                connection, NewText("main", "in", number, "+442030000000", body, 1, "taken"), KEYED
            )
            await opt_outs.opt_out(connection, "main", number, "stop")
        key = IdempotencyKey(None, "POST /calls", "k", b"h" * 32)
        await keep_answer(connection, key, 201, f'{{"id": "{OTHERS}"}}')
        hook = await connection.fetchval("select id from webhooks")
        events, _ = await outbox.after(connection, 0, 1000, 1000, EventFilter(everything=True))
        await deliveries.make(connection, [(hook, event) for event in events])
    return pool


async def test_a_number_that_is_erased_stands_in_no_table(kept: asyncpg.Pool, tmp_path: Path) -> None:
    before = await mentioning(kept, "1215550100")
    assert before.keys() == {
        "call_summaries", "caller_facts", "calls", "events", "legs", "messages", "outbox", "outcomes",
        "turns", "voice_sessions", "webhook_deliveries", "provider_messages", "opt_outs",
    }  # fmt: skip
    done = await erased(kept)
    assert done["state"] == "done", done["fault"]
    assert await mentioning(kept, "1215550100") == {}
    assert await kept.fetchval("select count(*) from calls") == 1
    (line,) = await kept.fetch("select text, heard from turns")
    assert tuple(line) == ("ring +••••••••••00", "ring me at +••••••••••00")
    events = await kept.fetch("select data::text from events")
    assert len(events) == 1, "two that differ in the number alone are one"
    sessions = await kept.fetch("select settings::text from voice_sessions")
    assert len(sessions) == 1, "a session goes with its last conversation"
    assert not (tmp_path / f"{HERS}.wav").exists()
    assert await kept.fetchval("select count(*) from recordings") == 0, "she may be heard in it"
    assert await kept.fetchval("select count(*) from messages") == 1, "he left that"
    (text,) = await kept.fetch("select body from provider_messages")
    assert text["body"] == "ring +••••••••••00"
    assert await opt_outs.opted_out(kept, "main", ANN, KEYED), "who is forgotten is not written to"


async def test_a_call_of_anothers_is_waited_for_and_his_own_number_stays(kept: asyncpg.Pool) -> None:
    await kept.execute(
        "update calls set state = 'live', ended_at = null, ended_by = null where id = $1", OTHERS
    )
    waits = await erased(kept)
    assert (waits["state"], waits["fault"]) == ("running", "1 calls are up")
    await kept.execute("update calls set state = 'ended', ended_at = now() where id = $1", OTHERS)
    done = await eraser(kept).advance(waits["id"])
    assert done is not None and done["state"] == "done"
    assert await mentioning(kept, "1215550100") == {}
    assert "calls" in await mentioning(kept, "1215550101")


async def test_records_that_the_database_refused_lose_the_number_too(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    folder = tmp_path / "rejected"
    folder.mkdir()
    (folder / "2026-11-21.jsonl").write_text(f'{{"text": "{ANN}"}}\n{{"text": "{BOB}"}}\n')
    flushed: list[float] = []

    async def flush(within_s: float) -> bool:
        flushed.append(within_s)
        return True

    sweeper = Sweeper(pool, RetentionSettings(), digests=KEYED, pause_s=0)
    one = Eraser(pool, sweeper, NumberPlan("44"), data=tmp_path, flush=flush, pause_s=0)
    row = await erasures.add_erasure(pool, ANN, "x")
    done = await one.advance(row["id"])
    assert done is not None and done["removed"] == {"lines": 1} and flushed
    assert (folder / "2026-11-21.jsonl").read_text() == f'{{"text": "{BOB}"}}\n'


async def test_the_guide_says_of_each_table_and_folder_what_becomes_of_it(pool: asyncpg.Pool) -> None:
    """A new table goes into the list of docs/operations.md, with how long it is kept and what an erasure of a
    caller's data does to it."""
    guide = GUIDE.read_text()
    start = guide.index("## What is kept where")
    section = guide[start : guide.index("\n## ", start + 5)]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([a-z_]+/?)`", row.split("|")[1])}
    assert [row for row in rows if not all(cell.strip() for cell in row.split("|")[1:-1])] == []
    folders = guide[guide.index("## What lies in the data folder") :]
    folders = folders[: folders.index("\n## ", 5)]
    lying = set(re.findall(r"^\| `([a-z]+/)`", folders, re.MULTILINE))
    # Made where pgvector can be had.
    assert named == {*await tables_of(pool), "knowledge_vectors", *lying}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("+441215550100", "+••••••••••00"),
        ("sip:+441215550100@h;user=phone", "sip:+••••••••••00@h;user=phone"),
        ("0121 555-0100, or 00 44 121 5550100", "+••••••••••00, or +••••••••••00"),
        ("+44 (0) 121 555 0100", "+••••••••••00"),
        ("441215550100", "+••••••••••00"),
        ("+4412155501001", "+4412155501001"),
        ("1441215550100", "1441215550100"),
        ("5550100", "5550100"),
    ],
)
def test_a_number_is_found_however_it_is_written(text: str, left: str) -> None:
    assert Mention(ANN, NumberPlan("44")).taken_out(text) == left


def test_values_keep_their_shape() -> None:
    value: Any = {ANN: [1, 2.5, None, True, 441215550100, {"a": "x"}]}
    to = masked(ANN)
    assert Mention(ANN, NumberPlan("44")).taken_out(value) == {to: [1, 2.5, None, True, to, {"a": "x"}]}
